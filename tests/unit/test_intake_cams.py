"""CAMS, global and European, in GRIB and in NetCDF: pollutants at the ground as mass in a volume of air."""

from pathlib import Path
from typing import Any

import eccodes
import numpy as np
import pytest
import xarray as xr

from hazecast import vocabulary as v
from hazecast.errors import UnknownUnits, UnreadableInput
from hazecast.intake.fields import cams_netcdf, grib
from hazecast.intake.fields.formats import format_of
from hazecast.intake.fields.layout import Box, Part, Wanted
from hazecast.intake.fields.reading import read_fields
from tests.grib_samples import PRESSURE, T2M, at_height, at_pressure, message, on_hybrid, regular, written

RUN = np.datetime64("2024-01-10T00", "ns")
HOUR = np.timedelta64(1, "h")
RATIO = {"productDefinitionTemplateNumber": 40, "parameterCategory": 20, "parameterNumber": 2}
DENSITY = {**RATIO, "parameterNumber": 0}
FLAT = np.zeros((3, 4))
AIR = 1.0e5 / (287.05 * 280.0)  # kg m-3 at 1000 hPa and 280 K
LATITUDE = np.array([32.0, 31.0, 30.0])
LONGITUDE = np.array([359.0, 0.0, 1.0, 2.0])


def read_grib(tmp_path: Path, *messages: bytes) -> Part:
    return grib.read(written(tmp_path / "x.grib", *messages), Wanted())


def gas(values: np.ndarray, constituent: int, code: dict[str, int], **level: int) -> bytes:
    return regular(values, **{**code, **level}, constituentType=constituent)


@pytest.mark.parametrize(
    ("constituent", "variable", "factor"),
    [(40009, v.PM25, 1e9), (40008, v.PM10, 1e9), (0, v.O3, 1e9), (5, v.NO2, 1e9), (8, v.SO2, 1e9), (4, v.CO, 1e6)],
)
def test_european_grib_tells_pollutants_by_their_constituent(constituent: int, variable: v.Variable, factor: float, tmp_path: Path) -> None:
    ground, high = (at_height(DENSITY, metres) for metres in (0, 500))
    values = np.arange(1.0, 13.0).reshape(3, 4)
    part = read_grib(
        tmp_path,
        regular(values * 10.0 / factor, **high, constituentType=constituent, centre="lfpw"),
        regular(values / factor, **ground, constituentType=constituent, centre="lfpw"),
    )
    assert set(part.surface.data_vars) == {variable.key}
    assert part.surface[variable.key].attrs == {"units": variable.units}
    np.testing.assert_allclose(part.surface[variable.key].values[0], values, rtol=1e-5)


def test_other_constituents_and_levels_above_the_ground_are_left_out(tmp_path: Path) -> None:
    dust = regular(FLAT, **at_height(DENSITY, 0), constituentType=62001)
    high = regular(FLAT, **at_height(DENSITY, 500), constituentType=40009)
    top = regular(FLAT, **on_hybrid(RATIO, 1), constituentType=0)
    thin = regular(FLAT, **at_pressure(RATIO, 500), constituentType=0)
    part = read_grib(tmp_path, dust, high, top, thin, regular(FLAT, **PRESSURE))
    assert set(part.surface.data_vars) == {"surface_pressure"}


def test_a_mixing_ratio_on_the_lowest_level_is_multiplied_with_the_density_at_the_ground(tmp_path: Path) -> None:
    part = read_grib(
        tmp_path,
        regular(FLAT + 5e-8, **on_hybrid(RATIO, 137), constituentType=0),
        regular(FLAT + 2e-7, **on_hybrid(RATIO, 137), constituentType=4),
        regular(FLAT + 1e5, **PRESSURE),
        regular(FLAT + 280.0, **T2M),
        regular(FLAT + 300.0, **on_hybrid(T2M, 137)),
    )
    np.testing.assert_allclose(part.surface["o3"], 50.0 * AIR, rtol=1e-5)
    np.testing.assert_allclose(part.surface["co"], 0.2 * AIR, rtol=1e-5)
    assert set(part.surface.data_vars) == {"o3", "co", "surface_pressure", "air_temperature"}


