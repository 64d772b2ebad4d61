"""JSON of OpenAQ's API v3."""

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hazecast.errors import NoDataInPeriod, UnknownUnits, UnreadableInput
from hazecast.intake.monitoring import openaq_api
from hazecast.intake.monitoring.formats import format_of
from hazecast.intake.monitoring.layout import VALUE_COLUMNS
from hazecast.intake.monitoring.reading import read_monitoring
from hazecast.records import Station
from tests.monitoring_samples import openaq_answer, openaq_hour, openaq_location

HOURS = [openaq_hour("2024-01-01T01:00:00Z", 26.1, begin="2024-01-01T00:00:00Z"), openaq_hour("2024-01-01T02:00:00Z", None)]


def read(folder: Path, text: str, name: str = "sensor-55.json") -> pd.DataFrame:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    assert format_of(file) is openaq_api.FORMAT
    return openaq_api.read(file)


@pytest.mark.parametrize("name", ["sensor-55.json", "sensors/55/hours.json.gz", "SENSOR_55_2024.json", "sensors55.json"])
def test_an_hour_belongs_to_the_sensor_that_the_file_is_named_after(name: str, tmp_path: Path) -> None:
    table = read(tmp_path, openaq_answer(HOURS), name)
    assert list(table.columns) == list(VALUE_COLUMNS)
    assert set(table["station_id"]) == {"sensor-55"}
    assert table["time"].tolist() == [pd.Timestamp("2024-01-01T01:00"), pd.Timestamp("2024-01-01T02:00")]
    assert table["key"].tolist() == ["pm25", "pm25"]
    assert table["value"].tolist() == pytest.approx([26.1, np.nan], nan_ok=True)


def test_times_are_the_ends_of_hours_in_utc(tmp_path: Path) -> None:
    table = read(tmp_path, openaq_answer([openaq_hour("2024-01-01T09:00:00+08:00", 1.0, begin="2024-01-01T08:00:00+08:00")]))
    assert table["time"].tolist() == [pd.Timestamp("2024-01-01T01:00")]


@pytest.mark.parametrize("place", ["locations.json", "../openaq-locations-1.json"])
def test_a_document_of_locations_beside_says_where_the_sensor_stands(place: str, tmp_path: Path) -> None:
    folder = tmp_path / "hours"
    folder.mkdir()
    (folder / place).write_text(openaq_answer([openaq_location(6, [1]), openaq_location(7, [54, 55], 30.5, 120.5)]), encoding="utf-8")
    first = read(folder, openaq_answer(HOURS)).iloc[0]
    assert (first["station_id"], first["name"], first["latitude"], first["longitude"]) == ("7", "Location 7", 30.5, 120.5)


def test_sensors_of_one_location_are_one_station(tmp_path: Path) -> None:
    (tmp_path / "locations.json").write_text(openaq_answer([openaq_location(7, [55, 56])]), encoding="utf-8")
    read(tmp_path, openaq_answer(HOURS))
    read(tmp_path, openaq_answer([openaq_hour("2024-01-01T01:00:00Z", 0.03, "o3", "ppm")]), "sensor-56.json")
    monitoring = read_monitoring(tmp_path)
    assert monitoring.stations == (Station("7", "Location 7", 30.0, 120.0),)
    assert monitoring.data["o3"].values[0, 0] == pytest.approx(58.85, abs=0.01)
    assert monitoring.data["pm25"].values[0, 0] == 26.1


def test_a_file_may_be_named_after_a_location(tmp_path: Path) -> None:
    assert set(read(tmp_path, openaq_answer(HOURS), "location-678-pm25.json")["station_id"]) == {"678"}
    (tmp_path / "locations.json").write_text(openaq_answer([openaq_location(678, [1])]), encoding="utf-8")
    assert set(read(tmp_path, openaq_answer(HOURS), "location-678-pm25.json")["name"]) == {"Location 678"}


def test_lines_of_json_may_hold_the_location_and_its_hours(tmp_path: Path) -> None:
    lines = [openaq_answer([openaq_location(7, [55])]), openaq_answer(HOURS[:1]), openaq_answer(HOURS[1:])]
    table = read(tmp_path, "\n".join(lines) + "\n", "anything.jsonl")
    assert table["station_id"].tolist() == ["7", "7"]


def test_hours_of_nobody_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"hours\.json does not say of which sensor it is.* sensor-12345\.json"):
        read(tmp_path, openaq_answer(HOURS), "hours.json")


def test_a_document_of_locations_alone_has_no_values(tmp_path: Path) -> None:
    table = read(tmp_path, openaq_answer([openaq_location(7, [55])]), "locations.json")
    assert table.empty
    assert list(table.columns) == list(VALUE_COLUMNS)
    assert read(tmp_path, openaq_answer([]), "nothing-found.json").empty


