import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.mixing_height import (
    HIGHEST_M,
    LOWEST_M,
    convective_depth,
    diagnosed,
    friction_velocity,
    mixing_height,
    neutral_depth,
)

DIMS = ("time", "latitude", "longitude")
SUMMER = np.datetime64("2026-06-20T16", "ns")  # midnight of the sun at 120 degrees east


def weather(wind: float = 1.0, hours: int = 48, **fields: float) -> xr.Dataset:
    coords = {
        "time": SUMMER + np.arange(hours) * np.timedelta64(1, "h"),
        "latitude": np.array([39.0, 40.0, 41.0]),
        "longitude": np.array([119.5, 120.0, 120.5]),
    }
    values = {"eastward_wind": wind, "northward_wind": 0.0, **fields}
    return xr.Dataset({key: (DIMS, np.full((hours, 3, 3), value)) for key, value in values.items()}, coords=coords)


def test_friction_is_that_of_the_logarithmic_profile_over_a_suburb() -> None:
    assert float(friction_velocity(np.array(5.0))) == pytest.approx(0.4 * 5.0 / np.log(20.0))


def test_the_neutral_layer_deepens_with_wind_and_towards_the_equator_up_to_a_bound() -> None:
    assert float(neutral_depth(np.array(5.0), np.array(40.0))) == pytest.approx(1424, rel=1e-3)
    assert float(neutral_depth(np.array(5.0), np.array(-40.0))) == pytest.approx(1424, rel=1e-3)
    assert float(neutral_depth(np.array(10.0), np.array(40.0))) == pytest.approx(2 * 1424, rel=1e-3)
    assert np.isfinite(neutral_depth(np.array(5.0), np.array(0.0)))


def test_the_warmed_layer_deepens_with_the_root_of_the_sunny_hours_and_is_gone_at_sunset() -> None:
    sun = np.array([-0.5, 1.0, 1.0, 1.0, 1.0, -0.1, 1.0])
    per_hour = np.sqrt(2 * 0.15 * 3600 / 0.005)
    np.testing.assert_allclose(convective_depth(sun), per_hour * np.sqrt([0, 1, 2, 3, 4, 0, 1]))


def test_the_diagnosed_layer_is_deepest_in_the_afternoon_and_shallow_at_night() -> None:
    day = diagnosed(weather()).values[24:48, 1, 1]
    assert 14 <= int(day.argmax()) <= 19
    assert day.max() > 3 * day.min()
    assert day.min() == pytest.approx(float(neutral_depth(np.array(1.0), np.array(40.0))))


def test_clouds_hold_the_layer_down_by_day_and_not_by_night() -> None:
    clear, overcast = diagnosed(weather(cloud_cover=0.0)).values, diagnosed(weather(cloud_cover=1.0)).values
    assert overcast[39, 1, 1] == pytest.approx(clear[39, 1, 1] * np.sqrt(0.25), rel=1e-6)
    np.testing.assert_array_equal(overcast[24], clear[24])


@pytest.mark.parametrize(("stray", "bound"), [(-0.005, 0.0), (1.008, 1.0)])
def test_a_cloud_cover_a_little_out_of_range_counts_as_the_bound(stray: float, bound: float) -> None:
    xr.testing.assert_identical(diagnosed(weather(cloud_cover=stray)), diagnosed(weather(cloud_cover=bound)))


@pytest.mark.parametrize(("wind", "bound"), [(0.0, LOWEST_M), (60.0, HIGHEST_M)])
def test_the_diagnosed_layer_keeps_within_bounds(wind: float, bound: float) -> None:
    assert float(diagnosed(weather(wind)).values[24, 1, 1]) == bound


def test_without_wind_there_is_no_diagnosis() -> None:
    assert diagnosed(weather(np.nan)).isnull().all()


def test_a_delivered_mixing_height_is_taken_within_the_same_bounds() -> None:
    data = weather(mixing_height=500.0)
    data["mixing_height"][0], data["mixing_height"][1] = 5.0, 7000.0
    got = mixing_height(data)
    assert [float(v) for v in got[:3, 1, 1]] == [LOWEST_M, HIGHEST_M, 500.0]
    assert got.dims == DIMS


def test_hours_and_cells_of_it_that_lack_are_diagnosed() -> None:
    data = weather(mixing_height=500.0)
    data["mixing_height"][5] = np.nan
    data["mixing_height"][7, 0, 2] = np.nan
    got, instead = mixing_height(data), diagnosed(data)
    np.testing.assert_array_equal(got[5], instead[5])
    assert float(got[7, 0, 2]) == float(instead[7, 0, 2])
    assert float(got[7, 1, 1]) == 500.0


def test_without_any_delivered_it_is_diagnosed_throughout() -> None:
    xr.testing.assert_identical(mixing_height(weather()), diagnosed(weather()))
