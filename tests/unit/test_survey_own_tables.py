"""Tables that no reader knows: a draft of their layout, which says what it cannot know, and with which `init` goes on."""

import tomllib
from pathlib import Path

import pytest

from hazecast.config import load_settings
from hazecast.errors import SettingsError
from hazecast.intake.monitoring.reading import read_monitoring
from hazecast.survey.own_tables import columns_draft, load_columns, own_tables
from tests.commands import hazecast
from tests.monitoring_samples import cnemc_by_pollutant
from tests.small_case import HEADER, HOURS, STATIONS, hours_from_first, observed, write_small_case

WIDE = "site;when;lat;lon;PM2.5 (µg/m³);CO [ppm];TEMP\nNorth;01.02.2020 08:00;36.75;117,0;51,5;0,4;3\n"


def table(folder: Path, text: str, name: str = "mine.csv", encoding: str = "utf-8") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def draft(folder: Path, text: str, encoding: str = "utf-8") -> dict[str, object]:
    written = tomllib.loads(columns_draft(table(folder, text, encoding=encoding)))
    columns: dict[str, object] = written["observations"]["columns"]
    return columns


@pytest.mark.parametrize(
    ("text", "is_own"),
    [
        pytest.param(WIDE, True, id="of one's own"),
        pytest.param(HEADER + "\n", False, id="of OpenAQ"),
        pytest.param(HEADER.replace("units,", "") + "\n", False, id="of OpenAQ, lacking a column"),
        pytest.param(cnemc_by_pollutant(), False, id="of China's network"),
        pytest.param("<!DOCTYPE html>\n<p>", False, id="of the web"),
        pytest.param("", False, id="empty"),
    ],
)
def test_only_a_table_with_columns_that_nobody_knows_is_ones_own(text: str, is_own: bool, tmp_path: Path) -> None:
    file = table(tmp_path, text)
    assert own_tables(tmp_path) == ((file,) if is_own else ())


def test_columns_are_guessed_by_their_names(tmp_path: Path) -> None:
    got = draft(tmp_path, WIDE)
    assert got["time"] == ["when"]
    assert (got["station"], got["latitude"], got["longitude"]) == ("site", "lat", "lon")
    assert (got["delimiter"], got["decimal"]) == (";", ",")
    assert got["values"] == {
        "pm25": {"name": "PM2.5 (µg/m³)", "units": "µg/m³"},
        "co": {"name": "CO [ppm]", "units": "ppm"},
        "air_temperature": {"name": "TEMP", "units": "°C"},
    }


def test_what_cannot_be_known_is_marked(tmp_path: Path) -> None:
    lines = columns_draft(table(tmp_path, WIDE)).splitlines()
    marked = {line.partition(" = ")[0] for line in lines if "CHECK" in line and not line.startswith("#")}
    assert marked == {"time_format", "time_zone", "hour_label", "air_temperature"}


@pytest.mark.parametrize(
    ("header", "time"),
    [
        ("No,year,month,day,hour,PM2.5", ["year", "month", "day", "hour"]),
        ("Date,Hour of day,PM2.5", ["Date"]),
        ("Date,Hour,PM2.5", ["Date", "Hour"]),
        ("datetime,Hour,PM2.5", ["datetime"]),
        ("x,PM2.5", ["…"]),
    ],
)
def test_a_time_may_stand_in_several_columns(header: str, time: list[str], tmp_path: Path) -> None:
    assert draft(tmp_path, header + "\n")["time"] == time


def test_a_long_table_is_told_by_its_parameter_and_value(tmp_path: Path) -> None:
    got = draft(tmp_path, "id,date_time,pollutant,value,unit\n")
    assert (got["parameter"], got["value"], got["units"]) == ("pollutant", "value", "unit")
    assert got["values"] == {"pm25": {"name": "pm25"}}


def test_other_encodings_and_nasty_names_make_toml_all_the_same(tmp_path: Path) -> None:
    got = draft(tmp_path, '时间,站点,"PM2.5\\x",PM10\n', encoding="gb18030")
    assert (got["encoding"], got["time"], got["station"]) == ("gb18030", ["时间"], "站点")
    assert got["values"] == {"pm25": {"name": "…", "units": "µg/m³"}, "pm10": {"name": "PM10", "units": "µg/m³"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time = [", "cannot be read as TOML"),
        ("time = 'when'", "values: Field required"),
        ("[observations.columns]\ntime = 'when'\nvalues = { pm25 = { name = 'a', units = 'µg/m³' } }\nzone = 1", "zone: Extra inputs"),
    ],
)
def test_a_layout_that_cannot_be_meant_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "columns.toml").write_text(text)
    with pytest.raises(SettingsError, match=said):
        load_columns(tmp_path / "columns.toml")


def test_init_drafts_the_layout_and_goes_on_once_it_is_mended(tmp_path: Path) -> None:
    case = write_small_case(tmp_path)
    for file in case.observations.iterdir():
        file.unlink()
    values = observed()
    rows = [
        f"{station},{latitude},{longitude},{time},{values[hour, number]}"
        for number, (_, station, latitude, longitude) in enumerate(STATIONS)
        for hour, time in enumerate(hours_from_first(HOURS))
    ]
    table(case.observations, "\n".join(["site,lat,lon,local time,PM2.5", *rows]) + "\n")
    asked = ("init", "--meteorology", "meteorology", "--observations", "observations", "--out", "my.toml")
    refused = hazecast(*asked, cwd=tmp_path)
    assert refused.status == 2
    assert "mine.csv is a table in no layout that hazecast knows" in " ".join(refused.err.split())
    assert "--columns my-columns.toml" in " ".join(refused.err.split())
    assert not (tmp_path / "my.toml").exists()
    drafted = tmp_path / "my-columns.toml"
    mended = drafted.read_text(encoding="utf-8").replace('["…"]', '["local time"]').replace('time_zone = "UTC"', 'time_zone = "Etc/GMT-1"')
    drafted.write_text(mended, encoding="utf-8")
    done = hazecast(*asked, "--columns", "my-columns.toml", cwd=tmp_path)
    assert done.status == 0, done.err
    assert "table of the settings (1 file)" in done.out
    columns = load_settings(tmp_path / "my.toml").observations.columns
    assert columns == load_columns(drafted)
    assert read_monitoring(case.observations, columns=columns).data["time"].values[0] == hours_from_first(1)[0] - 3600