def test_pressure_may_come_as_logarithm_and_temperature_of_the_lowest_level(tmp_path: Path) -> None:
    part = read_grib(
        tmp_path,
        regular(FLAT + 5e-8, **on_hybrid(RATIO, 137), constituentType=0),
        regular(FLAT + np.log(1e5), edition=1, shortName="lnsp", type="fc", indicatorOfTypeOfLevel=109, level=1),
        regular(FLAT + 280.0, **on_hybrid(T2M, 137)),
    )
    np.testing.assert_allclose(part.surface["surface_pressure"], 1e5, rtol=1e-6)
    np.testing.assert_allclose(part.surface["o3"], 50.0 * AIR, rtol=1e-5)
    assert "air_temperature" not in part.surface


def test_at_1000_hpa_the_level_tells_its_own_pressure_and_temperature(tmp_path: Path) -> None:
    messages = [regular(FLAT + 5e-8, **at_pressure(RATIO, hpa), constituentType=0) for hpa in (850, 1000)]
    part = read_grib(tmp_path, *messages, *[regular(FLAT + t, **at_pressure(T2M, hpa)) for hpa, t in ((850, 270.0), (1000, 280.0))])
    np.testing.assert_allclose(part.surface["o3"], 50.0 * AIR, rtol=1e-5)
    assert part.aloft is not None
    assert part.aloft.sizes["level"] == 2


def test_without_the_density_of_the_air_a_mixing_ratio_is_refused(tmp_path: Path) -> None:
    ozone = regular(FLAT + 5e-8, **on_hybrid(RATIO, 137), constituentType=0)
    for others in ([], [regular(FLAT + 1e5, **PRESSURE)], [regular(FLAT + 280.0, **T2M)]):
        with pytest.raises(UnknownUnits, match=r"x\.grib: message 1: Ozone is in kg kg-1"):
            read_grib(tmp_path, ozone, *others)


def test_the_lowest_level_is_told_by_the_coefficients_of_the_coordinate(tmp_path: Path) -> None:
    handle = eccodes.codes_grib_new_from_samples("regular_gg_ml_grib2")
    count = len(eccodes.codes_get_array(handle, "pv")) // 2 - 1
    eccodes.codes_release(handle)
    values = np.full((64, 128), 5e-8)
    code = {**RATIO, "typeOfFirstFixedSurface": 105, "constituentType": 0}
    for number, known in ((count, True), (count - 1, False)):
        ozone = message("regular_gg_ml_grib2", values, {**code, "scaledValueOfFirstFixedSurface": number})
        air = [
            message("regular_gg_ml_grib2", values * 0.0 + x, {**keys, "scaleFactorOfFirstFixedSurface": 0})
            for keys, x in ((PRESSURE, 1e5), (T2M, 280.0))
        ]
        part = read_grib(tmp_path, ozone, *air)
        assert ("o3" in part.surface) is known


# NetCDF


def european(hours: int = 3, *, kind: str = "FORECAST", levels: tuple[float, ...] = (0.0,), **names: float) -> xr.Dataset:
    """As the Atmosphere Data Store delivers the European ensemble: hours since a date that stands in words."""
    shape = (hours, len(levels), 3, 4)
    dims, attributes = ("time", "level", "latitude", "longitude"), {"units": "µg/m3", "standard_name": "mass_concentration_of_x_in_air"}
    by_height = np.array(levels, "f4")[:, None, None] + np.zeros(shape, "f4")
    data = xr.Dataset({name: (dims, value + by_height, attributes) for name, value in names.items()})
    axes = {
        "longitude": ("longitude", LONGITUDE.astype("f4"), {"units": "degrees_east"}),
        "latitude": ("latitude", LATITUDE.astype("f4"), {"units": "degrees_north"}),
        "level": ("level", np.array(levels, "f4"), {"units": "m", "long_name": "level"}),
        "time": ("time", np.arange(hours, dtype="f4"), {"units": "hours", "long_name": f"{kind} time from 20240110"}),
    }
    return data.assign_coords(axes).assign_attrs({kind: "Europe, 20240110+[0H_96H]", "source": "Data from ENSEMBLE model"})


