import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.features import FEATURES, Source, columns_of, feature_table
from hazecast.forecast.series import Rows, Series, series_of

HOURS = 800
START = np.datetime64("2026-01-01T00", "ns")
NAMES = [feature.name for feature in FEATURES]


def series(**fields: np.ndarray) -> Series:
    """Two stations at 0 and 90 degrees east with the same values."""
    coords = {"time": START + np.arange(HOURS) * np.timedelta64(1, "h")}
    places = {"latitude": ("station", [39.0, -20.0]), "longitude": ("station", [0.0, 90.0])}
    both = {key: (("time", "station"), np.stack([values, values], axis=1)) for key, values in fields.items()}
    return series_of(xr.Dataset(both, coords={**coords, **places}))


HOUR = np.arange(HOURS, dtype=float)
ROW = Rows(np.array([100]), np.array([0]), np.array([30]), lag=2)  # known to 98, valid at 130


def value(name: str, row: Rows = ROW, **fields: np.ndarray) -> float:
    return float(feature_table(series(**fields), row)[0, NAMES.index(name)])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pm25 now", 98.0),
        ("pm25 3 h", 97.0),
        ("pm25 24 h", 98 - 11.5),
        ("pm25 day before", 98 - 24 - 11.5),
        ("pm25 change 6 h", 6.0),
        ("pm25 same hour", 130 - 48.0),
        ("excess over base 6 h", 98 - 2.5 - 7),
        ("base", 7.0),
    ],
)
def test_observed_features_look_back_from_the_last_known_hour(name: str, expected: float) -> None:
    assert value(name, pm25=HOUR, base=np.full(HOURS, 7.0)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("lead", "lag", "hour"), [(1, 0, 101 - 24), (24, 0, 100), (25, 0, 125 - 48), (22, 2, 122 - 24), (23, 2, 123 - 48), (48, 0, 100)]
)
def test_the_same_hour_is_the_latest_that_was_known(lead: int, lag: int, hour: int) -> None:
    row = Rows(np.array([100]), np.array([0]), np.array([lead]), lag)
    assert value("pm25 same hour", row, pm25=HOUR) == hour
    assert row.known[0] - 24 < hour <= row.known[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("wind_speed now", 130.0),
        ("wind_speed 6 h", 130 - 2.5),
        ("wind_speed 24 h", 130 - 11.5),
        ("wind_speed 48 h", 130 - 23.5),
    ],
)
def test_weather_features_look_back_from_the_valid_hour(name: str, expected: float) -> None:
    assert value(name, wind_speed=HOUR) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "key", "expected"),
    [
        ("base since origin", "base", 30.0),
        ("surface_pressure change 24 h", "surface_pressure", 24.0),
        ("dew_point 6 h since origin", "dew_point", 30.0),
        ("surface_pressure change 12 h", "surface_pressure", 12.0),
        ("precipitation on the way", "precipitation", 115.5),
        ("solar_radiation 24 h", "solar_radiation", 118.5),
    ],
)
def test_changes_and_sums_of_weather(name: str, key: str, expected: float) -> None:
    assert value(name, **{key: HOUR}) == pytest.approx(expected)


def test_what_is_unusual_is_so_against_the_month_before() -> None:
    late = Rows(np.array([760]), np.array([0]), np.array([30]), lag=0)
    assert value("dew_point unusual 12 h", late, dew_point=HOUR) == pytest.approx(359.5 - 5.5)
    assert np.isnan(value("dew_point unusual 12 h", dew_point=HOUR))  # of which less than half is known


def test_the_base_is_scaled_by_what_observations_lately_were_of_it() -> None:
    twice = {"pm25": np.full(HOURS, 95.0), "base": np.full(HOURS, 45.0)}
    twice["base"][110:] = 20.0
    assert value("base scaled 24 h", **twice) == pytest.approx(20.0 * 100 / 50)
    assert value("ratio to base 7 days", **twice) == pytest.approx(np.log(2.0))


@pytest.mark.parametrize(("wind", "expected"), [((-4, 0), 30.0), ((0, 4), 70.0), ((-3, 3), 50.0), ((0, 0), 0.0)])
def test_upwind_is_where_the_wind_of_the_way_comes_from(wind: tuple[float, float], expected: float) -> None:
    east, north = (np.full(HOURS, float(part)) for part in wind)
    sides = {"pm25_in_east": np.full(HOURS, 30.0), "pm25_in_south": np.full(HOURS, 70.0)}
    others = {"pm25_in_west": np.full(HOURS, 500.0), "pm25_in_north": np.full(HOURS, 900.0)}
    assert value("upwind on the way", eastward_wind=east, northward_wind=north, **sides, **others) == pytest.approx(expected)


def test_the_clock_is_that_of_the_sun_at_the_station() -> None:
    rows = Rows(np.array([100, 100]), np.array([0, 1]), np.array([8, 8]), 0)  # valid at 12 UTC
    table = feature_table(series(pm25=HOUR), rows)
    np.testing.assert_allclose(table[:, NAMES.index("hour cosine")], [-1, 0], atol=1e-6)  # noon at 0 and 18 h at 90 degrees east
    np.testing.assert_allclose(table[:, NAMES.index("hour sine")], [0, -1], atol=1e-6)
    assert table[:, NAMES.index("latitude")].tolist() == [39.0, -20.0]
    assert table[:, NAMES.index("longitude")].tolist() == [0.0, 90.0]
    assert table[:, NAMES.index("lead time")].tolist() == [8.0, 8.0]


def test_the_season_turns_once_a_year_even_beyond_the_last_hour() -> None:
    rows = Rows(np.array([0, 0]), np.array([0, 0]), np.array([1, 24 * 183]), 0)
    table = feature_table(series(pm25=HOUR), rows)
    np.testing.assert_allclose(table[:, NAMES.index("season cosine")], [1, -1], atol=1e-3)


def test_what_is_not_there_is_unknown_and_what_is_known_without_it_is_not() -> None:
    table = feature_table(series(unused=HOUR), ROW)[0]
    always = {*columns_of(Source.PLACE_AND_HOUR), *columns_of(Source.SEASON)}
    assert {i for i, v in enumerate(table) if not np.isnan(v)} == always


def test_every_column_is_of_its_sources_and_of_one_name() -> None:
    assert sorted({i for source in Source for i in columns_of(source)}) == list(range(len(FEATURES)))
    for i, feature in enumerate(FEATURES):
        assert [source for source in Source if i in columns_of(source)] == sorted({feature.source, *feature.also}, key=list(Source).index)
    assert len(set(NAMES)) == len(NAMES)
    assert feature_table(series(pm25=HOUR), ROW).shape == (1, len(FEATURES))
