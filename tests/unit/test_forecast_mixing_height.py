import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.mixing_height import mixing_height
from hazecast.forecast.winds.boundary_layer import HIGHEST_M, LOWEST_M, sun_during, warmth_of
from hazecast.grids.lattice import lattice_of_data

DIMS = ("time", "latitude", "longitude")
SUMMER = np.datetime64("2026-06-20T16", "ns")  # midnight of the sun at 120 degrees east


def weather(wind: float = 2.0, hours: int = 48, first: int = 0, **fields: float) -> xr.Dataset:
    coords = {
        "time": SUMMER + np.arange(first, first + hours) * np.timedelta64(1, "h"),
        "latitude": np.array([39.0, 40.0, 41.0]),
        "longitude": np.array([119.5, 120.0, 120.5]),
    }
    values = {"eastward_wind": wind, "northward_wind": 0.0, **fields}
    return xr.Dataset({key: (DIMS, np.full((hours, 3, 3), value)) for key, value in values.items()}, coords=coords)


def test_the_diagnosed_layer_is_deepest_in_the_afternoon_and_shallow_at_night() -> None:
    day = mixing_height(weather()).values[24:48, 1, 1]
    assert 14 <= int(day.argmax()) <= 19
    assert 1000.0 < day.max() < 2500.0
    assert LOWEST_M <= day[[0, 3, 22]].max() < 250.0


def test_wind_deepens_the_layer_by_night_and_by_day() -> None:
    calm, windy = (mixing_height(weather(wind)).values[:, 1, 1] for wind in (2.0, 10.0))
    assert windy[24] > 3.0 * calm[24]
    assert windy[32] > calm[32]


def test_clouds_hold_the_layer_down_by_day_and_let_it_be_deeper_by_night() -> None:
    clear, overcast = (mixing_height(weather(4.0, cloud_cover=cover)).values[:, 1, 1] for cover in (0.0, 1.0))
    assert overcast[39] < 0.7 * clear[39]
    assert overcast[24] > clear[24]


def test_cold_ground_warms_the_air_less_by_day_for_the_same_sun() -> None:
    """Less of it goes into evaporation, but more is lost as the sky is colder too: by far not the same."""
    heats = {
        kelvin: max(float(w.heat[1, 1]) for w in warmth_of(data, lattice_of_data(data)))
        for kelvin in (260.0, 300.0)
        for data in [weather(air_temperature=kelvin)]
    }
    assert heats[260.0] != pytest.approx(heats[300.0], rel=0.05)


def test_delivered_radiation_counts_before_what_sun_and_cloud_let_through() -> None:
    dark, bright = (mixing_height(weather(solar_radiation=value, cloud_cover=1.0)).values[39, 1, 1] for value in (60.0, 800.0))
    assert bright > 1.5 * dark


@pytest.mark.parametrize(("stray", "bound"), [(-0.005, 0.0), (1.008, 1.0)])
def test_a_cloud_cover_a_little_out_of_range_counts_as_the_bound(stray: float, bound: float) -> None:
    xr.testing.assert_identical(mixing_height(weather(cloud_cover=stray)), mixing_height(weather(cloud_cover=bound)))


@pytest.mark.parametrize("first", [8, 12, 15])
def test_weather_that_begins_by_day_has_the_warmth_of_the_morning_already(first: int) -> None:
    later, throughout = mixing_height(weather(hours=12, first=first)), mixing_height(weather())
    np.testing.assert_allclose(later, throughout.sel(time=later["time"]), rtol=1e-12)


def test_the_sun_is_that_of_the_middle_of_the_hour() -> None:
    lattice = lattice_of_data(weather())
    noon = SUMMER + np.timedelta64(12, "h")
    np.testing.assert_allclose(sun_during(noon, lattice), sun_during(noon + np.timedelta64(1, "h"), lattice), atol=5e-3)
    assert (sun_during(noon, lattice) > sun_during(noon - np.timedelta64(1, "h"), lattice)).all()


@pytest.mark.parametrize(("wind", "bound"), [(0.0, LOWEST_M), (60.0, HIGHEST_M)])
def test_the_diagnosed_layer_keeps_within_bounds(wind: float, bound: float) -> None:
    assert float(mixing_height(weather(wind)).values[24, 1, 1]) == bound


def test_without_wind_there_is_no_diagnosis() -> None:
    assert mixing_height(weather(np.nan)).isnull().all()


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
    got, instead = mixing_height(data), mixing_height(weather())
    np.testing.assert_array_equal(got[5], instead[5])
    assert float(got[7, 0, 2]) == float(instead[7, 0, 2])
    assert float(got[7, 1, 1]) == 500.0
