from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.archive.netcdf import read_dataset, write_dataset
from hazecast.config import VisibilitySettings
from hazecast.forecast.draws.product import draws_product
from hazecast.forecast.draws.runs import probability_of_run
from hazecast.forecast.visibility import visibility
from hazecast.records import Cycle, Station

INIT = datetime(2026, 1, 10, 6, tzinfo=UTC)
CYCLE = Cycle(INIT, INIT, timedelta(hours=30))
STATIONS = (Station("a", "Alpha", 39.9, 116.4), Station("b", "Beta", 40.1, 116.1))
OPTICS = VisibilitySettings()
CHANCE = np.random.default_rng(0)
PM25 = CHANCE.uniform(5.0, 300.0, (40, 2, 30))
PM25[:, 1, 7] = np.nan
HUMIDITY = CHANCE.uniform(20.0, 99.0, (2, 30))


@pytest.fixture
def draws() -> xr.Dataset:
    return draws_product(CYCLE, STATIONS, PM25, HUMIDITY, OPTICS, 0)


def test_the_draws_are_those_handed_in_to_a_thousandth_with_cf_names(draws: xr.Dataset) -> None:
    assert draws["pm25"].dims == draws["visibility"].dims == ("draw", "station", "lead_time")
    np.testing.assert_allclose(draws["pm25"], PM25, rtol=1e-3)
    assert draws["pm25"].dtype == draws["visibility"].dtype == np.float32
    assert draws["pm25"].attrs["units"] == "µg m-3"
    assert draws["visibility"].attrs["standard_name"] == "visibility_in_air"
    assert draws["lead_time"].values.tolist() == list(CYCLE.lead_hours)
    assert draws["valid_time"].values[0] == np.datetime64("2026-01-10T07")


def test_the_particles_of_a_draw_dim_its_view_at_every_hour_and_station_alike(draws: xr.Dataset) -> None:
    factor = draws["extinction_factor"].values
    expected = visibility(PM25, HUMIDITY, OPTICS, factor[:, None, None])
    np.testing.assert_allclose(draws["visibility"], expected, rtol=1e-3)
    assert factor.std() > 0.2
    assert np.median(np.log(factor)) == pytest.approx(0.0, abs=1e-9)
    assert np.log(factor).std() == pytest.approx(0.3, rel=0.05)
    assert abs(np.corrcoef(factor, PM25[:, 0].mean(axis=-1))[0, 1]) < 0.5


def test_without_an_error_of_its_own_visibility_follows_from_pm25() -> None:
    sure = draws_product(CYCLE, STATIONS, PM25, HUMIDITY, VisibilitySettings(log_error=0.0), 0)
    assert (sure["extinction_factor"] == 1.0).all()
    np.testing.assert_allclose(sure["visibility"], visibility(PM25, HUMIDITY, OPTICS), rtol=1e-3)


def test_runs_of_hours_have_their_probability(draws: xr.Dataset) -> None:
    told = draws["run_probability"].sel(threshold=150.0, run_hours=3)
    np.testing.assert_allclose(told, probability_of_run(draws["pm25"].values, 150.0, 3), rtol=1e-6)
    assert 0.0 < float(told.sel(station="a")) < 1.0
    assert np.isnan(float(told.sel(station="b")))
    own = draws["run_probability"].sel(station="a")
    assert (own.diff("threshold") <= 0.0).all()
    assert (own.diff("run_hours") <= 0.0).all()


def test_the_same_seed_gives_the_same_factors_and_each_cycle_its_own(draws: xr.Dataset) -> None:
    again = draws_product(CYCLE, STATIONS, PM25, HUMIDITY, OPTICS, 0)
    xr.testing.assert_identical(again, draws)
    later = draws_product(Cycle(INIT + timedelta(hours=12), INIT + timedelta(hours=12), CYCLE.horizon), STATIONS, PM25, HUMIDITY, OPTICS, 0)
    for other in (later, draws_product(CYCLE, STATIONS, PM25, HUMIDITY, OPTICS, 1)):
        assert not np.array_equal(other["extinction_factor"], draws["extinction_factor"])


def test_they_are_kept_whole_and_small(draws: xr.Dataset, tmp_path: Path) -> None:
    write_dataset(draws, tmp_path / "draws.nc")
    xr.testing.assert_equal(read_dataset(tmp_path / "draws.nc").reset_coords(drop=True), draws.reset_coords(drop=True))
    for name in ("pm25", "visibility"):
        assert not (draws[name].values[:, 0].view(np.uint32) & 0x1FFF).any()  # which packs well
