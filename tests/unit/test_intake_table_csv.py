"""Tables of a user's own, whose columns the settings name."""

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from hazecast.config import ColumnSettings, ObservationSettings, load_settings
from hazecast.errors import NoDataInPeriod, SettingsError, UnknownUnits, UnreadableInput
from hazecast.intake.monitoring import cnemc_csv
from hazecast.intake.monitoring.formats import format_of
from hazecast.intake.monitoring.reading import read_monitoring, read_table
from hazecast.records import Note, NoteCode
from hazecast.survey.settings_file import settings_text
from tests.monitoring_samples import cnemc_by_pollutant
from tests.small_case import HEADER, SmallCase, small_settings

PM25 = {"pm25": {"name": "PM2.5", "units": "µg/m³"}}


def columns(**given: object) -> ColumnSettings:
    return ColumnSettings.model_validate({"time": "when", "station": "site", "values": PM25, **given})


def read(folder: Path, text: str, given: ColumnSettings, name: str = "my.csv", encoding: str = "utf-8") -> pd.DataFrame:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(text.encode(encoding))
    return read_table(folder, given)[0].sort_values(["key", "station_id", "time"], ignore_index=True)


def times(table: pd.DataFrame) -> list[str]:
    return [f"{time:%Y-%m-%dT%H:%M}" for time in table["time"]]


def test_a_wide_table_has_a_column_a_variable(tmp_path: Path) -> None:
    given = columns(
        values={**PM25, "co": {"name": "CO (ppm)", "units": "ppm"}, "surface_pressure": {"name": "p", "units": "hPa"}},
        latitude="y",
        longitude="x",
        station_name="called",
    )
    table = read(tmp_path, "site,called,y,x,when,PM2.5,CO (ppm),p,rest\n7,Park,30.5,120.5,2020-01-01T08:00Z,50,1,1013,?\n", given)
    assert table["key"].tolist() == ["co", "pm25", "surface_pressure"]
    assert table["value"].tolist() == pytest.approx([1.145, 50, 101300], rel=1e-3)
    assert set(table["name"]) == {"Park"}
    assert set(zip(table["latitude"], table["longitude"], strict=True)) == {(30.5, 120.5)}
    assert set(times(table)) == {"2020-01-01T08:00"}


@pytest.mark.parametrize(("unit_column", "units"), [("unit", ""), ("", "µg/m³")])
def test_a_long_table_has_a_row_a_value(unit_column: str, units: str, tmp_path: Path) -> None:
    given = columns(
        values={"pm25": {"name": "Feinstaub", "units": units}, "so2": {"name": "SO2", "units": units}},
        parameter="what",
        value="number",
        units=unit_column,
    )
    rows = "7,2020-01-01T08:00,Feinstaub,50,µg/m³\n7,2020-01-01T08:00,SO2,6,ug/m3\n7,2020-01-01T08:00,Laerm,80,dB\n"
    table = read(tmp_path, "site,when,what,number,unit\n" + rows, given)
    assert table[["key", "value"]].to_numpy().tolist() == [["pm25", 50.0], ["so2", 6.0]]


def test_units_of_a_long_table_that_are_not_known_are_refused(tmp_path: Path) -> None:
    given = columns(values={"pm25": {"name": "a"}}, parameter="what", value="number", units="unit")
    with pytest.raises(UnknownUnits, match=r"my\.csv: a: PM2\.5 is in 'grains'"):
        read(tmp_path, "site,when,what,number,unit\n7,2020-01-01T08:00,a,50,grains\n", given)
    with pytest.raises(NoDataInPeriod, match="it has b"):
        read(tmp_path, "site,when,what,number,unit\n7,2020-01-01T08:00,b,50,grains\n", given)


