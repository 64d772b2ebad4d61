"""Mass-conserving regridding against sums over overlaps written out in plain numpy, and against xarray-regrid."""

import numba
import numpy as np
import pytest
import xarray as xr
import xarray_regrid  # noqa: F401  gives datasets their accessor
from numpy.typing import NDArray

from hazecast.errors import InputError
from hazecast.grids.conserving import conserved
from hazecast.grids.lattice import EARTH_RADIUS_M, Lattice

Array = NDArray[np.float64]
DIMS = ("sector", "month", "latitude", "longitude")
LATTICE = Lattice(np.arange(36.13, 41.0, 0.25), np.arange(113.07, 119.0, 0.3))
FIJI = Lattice(np.arange(-20.02, -15.0, 0.25), np.arange(176.03, 184.0, 0.3))
LONDON = Lattice(np.arange(50.02, 53.0, 0.25), np.arange(-2.03, 2.0, 0.3))


def emissions(latitude: Array, longitude: Array, lacking: float = 0.0, seed: int = 1) -> xr.Dataset:
    chance = np.random.default_rng(seed)
    values = chance.exponential(size=(2, 3, latitude.size, longitude.size))
    values[chance.random(values.shape) < lacking] = np.nan
    coords = {"sector": ["power", "traffic"], "month": [1, 2, 3], "latitude": latitude, "longitude": longitude}
    return xr.Dataset({"pm25": (DIMS, values, {"units": "kg m-2 s-1"})}, coords=coords)


def edges_of(centres: Array) -> Array:
    half = (centres[1] - centres[0]) / 2
    return np.append(centres - half, centres[-1] + half)


def overlap(source: Array, target: Array) -> Array:
    """Length that each target cell shares with each source cell, by their edges: (target, source)."""
    return np.maximum(np.minimum(source[1:], target[1:, None]) - np.maximum(source[:-1], target[:-1, None]), 0.0)


def areas(latitude: Array, longitude: Array, lattice: Lattice) -> tuple[Array, Array]:
    """Areas in m2 that every lattice cell shares with every source cell, as a product of (row, source row) and (column, source column)."""
    rows = overlap(np.sin(np.deg2rad(np.clip(edges_of(latitude), -90, 90))), np.sin(np.deg2rad(lattice.row_edges)))
    turns = [overlap(edges_of(longitude) + turn, lattice.column_edges) for turn in (-360, 0, 360)]
    return EARTH_RADIUS_M**2 * rows, np.deg2rad(sum(turns))


def regions(spacing: float) -> tuple[Array, Array]:
    return np.arange(34.0 + spacing / 2, 43.0, spacing), np.arange(111.0 + spacing / 2, 121.0, spacing)


GLOBES = [np.arange(-89.5, 90.0), np.arange(0.5, 360.0)], [np.arange(-89.5, 90.0), np.arange(-179.5, 180.0)]


@pytest.mark.parametrize("spacing", [0.1, 0.25, 1.0])
@pytest.mark.parametrize("lacking", [0.0, 0.3, 0.8])
def test_a_cell_is_the_mean_over_what_is_known_of_it(spacing: float, lacking: float) -> None:
    source = emissions(*regions(spacing), lacking)
    rows, columns = areas(*regions(spacing), LATTICE)
    values = source["pm25"].values
    known = np.einsum("ir,smrc,jc->smij", rows, ~np.isnan(values), columns)
    amount = np.einsum("ir,smrc,jc->smij", rows, np.nan_to_num(values), columns)
    expected = np.where(known < 0.5 * LATTICE.cell_area[:, None], np.nan, amount / np.maximum(known, 1.0))
    got = conserved(source, LATTICE)["pm25"]
    np.testing.assert_allclose(got, expected, rtol=1e-12)
    assert got.dims == DIMS
    assert got.attrs == {"units": "kg m-2 s-1"}
    assert got["sector"].values.tolist() == ["power", "traffic"]
    assert bool(got.isnull().any()) == (lacking > 0)


