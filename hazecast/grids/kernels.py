"""Numba loops of regridding, on separable bilinear weights."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]

LEAST_WEIGHT = 0.5  # with less than half of its weight on cells that have a value, a point has none itself


@njit(cache=True)
def blend_to_grid(source: Array, row: Index, row_share: Array, column: Index, column_share: Array, out: Array) -> None:
    """Bilinear values of `source` (time, y, x) at every crossing of target rows and columns, into `out` (time, row, column).

    `row[i]` is the source row below target row i and `row_share[i]` the weight of the one above; likewise for columns.
    Corners that are NaN are left out and the others take their weight.
    """
    for t in range(out.shape[0]):
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                out[t, i, j] = _blend(source[t], row[i], row_share[i], column[j], column_share[j])


@njit(cache=True)
def blend_to_points(source: Array, row: Index, row_share: Array, column: Index, column_share: Array, out: Array) -> None:
    """Bilinear values of `source` (time, y, x) at points, into `out` (time, point); weights as in `blend_to_grid`."""
    for t in range(out.shape[0]):
        for p in range(out.shape[1]):
            out[t, p] = _blend(source[t], row[p], row_share[p], column[p], column_share[p])


@njit(cache=True, inline="always")
def _blend(field: Array, i: int, a: float, j: int, b: float) -> float:
    total = 0.0
    weight = 0.0
    for di in range(2):
        share_i = a if di else 1.0 - a
        if share_i == 0.0:
            continue
        for dj in range(2):
            share = share_i * (b if dj else 1.0 - b)
            if share == 0.0:
                continue
            value = field[i + di, j + dj]
            if not np.isnan(value):
                total += share * value
                weight += share
    return total / weight if weight >= LEAST_WEIGHT else np.nan
