"""Regridded values stay in the range of those around them, follow the source as a whole, and take no side of the world for another."""

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hazecast.grids.conserving import conserved
from hazecast.grids.lattice import Lattice
from hazecast.grids.regridding import to_lattice, to_stations
from hazecast.records import Station

Array = NDArray[np.float64]
HOUR = np.array(["2026-01-10T00"], dtype="datetime64[ns]")
LATITUDE, LONGITUDE = np.arange(38.0, 42.0), np.arange(114.0, 119.0)
PLACES = st.lists(st.tuples(st.floats(37.0, 42.0), st.floats(113.0, 119.0)), min_size=1, max_size=8)
SEEDS = st.integers(0, 2**32 - 1)
Way = Callable[[xr.Dataset, Lattice], xr.Dataset]
WAYS = [to_lattice, conserved]


@st.composite
def lattices(draw: st.DrawFn) -> Lattice:
    """Lattices finer and coarser than the source, on it and beside it."""
    rows, columns = draw(st.integers(3, 12)), draw(st.integers(3, 12))
    south, west = draw(st.floats(35.0, 42.0)), draw(st.floats(110.0, 119.0))
    high, wide = draw(st.floats(0.05, 2.0)), draw(st.floats(0.05, 2.0))
    return Lattice(south + high * np.arange(rows), west + wide * np.arange(columns))


def source(seed: int, lacking: float) -> xr.Dataset:
    chance = np.random.default_rng(seed)
    values = chance.normal(size=(1, LATITUDE.size, LONGITUDE.size))
    values[chance.random(values.shape) < lacking] = np.nan
    return labelled(values, LATITUDE, LONGITUDE)


def labelled(values: Array, latitude: Array, longitude: Array) -> xr.Dataset:
    coords = {"time": HOUR, "latitude": latitude, "longitude": longitude}
    return xr.Dataset({"x": (("time", "latitude", "longitude"), values)}, coords=coords)


def at(data: xr.Dataset, places: list[tuple[float, float]]) -> Array:
    stations = [Station(str(i), str(i), latitude, longitude) for i, (latitude, longitude) in enumerate(places)]
    return to_stations(data, stations)["x"].values[0]


def on_projection(data: xr.Dataset) -> xr.Dataset:
    rows, columns = np.meshgrid(data["latitude"].values, data["longitude"].values, indexing="ij")
    coords = {"time": HOUR, "latitude": (("j", "i"), rows), "longitude": (("j", "i"), columns)}
    return xr.Dataset({"x": (("time", "j", "i"), data["x"].values)}, coords=coords)


@settings(max_examples=50)
@given(SEEDS, st.floats(0.0, 1.0), PLACES)
def test_a_value_lies_between_the_least_and_the_greatest_of_its_corners(
    seed: int, lacking: float, places: list[tuple[float, float]]
) -> None:
    data = source(seed, lacking)
    field = data["x"].values[0]
    for value, (latitude, longitude) in zip(at(data, places), places, strict=True):
        row, column = np.clip(int(latitude - 38), 0, 2), np.clip(int(longitude - 114), 0, 3)
        corners = field[row : row + 2, column : column + 2]
        if not np.isnan(value):
            assert np.nanmin(corners) - 1e-12 <= value <= np.nanmax(corners) + 1e-12
        else:
            assert np.isnan(corners).any()


@settings(max_examples=50)
@given(SEEDS, st.floats(0.0, 0.5), PLACES, st.floats(-5, 5), st.floats(-3, 3))
def test_a_source_stretched_and_shifted_gives_values_stretched_and_shifted(
    seed: int, lacking: float, places: list[tuple[float, float]], shift: float, stretch: float
) -> None:
    data = source(seed, lacking)
    np.testing.assert_allclose(at(stretch * data + shift, places), stretch * at(data, places) + shift, atol=1e-10)


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=30)
@given(seed=SEEDS, lacking=st.floats(0.0, 1.0), lattice=lattices())
def test_no_cell_leaves_the_range_of_the_source(way: Way, seed: int, lacking: float, lattice: Lattice) -> None:
    data = source(seed, lacking)
    got = way(data, lattice)["x"].values
    known = got[~np.isnan(got)]
    if known.size:
        assert np.nanmin(data["x"]) - 1e-12 <= known.min()
        assert known.max() <= np.nanmax(data["x"]) + 1e-12


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=30)
@given(seed=SEEDS, lacking=st.floats(0.0, 1.0), lattice=lattices(), constant=st.integers(-(10**9), 10**9).map(lambda n: n / 1000.0))
def test_a_constant_stays_what_it_is_wherever_there_is_a_value(
    way: Way, seed: int, lacking: float, lattice: Lattice, constant: float
) -> None:
    data = source(seed, lacking)
    flat = data.where(data.isnull(), constant)
    got = way(flat, lattice)["x"].values
    np.testing.assert_allclose(got[~np.isnan(got)], constant, rtol=1e-13)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(way(data, lattice)["x"].values))


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=30)
@given(seed=SEEDS, lacking=st.floats(0.0, 0.6), lattice=lattices())
def test_the_world_seen_in_a_mirror_gives_the_mirrored_values_and_masks(way: Way, seed: int, lacking: float, lattice: Lattice) -> None:
    data = source(seed, lacking)
    values, expected = data["x"].values, way(data, lattice)["x"].values
    north_south = way(labelled(values[:, ::-1], -LATITUDE[::-1], LONGITUDE), Lattice(-lattice.latitude[::-1], lattice.longitude))
    np.testing.assert_allclose(north_south["x"].values[:, ::-1], expected, atol=1e-10)
    east_west = way(labelled(values[:, :, ::-1], LATITUDE, -LONGITUDE[::-1]), Lattice(lattice.latitude, -lattice.longitude[::-1]))
    np.testing.assert_allclose(east_west["x"].values[:, :, ::-1], expected, atol=1e-10)


def _widened(start: float, step: float, low: float, high: float) -> Array:
    return start + step * np.arange(np.floor((low - start) / step), np.ceil((high - start) / step) + 2)


@settings(max_examples=30)
@given(seed=SEEDS, lattice=lattices())
def test_no_mass_is_made_or_lost_whatever_the_lattice(seed: int, lattice: Lattice) -> None:
    """The lattice is widened until it holds the source."""
    chance = np.random.default_rng(seed)
    values = chance.exponential(size=(1, LATITUDE.size, LONGITUDE.size))
    values[chance.random(values.shape) < 0.3] = np.nan
    high, wide = lattice.spacing_latitude, lattice.spacing_longitude
    holding = Lattice(_widened(lattice.latitude[0], high, 37, 42), _widened(lattice.longitude[0], wide, 113, 119))
    area = Lattice(LATITUDE, LONGITUDE).cell_area[:, None]
    got = conserved(labelled(values, LATITUDE, LONGITUDE), holding, absent_is_zero=True)["x"].values
    assert (got * holding.cell_area[:, None]).sum() == pytest.approx(np.nansum(values * area), rel=1e-12)


@settings(max_examples=30)
@given(SEEDS, st.lists(st.tuples(st.floats(37.1, 41.9), st.floats(113.1, 118.9)), min_size=1, max_size=8))
def test_a_regular_grid_taken_for_a_projection_gives_nearly_the_same(seed: int, places: list[tuple[float, float]]) -> None:
    """Not quite the same, for a parallel is no great circle."""
    data = source(seed, 0.0)
    np.testing.assert_allclose(at(on_projection(data), places), at(data, places), atol=0.03)
