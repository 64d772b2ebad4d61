from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.archive.netcdf import read_dataset, write_dataset
from hazecast.config import VisibilitySettings
from hazecast.forecast.products import grid_product, station_product
from hazecast.forecast.spreading.spread import Spread
from hazecast.forecast.stations import StationForecast
from hazecast.forecast.uncertainty import QUANTILES
from hazecast.forecast.visibility import visibility
from hazecast.records import Cycle, Forecast, Rung, Station

INIT = datetime(2026, 1, 10, 6, tzinfo=UTC)
CYCLE = Cycle(INIT, INIT, timedelta(hours=6))
LEADS = 6
STATIONS = (Station("a", "Alpha", 39.9, 116.4), Station("b", "Beta", 40.1, 116.1))
OPTICS = VisibilitySettings()
AXES = {"latitude": np.array([39.0, 39.5, 40.0]), "longitude": np.array([115.0, 115.5, 116.0, 116.5])}
CHANCE = np.random.default_rng(0)
PM25, HUMIDITY = CHANCE.uniform(5, 300, (LEADS, 3, 4)), CHANCE.uniform(20, 99, (LEADS, 3, 4))
QUANTILE = np.sort(CHANCE.uniform(5, 300, (2, LEADS, QUANTILES.size)), axis=-1)
STATION_HUMIDITY = CHANCE.uniform(20, 99, (2, LEADS))
RUNG = CHANCE.integers(0, 5, (2, LEADS)).astype(np.int8)
MEAN, EXPECTED_ERROR = CHANCE.uniform(5, 300, (2, LEADS)), CHANCE.uniform(5, 50, (2, LEADS))
PREDICTED = StationForecast(QUANTILE, MEAN, RUNG, EXPECTED_ERROR, (), 0)


@pytest.fixture
def grid() -> xr.Dataset:
    around = Spread(PM25, (PM25 * 0.5).astype(np.float32), (PM25 * 2.0).astype(np.float32))
    return grid_product(CYCLE, xr.Dataset(coords=AXES), HUMIDITY, around, PM25 * 0.8, OPTICS)


@pytest.fixture
def stations() -> xr.Dataset:
    return station_product(CYCLE, STATIONS, PREDICTED, STATION_HUMIDITY, QUANTILE[..., 4] * 0.8, OPTICS)


def test_the_two_make_a_forecast(grid: xr.Dataset, stations: xr.Dataset) -> None:
    forecast = Forecast(CYCLE, grid, stations, ())
    assert forecast.grid.sizes == {"lead_time": LEADS, "latitude": 3, "longitude": 4}
    assert forecast.stations.sizes == {"station": 2, "lead_time": LEADS, "quantile": QUANTILES.size}


@pytest.mark.parametrize("product", ["grid", "stations"])
def test_lead_times_are_hours_and_valid_times_follow_from_them(product: str, request: pytest.FixtureRequest) -> None:
    data = request.getfixturevalue(product)
    assert data["lead_time"].values.tolist() == [1, 2, 3, 4, 5, 6]
    assert data["lead_time"].attrs == {"standard_name": "forecast_period", "units": "hours"}
    assert data["init_time"].values == np.datetime64("2026-01-10T06")
    assert data["init_time"].attrs["standard_name"] == "forecast_reference_time"
    assert data["valid_time"].values[[0, -1]].astype("datetime64[h]").tolist() == [datetime(2026, 1, 10, 7), datetime(2026, 1, 10, 12)]
    assert data["valid_time"].attrs["standard_name"] == "time"


@pytest.mark.parametrize(
    ("name", "standard_name", "units"),
    [
        ("pm25", "mass_concentration_of_pm2p5_ambient_aerosol_particles_in_air", "µg m-3"),
        ("pm25_uncorrected", "mass_concentration_of_pm2p5_ambient_aerosol_particles_in_air", "µg m-3"),
        ("relative_humidity", "relative_humidity", "%"),
        ("visibility", "visibility_in_air", "m"),
    ],
)
def test_fields_carry_cf_names_units_and_single_precision(
    name: str, standard_name: str, units: str, grid: xr.Dataset, stations: xr.Dataset
) -> None:
    for data in (grid, stations):
        assert data[name].attrs["standard_name"] == standard_name
        assert data[name].attrs["units"] == units
        assert data[name].attrs["long_name"]
        assert data[name].dtype == np.float32
    assert grid[name].dims == ("lead_time", "latitude", "longitude")
    assert stations[name].dims == ("station", "lead_time")


def test_places_carry_cf_names_and_units(grid: xr.Dataset, stations: xr.Dataset) -> None:
    for data in (grid, stations):
        assert data["latitude"].attrs == {"standard_name": "latitude", "units": "degrees_north"}
        assert data["longitude"].attrs == {"standard_name": "longitude", "units": "degrees_east"}
    assert stations["station"].attrs["cf_role"] == "timeseries_id"
    assert stations["station_name"].values.tolist() == ["Alpha", "Beta"]
    assert stations["latitude"].values.tolist() == [39.9, 40.1]


def test_values_are_those_handed_in(grid: xr.Dataset, stations: xr.Dataset) -> None:
    np.testing.assert_allclose(grid["pm25"], PM25, rtol=1e-6)
    np.testing.assert_allclose(grid["pm25_uncorrected"], 0.8 * PM25, rtol=1e-6)
    np.testing.assert_allclose(grid["visibility"], visibility(PM25, HUMIDITY, OPTICS), rtol=1e-6)
    np.testing.assert_allclose(stations["pm25_quantile"], QUANTILE, rtol=1e-6)
    np.testing.assert_allclose(stations["pm25"], MEAN, rtol=1e-6)
    np.testing.assert_allclose(stations["pm25_expected_error"], EXPECTED_ERROR, rtol=1e-6)
    np.testing.assert_array_equal(stations["rung"], RUNG)
    np.testing.assert_array_equal(stations["quantile"], QUANTILES)


def test_the_visibility_at_each_quantile_is_that_of_its_pm25_and_falls_where_it_rises(stations: xr.Dataset) -> None:
    expected = visibility(QUANTILE, STATION_HUMIDITY[..., None], OPTICS)
    np.testing.assert_allclose(stations["visibility_quantile"], expected, rtol=1e-6)
    assert (stations["visibility_quantile"].diff("quantile") <= 0).all()


def test_it_is_told_what_visibility_errs_by_at_a_pm25(stations: xr.Dataset) -> None:
    assert float(stations["visibility_log_error"]) == OPTICS.log_error


def test_every_rung_has_its_flag(stations: xr.Dataset) -> None:
    assert stations["rung"].attrs["flag_values"].tolist() == [r.value for r in Rung]
    assert stations["rung"].attrs["flag_values"].dtype == stations["rung"].dtype == np.int8
    assert stations["rung"].attrs["flag_meanings"].split() == [r.name.lower() for r in Rung]


def test_files_of_them_read_back_as_they_were(grid: xr.Dataset, stations: xr.Dataset, tmp_path: Path) -> None:
    for name, data in (("grid.nc", grid), ("stations.nc", stations)):
        write_dataset(data, tmp_path / name)
        xr.testing.assert_equal(read_dataset(tmp_path / name).reset_coords(drop=True), data.reset_coords(drop=True))