@pytest.mark.parametrize(
    ("written", "format", "zone", "label", "utc"),
    [
        ("2020-01-01 08:00", "", "UTC", "end", "2020-01-01T08:00"),
        ("2020-01-01 08:00", "", "UTC", "start", "2020-01-01T09:00"),
        ("2020-01-01 08:00", "", "Asia/Shanghai", "end", "2020-01-01T00:00"),
        ("2020-01-01 24:00:00", "", "Asia/Shanghai", "end", "2020-01-01T16:00"),
        ("2020-02-29T24:00", "", "UTC", "end", "2020-03-01T00:00"),
        ("2020-01-01 08:00+05:30", "", "Asia/Shanghai", "end", "2020-01-01T02:30"),
        ("2020-07-01 08:00", "", "Europe/Berlin", "end", "2020-07-01T06:00"),
        ("2020-07-01 08:00", "", "Etc/GMT-1", "end", "2020-07-01T07:00"),
        ("31.12.2020 24:00", "%d.%m.%Y %H:%M", "UTC", "end", "2021-01-01T00:00"),
        ("2020123124", "%Y%m%d%H", "UTC", "end", "2021-01-01T00:00"),
        ("2020122423", "%Y%m%d%H", "UTC", "end", "2020-12-24T23:00"),
        ("01/02/2020 1:00 PM", "%d/%m/%Y %I:%M %p", "UTC", "end", "2020-02-01T13:00"),
    ],
)
def test_times_are_read_as_the_settings_say(written: str, format: str, zone: str, label: str, utc: str, tmp_path: Path) -> None:
    given = columns(time_format=format, time_zone=zone, hour_label=label)
    assert times(read(tmp_path, f"site,when,PM2.5\n7,{written},50\n", given)) == [utc]


def test_several_columns_may_make_up_the_time(tmp_path: Path) -> None:
    given = columns(time=["year", "month", "day", "hour"], time_format="%Y %m %d %H", time_zone="Asia/Shanghai")
    table = read(tmp_path, "site,year,month,day,hour,PM2.5\n7,2013,3,1,0,1\n7,2013,12,31,24,2\n", given)
    assert times(table) == ["2013-02-28T16:00", "2013-12-31T16:00"]


def hours(*local: str, site: str = "7") -> str:
    return "".join(f"{site},2020-10-25 {time},{n}\n" for n, time in enumerate(local, start=1))


def test_an_hour_that_came_twice_is_told_apart_by_the_order(tmp_path: Path) -> None:
    rows = hours("01:00", "02:00", "02:00", "03:00") + hours("02:00", "02:00", site="8")
    table = read(tmp_path, "site,when,PM2.5\n" + rows, columns(time_zone="Europe/Berlin"))
    of_one = table[table["station_id"] == "7"]
    assert times(of_one) == ["2020-10-24T23:00", "2020-10-25T00:00", "2020-10-25T01:00", "2020-10-25T02:00"]
    assert of_one["value"].tolist() == [1, 2, 3, 4]
    assert times(table[table["station_id"] == "8"]) == ["2020-10-25T00:00", "2020-10-25T01:00"]


def test_the_order_may_be_the_latest_first(tmp_path: Path) -> None:
    table = read(tmp_path, "site,when,PM2.5\n" + hours("03:00", "02:00", "02:00", "01:00"), columns(time_zone="Europe/Berlin"))
    assert table["value"].tolist() == [4, 3, 2, 1]
    assert times(table)[1:3] == ["2020-10-25T00:00", "2020-10-25T01:00"]


def test_an_hour_that_should_come_twice_and_does_once_is_taken_for_the_first_and_told(tmp_path: Path) -> None:
    table = read(tmp_path, "site,when,PM2.5\n" + hours("01:00", "02:00", "03:00"), columns(time_zone="Europe/Berlin"))
    assert times(table) == ["2020-10-24T23:00", "2020-10-25T00:00", "2020-10-25T02:00"]
    monitoring = read_monitoring(tmp_path, columns=columns(time_zone="Europe/Berlin"))
    assert monitoring.notes == (Note(NoteCode.LOCAL_TIMES_AMBIGUOUS, 1),)


def test_an_hour_that_the_clocks_left_out_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"2020-03-29 02:30 was left out in Europe/Berlin.*Etc/GMT-1"):
        read(tmp_path, "site,when,PM2.5\n7,2020-03-29 02:30,1\n", columns(time_zone="Europe/Berlin"))


