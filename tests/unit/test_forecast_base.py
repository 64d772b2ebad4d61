import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.base import LEAST_PAIRS, base_forecast, fit_base_scale
from hazecast.forecast.emissions import station_proxy, steady
from hazecast.forecast.transport.carrying import SPIN_UP_HOURS
from hazecast.grids.lattice import lattice_of_data
from hazecast.records import EmissionProxy, Station

HOURS = 60
DIMS = ("time", "latitude", "longitude")
STATIONS = (Station("a", "A", 39.5, 115.5), Station("b", "B", 39.6, 116.0))


def weather() -> xr.Dataset:
    coords = {
        "time": np.datetime64("2026-01-10", "ns") + np.arange(HOURS) * np.timedelta64(1, "h"),
        "latitude": np.linspace(39, 40, 5),
        "longitude": np.linspace(115, 116.25, 6),
    }
    wind = np.broadcast_to(2 + np.sin(np.arange(HOURS) / 5)[:, None, None], (HOURS, 5, 6))
    return xr.Dataset({"eastward_wind": (DIMS, wind), "northward_wind": (DIMS, 0.5 * wind)}, coords=coords)


def observed(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(20, 200, (HOURS, 2))


def base(observations: np.ndarray, data: xr.Dataset | None = None) -> tuple[np.ndarray, np.ndarray]:
    driver = weather() if data is None else data
    lattice = lattice_of_data(driver)
    emission = steady(station_proxy(lattice, STATIONS), driver["time"].values, lattice, EmissionProxy.STATIONS)
    got = base_forecast(driver, emission, observations, STATIONS, lambda _: None)
    return got.grid, got.stations


def test_the_scale_meets_the_mean_and_the_background_of_the_observations() -> None:
    chance = np.random.default_rng(0)
    transported, observations = chance.uniform(0, 4, (80, 2)), chance.uniform(20, 200, (80, 2))
    transported[::7], observations[::5] = np.nan, np.nan
    scale = fit_base_scale(transported, observations)
    assert scale is not None
    both = ~np.isnan(transported + observations)
    assert scale.background == pytest.approx(np.quantile(observations[both], 0.05))
    assert scale.strength > 0
    assert scale(transported)[both].mean() == pytest.approx(observations[both].mean())


@pytest.mark.parametrize(("pairs", "is_enough"), [(LEAST_PAIRS, True), (LEAST_PAIRS - 1, False), (0, False)])
def test_too_few_pairs_give_no_scale(pairs: int, is_enough: bool) -> None:
    observations = np.full(100, np.nan)
    observations[:pairs] = 30.0 + np.arange(pairs)
    assert (fit_base_scale(np.ones(100), observations) is not None) is is_enough


def test_air_without_any_emission_gives_no_scale() -> None:
    assert fit_base_scale(np.zeros(100), np.full(100, 50.0)) is None


def test_the_base_forecast_is_known_after_the_spin_up_on_the_grid_and_at_stations() -> None:
    grid, stations = base(observed())
    assert grid.shape == (HOURS, 5, 6)
    assert stations.shape == (HOURS, 2)
    assert np.isnan(grid[:SPIN_UP_HOURS]).all()
    assert not np.isnan(grid[SPIN_UP_HOURS:]).any()
    known = slice(SPIN_UP_HOURS, None)
    assert stations[known].mean() == pytest.approx(observed()[known].mean())
    assert grid[known].min() >= np.quantile(observed()[known], 0.05) - 1e-9


def test_stations_have_the_grid_of_where_they_are() -> None:
    grid, stations = base(observed())
    np.testing.assert_allclose(stations[:, 0], grid[:, 2, 2])
    np.testing.assert_allclose(stations[:, 1], 0.6 * grid[:, 2, 4] + 0.4 * grid[:, 3, 4])


def test_without_observations_the_base_forecast_is_unknown_and_not_clean() -> None:
    grid, stations = base(np.full((HOURS, 2), np.nan))
    assert np.isnan(grid).all()
    assert np.isnan(stations).all()
    assert grid.shape == (HOURS, 5, 6)


def test_without_weather_too() -> None:
    grid, stations = base(observed(), weather() * np.nan)
    assert np.isnan(grid).all()
    assert np.isnan(stations).all()
