"""Boosted trees over the rows of a table: every fork of a tree is put to a whole block of rows, in vectors and without a branch.

Values are first told by codes: of so many thresholds of its feature each value lies above. Codes and leaves then fit into a byte, and one
instruction compares those of many rows. Leaves are numbered from the left, and a row stands at the first leaf it may still reach.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from hazecast.forecast.kernels.lockstep import Apart

Array = NDArray[np.float64]
Floats = NDArray[np.floating]
Codes = NDArray[np.unsignedinteger]
Index = NDArray[np.int64]

ROWS = 256  # in a block: their codes stay in the cache while all trees pass


class Forest(NamedTuple):
    """Trees one after the other, each of them its forks, a parent before its left side and that before its right.

    thresholds     (feature, 2**n - 1) ascending, and infinity in the end
    column         (fork,) of the codes: the feature where what is missing goes left, and beyond all features the same again for right
    highest_left   (fork,) up to which code a row goes left
    before, after  (fork,) the first leaf of its left and of its right side
    begins         (tree + 1,) the first fork of each tree, and the number of all; a tree has one leaf more than it has forks
    values         (leaf,)
    """

    thresholds: Array
    column: Index
    highest_left: Codes
    before: Codes
    after: Codes
    begins: Index
    values: Array


@njit(parallel=True, cache=True)
def add_trees(table: Floats, forest: Forest, out: Array) -> None:
    """Add to `out` (row,) the value of the leaf that each row of the table (row, feature) reaches in each tree, in their order."""
    rows = table.shape[0]
    for block in prange((rows + ROWS - 1) // ROWS):
        first, last = block * ROWS, min((block + 1) * ROWS, rows)
        _add_to_block(table[first:last], forest, out[first:last])


@njit(cache=True)
def _add_to_block(table: Floats, forest: Forest, out: Array) -> None:
    codes = np.empty((2 * table.shape[1], ROWS), forest.before.dtype)
    standing, total = np.empty(ROWS, forest.before.dtype), np.zeros(ROWS)
    for row in range(out.size):
        total[row] = out[row]
    _tell(table, forest.thresholds, codes)
    for tree in range(forest.begins.size - 1):
        begin, end = forest.begins[tree], forest.begins[tree + 1]
        standing[:] = 0
        for fork in range(begin, end):
            _part(codes[forest.column[fork]], forest.highest_left[fork], forest.before[fork], forest.after[fork], standing)
        _add(forest.values[begin + tree : end + tree + 1], standing, total)
    for row in range(out.size):
        out[row] = total[row]


@njit(cache=True)
def _tell(table: Floats, thresholds: Array, codes: Codes) -> None:
    """The codes (column, row) of a table (row, feature): what is missing lies above no threshold, or above all."""
    features, most = thresholds.shape
    values, above = np.zeros(ROWS), np.empty(ROWS, np.uint32)
    for feature in range(features):
        for row in range(table.shape[0]):
            values[row] = table[row, feature]
        above[:] = 0
        step = (most + 1) // 2
        while step > 0:
            _search(values, thresholds[feature], np.uint32(step), above)
            step //= 2
        for row in range(ROWS):
            codes[feature, row] = above[row]
            codes[features + feature, row] = most if np.isnan(values[row]) else above[row]


@njit(cache=True, pipeline_class=Apart)
def _search(values: Array, thresholds: Array, step: np.uint32, above: NDArray[np.uint32]) -> None:
    """A step of a search by halves, of all values at once."""
    for row in range(ROWS):
        further = above[row] + step
        above[row] = further if thresholds[further - np.uint32(1)] < values[row] else above[row]


@njit(cache=True, pipeline_class=Apart)
def _part(codes: Codes, highest_left: int, before: int, after: int, standing: Codes) -> None:
    """Rows that stand at the fork, and whose codes are too high for its left side, go on to its right side."""
    for row in range(ROWS):
        standing[row] = after if (standing[row] == before) & (codes[row] > highest_left) else standing[row]


@njit(cache=True, pipeline_class=Apart)
def _add(values: Array, standing: Codes, total: Array) -> None:
    for row in range(ROWS):
        total[row] += values[standing[row]]