def test_wind_is_read_as_speed_and_direction(tmp_path: Path) -> None:
    given = columns(values={"wind_speed": {"name": "v", "units": "km/h"}, "wind_direction": {"name": "d", "units": "1-16 from N"}})
    rows = "7,2020-01-01T01:00,36,5\n7,2020-01-01T02:00,36,1\n7,2020-01-01T03:00,0,17\n7,2020-01-01T04:00,-999,5\n7,2020-01-01T05:00,36,\n"
    table = read(tmp_path, "site,when,v,d\n" + rows, given)
    winds = table.set_index(["key", "time"])["value"].unstack("key")
    assert winds["eastward_wind"].tolist() == pytest.approx([-10, 0, 0, -999, np.nan], nan_ok=True)
    assert winds["northward_wind"].tolist() == pytest.approx([0, -10, 0, -999, np.nan], nan_ok=True, abs=1e-9)


def test_a_sector_that_does_not_exist_gives_no_wind(tmp_path: Path) -> None:
    given = columns(values={"wind_speed": {"name": "v", "units": "m/s"}, "wind_direction": {"name": "d", "units": "1-16 from NNE"}})
    table = read(tmp_path, "site,when,v,d\n7,2020-01-01T01:00,3,0\n7,2020-01-01T02:00,3,17\n", given)
    assert table["value"].isna().tolist() == [True] * 4


def test_a_comma_before_decimals_a_semicolon_between_fields_and_own_codes(tmp_path: Path) -> None:
    given = columns(delimiter=";", decimal=",", missing=["k.A.", "--"], encoding="cp1252")
    table = read(tmp_path, "site;when;PM2.5\nCafé;2020-01-01T01:00;12,5\nCafé;2020-01-01T02:00;k.A.\n", given, encoding="cp1252")
    assert table["value"].tolist() == pytest.approx([12.5, np.nan], nan_ok=True)
    assert set(table["station_id"]) == {"Café"}


def test_tabs_and_other_encodings(tmp_path: Path) -> None:
    given = columns(delimiter="\t", encoding="gb18030", station="站点")
    table = read(tmp_path, "站点\twhen\tPM2.5\n万寿西宫\t2020-01-01T01:00\t3\n", given, name="my.tsv", encoding="gb18030")
    assert table["station_id"].tolist() == ["万寿西宫"]


def test_without_a_column_of_stations_a_file_is_of_the_station_it_is_called_after(tmp_path: Path) -> None:
    table = read(tmp_path, "when,PM2.5\n2020-01-01T01:00,3\n", columns(station=""), name="north.park.csv")
    assert table["station_id"].tolist() == ["north"]


def test_gases_in_parts_of_air_take_the_temperature_of_the_settings(tmp_path: Path) -> None:
    ozone = {"o3": {"name": "O3", "units": "ppb"}}
    for kelvin, expected in ((293.15, 1.9953), (298.15, 1.9618), (273.15, 2.1414)):
        table = read(tmp_path, "site,when,O3\n7,2020-01-01T01:00,1\n", columns(values=ozone, reference_temperature=kelvin))
        assert table["value"].tolist() == pytest.approx([expected], rel=1e-3)


def test_files_of_other_layouts_may_lie_beside(tmp_path: Path) -> None:
    (tmp_path / "china.csv").write_text(cnemc_by_pollutant(1), encoding="utf-8")
    (tmp_path / "openaq.csv").write_text(f"{HEADER}\n9,90,Nine,2020-01-01T00:00:00Z,30,120,pm25,µg/m³,9\n", encoding="utf-8")
    table = read(tmp_path, "site,when,PM2.5\n7,2020-01-01T01:00,3\n", columns())
    assert set(table["station_id"]) == {"1001A", "1002A", "1003A", "9", "7"}