@pytest.mark.parametrize("lattice", [LATTICE, FIJI, LONDON])
@pytest.mark.parametrize("globe", GLOBES)
def test_the_mass_within_the_lattice_is_that_of_the_source(lattice: Lattice, globe: list[Array]) -> None:
    source = emissions(*globe)
    rows, columns = areas(*globe, lattice)
    mass = np.einsum("ir,smrc,jc->sm", rows, source["pm25"].values, columns)
    for absent_is_zero in (False, True):
        got = conserved(source, lattice, absent_is_zero=absent_is_zero)["pm25"]
        np.testing.assert_allclose((got * lattice.cell_area[:, None]).sum(("latitude", "longitude")), mass, rtol=1e-12)


def test_a_globe_keeps_its_whole_mass() -> None:
    globe = Lattice(np.arange(-88.0, 90.0, 4.0), np.arange(-178.0, 180.0, 4.0))
    source = emissions(*GLOBES[0])
    area = EARTH_RADIUS_M**2 * np.deg2rad(1.0) * np.diff(np.sin(np.deg2rad(np.arange(-90.0, 91.0))))
    mass = (source["pm25"].values * area[:, None]).sum((2, 3))
    got = conserved(source, globe)["pm25"]
    np.testing.assert_allclose((got * globe.cell_area[:, None]).sum(("latitude", "longitude")), mass, rtol=1e-12)


def test_where_the_absent_counts_as_zero_no_mass_is_made_or_lost_at_rims_and_in_gaps() -> None:
    latitude, longitude = np.arange(37.05, 39.0, 0.1), np.arange(114.05, 117.0, 0.1)
    source = emissions(latitude, longitude, lacking=0.4)
    mass = (source["pm25"].fillna(0.0).values * np.diff(np.sin(np.deg2rad(edges_of(latitude))))[:, None]).sum((2, 3))
    got = conserved(source, LATTICE, absent_is_zero=True)["pm25"]
    assert not got.isnull().any()
    total = (got * LATTICE.cell_area[:, None]).sum(("latitude", "longitude"))
    np.testing.assert_allclose(total, EARTH_RADIUS_M**2 * np.deg2rad(0.1) * mass, rtol=1e-12)


def test_cells_that_the_source_covers_by_less_than_half_are_unknown() -> None:
    lattice = Lattice(np.arange(36.0, 41.0), np.arange(113.0, 118.0))
    source = emissions(np.arange(37.25, 39.0, 0.5), np.arange(114.05, 117.0, 0.1))
    got = conserved(source, lattice)["pm25"][0, 0]
    known = np.zeros((5, 5), dtype=bool)
    known[2, 1:] = True  # 114 to 117 E is just half of the first and last of these columns
    known[3, 2:4] = True  # up to 39 N is more than half of the area of this row, and from 37 N on less than half of that of row 1
    np.testing.assert_array_equal(got.notnull(), known)


def test_near_the_equator_it_is_what_xarray_regrid_gives() -> None:
    """It weighs source cells by the cosine of their latitude, which is exact in the limit of small cells and where that is even."""
    lattice = Lattice(np.arange(-0.3, 0.31, 0.05), np.arange(10.0, 11.01, 0.05))
    source = emissions(np.arange(-0.45, 0.46, 0.02), np.arange(9.8, 11.2, 0.02))
    onto = xr.Dataset(coords={"latitude": lattice.latitude, "longitude": lattice.longitude})
    theirs = source.regrid.conservative(onto, time_dim=None)["pm25"].transpose(*DIMS)
    np.testing.assert_allclose(conserved(source, lattice)["pm25"], theirs.data.todense(), rtol=1e-6)


