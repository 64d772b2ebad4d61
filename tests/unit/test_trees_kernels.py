"""The loop over boosted trees against trees followed row by row, compiled and as plain Python."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, DTypeLike, NDArray

from hazecast.forecast.kernels.trees import ROWS, Forest, add_trees

THRESHOLDS = np.array([[-1.0, 0.5, np.inf], [0.0, np.inf, np.inf]])
# The first tree: feature 0 at most 0.5 (missing right)? then feature 1 at most 0.0 (missing left)? 10 : 20, else 30; the second is a leaf;
# the third: feature 0 at most infinity (missing right)? then feature 0 at most -1 (missing left)? 1 : 2, else 3.
COLUMN = np.array([2, 1, 2, 0])
HIGHEST_LEFT, BEFORE, AFTER = [1, 0, 2, 0], [0, 0, 0, 0], [2, 1, 2, 1]
BEGINS = np.array([0, 2, 2, 4])
VALUES = np.array([10.0, 20.0, 30.0, 100.0, 1.0, 2.0, 3.0])

CASES = [
    ((0.5, 0.0), 10.0 + 100.0 + 2.0),
    ((0.5, np.nextafter(0.0, 1.0)), 20.0 + 100.0 + 2.0),
    ((np.nextafter(0.5, 1.0), -5.0), 30.0 + 100.0 + 2.0),
    ((np.nan, 0.0), 30.0 + 100.0 + 3.0),
    ((-1.0, np.nan), 10.0 + 100.0 + 1.0),
    ((-np.inf, np.inf), 20.0 + 100.0 + 1.0),
    ((np.inf, -np.inf), 30.0 + 100.0 + 2.0),
]


def fixed(values: ArrayLike, kind: DTypeLike = None) -> NDArray[Any]:
    """As the kernel is given arrays, so that it need not be compiled for others."""
    array = np.array(values, kind)
    array.flags.writeable = False
    return array


def forest(code: type[np.unsignedinteger]) -> Forest:
    sides = (fixed(a, code) for a in (HIGHEST_LEFT, BEFORE, AFTER))
    return Forest(fixed(THRESHOLDS), fixed(COLUMN), *sides, fixed(BEGINS), fixed(VALUES))


@pytest.mark.parametrize("code", [np.uint8, np.uint16])
def test_each_row_reaches_its_leaf(code: type[np.unsignedinteger]) -> None:
    out = np.full(len(CASES), 1000.0)
    add_trees(fixed([row for row, _ in CASES]), forest(code), out)
    np.testing.assert_array_equal(out, [1000.0 + value for _, value in CASES])


def test_rows_fill_blocks_and_leave_the_last_one_open() -> None:
    number = np.arange(ROWS + 5) % len(CASES)
    table, expected = np.array([row for row, _ in CASES])[number], np.array([value for _, value in CASES])[number]
    out = np.zeros(number.size)
    add_trees(fixed(table), forest(np.uint8), out)
    np.testing.assert_array_equal(out, expected)


def test_32_bits_are_compared_as_they_are() -> None:
    """A tenth is less in 64 bits than in 32, so that the nearest number of 32 bits goes right."""
    sides = (fixed([c], np.uint8) for c in (0, 0, 1))
    tree = Forest(fixed([[0.1]]), fixed([0]), *sides, fixed([0, 1]), fixed([1.0, 2.0]))
    out = np.zeros(2)
    add_trees(fixed([[0.1], [np.nextafter(np.float32(0.1), np.float32(0.0))]], np.float32), tree, out)
    np.testing.assert_array_equal(out, [2.0, 1.0])