def worldwide(*names: str, value: float = 5e-8, level: str | None = None, levels: tuple[float, ...] = (137.0,)) -> xr.Dataset:
    """As the Atmosphere Data Store delivers global forecasts: along steps and runs."""
    dims = ("forecast_period", "forecast_reference_time", *([level] if level else []), "latitude", "longitude")
    sizes = (3, 2, *([len(levels)] if level else []), 3, 4)
    units = {
        "pm2p5": "kg m**-3",
        "pm10": "kg m**-3",
        "t2m": "K",
        "t": "K",
        "sp": "Pa",
        "lnsp": "~",
        "u10": "m s**-1",
        "tp": "m",
        "ssrd": "J m**-2",
    }
    data = xr.Dataset(
        {n: (dims, np.full(sizes, value, "f4"), {"units": units.get(n, "kg kg**-1"), "standard_name": "unknown"}) for n in names}
    )
    steps = np.array([0.0, 3.0, 6.0])
    valid = RUN.astype("datetime64[h]").astype("int64") + steps[:, None] + np.array([0.0, 12.0])
    data = data.assign_coords(
        forecast_period=("forecast_period", steps, {"units": "hours", "standard_name": "forecast_period"}),
        forecast_reference_time=("forecast_reference_time", [RUN, RUN + 12 * HOUR], {"standard_name": "forecast_reference_time"}),
        latitude=("latitude", LATITUDE, {"units": "degrees_north", "standard_name": "latitude"}),
        longitude=("longitude", LONGITUDE, {"units": "degrees_east", "standard_name": "longitude"}),
        valid_time=(
            ("forecast_period", "forecast_reference_time"),
            valid.astype("datetime64[h]").astype("datetime64[ns]"),
            {"standard_name": "time"},
        ),
    )
    return data.assign_coords({level: (level, np.array(levels), {"units": "hPa" if level == "pressure_level" else "1"})}) if level else data


def with_air(data: xr.Dataset, pressure: float = 1e5, temperature: float = 280.0) -> xr.Dataset:
    dims = ("forecast_period", "forecast_reference_time", "latitude", "longitude")
    air = {
        "sp": (dims, np.full((3, 2, 3, 4), pressure), {"units": "Pa"}),
        "t2m": (dims, np.full((3, 2, 3, 4), temperature), {"units": "K"}),
    }
    return data.assign(air)


def read(tmp_path: Path, data: xr.Dataset, wanted: Wanted | None = None, **encoding: Any) -> Part:
    file = tmp_path / "cams.nc"
    data.to_netcdf(file, **encoding)
    assert format_of(file) is cams_netcdf.FORMAT
    return cams_netcdf.read(file, wanted or Wanted())


def test_the_european_ensemble_at_the_ground_with_its_run(tmp_path: Path) -> None:
    data = european(pm2p5_conc=20.0, co_conc=300.0, o3_conc=80.0, nmvoc_conc=1.0)
    part = read(tmp_path, data)
    assert set(part.surface.data_vars) == {"pm25", "co", "o3"}
    np.testing.assert_allclose(part.surface["pm25"], 20.0)
    np.testing.assert_allclose(part.surface["co"], 0.3, rtol=1e-6)
    np.testing.assert_array_equal(part.surface["time"].values, RUN + np.arange(3) * HOUR)
    np.testing.assert_array_equal(part.surface["init_time"].values, [RUN] * 3)
    np.testing.assert_allclose(part.surface["longitude"], [-1.0, 0.0, 1.0, 2.0])
    np.testing.assert_allclose(part.surface["latitude"], [30.0, 31.0, 32.0])
    assert part.aloft is None


