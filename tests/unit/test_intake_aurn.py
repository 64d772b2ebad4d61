"""Hourly CSV of UK-AIR."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hazecast.errors import NoDataInPeriod, UnknownUnits, UnreadableInput
from hazecast.intake.monitoring import aurn_csv, openaq_csv
from hazecast.intake.monitoring.formats import format_of
from hazecast.intake.monitoring.layout import VALUE_COLUMNS
from hazecast.intake.monitoring.reading import read_monitoring
from tests.monitoring_samples import aurn
from tests.small_case import HEADER

ROW = "01-01-2025,01:00,11.594,R,ugm-3,75.3,R,ugm-3,4.000,P,ugm-3"
SIDE_BY_SIDE = """Hourly measurement data supplied by UK-air on 17/11/2016
All Data GMT hour ending
Status: V=Verified P=Provisionaly Verified N=Not Verified S=Suspect
,,"Harwell",,,,"London ""Old"" Road, North",
Date,Time,"Nitric oxide",Status,"Nitrogen dioxide",Status,Ozone,Status
2016-01-01,01:00,1.2,V ugm-3,3.5,V ugm-3,80,P ugm-3 (UV)
2016-01-01,24:00:00,1.2,V ugm-3,4.5,V ugm-3,No data,No data
"""
WITH_PLACE = """Hourly measurement data supplied by UK-air on,10/02/2025
Site Name,Birmingham A4540 Roadside
Site Type,Urban Traffic
Latitude, 52.476145
Longitude, -1.874978
Notes: [1] All Data GMT hour ending; [2] V = Verified; [3] Unit of measurement (for pollutants) = ugm-3
Date,Time,Ozone,Status,Nitrogen dioxide,Status
10/02/2025,01:00,80,V,3,P
"""


def read(folder: Path, text: str, encoding: str = "utf-8") -> pd.DataFrame:
    file = folder / "CARD_2025.csv"
    file.write_bytes(text.encode(encoding))
    assert format_of(file) is aurn_csv.FORMAT
    return aurn_csv.read(file)


def value(table: pd.DataFrame, key: str) -> list[float]:
    return table.loc[table["key"] == key, "value"].tolist()


def test_the_values_of_a_site_are_read_beneath_the_lines_about_them(tmp_path: Path) -> None:
    table = read(tmp_path, aurn([ROW]))
    assert list(table.columns) == list(VALUE_COLUMNS)
    assert set(table["station_id"]) == set(table["name"]) == {"Cardiff Centre"}
    assert table.set_index("key")["value"].to_dict() == {"pm10": 11.594, "o3": 75.3, "pm25": 4.0}
    assert table["latitude"].isna().all()


@pytest.mark.parametrize(
    ("date", "time", "utc"),
    [
        ("01-01-2025", "01:00", "2025-01-01T01:00"),
        ("31-12-2025", "24:00", "2026-01-01T00:00"),
        ("28-02-2024", "24:00:00", "2024-02-29T00:00"),
        ("2025-07-01", "12:00", "2025-07-01T12:00"),  # GMT in summer too
        ("03/02/2025", "01:00", "2025-02-03T01:00"),
    ],
)
def test_times_are_gmt_and_the_ends_of_hours(date: str, time: str, utc: str, tmp_path: Path) -> None:
    assert set(read(tmp_path, aurn([ROW.replace("01-01-2025,01:00", f"{date},{time}")]))["time"]) == {pd.Timestamp(utc)}


@pytest.mark.parametrize("missing", ["", "No data", "n/a"])
def test_what_was_not_measured_is_missing(missing: str, tmp_path: Path) -> None:
    table = read(tmp_path, aurn([ROW, ROW.replace("75.3,R,ugm-3", f"{missing},,").replace("01:00", "02:00")]))
    assert value(table, "o3") == pytest.approx([75.3, np.nan], nan_ok=True)


@pytest.mark.parametrize("code", ["-999", "-99", "9999"])
def test_codes_are_left_to_be_judged(code: str, tmp_path: Path) -> None:
    assert value(read(tmp_path, aurn([ROW.replace("75.3", code)])), "o3") == [float(code)]


def test_sites_side_by_side_each_have_their_columns(tmp_path: Path) -> None:
    table = read(tmp_path, SIDE_BY_SIDE)
    assert set(table.loc[table["key"] == "no2", "station_id"]) == {"Harwell"}
    assert set(table.loc[table["key"] == "o3", "station_id"]) == {'London "Old" Road, North'}
    assert value(table, "no2") == [3.5, 4.5]
    assert value(table, "o3") == pytest.approx([80, np.nan], nan_ok=True)
    assert table["time"].max() == pd.Timestamp("2016-01-02T00:00")


def test_a_place_and_a_unit_may_stand_above(tmp_path: Path) -> None:
    table = read(tmp_path, WITH_PLACE)
    assert set(table["station_id"]) == {"Birmingham A4540 Roadside"}
    assert set(table["latitude"]) == {52.476145}
    assert set(table["longitude"]) == {-1.874978}
    assert value(table, "no2") == [3.0]
    assert set(table["time"]) == {pd.Timestamp("2025-02-10T01:00")}


def test_units_stand_beside_the_values_and_may_change(tmp_path: Path) -> None:
    rows = ["01-01-2025,01:00,0.3,R,mgm-3,20,R,ppb", "01-01-2025,02:00,300,R,ugm-3,40,R,ugm-3", "01-01-2025,03:00,,,,,,"]
    table = read(tmp_path, aurn(rows, names=("Carbon monoxide", "Ozone")))
    told = table.sort_values("time")
    assert value(told, "co") == pytest.approx([0.3, 0.3, np.nan], nan_ok=True)
    assert value(told, "o3") == pytest.approx([39.9, 40.0, np.nan], nan_ok=True, abs=0.05)


def test_a_value_without_any_unit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownUnits, match="ozone: Ozone has no units"):
        read(tmp_path, aurn(["01-01-2025,01:00,20,R,"], names=("Ozone",)))


def test_a_file_without_names_of_sites_is_of_the_site_it_is_called_after(tmp_path: Path) -> None:
    table = read(tmp_path, "Date,Time,Ozone,status,unit\n11/08/2026,24:00,8.5,P,ugm-3\n")
    assert table["station_id"].tolist() == ["CARD_2025"]
    assert table["time"].tolist() == [pd.Timestamp("2026-08-12T00:00")]


def test_sites_take_their_places_from_the_list_of_stations(tmp_path: Path) -> None:
    read(tmp_path, aurn([ROW]))
    (tmp_path / "stations.csv").write_text("location_id,location,lat,lon\nCardiff Centre,Cardiff,51.48,-3.18\n", encoding="utf-8")
    (station,) = read_monitoring(tmp_path).stations
    assert (station.id, station.latitude, station.longitude) == ("Cardiff Centre", 51.48, -3.18)


def test_the_byte_of_a_windows_letter_does_no_harm(tmp_path: Path) -> None:
    assert set(read(tmp_path, aurn([ROW], site="Caf\u00e9 Road"), "cp1252")["station_id"]) <= {"Caf\u00e9 Road", "Caf\ufffd Road"}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([ROW.replace("01-01-2025", "first")], "first"),
        ([ROW.replace("01-01-2025", "13-13-2025")], "13-13-2025"),
        ([ROW.replace("01:00", "25:00")], "25:00"),
        ([ROW.replace("75.3", "high")], "'high' in the column"),
        ([ROW, "02-01-2025,,1,R,ugm-3,1,R,ugm-3,1,R,ugm-3"], "row 2 of 2 has no time"),
    ],
)
def test_what_cannot_be_understood_is_refused_and_shown(rows: list[str], said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=rf"CARD_2025\.csv.*{said}"):
        read(tmp_path, aurn(rows))


def test_without_any_pollutant_that_is_known_they_are_named(tmp_path: Path) -> None:
    with pytest.raises(NoDataInPeriod, match="it has nitric oxide, status, unit"):
        read(tmp_path, aurn(["01-01-2025,01:00,20,R,ugm-3"], names=("Nitric oxide",)))


def test_other_csv_is_not_theirs(tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    for content in (b"", b"\xff\xfe\x00", f"{HEADER}\n".encode(), b"Date,Time,Ozone\n", b'"' * 300_000):
        file.write_bytes(content)
        assert format_of(file) is openaq_csv.FORMAT