def test_in_the_middle_latitudes_xarray_regrid_is_near() -> None:
    source = emissions(*regions(0.1), lacking=0.4)
    onto = xr.Dataset(coords={"latitude": LATTICE.latitude, "longitude": LATTICE.longitude})
    theirs = source.regrid.conservative(onto, time_dim=None, nan_threshold=0.5)["pm25"].transpose(*DIMS)
    theirs = theirs.copy(data=theirs.data.todense())
    ours = conserved(source, LATTICE)["pm25"]
    sure = ours.notnull() & theirs.notnull()
    np.testing.assert_allclose(ours.where(sure), theirs.where(sure), rtol=5e-4)
    assert float((ours.isnull() == theirs.isnull()).mean()) > 0.99


def test_a_lattice_of_the_sources_own_cells_takes_them_over() -> None:
    latitude, longitude = np.arange(36.05, 41.0, 0.1), np.arange(113.05, 119.0, 0.1)
    source = emissions(latitude, longitude)
    same = conserved(source, Lattice(latitude, longitude))
    np.testing.assert_allclose(same["pm25"], source["pm25"], rtol=1e-9)


@pytest.mark.parametrize("turned", [("latitude",), ("longitude",), ("latitude", "longitude")])
def test_axes_may_run_either_way_and_dimensions_in_any_order(turned: tuple[str, ...]) -> None:
    source = emissions(*regions(0.25), lacking=0.3)
    backwards = source.isel({dim: slice(None, None, -1) for dim in turned}).transpose("longitude", "month", "latitude", "sector")
    got = conserved(backwards, LATTICE)["pm25"].transpose(*DIMS)
    np.testing.assert_allclose(got, conserved(source, LATTICE)["pm25"], rtol=1e-13)


def test_longitudes_that_jump_at_the_date_line_are_one_region() -> None:
    longitude = np.arange(174.5, 187.0)
    source = emissions(np.arange(-24.5, -10.0), longitude)
    jumping = source.assign_coords(longitude=np.where(longitude > 180, longitude - 360, longitude))
    xr.testing.assert_allclose(conserved(jumping, FIJI), conserved(source, FIJI), rtol=1e-13)


def test_a_small_lattice_needs_only_its_part_of_a_large_source() -> None:
    source = emissions(*GLOBES[0])
    part = source.isel(latitude=slice(120, 140), longitude=slice(100, 130))
    np.testing.assert_allclose(conserved(part, LATTICE)["pm25"], conserved(source, LATTICE)["pm25"], rtol=1e-13)


def test_a_source_elsewhere_gives_nothing() -> None:
    elsewhere = emissions(np.arange(-20.0, -10.0), np.arange(10.0, 20.0))
    assert conserved(elsewhere, LATTICE)["pm25"].isnull().all()
    assert (conserved(elsewhere, LATTICE, absent_is_zero=True)["pm25"] == 0).all()


def test_fields_of_32_bits_are_averaged_in_64() -> None:
    source = emissions(*regions(0.25)).astype(np.float32)
    got = conserved(source, LATTICE)["pm25"]
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got, conserved(source.astype(np.float64), LATTICE)["pm25"])


def test_one_thread_and_two_give_the_same_bits() -> None:
    source = emissions(*regions(0.1), lacking=0.2)
    results = []
    for threads in (1, 2):
        numba.set_num_threads(threads)
        results.append(conserved(source, LATTICE)["pm25"].values.tobytes())
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (emissions(np.array([38.0]), np.arange(113.0, 119.0)), r"single row or column"),
        (emissions(np.array([36.0, 38.0, 37.0]), np.arange(113.0, 119.0)), r"latitude \[36. 38. 37.\].*ever greater.*in order"),
        (emissions(np.arange(36.0, 39.0), np.array([113.0, 113.0, 114.0])), r"longitude \[113. 113. 114.\].*ever greater"),
    ],
)
def test_a_source_that_is_no_grid_is_refused_with_a_remedy(source: xr.Dataset, message: str) -> None:
    with pytest.raises(InputError, match=message):
        conserved(source, LATTICE)