def test_of_several_heights_that_at_the_ground_is_taken(tmp_path: Path) -> None:
    part = read(tmp_path, european(levels=(500.0, 0.0, 50.0), pm10_conc=7.0))
    np.testing.assert_allclose(part.surface["pm10"], 7.0)
    with pytest.raises(UnreadableInput, match=r"lowest level of pm10_conc is 50 m, which is not at the ground"):
        read(tmp_path, european(levels=(500.0, 50.0), pm10_conc=7.0))


def test_european_analyses_do_not_pretend_to_a_run(tmp_path: Path) -> None:
    part = read(tmp_path, european(kind="ANALYSIS", no2_conc=7.0))
    np.testing.assert_array_equal(part.surface["time"].values, RUN + np.arange(3) * HOUR)
    assert np.isnat(part.surface["init_time"].values).all()


def test_the_date_may_stand_in_the_attributes_of_the_file_only(tmp_path: Path) -> None:
    data = european(so2_conc=7.0)
    data["time"].attrs["long_name"] = "time"
    assert read(tmp_path, data).surface["time"].values[0] == RUN


@pytest.mark.parametrize(
    ("time", "told"),
    [
        ({"units": "hours", "long_name": "time since long ago"}, "expected hours, and 'FORECAST time from 20240131'"),
        ({"units": "fortnights", "long_name": "FORECAST time from 20240110"}, "is in 'fortnights'"),
        ({"units": "hours", "long_name": "FORECAST time from 20241310"}, "20241310, which is no date"),
    ],
)
def test_hours_since_no_date_are_refused(time: dict[str, str], told: str, tmp_path: Path) -> None:
    data = european(pm2p5_conc=20.0).assign_attrs(FORECAST="")
    data["time"].attrs = time
    with pytest.raises(UnreadableInput, match=told) as refused:
        read(tmp_path, data)
    assert "cams.nc" in str(refused.value)


def test_only_the_hours_and_the_box_that_are_wanted_come(tmp_path: Path) -> None:
    part = read(tmp_path, european(hours=6, pm2p5_conc=20.0), Wanted(RUN + 2 * HOUR, RUN + 3 * HOUR, Box(30.5, 30.6, 0.5, 0.6)))
    assert part.surface["pm25"].shape == (2, 3, 4)
    np.testing.assert_array_equal(part.offered, RUN + np.arange(6) * HOUR)


def test_global_forecasts_along_steps_and_runs(tmp_path: Path) -> None:
    part = read(tmp_path, worldwide("pm2p5", "pm10", value=3e-8))
    np.testing.assert_allclose(part.surface["pm25"], 30.0, rtol=1e-6)
    np.testing.assert_array_equal((part.surface["time"].values - RUN) / HOUR, [0, 3, 6, 12, 15, 18])
    np.testing.assert_array_equal((part.surface["init_time"].values - RUN) / HOUR, [0, 0, 0, 12, 12, 12])


def test_weather_without_pollutants_comes_too(tmp_path: Path) -> None:
    part = read(tmp_path, worldwide("u10", value=4.0))
    np.testing.assert_allclose(part.surface["eastward_wind"], 4.0)


def test_global_sums_go_on_since_the_run_began(tmp_path: Path) -> None:
    data = worldwide("tp", "ssrd", value=0.0)
    data["tp"].values[:] = np.array([0.0, 0.003, 0.012])[:, None, None, None]
    data["ssrd"].values[:] = np.array([0.0, 3.0, 9.0])[:, None, None, None] * 360_000.0
    data.to_netcdf(tmp_path / "cams.nc")
    hourly = read_fields(tmp_path, Wanted()).data
    np.testing.assert_allclose(hourly["precipitation"].values[[1, 2, 4, 5], 0, 0], [1.0, 3.0, 1.0, 3.0], rtol=1e-5)
    np.testing.assert_allclose(hourly["solar_radiation"].values[[1, 2], 0, 0], [100.0, 200.0], rtol=1e-5)


