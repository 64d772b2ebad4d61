"""Emission and people keep their mass on the way to a lattice."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from hazecast.errors import InputError
from hazecast.grids.lattice import EARTH_RADIUS_M, Lattice
from hazecast.grids.sources import cells_without_emission, emissions_on, population_on

AXES = ("latitude", "longitude")


def inventory(values: np.ndarray, south: float, west: float, width: float) -> xr.Dataset:
    """(sector, month, latitude, longitude) with the southwestern corner at `south`, `west`."""
    coords = {
        "sector": [f"s{i}" for i in range(values.shape[0])],
        "month": np.arange(1, values.shape[1] + 1),
        "latitude": south + width * (0.5 + np.arange(values.shape[2])),
        "longitude": west + width * (0.5 + np.arange(values.shape[3])),
    }
    return xr.Dataset({"pm25": (tuple(coords), values)}, coords=coords)


def strip(south: np.ndarray, north: np.ndarray, width: float) -> np.ndarray:
    return EARTH_RADIUS_M**2 * np.deg2rad(width) * (np.sin(np.deg2rad(north)) - np.sin(np.deg2rad(south)))


def mass_within(source: xr.Dataset, lattice: Lattice, width: float) -> np.ndarray:
    """What the source holds between the lattice's edges, cell by cell, (sector, month): an oracle without any shared code."""
    south, north = lattice.latitude[0] - lattice.spacing_latitude / 2, lattice.latitude[-1] + lattice.spacing_latitude / 2
    west, east = lattice.longitude[0] - lattice.spacing_longitude / 2, lattice.longitude[-1] + lattice.spacing_longitude / 2
    latitude, longitude = source["latitude"].values, source["longitude"].values
    rows = strip(np.clip(latitude - width / 2, south, north), np.clip(latitude + width / 2, south, north), 1.0)
    columns = np.clip(longitude + width / 2, west, east) - np.clip(longitude - width / 2, west, east)
    return np.einsum("smyx,y,x->sm", np.nan_to_num(source["pm25"].values), rows, columns)


def mass_on(field: xr.DataArray, lattice: Lattice) -> np.ndarray:
    return np.einsum("smyx,y->sm", field.transpose("sector", "month", *AXES).values, lattice.cell_area)


@given(
    spacing=st.sampled_from([0.05, 0.1, 0.17, 0.25]),
    width=st.sampled_from([0.1, 0.25, 0.5]),
    south=st.floats(34.2, 35.0),
    west=st.floats(115.2, 116.0),
    seed=st.integers(0, 2**32 - 1),
    holes=st.booleans(),
)
def test_a_lattice_inside_the_inventory_has_all_its_mass(
    spacing: float, width: float, south: float, west: float, seed: int, holes: bool
) -> None:
    chance = np.random.default_rng(seed)
    values = chance.lognormal(0.0, 1.0, (2, 3, round(4 / width), round(4 / width)))
    if holes:
        values[chance.random(values.shape) < 0.2] = np.nan
    source = inventory(values, 34.0, 115.0, width)
    lattice = Lattice(south + spacing * (0.5 + np.arange(12)), west + spacing * (0.5 + np.arange(12)))
    got = mass_on(emissions_on(lattice, source)["pm25"], lattice)
    np.testing.assert_allclose(got, mass_within(source, lattice, width), rtol=1e-12)


@pytest.mark.parametrize("turn", [0.0, 360.0, -360.0])
def test_mass_is_kept_in_any_turn_and_across_the_date_line(turn: float) -> None:
    values = np.random.default_rng(0).random((1, 1, 16, 24))
    source = inventory(values, 34.0, 177.0 + turn, 0.25)
    lattice = Lattice(35.05 + 0.1 * np.arange(20), 178.05 + 0.1 * np.arange(40))
    beside = source.assign_coords(longitude=source["longitude"] - turn)
    got = mass_on(emissions_on(lattice, source)["pm25"], lattice)
    np.testing.assert_allclose(got, mass_within(beside, lattice, 0.25), rtol=1e-12)


def test_a_lattice_that_reaches_beyond_the_inventory_takes_what_there_is_and_counts_the_rest() -> None:
    source = inventory(np.ones((1, 1, 10, 10)), 34.0, 115.0, 0.1)
    lattice = Lattice(34.05 + 0.1 * np.arange(12), 115.05 + 0.1 * np.arange(10))
    got = mass_on(emissions_on(lattice, source)["pm25"], lattice)
    np.testing.assert_allclose(got, mass_within(source, lattice, 0.1), rtol=1e-12)
    assert cells_without_emission(lattice, source) == 2 * 10


def test_cells_that_no_sector_knows_are_counted_and_those_of_one_sector_are_not() -> None:
    values = np.ones((2, 1, 6, 6))
    values[0, 0, :3] = np.nan
    values[1, 0, 0, :4] = np.nan
    lattice = Lattice(34.05 + 0.1 * np.arange(6), 115.05 + 0.1 * np.arange(6))
    assert cells_without_emission(lattice, inventory(values, 34.0, 115.0, 0.1)) == 4
    assert cells_without_emission(lattice, inventory(np.ones((1, 1, 6, 6)), 34.0, 115.0, 0.1)) == 0


def test_people_keep_their_number() -> None:
    values = np.random.default_rng(1).random((12, 12))
    source = inventory(values[None, None], 34.0, 115.0, 0.25)
    people = source["pm25"][0, 0].drop_vars(["sector", "month"]).to_dataset(name="population")
    lattice = Lattice(34.5 + 0.1 * np.arange(12), 115.5 + 0.1 * np.arange(15))
    got = population_on(lattice, people)["population"]
    assert float((got.transpose(*AXES).values * lattice.cell_area[:, None]).sum()) == pytest.approx(
        mass_within(source, lattice, 0.25).item(), rel=1e-12
    )


def test_nothing_on_the_lattice_is_refused() -> None:
    lattice = Lattice(34.05 + 0.1 * np.arange(6), 115.05 + 0.1 * np.arange(6))
    nothing = inventory(np.zeros((1, 1, 6, 6)), 34.0, 115.0, 0.1)
    with pytest.raises(InputError, match=r"no emission of PM2\.5 in the domain"):
        emissions_on(lattice, nothing)
    with pytest.raises(InputError, match="nobody in the domain"):
        population_on(lattice, nothing["pm25"][0, 0].drop_vars(["sector", "month"]).to_dataset(name="population"))