def test_a_measurement_with_a_place_of_its_own_stands_there(tmp_path: Path) -> None:
    (tmp_path / "locations.json").write_text(openaq_answer([openaq_location(7, [55])]), encoding="utf-8")
    table = read(tmp_path, openaq_answer([{**HOURS[0], "coordinates": {"latitude": 31.0, "longitude": 121.0}}, HOURS[1]]))
    assert table["latitude"].tolist() == [31.0, 30.0]


@pytest.mark.parametrize(
    ("parameter", "units", "value", "key", "expected"),
    [
        ("co", "ppm", 1.0, "co", 1.1449),
        ("no2", "ppb", 10.0, "no2", 18.80),
        ("temperature", "c", 1.0, "air_temperature", 274.15),
        ("relativehumidity", "%", 43.0, "relative_humidity", 43.0),
        ("pressure", "hpa", 1013.0, "surface_pressure", 101300.0),
        ("no2", "ppb", -999.0, "no2", -999.0),
    ],
)
def test_parameters_come_to_the_vocabulary(parameter: str, units: str, value: float, key: str, expected: float, tmp_path: Path) -> None:
    table = read(tmp_path, openaq_answer([openaq_hour("2024-01-01T01:00:00Z", value, parameter, units)]))
    assert table["key"].tolist() == [key]
    assert table["value"].tolist() == pytest.approx([expected], rel=1e-3)


def test_wind_of_two_sensors_becomes_its_components(tmp_path: Path) -> None:
    (tmp_path / "locations.json").write_text(openaq_answer([openaq_location(7, [55, 56, 57])]), encoding="utf-8")
    for sensor, parameter, units, value in (
        (55, "pm25", "µg/m³", 9.0),
        (56, "wind_speed", "m/s", 5.0),
        (57, "wind_direction", "deg", 270.0),
    ):
        read(tmp_path, openaq_answer([openaq_hour("2024-01-01T01:00:00Z", value, parameter, units)]), f"sensor-{sensor}.json")
    data = read_monitoring(tmp_path).data
    assert data["eastward_wind"].values.tolist() == [[5.0]]
    assert data["northward_wind"].values[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert "wind_speed" not in data


def test_means_of_a_day_are_not_taken_for_hours(tmp_path: Path) -> None:
    day = openaq_hour("2024-01-02T00:00:00Z", 20.0, begin="2024-01-01T00:00:00Z")
    with pytest.raises(UnreadableInput, match="holds the mean of 1 days"):
        read(tmp_path, openaq_answer([day]))


def test_unknown_parameters_and_units_are_named(tmp_path: Path) -> None:
    with pytest.raises(NoDataInPeriod, match="it has um003"):
        read(tmp_path, openaq_answer([openaq_hour("2024-01-01T01:00:00Z", 1.0, "um003", "particles/cm³")]))
    with pytest.raises(UnknownUnits, match=r"sensor-55\.json: o3: Ozone is in 'DU'"):
        read(tmp_path, openaq_answer([openaq_hour("2024-01-01T01:00:00Z", 1.0, "o3", "DU")]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (openaq_answer(HOURS)[:-20], "EOF while parsing"),
        (openaq_answer(HOURS).replace('"value": 26.1', '"value": "x"'), r"results\.0\._Measurement\.value: .* expected JSON as OpenAQ"),
        (openaq_answer(HOURS).replace('"utc"', '"gmt"'), r"results\.0"),
        (openaq_answer(HOURS).replace("2024-01-01T01:00:00Z", "now"), "now"),
        (openaq_answer(HOURS) + "\n" + openaq_answer(HOURS)[:50], "EOF"),
    ],
)
def test_json_that_is_not_whole_or_laid_out_otherwise_is_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=rf"sensor-55\.json.*{said}"):
        read(tmp_path, text)


def test_the_manifest_of_a_download_is_no_data(tmp_path: Path) -> None:
    read(tmp_path, openaq_answer(HOURS))
    (tmp_path / "manifest.json").write_text(json.dumps({"files": []}), encoding="utf-8")
    assert [file.name for file in read_monitoring(tmp_path).files] == ["sensor-55.json"]


def test_json_of_no_known_format_is_named(tmp_path: Path) -> None:
    (tmp_path / "error.json").write_text('{"error": "quota exceeded"}', encoding="utf-8")
    with pytest.raises(UnreadableInput, match=r"error\.json is in no format that hazecast knows; it knows .*JSON of OpenAQ's API"):
        read_monitoring(tmp_path)