@pytest.mark.parametrize("dim", ["model_level", "level", "hybrid"])
def test_mixing_ratios_on_the_lowest_model_level(dim: str, tmp_path: Path) -> None:
    data = with_air(worldwide("go3", "co", level=dim, levels=(136.0, 137.0)))
    data["go3"].values[:, :, 0] = 1.0
    part = read(tmp_path, data)
    np.testing.assert_allclose(part.surface["o3"], 50.0 * AIR, rtol=1e-5)
    np.testing.assert_allclose(part.surface["co"].values[:, 0, 0], 0.05 * AIR, rtol=1e-5)
    np.testing.assert_allclose(part.surface["air_temperature"], 280.0)


def test_mixing_ratios_at_1000_hpa_with_the_temperature_there(tmp_path: Path) -> None:
    data = worldwide("no2", "t", level="pressure_level", levels=(1000.0, 850.0))
    data["t"].values[:] = np.array([280.0, 270.0])[:, None, None]
    part = read(tmp_path, data)
    np.testing.assert_allclose(part.surface["no2"], 50.0 * AIR, rtol=1e-5)
    assert "air_temperature" not in part.surface
    assert part.aloft is not None
    np.testing.assert_allclose(part.aloft["air_temperature_aloft"].values[0, :, 0, 0], [280.0, 270.0])


def test_pressure_as_a_logarithm(tmp_path: Path) -> None:
    data = worldwide("so2", "lnsp", "t", level="model_level")
    data["t"].values[:], data["lnsp"].values[:] = 280.0, np.log(1e5)
    part = read(tmp_path, data)
    np.testing.assert_allclose(part.surface["so2"], 50.0 * AIR, rtol=1e-4)
    np.testing.assert_allclose(part.surface["surface_pressure"], 1e5, rtol=1e-5)


@pytest.mark.parametrize("lacking", ["sp", "t2m"])
def test_a_mixing_ratio_without_the_density_of_the_air_is_refused(lacking: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownUnits, match=r"cams\.nc: go3: Ozone is in kg kg-1"):
        read(tmp_path, with_air(worldwide("go3", level="model_level")).drop_vars(lacking))


@pytest.mark.parametrize(("dim", "level"), [("model_level", 100.0), ("pressure_level", 850.0)])
def test_a_level_that_is_not_at_the_ground_is_refused(dim: str, level: float, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="the lowest level of go3 is"):
        read(tmp_path, with_air(worldwide("go3", level=dim, levels=(level,))))


def test_levels_without_values_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="the model_level of go3 has no values"):
        read(tmp_path, with_air(worldwide("go3", level="model_level").drop_vars("model_level")))


def test_the_older_layout_with_one_time_axis(tmp_path: Path) -> None:
    data = worldwide("pm2p5", "go3", value=3e-8).pipe(with_air).isel(forecast_reference_time=0)
    data = data.assign_coords(time=("forecast_period", data["valid_time"].values)).swap_dims(forecast_period="time")
    part = read(tmp_path, data.drop_vars(["forecast_period", "forecast_reference_time", "valid_time"]))
    np.testing.assert_allclose(part.surface["pm25"], 30.0, rtol=1e-6)
    np.testing.assert_allclose(part.surface["o3"], 30.0 * AIR, rtol=1e-5)
    assert np.isnat(part.surface["init_time"].values).all()


def test_the_ozone_of_era5_on_levels_is_not_taken_for_that_of_cams(tmp_path: Path) -> None:
    data = worldwide("o3", "t", level="pressure_level", levels=(1000.0, 850.0)).isel(forecast_reference_time=0, drop=True)
    data.assign_coords(valid_time=("forecast_period", data["valid_time"].values)).drop_vars("forecast_period").to_netcdf(tmp_path / "pl.nc")
    assert not cams_netcdf.recognises(tmp_path / "pl.nc")
    assert not cams_netcdf.recognises(written(tmp_path / "x.nc", b"nothing"))
