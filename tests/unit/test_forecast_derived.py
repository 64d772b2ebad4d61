"""Series made of others: what they say on hand-made hours, and that none looks ahead."""

import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.derived import WEAK_WIND, with_derived
from hazecast.forecast.neighbours import mean_of_others, mean_on_a_side

LATITUDE, LONGITUDE = np.array([40.0, 40.0, 41.0]), np.array([116.0, 117.0, 116.0])


def derived(**fields: np.ndarray) -> xr.Dataset:
    """Three stations: one, one to its east and one to its north."""
    hours = len(next(iter(fields.values())))
    times = np.datetime64("2026-01-01", "ns") + np.arange(hours) * np.timedelta64(1, "h")
    places = {"latitude": ("station", LATITUDE), "longitude": ("station", LONGITUDE)}
    return with_derived(
        xr.Dataset({k: (("time", "station"), np.array(v, dtype=float)) for k, v in fields.items()}, {"time": times, **places})
    )


def alike(*values: float) -> np.ndarray:
    return np.repeat(np.array(values)[:, None], 3, axis=1)


def test_wind_is_told_by_the_quadrant_it_comes_from_and_weak_wind_is_flagged() -> None:
    got = derived(eastward_wind=alike(0, -3, 1, np.nan), northward_wind=alike(-4, 1, 1.5, 1))
    np.testing.assert_allclose(got["wind_speed"][:, 0], [4, np.hypot(3, 1), np.hypot(1, 1.5), np.nan])
    np.testing.assert_allclose(got["wind_from_north"][:, 0], [4, 0, 0, np.nan])
    np.testing.assert_allclose(got["wind_from_east"][:, 0], [0, np.hypot(3, 1), 0, np.nan])
    np.testing.assert_allclose(got["wind_from_south"][:, 0], [0, 0, np.hypot(1, 1.5), np.nan])
    np.testing.assert_allclose(got["wind_from_west"][:, 0], [0, 0, 0, np.nan])
    np.testing.assert_allclose(got["weak_wind"][:, 0], [0, 0, 1, np.nan])
    assert WEAK_WIND == 2.0


def test_ventilation_is_wind_times_depth_and_humid_air_is_flagged() -> None:
    air = {"eastward_wind": alike(3, 0), "northward_wind": alike(4, 0), "mixing_height": alike(800, 0), "relative_humidity": alike(81, 80)}
    got = derived(**air)
    np.testing.assert_allclose(np.exp(got["ventilation"][:, 0]), [4000, 0.3 * 30])
    np.testing.assert_allclose(got["humid"][:, 0], [1, 0])


def test_around_is_the_station_itself_and_those_near_by() -> None:
    got = derived(eastward_wind=[[0.0, 10.0, np.nan]], northward_wind=[[0.0, 0.0, 0.0]])["eastward_wind_around"].values[0]
    assert 0 < got[0] < 5 < got[1] < 10
    assert 0 < got[2] < 10


def test_observations_are_set_against_the_neighbours() -> None:
    pm25 = np.array([[100.0, 64.0, 36.0], [100.0, np.nan, np.nan]])
    got = derived(pm25=pm25, pm10=np.array([[200.0, 64.0, 6.0], [0.0, 1.0, 1.0]]))
    np.testing.assert_array_equal(got["neighbours"], mean_of_others(pm25, LATITUDE, LONGITUDE))
    np.testing.assert_allclose(got["apart"], np.sqrt(pm25) - np.sqrt(got["neighbours"]))
    np.testing.assert_allclose(got["fine_share"], [[0.5, 1.0, 1.5], [1.5, np.nan, np.nan]])


@pytest.mark.parametrize(("course", "expected"), [((1.0, 0.0), 64.0), ((0.0, 1.0), 36.0), ((0.0, -1.0), 50.0)])
def test_a_side_is_told_by_the_stations_on_it_and_else_by_all(course: tuple[float, float], expected: float) -> None:
    got = mean_on_a_side(np.array([[100.0, 64.0, 36.0]]), LATITUDE, LONGITUDE, course)
    assert got[0, 0] == pytest.approx(expected, abs=0.5)


def test_the_other_side_of_the_date_line_is_near() -> None:
    got = mean_on_a_side(np.array([[1.0, 80.0, 20.0]]), np.zeros(3), np.array([179.9, -179.9, 179.0]), (1.0, 0.0))
    assert got[0, 0] == pytest.approx(80.0, abs=0.5)


def test_what_is_not_there_derives_nothing() -> None:
    assert set(derived(co=alike(1.0, 2.0)).data_vars) == {"co"}
