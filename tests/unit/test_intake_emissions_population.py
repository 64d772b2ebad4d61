"""Where people live, in the layouts that population grids come in."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.errors import InputError, UnknownUnits, UnreadableInput
from hazecast.intake.emissions.population import read_population
from tests.inventories import LATITUDE, LONGITUDE, REGION, SHAPE, write_meic, write_population

PEOPLE = 10.0 + np.arange(SHAPE[0] * SHAPE[1], dtype=np.float64).reshape(SHAPE)


def read(file: Path, year: int = 2018) -> xr.DataArray:
    return read_population(file, year, REGION)["population"]


def there(field: xr.DataArray, row: int = 12, column: int = 8) -> float:
    return float(field.sel(latitude=LATITUDE[row], longitude=LONGITUDE[column], method="nearest"))


@pytest.mark.parametrize(
    ("name", "units"),
    [
        ("population_density", "persons per square kilometer"),
        ("Population Density, v4.11", "Persons per square kilometer"),
        ("pop", "km-2"),
        ("population", "people/km2"),
    ],
)
def test_density_by_square_kilometre(name: str, units: str, tmp_path: Path) -> None:
    got = read(write_population(tmp_path / "p.nc", PEOPLE, name, units))
    assert there(got) == pytest.approx(PEOPLE[12, 8] / 1e6)
    assert got.dims == ("latitude", "longitude")
    assert bool((got["latitude"].diff("latitude") > 0).all())


@pytest.mark.parametrize(
    ("file", "name", "units"),
    [("p.nc", "population_count", "1"), ("chn_ppp_2020.nc", "Band1", ""), ("p.nc", "total-population", "persons")],
)
def test_counts_are_divided_by_the_area_of_their_cells(file: str, name: str, units: str, tmp_path: Path) -> None:
    got = read(write_population(tmp_path / file, PEOPLE, name, units))
    side = 6_371_008.8 * np.deg2rad(0.1)
    assert there(got) == pytest.approx(PEOPLE[12, 8] / (side**2 * np.cos(np.deg2rad(LATITUDE[12]))), rel=1e-5)


def test_density_by_square_metre(tmp_path: Path) -> None:
    assert there(read(write_population(tmp_path / "p.nc", PEOPLE, "population", "m-2"))) == pytest.approx(PEOPLE[12, 8])


def test_an_ascii_grid_of_people(tmp_path: Path) -> None:
    rows = np.arange(80, dtype=np.float64).reshape(8, 10)
    file = write_meic(tmp_path / "gpw_v4_population_density_rev11_2020_15_min.asc", rows)
    assert float(read(file).sel(latitude=36.125, longitude=116.625)) == pytest.approx(rows[2, 4] / 1e6)


def test_rasters_of_years_are_told_by_the_name_and_those_beyond_are_something_else(tmp_path: Path) -> None:
    name = "Population Density, v4.11 (2000, 2005, 2010, 2015, 2020): 2.5 arc-minutes"
    values = np.stack([PEOPLE * n for n in (1, 2, 3, 4, 5, 900)])
    dims, coords = ("raster", "latitude", "longitude"), {"latitude": LATITUDE, "longitude": LONGITUDE}
    xr.Dataset({name: (dims, values, {"units": "Persons per square kilometer"})}, coords=coords).to_netcdf(tmp_path / "gpw.nc")
    for year, times in ((1990, 1), (2011, 3), (2018, 5), (2030, 5)):
        assert there(read(tmp_path / "gpw.nc", year)) == pytest.approx(times * PEOPLE[12, 8] / 1e6)


def test_years_along_time(tmp_path: Path) -> None:
    coords = {"time": np.array(["2010-01-01", "2020-01-01"], dtype="datetime64[ns]"), "lat": LATITUDE, "lon": LONGITUDE}
    data = xr.Dataset({"population": (("time", "lat", "lon"), np.stack([PEOPLE, 2 * PEOPLE]), {"units": "km-2"})}, coords=coords)
    data.to_netcdf(tmp_path / "p.nc")
    assert there(read(tmp_path / "p.nc", 2012)) == pytest.approx(PEOPLE[12, 8] / 1e6)
    assert there(read(tmp_path / "p.nc", 2018)) == pytest.approx(2 * PEOPLE[12, 8] / 1e6)


def test_the_sea_has_no_value(tmp_path: Path) -> None:
    with_sea = PEOPLE.copy()
    with_sea[:, :8] = -9999.0
    got = read(write_population(tmp_path / "p.nc", with_sea))
    assert np.isnan(there(got, 12, 7))
    assert there(got, 12, 8) > 0


@pytest.mark.parametrize(
    ("values", "name", "units", "error", "said"),
    [
        (PEOPLE, "population", "", UnknownUnits, "does not say what its population counts"),
        (-PEOPLE, "population", "km-2", UnreadableInput, "values below zero"),
        (0 * PEOPLE, "population", "km-2", InputError, "has nobody in the domain"),
    ],
)
def test_a_population_that_cannot_be_used(
    values: np.ndarray, name: str, units: str, error: type[Exception], said: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=said):
        read(write_population(tmp_path / "p.nc", values, name, units))


def test_a_file_without_people_is_refused_by_what_it_has(tmp_path: Path) -> None:
    fields = dict.fromkeys(("height", "slope"), (("lat", "lon"), PEOPLE))
    xr.Dataset(fields, coords={"lat": LATITUDE, "lon": LONGITUDE}).to_netcdf(tmp_path / "p.nc")
    with pytest.raises(UnreadableInput, match="has no population on a grid of latitude and longitude; it has height, slope"):
        read(tmp_path / "p.nc")


def test_rasters_of_nothing_said_are_refused(tmp_path: Path) -> None:
    dims, coords = ("raster", "latitude", "longitude"), {"latitude": LATITUDE, "longitude": LONGITUDE}
    xr.Dataset({"population": (dims, np.stack([PEOPLE, PEOPLE]), {"units": "km-2"})}, coords=coords).to_netcdf(tmp_path / "p.nc")
    with pytest.raises(UnreadableInput, match="has 2 entries along raster, and nothing says of which years"):
        read(tmp_path / "p.nc")
