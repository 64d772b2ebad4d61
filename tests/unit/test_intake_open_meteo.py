"""JSON of Open-Meteo: modelled, and never taken for observed."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hazecast.errors import NoDataInPeriod, UnknownUnits, UnreadableInput
from hazecast.intake.monitoring import open_meteo
from hazecast.intake.monitoring.formats import format_of
from hazecast.intake.monitoring.layout import ORIGIN, VALUE_COLUMNS
from hazecast.intake.monitoring.reading import read_monitoring, read_table
from hazecast.records import Origin
from tests.monitoring_samples import open_meteo_place
from tests.small_case import HEADER


def read(folder: Path, *places: dict[str, object], name: str = "point.json") -> pd.DataFrame:
    file = folder / name
    file.write_text(json.dumps(places[0] if len(places) == 1 else list(places)), encoding="utf-8")
    assert format_of(file) is open_meteo.FORMAT
    return open_meteo.read(file)


def value(table: pd.DataFrame, key: str) -> list[float]:
    return table.loc[table["key"] == key, "value"].tolist()


def test_values_come_at_their_place_and_are_modelled(tmp_path: Path) -> None:
    table = read(tmp_path, open_meteo_place(2))
    assert list(table.columns) == [*VALUE_COLUMNS, ORIGIN]
    assert set(table[ORIGIN]) == {Origin.MODELLED}
    assert set(table["latitude"]) == {39.9}
    assert set(table["longitude"]) == {116.4}
    assert value(table, "pm25") == [10.5, 11.5]
    assert value(table, "air_temperature") == pytest.approx([274.65, 274.65])


@pytest.mark.parametrize(("offset", "first"), [(28800, "2023-12-31T16:00"), (0, "2024-01-01T00:00"), (-12600, "2024-01-01T03:30")])
def test_local_times_are_brought_to_utc_by_the_offset_told(offset: int, first: str, tmp_path: Path) -> None:
    assert read(tmp_path, open_meteo_place(1, offset))["time"].iloc[0] == pd.Timestamp(first)


def test_seconds_since_1970_are_utc_whatever_the_offset(tmp_path: Path) -> None:
    place = open_meteo_place(2)
    place["hourly_units"]["time"] = "unixtime"
    place["hourly"]["time"] = [1704067200, 1704070800]
    assert read(tmp_path, place)["time"].tolist()[:2] == [pd.Timestamp("2024-01-01T00:00"), pd.Timestamp("2024-01-01T01:00")]


@pytest.mark.parametrize(
    ("name", "units", "told", "key", "expected"),
    [
        ("carbon_monoxide", "μg/m³", 300.0, "co", 0.3),
        ("nitrogen_dioxide", "μg/m³", 30.0, "no2", 30.0),
        ("sulphur_dioxide", "μg/m³", 3.0, "so2", 3.0),
        ("ozone", "μg/m³", 60.0, "o3", 60.0),
        ("dew_point_2m", "°C", -10.0, "dew_point", 263.15),
        ("dewpoint_2m", "°F", 14.0, "dew_point", 263.15),
        ("relative_humidity_2m", "%", 43, "relative_humidity", 43.0),
        ("surface_pressure", "hPa", 1013.25, "surface_pressure", 101325.0),
        ("precipitation", "mm", 0.4, "precipitation", 0.4),
        ("cloud_cover", "%", 40, "cloud_cover", 0.4),
        ("shortwave_radiation", "W/m²", 250.0, "solar_radiation", 250.0),
        ("boundary_layer_height", "m", 800.0, "mixing_height", 800.0),
        ("visibility", "m", 24140.0, "visibility", 24140.0),
    ],
)
def test_variables_come_to_the_vocabulary(name: str, units: str, told: float, key: str, expected: float, tmp_path: Path) -> None:
    assert value(read(tmp_path, open_meteo_place(1, **{name: (units, [told])})), key) == pytest.approx([expected])


def test_wind_becomes_its_components(tmp_path: Path) -> None:
    read(tmp_path, open_meteo_place(3, wind_speed_10m=("km/h", [36.0, 18.0, 0.0]), wind_direction_10m=("°", [270, 360, 90])))
    table, _ = read_table(tmp_path / "point.json")
    assert value(table, "eastward_wind") == pytest.approx([10.0, 0.0, 0.0], abs=1e-12)
    assert value(table, "northward_wind") == pytest.approx([0.0, -5.0, 0.0], abs=1e-12)
    assert set(table["key"]) == {"eastward_wind", "northward_wind"}


def test_several_places_in_one_answer_and_gaps_are_kept_apart(tmp_path: Path) -> None:
    other = {**open_meteo_place(1, pm2_5=("μg/m³", [None])), "latitude": 40.0}
    table = read(tmp_path, open_meteo_place(1), other)
    assert value(table, "pm25") == pytest.approx([10.5, np.nan], nan_ok=True)
    assert table["station_id"].nunique() == 2


def test_variables_that_are_not_known_are_left_out(tmp_path: Path) -> None:
    table = read(tmp_path, open_meteo_place(1, us_aqi=("USAQI", [55]), pm10=("μg/m³", [20.0])))
    assert set(table["key"]) == {"pm10"}
    with pytest.raises(NoDataInPeriod, match="it has us_aqi"):
        read(tmp_path, open_meteo_place(1, us_aqi=("USAQI", [55])))


def test_modelled_values_stand_apart_from_what_stations_observed(tmp_path: Path) -> None:
    read(tmp_path, open_meteo_place(3))
    row = "1,10,Here,2023-12-31T17:00:00Z,39.9,116.4,pm25,µg/m³,99"
    (tmp_path / "observed.csv").write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    monitoring = read_monitoring(tmp_path)
    assert monitoring.data["station"].values.tolist() == ["1"]
    assert [s.id for s in monitoring.stations] == ["1"]
    assert monitoring.data["pm25"].values.tolist() == [[99.0]]
    assert list(monitoring.data.data_vars) == ["pm25"]
    assert monitoring.modelled["pm25"].values.ravel().tolist() == [10.5, 11.5, 12.5]
    assert monitoring.modelled["latitude"].values.tolist() == [39.9]


def test_without_anything_modelled_nothing_is_modelled(tmp_path: Path) -> None:
    (tmp_path / "observed.csv").write_text(f"{HEADER}\n1,10,Here,2024-01-01T00:00:00Z,39.9,116.4,pm25,µg/m³,99\n", encoding="utf-8")
    assert read_monitoring(tmp_path).modelled.sizes == {"time": 0, "station": 0}


def test_a_model_alone_is_no_monitoring(tmp_path: Path) -> None:
    read(tmp_path, open_meteo_place(3))
    with pytest.raises(NoDataInPeriod, match=r"holds modelled values alone, such as 'Open-Meteo 39\.9, 116\.4'"):
        read_monitoring(tmp_path)


def test_what_is_modelled_for_later_is_not_known_before(tmp_path: Path) -> None:
    read(tmp_path, open_meteo_place(3))
    (tmp_path / "observed.csv").write_text(f"{HEADER}\n1,10,Here,2023-12-31T16:00:00Z,39.9,116.4,pm25,µg/m³,99\n", encoding="utf-8")
    assert read_monitoring(tmp_path, pd.Timestamp("2023-12-31T17:00")).modelled.sizes["time"] == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (json.dumps(open_meteo_place())[:-30], "EOF while parsing"),
        (json.dumps(open_meteo_place()).replace("10.5", '"x"'), "pm2_5"),
        (json.dumps(open_meteo_place()).replace("[10.5, ", "["), "pm2_5 has 2 values for 3 times"),
        (json.dumps(open_meteo_place()).replace("T00:00", " noon"), "noon"),
    ],
)
def test_json_that_is_not_whole_or_laid_out_otherwise_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "point.json").write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableInput, match=rf"point\.json.*{said}"):
        open_meteo.read(tmp_path / "point.json")


def test_values_without_units_are_refused(tmp_path: Path) -> None:
    place = open_meteo_place()
    del place["hourly_units"]["pm2_5"]
    with pytest.raises(UnknownUnits, match=r"point\.json: pm2_5: PM2\.5 has no units"):
        read(tmp_path, place)
