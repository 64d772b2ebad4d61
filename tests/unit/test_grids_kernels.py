"""The loops of regridding against sums written out corner by corner, compiled and as plain Python."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.grids.kernels import LEAST_WEIGHT, blend_to_grid, blend_to_points

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
