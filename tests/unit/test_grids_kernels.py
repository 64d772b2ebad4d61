"""The loops of regridding against sums written out corner by corner, compiled and as plain Python."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.grids.kernels.corners import LEAST_WEIGHT
from hazecast.grids.kernels.crossings import blend_to_grid
from hazecast.grids.kernels.overlaps import average_cells
from hazecast.grids.kernels.places import blend_to_points
from hazecast.grids.kernels.quads import find_quads

Array = NDArray[np.float64]
HALFWAY = np.array([0.5])
FIRST = np.array([0])


def corner_sum(field: Array, row: int, row_share: float, column: int, column_share: float) -> float:
    """The bilinear value in one place from the corners that count and have a value; NaN where those weigh too little."""
    corners = [
        (field[row + up, column + right], (row_share if up else 1 - row_share) * (column_share if right else 1 - column_share))
        for up, right in product((0, 1), repeat=2)
        if (row_share if up else 1 - row_share) > 0 and (column_share if right else 1 - column_share) > 0
    ]
    known = [(value, weight) for value, weight in corners if not np.isnan(value)]
    weight = sum(w for _, w in known)
    return sum(v * w for v, w in known) / weight if weight >= LEAST_WEIGHT else np.nan


@pytest.fixture
def chance() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def holed(chance: np.random.Generator) -> Array:
    """Three hours of a 5 by 6 field in which a third of the values lack."""
    field = chance.normal(size=(3, 5, 6))
    field[chance.random(field.shape) < 1 / 3] = np.nan
    return field


def test_every_crossing_of_the_lattice_is_the_sum_over_its_corners(holed: Array, chance: np.random.Generator) -> None:
    row, column = chance.integers(0, 4, 7), chance.integers(0, 5, 8)
    row_share, column_share = chance.random(7), chance.random(8)
    out = np.empty((3, 7, 8))
    blend_to_grid(holed, row, row_share, column, column_share, out)
    expected = [
        [[corner_sum(hour, row[i], row_share[i], column[j], column_share[j]) for j in range(8)] for i in range(7)] for hour in holed
    ]
    np.testing.assert_allclose(out, expected, rtol=1e-13)
    assert 0 < np.isnan(out).sum() < out.size


def test_every_point_is_the_sum_over_its_corners(holed: Array, chance: np.random.Generator) -> None:
    row, column = chance.integers(0, 4, 40), chance.integers(0, 5, 40)
    row_share, column_share = chance.random(40), chance.random(40)
    out = np.empty((3, 40))
    blend_to_points(holed, row, row_share, column, column_share, out)
    points = list(zip(row, row_share, column, column_share, strict=True))
    np.testing.assert_allclose(out, [[corner_sum(hour, *point) for point in points] for hour in holed], rtol=1e-13)
    assert 0 < np.isnan(out).sum() < out.size


def test_a_target_on_a_source_cell_takes_its_value_whatever_lacks_around_it() -> None:
    field = np.full((1, 3, 3), np.nan)
    field[0, 1, 1] = 4.2
    out = np.empty((1, 4))
    blend_to_points(field, np.array([1, 0, 1, 0]), np.array([0.0, 1, 0, 1]), np.array([1, 1, 0, 0]), np.array([0.0, 0, 1, 1]), out)
    assert out.tolist() == [[4.2, 4.2, 4.2, 4.2]]


@pytest.mark.parametrize(("lacking", "value"), [(0, 2.5), (1, 3.0), (2, 3.5), (3, np.nan), (4, np.nan)])
def test_a_value_stands_while_half_of_its_weight_is_known(lacking: int, value: float) -> None:
    field = np.array([1.0, 2.0, 3.0, 4.0])
    field[:lacking] = np.nan
    out = np.empty((1, 1))
    blend_to_points(field.reshape(1, 2, 2), FIRST, HALFWAY, FIRST, HALFWAY, out)
    np.testing.assert_array_equal(out, [[value]])


def test_both_loops_agree_where_points_are_crossings(holed: Array) -> None:
    row, row_share = np.array([0, 2, 3]), np.array([0.25, 0.5, 1.0])
    column, column_share = np.array([1, 4, 0]), np.array([0.75, 1.0, 0.0])
    grid, points = np.empty((3, 3, 3)), np.empty((3, 3))
    blend_to_grid(holed, row, row_share, column, column_share, grid)
    blend_to_points(holed, row, row_share, column, column_share, points)
    np.testing.assert_array_equal(points, grid[:, range(3), range(3)])


def test_values_of_32_bits_are_those_of_64_to_the_precision_of_32(holed: Array, chance: np.random.Generator) -> None:
    row, column = chance.integers(0, 4, 20), chance.integers(0, 5, 20)
    row_share, column_share = chance.random(20), chance.random(20)
    for blend, shape in ((blend_to_grid, (3, 20, 20)), (blend_to_points, (3, 20))):
        single, double = np.empty(shape, np.float32), np.empty(shape)
        blend(holed.astype(np.float32), row, row_share, column, column_share, single)
        blend(holed, row, row_share, column, column_share, double)
        np.testing.assert_allclose(single, double, rtol=1e-5, atol=1e-6)
        assert 0 < np.isnan(single).sum() < single.size


@pytest.mark.parametrize("worst", [np.inf, -np.inf, np.nan])
@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")  # as plain Python: infinity times nothing
def test_a_corner_that_counts_for_nothing_spoils_nothing(worst: float) -> None:
    field = np.full((1, 3, 3), worst)
    field[0, 0, :2] = 1.0, 3.0
    points, grid = np.empty((1, 2)), np.empty((1, 1, 2))
    row, row_share, column, column_share = np.array([0]), np.array([0.0]), np.array([0, 0]), np.array([0.5, 1.0])
    blend_to_points(field, row.repeat(2), row_share.repeat(2), column, column_share, points)
    blend_to_grid(field, row, row_share, column, column_share, grid)
    assert points.tolist() == [[2.0, 3.0]]
    assert grid.tolist() == [[[2.0, 3.0]]]


@pytest.mark.parametrize("rows", [[3, 1, 1, 2, 0, 3], [0, 0, 1, 2, 3, 3], [3, 0, 2, 2, 1, 3]])
def test_rows_may_come_in_any_order(rows: list[int], chance: np.random.Generator) -> None:
    field = chance.normal(size=(2, 5, 6))
    row, row_share, column, column_share = np.array(rows), chance.random(6), chance.integers(0, 5, 4), chance.random(4)
    out = np.empty((2, 6, 4))
    blend_to_grid(field, row, row_share, column, column_share, out)
    expected = [
        [[corner_sum(hour, row[i], row_share[i], column[j], column_share[j]) for j in range(4)] for i in range(6)] for hour in field
    ]
    np.testing.assert_allclose(out, expected, rtol=1e-13)


THIRDS = np.array([0, 2, 3]), np.array([0, 1, 2]), np.array([0.25, 0.75, 0.4])  # of two target cells, the second partly covered


def averaged(field: Array, whole: bool) -> Array:
    out = np.empty((field.shape[0], 2, 2))
    average_cells(field, *THIRDS, *THIRDS, whole, out)
    return out


def test_a_cell_is_the_mean_over_the_parts_that_are_covered(chance: np.random.Generator) -> None:
    field = chance.random((2, 3, 3))
    part = np.array([[0.25, 0.75, 0.0], [0.0, 0.0, 0.4]])
    amount = np.einsum("ir,trc,jc->tij", part, field, part)
    np.testing.assert_allclose(averaged(field, whole=True), amount, rtol=1e-14)
    expected = amount / np.outer(part.sum(axis=1), part.sum(axis=1))
    expected[:, [0, 1, 1], [1, 0, 1]] = np.nan  # covered to 40 % and less
    np.testing.assert_allclose(averaged(field, whole=False), expected, rtol=1e-14)


@pytest.mark.parametrize(("lacking", "mean", "total"), [((0, 0), 15 / 15, 15 / 16), ((1, 0), 13 / 13, 13 / 16), ((1, 1), np.nan, 7 / 16)])
def test_a_source_cell_that_lacks_is_left_out_or_counts_for_nothing(lacking: tuple[int, int], mean: float, total: float) -> None:
    field = np.ones((1, 3, 3))
    field[0][lacking] = np.nan
    np.testing.assert_allclose(averaged(field, whole=False)[0, 0, 0], mean)
    np.testing.assert_allclose(averaged(field, whole=True)[0, 0, 0], total)


def unit_vectors(latitude: Array, longitude: Array) -> Array:
    phi, lam = np.deg2rad(latitude), np.deg2rad(longitude)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


@pytest.fixture
def skewed(chance: np.random.Generator) -> Array:
    """Cell centres of a grid that is turned, sheared and jolted: (8, 9, 3)."""
    y, x = np.mgrid[0:8, 0:9] + chance.uniform(-0.15, 0.15, (2, 8, 9))
    return unit_vectors(40 + 0.8 * y + 0.5 * x, 100 + 1.1 * x - 0.6 * y)


def found(nodes: Array, targets: Array, start: tuple[int, int]) -> tuple[Array, Array, Array, Array]:
    row, column = (np.full(len(targets), first) for first in start)
    row_share, column_share = np.empty(len(targets)), np.empty(len(targets))
    find_quads(nodes, targets, row, column, row_share, column_share)
    return row, column, row_share, column_share


@pytest.mark.parametrize("start", [(0, 0), (6, 7), (3, 4)])
def test_every_place_is_found_between_its_four_cells_wherever_the_walk_begins(
    skewed: Array, chance: np.random.Generator, start: tuple[int, int]
) -> None:
    row, column = chance.integers(0, 7, 30), chance.integers(0, 8, 30)
    corners = np.stack([skewed[row + up, column + right] for up, right in product((0, 1), repeat=2)])
    weight = chance.dirichlet(np.ones(4), 30).T[..., None]
    targets = (corners * weight).sum(axis=0)
    targets /= np.linalg.norm(targets, axis=1, keepdims=True)
    got_row, got_column, row_share, column_share = found(skewed, targets, start)
    np.testing.assert_array_equal(np.stack([got_row, got_column]), np.stack([row, column]))
    a, b = row_share[:, None], column_share[:, None]
    met = corners / np.einsum("kpc,pc->kp", corners, targets)[..., None]  # seen on the plane that touches the sphere at the target
    met = (1 - a) * ((1 - b) * met[0] + b * met[1]) + a * ((1 - b) * met[2] + b * met[3])
    np.testing.assert_allclose(met, targets, atol=1e-13)


def test_the_centre_of_a_cell_is_met_by_whole_shares(skewed: Array) -> None:
    row, column, row_share, column_share = found(skewed, skewed[2:6, 3:7].reshape(-1, 3), (3, 4))
    np.testing.assert_allclose(row + row_share, np.arange(2, 6).repeat(4), atol=1e-9)
    np.testing.assert_allclose(column + column_share, np.tile(np.arange(3, 7), 4), atol=1e-9)


def test_a_place_outside_has_a_share_beyond_the_edge_and_one_far_away_has_none() -> None:
    nodes = unit_vectors(*np.meshgrid(np.arange(-2.0, 3.0), np.arange(10.0, 14.0), indexing="ij"))
    targets = unit_vectors(np.array([0.5, 2.5, 0.5, -60.0]), np.array([13.5, 11.5, 8.5, -150.0]))
    row, column, row_share, column_share = found(nodes, targets, (1, 1))
    assert (row[:3].tolist(), column[:3].tolist()) == ([2, 3, 2], [2, 1, 0])
    np.testing.assert_allclose(row_share[:3], [0.5, 1.5, 0.5], atol=2e-3)
    np.testing.assert_allclose(column_share[:3], [1.5, 0.5, -1.5], atol=2e-3)
    assert np.isnan([row_share[3], column_share[3]]).all()


@pytest.mark.parametrize("pole", [90.0, -90.0])
def test_a_pole_is_a_place_like_any_other(pole: float) -> None:
    x, y = np.meshgrid(np.arange(-3.0, 4.0), np.arange(-3.0, 4.0))
    nodes = unit_vectors(np.copysign(90 - np.hypot(x, y), pole), np.rad2deg(np.arctan2(y, x)))
    row, column, row_share, column_share = found(nodes, unit_vectors(np.array([pole]), np.array([30.0])), (0, 0))
    np.testing.assert_allclose([row[0] + row_share[0], column[0] + column_share[0]], [3, 3], atol=1e-9)