def test_the_settings_have_their_way_where_a_table_is_of_both_layouts(tmp_path: Path) -> None:
    given = columns(time=["Date", "Hour"], time_format="%Y%m%d %H", station="WatchPoint")
    (tmp_path / "sites.csv").write_text("Date,Hour,WatchPoint,PM2.5\n20200402,08,x,5\n", encoding="utf-8")
    assert format_of(tmp_path / "sites.csv") is cnemc_csv.FORMAT
    assert times(read_table(tmp_path, given)[0]) == ["2020-04-02T08:00"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("site,when,PM10\n7,2020-01-01T01:00,3\n", "lacks the columns PM2.5; it begins 'site, when, PM10'. .*section observations.columns"),
        ("site,when,PM2.5\n7,,3\n", "row 1 of 1 has no when"),
        ("site,when,PM2.5\n,2020-01-01T01:00,3\n", "row 1 of 1 has no site"),
        ("site,when,PM2.5\n7,1.1.2020,3\n", r"1\.1\.2020"),
        ("site,when,PM2.5\n7,now,3\n", "'now' is no time"),
        ("site,when,PM2.5\n7,2020-01-01T01:00,3\n7,2020-01-01T01:00Z,3\n", "'2020-01-01T01:00' has no offset"),
        ("site,when,PM2.5\n7,2020-01-01T01:00,three\n", "'three' in the column PM2.5 is no number"),
        ("", "not a whole CSV file"),
    ],
)
def test_what_cannot_be_understood_is_refused_and_shown(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=rf"my\.csv.*{said}"):
        read(tmp_path, text, columns())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"values": {}}, "at least 1 item"),
        ({"values": {"pm2.5": {"name": "x", "units": "µg/m³"}}}, "'pm2.5' is no variable; expected one of"),
        ({"values": {"pm25": {"name": "x"}}}, "the units of pm25 are lacking"),
        ({"parameter": "what"}, "a long table needs the columns parameter and value"),
        ({"units": "unit"}, "a long table needs"),
        ({"time": []}, "at least 1 item"),
        ({"time_zone": "Mars/Base"}, "is not a time zone"),
        ({"hour_label": "middle"}, "'start' or 'end'"),
        ({"encoding": "klingon"}, "'klingon' is no encoding"),
        ({"encoding": "hex"}, "'hex' is no encoding"),
        ({"delimiter": ",", "decimal": ","}, "cannot stand both"),
        ({"delimiter": ""}, "at least 1 character"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        columns(**given)


def test_the_section_is_written_and_read_back(tmp_path: Path) -> None:
    case = SmallCase(tmp_path)
    settings = small_settings(case)
    without = settings_text(settings, tmp_path)
    assert "columns" not in tomllib.loads(without)["observations"]
    observations = ObservationSettings(path=case.observations, columns=columns(missing=["-;"], time=["day", "hour"]))
    with_columns = settings.model_copy(update={"observations": observations})
    text = settings_text(with_columns, tmp_path)
    assert '[observations.columns]\nvalues = { pm25 = { name = "PM2.5", units = "µg/m³" } }  # ' in text
    case.settings.write_text(text, encoding="utf-8")
    assert load_settings(case.settings).observations.columns == observations.columns
    assert with_columns.sha256() != settings.sha256()


def test_a_fault_in_the_section_is_named(tmp_path: Path) -> None:
    case = SmallCase(tmp_path)
    text = settings_text(small_settings(case), tmp_path)
    section = '\n[observations.columns]\ntime = "when"\nvalues = { pm25 = { name = "PM2.5", units = "µg/m³" } }\nhour_label = "middle"\n'
    case.settings.write_text(text + section, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"observations\.columns\.hour_label: input should be 'start' or 'end' \(found 'middle'\)"):
        load_settings(case.settings)


def test_the_example_of_the_docs_is_sound(repository: Path) -> None:
    text = (repository / "docs" / "sources.md").read_text(encoding="utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]
    given = ColumnSettings.model_validate(tomllib.loads(example)["observations"]["columns"])
    assert given.time == ("when",)
    assert set(given.values) == {"pm25", "wind_speed", "wind_direction"}
