"""Monitoring data as the OpenAQ archive and those who imitate it write it."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hazecast.errors import NoDataInPeriod, UnknownUnits, UnreadableInput
from hazecast.intake.monitoring.reading import Monitoring, read_monitoring
from hazecast.records import Station
from tests.small_case import HEADER


def row(time: str = "2020-01-01T00:00:00+00:00", value: object = 50.0, parameter: str = "pm25", units: str = "µg/m³", id: str = "1") -> str:
    return f"{id},{id}0,Station {id},{time},30.0,120.0,{parameter},{units},{value}"


def read(folder: Path, *rows: str, known_by: str | None = None, delay_hours: float = 0.0) -> Monitoring:
    (folder / "observations").mkdir(exist_ok=True)
    (folder / "observations" / "all.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    known = None if known_by is None else pd.Timestamp(known_by)
    return read_monitoring(folder / "observations", known, pd.Timedelta(hours=delay_hours))


def values(monitoring: Monitoring, key: str = "pm25") -> dict[str, list[float]]:
    """By hour, the values of all stations."""
    data: xr.DataArray = monitoring.data[key]
    return {str(time)[:16]: data.sel(time=time).values.tolist() for time in data["time"].values}


@pytest.mark.parametrize(
    ("time", "hour"),
    [
        ("2020-01-01T08:00:00+08:00", "2020-01-01T00:00"),
        ("2019-12-31T19:00:00-05:00", "2020-01-01T00:00"),
        ("2020-01-01T05:45:00+05:45", "2020-01-01T00:00"),
        ("2020-01-01T00:00:00Z", "2020-01-01T00:00"),
        ("2020-01-01T00:00+0000", "2020-01-01T00:00"),
        ("2020-01-01 00:00:00+00:00", "2020-01-01T00:00"),
        ("2020-01-01T05:00:00+05:30", "2020-01-01T00:00"),  # 23:30 UTC ends in the hour to midnight
        ("2020-01-01T00:00:01+00:00", "2020-01-01T01:00"),
    ],
)
def test_a_time_is_brought_to_utc_and_to_the_hour_that_it_ends_in(time: str, hour: str, tmp_path: Path) -> None:
    assert values(read(tmp_path, row(time))) == {hour: [50.0]}


@pytest.mark.parametrize("time", ["2020-01-01T00:00:00", "2020-01-01", "2020-01-01T24:00:00+00:00", "1.1.2020 00:00+00:00", "0", "soon"])
def test_a_time_without_offset_or_not_of_iso_8601_is_refused_and_shown(time: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"all\.csv: .*" + time.replace("+", r"\+").replace(".", r"\.")):
        read(tmp_path, row(), row(time))


@pytest.mark.parametrize("units", ["µg/m³", "\u03bcg/m³", "ug/m3", "µg/m3", " µg m-3 ", "µg m**-3"])
def test_micrograms_are_written_in_many_ways(units: str, tmp_path: Path) -> None:
    assert values(read(tmp_path, row(units=units))) == {"2020-01-01T00:00": [50.0]}


@pytest.mark.parametrize(
    ("parameter", "units", "value", "expected"),
    [("co", "µg/m³", 1500.0, 1.5), ("co", "mg/m³", 1.5, 1.5), ("pm25", "mg/m³", 0.05, 50.0), ("so2", "µg/m³", 0.0, 0.0)],
)
def test_every_pollutant_comes_to_its_own_unit(parameter: str, units: str, value: float, expected: float, tmp_path: Path) -> None:
    monitoring = read(tmp_path, row(value=value, parameter=parameter, units=units))
    assert values(monitoring, parameter)["2020-01-01T00:00"] == pytest.approx([expected])
    assert monitoring.data[parameter].attrs["units"] == ("mg m-3" if parameter == "co" else "µg m-3")


def test_two_units_of_one_pollutant_may_stand_in_one_file(tmp_path: Path) -> None:
    monitoring = read(tmp_path, row(units="mg/m³", value=0.05), row("2020-01-01T01:00:00Z", 60.0))
    assert values(monitoring) == {"2020-01-01T00:00": [50.0], "2020-01-01T01:00": [60.0]}


def test_units_that_are_not_known_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownUnits, match="o3: Ozone is in 'pphm'; expected one of: µg/m3"):
        read(tmp_path, row(), row(parameter="o3", units="pphm"))


@pytest.mark.parametrize("value", [-999, -9999, 0, -0.0001, 0.4, 5000, "inf"])
def test_what_no_instrument_measures_is_handed_on_as_it_is_for_the_checks_to_judge(value: object, tmp_path: Path) -> None:
    monitoring = read(tmp_path, row(value=value), row("2020-01-01T01:00:00Z"))
    assert monitoring.notes == ()
    assert values(monitoring) == {"2020-01-01T00:00": [float(str(value))], "2020-01-01T01:00": [50.0]}


@pytest.mark.parametrize("value", ["", "NaN", "NA", "-;", "_"])
def test_what_is_written_as_missing_is_missing(value: str, tmp_path: Path) -> None:
    monitoring = read(tmp_path, row(value=value), row("2020-01-01T01:00:00Z"))
    assert monitoring.notes == ()
    assert np.isnan(values(monitoring)["2020-01-01T00:00"]).all()


def test_a_network_whose_every_value_is_missing_still_has_its_stations_and_hours(tmp_path: Path) -> None:
    monitoring = read(tmp_path, row(value=""), row(value="", id="2"))
    assert monitoring.data["pm25"].shape == (1, 2)
    assert monitoring.data["pm25"].isnull().all()
    assert [s.id for s in monitoring.stations] == ["1", "2"]


def test_of_two_rows_of_one_moment_the_last_plausible_counts(tmp_path: Path) -> None:
    assert values(read(tmp_path, row(value=10.0), row(value=20.0))) == {"2020-01-01T00:00": [20.0]}
    assert values(read(tmp_path, row(value=10.0), row(value=-999))) == {"2020-01-01T00:00": [10.0]}


def test_a_code_for_a_missing_value_has_no_part_in_the_mean_of_an_hour(tmp_path: Path) -> None:
    moments = [row(f"2020-01-01T00:{minute}:00Z", value) for minute, value in (("15", 10.0), ("30", -999), ("45", 30.0))]
    assert values(read(tmp_path, *moments)) == {"2020-01-01T01:00": [20.0]}


def test_a_corrected_file_of_a_later_name_replaces_the_first(tmp_path: Path) -> None:
    read(tmp_path, row(value=10.0))
    (tmp_path / "observations" / "b_corrected.csv").write_text(f"{HEADER}\n{row(value=30.0)}\n", encoding="utf-8")
    assert values(read_monitoring(tmp_path / "observations")) == {"2020-01-01T00:00": [30.0]}


def test_several_moments_of_an_hour_are_averaged(tmp_path: Path) -> None:
    moments = [row(f"2020-01-01T0{time}:00Z", value) for time, value in (("0:15", 10.0), ("0:30", 20.0), ("0:45", 30.0), ("1:00", 60.0))]
    assert values(read(tmp_path, *moments)) == {"2020-01-01T01:00": [30.0]}


def test_a_parameter_that_is_not_known_is_left_out(tmp_path: Path) -> None:
    monitoring = read(tmp_path, row(), row(parameter="um003", units="particles/cm³", value=3.0))
    assert list(monitoring.data.data_vars) == ["pm25"]


def test_with_nothing_but_unknown_parameters_they_are_named(tmp_path: Path) -> None:
    with pytest.raises(NoDataInPeriod, match=r"holds none of pm25, .*; it has pm2\.5, um003"):
        read(tmp_path, row(parameter="um003"), row(parameter="pm2.5"))


def test_a_value_is_known_from_its_hour_plus_the_delay_on_and_not_before(tmp_path: Path) -> None:
    rows = [row("2020-01-01T00:00:00Z", 10.0), row("2020-01-01T01:00:00Z", 20.0)]
    assert list(values(read(tmp_path, *rows, known_by="2020-01-01T01:00"))) == ["2020-01-01T00:00", "2020-01-01T01:00"]
    assert list(values(read(tmp_path, *rows, known_by="2020-01-01T00:59:59"))) == ["2020-01-01T00:00"]
    assert list(values(read(tmp_path, *rows, known_by="2020-01-01T02:30", delay_hours=1.5))) == ["2020-01-01T00:00", "2020-01-01T01:00"]
    assert list(values(read(tmp_path, *rows, known_by="2020-01-01T02:29:59", delay_hours=1.5))) == ["2020-01-01T00:00"]


def test_a_value_of_half_past_is_not_known_before_its_hour_is_over(tmp_path: Path) -> None:
    rows = [row("2020-01-01T00:00:00Z", 10.0), row("2020-01-01T00:30:00Z", 20.0)]
    assert list(values(read(tmp_path, *rows, known_by="2020-01-01T00:45"))) == ["2020-01-01T00:00"]
    assert list(values(read(tmp_path, *rows, known_by="2020-01-01T01:00"))) == ["2020-01-01T00:00", "2020-01-01T01:00"]


def test_what_is_rejected_later_is_not_counted_before_it_is_known(tmp_path: Path) -> None:
    monitoring = read(tmp_path, row(), row("2020-01-01T05:00:00Z", -999), known_by="2020-01-01T04:00")
    assert monitoring.notes == ()


def test_before_anything_had_arrived_the_period_of_the_data_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoDataInPeriod, match=r"arrived by 2019-12-31 23:00 UTC; it has 2020-01-01 00:00 to 2020-01-01 00:00 UTC"):
        read(tmp_path, row(), known_by="2019-12-31T23:00")


def test_a_file_of_the_header_alone_is_of_a_silent_station(tmp_path: Path) -> None:
    read(tmp_path, row())
    (tmp_path / "observations" / "silent.csv.gz").write_bytes(gzip.compress(f"{HEADER}\n".encode()))
    assert values(read_monitoring(tmp_path / "observations")) == {"2020-01-01T00:00": [50.0]}


def test_headers_alone_are_no_data(tmp_path: Path) -> None:
    with pytest.raises(NoDataInPeriod, match="holds no observation; it has no rows at all"):
        read(tmp_path)


def test_files_may_lie_in_folders_by_station_and_year_as_in_the_archive(tmp_path: Path) -> None:
    for id in ("1", "2"):
        folder = tmp_path / f"locationid={id}" / "year=2020" / "month=01"
        folder.mkdir(parents=True)
        (folder / f"location-{id}-20200101.csv.gz").write_bytes(gzip.compress(f"{HEADER}\n{row(id=id)}\n".encode()))
    monitoring = read_monitoring(tmp_path)
    assert [s.name for s in monitoring.stations] == ["Station 1", "Station 2"]
    assert len(monitoring.files) == 2


def test_a_single_file_may_be_named_and_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text(f"{HEADER}\n{row()}\n", encoding="utf-8-sig")
    assert values(read_monitoring(file)) == {"2020-01-01T00:00": [50.0]}


@pytest.mark.parametrize("place", ["observations/stations.csv", "stations.csv"])
def test_a_list_of_stations_adds_those_that_are_silent(place: str, tmp_path: Path) -> None:
    read(tmp_path, row())
    (tmp_path / place).write_text("location_id,location,lat,lon\n1,Another name,0,0\n2,Silent,31.0,121.0\n,,,\n", encoding="utf-8")
    monitoring = read_monitoring(tmp_path / "observations")
    assert monitoring.stations == (Station("1", "Station 1", 30.0, 120.0), Station("2", "Silent", 31.0, 121.0))
    assert monitoring.data["pm25"].isnull().values.tolist() == [[False, True]]


def test_a_stations_csv_of_something_else_is_not_ours(tmp_path: Path) -> None:
    read(tmp_path, row())
    (tmp_path / "stations.csv").write_text("railway,platforms\nBeijing West,20\n", encoding="utf-8")
    assert [s.id for s in read_monitoring(tmp_path / "observations").stations] == ["1"]


def test_a_station_keeps_the_name_and_place_it_was_last_seen_with(tmp_path: Path) -> None:
    moved = row("2020-01-02T00:00:00Z").replace("Station 1", " Moved  station\t").replace("30.0,120.0", "30.5,120.5")
    assert read(tmp_path, row(), moved).stations == (Station("1", "Moved station", 30.5, 120.5),)


def test_a_station_without_name_is_called_by_its_id(tmp_path: Path) -> None:
    assert read(tmp_path, row().replace("Station 1", "")).stations == (Station("1", "1", 30.0, 120.0),)


def test_an_id_is_text_and_keeps_its_zeros(tmp_path: Path) -> None:
    assert [s.id for s in read(tmp_path, row(id="007"), row(id="7")).stations] == ["007", "7"]


@pytest.mark.parametrize("place", [",", "NaN,NaN", "300.0,120.0", "30.0,999"])
def test_a_station_without_a_place_on_earth_is_named_and_its_values_are_kept(place: str, tmp_path: Path) -> None:
    monitoring = read(tmp_path, row(), row(id="2").replace("30.0,120.0", place))
    assert [s.id for s in monitoring.stations] == ["1"]
    assert monitoring.unplaced == ("Station 2",)
    assert monitoring.data["station"].values.tolist() == ["1", "2"]


def test_a_name_with_quotes_newline_and_markup_stays_one_line(tmp_path: Path) -> None:
    evil = row().replace("Station 1", '"""Sta\n[site]\ntion"" <script>é北"')
    assert [s.name for s in read(tmp_path, evil).stations] == ['"Sta [site] tion" <script>é北']


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "not a whole CSV file", id="empty"),
        pytest.param(b"<html>\n<body>Log in</body>\n", "lacks the columns location_id, .* it begins '<html>'", id="a web page"),
        pytest.param(HEADER.replace("value", "val").encode() + b"\n", "lacks the columns value; it begins", id="a column of another name"),
        pytest.param(HEADER.replace(",", ";").encode() + b"\n", "lacks the columns", id="semicolons"),
        pytest.param(f"{HEADER}\n{row()}\n".encode("latin-1"), "not a whole CSV file in UTF-8", id="latin-1"),
        pytest.param(f"{HEADER}\n{row()},7,8\n{row()},7,8\n{row()},9,9,9\n".encode(), "not a whole CSV file", id="too many fields"),
        pytest.param(f"{HEADER}\n{row()},\n{row()},\n".encode(), "more fields than its header", id="a comma at the end of each row"),
        pytest.param(f"{HEADER}\n{row(value='x')}\n".encode(), "could not convert string to float: 'x'", id="words for numbers"),
        pytest.param(
            f"{HEADER}\n{row()}\n{row().partition(',µg')[0]}".encode(),
            "its last row has 7 of 9 fields; the file may be cut off",
            id="cut off",
        ),
        pytest.param(f"{HEADER}\n{row()}\n1,10,St".encode(), "its last row has 3 of 9 fields", id="cut off early"),
    ],
)
def test_a_file_that_is_not_whole_or_of_another_layout_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text(f"{HEADER}\n{row()}\n", encoding="utf-8")
    (tmp_path / "wrong.csv").write_bytes(content)
    with pytest.raises(UnreadableInput, match=rf"wrong\.csv.*{said}"):
        read_monitoring(tmp_path)


def test_gzip_that_is_cut_off_damaged_or_none_is_refused(tmp_path: Path) -> None:
    rows = "\n".join([HEADER, *(row(f"2020-01-{d:02}T{h:02}:00:00Z", d * h + 1) for d in range(1, 29) for h in range(24))])
    whole, file = gzip.compress(rows.encode()), tmp_path / "station.csv.gz"
    damaged = whole[:500] + bytes(b ^ 0xFF for b in whole[500:540]) + whole[540:]
    for content in (whole[: len(whole) // 2], whole[:-4], damaged, rows.encode(), b"<html>"):
        file.write_bytes(content)
        with pytest.raises(UnreadableInput, match=r"station\.csv\.gz is not a whole CSV file"):
            read_monitoring(tmp_path)
    file.write_bytes(whole)
    assert read_monitoring(tmp_path).data.sizes["time"] == 28 * 24


def test_a_damaged_list_of_stations_is_named(tmp_path: Path) -> None:
    read(tmp_path, row())
    (tmp_path / "stations.csv").write_bytes(b"")
    with pytest.raises(UnreadableInput, match=r"stations\.csv is not a whole CSV file"):
        read_monitoring(tmp_path / "observations")
