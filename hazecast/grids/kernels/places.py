"""Bilinear values at single places."""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from hazecast.grids.kernels.corners import blend_known

Floats = NDArray[np.floating]
Array = NDArray[np.float64]
Index = NDArray[np.int64]

BATCH = 64  # places whose corners are fetched before any is blended: the processor then waits for many at once


@njit(parallel=True, cache=True)
def blend_to_points(source: Floats, row: Index, row_share: Array, column: Index, column_share: Array, out: Floats) -> None:
    """Bilinear values of `source` (time, y, x) at points, into `out` (time, point).

    Point p lies between the source rows `row[p]` and the next, whose weight is `row_share[p]`; likewise for columns.
    Corners that are NaN are left out and the others take their weight. `source` and `out` are both of 32 or of 64 bits.
    """
    for t in prange(out.shape[0]):
        _blend_hour(source[t], row, row_share, column, column_share, out[t])


@njit(cache=True)
def _blend_hour(field: Floats, row: Index, row_share: Array, column: Index, column_share: Array, out: Floats) -> None:
    corners = np.empty((4, BATCH), field.dtype)
    for first in range(0, out.size, BATCH):
        last = min(first + BATCH, out.size)
        _fetch(field, row[first:last], column[first:last], corners)
        for p in range(first, last):
            a, b, at = row_share[p], column_share[p], p - first
            lower = corners[0, at] * (1.0 - b) + corners[1, at] * b
            upper = corners[2, at] * (1.0 - b) + corners[3, at] * b
            value = lower * (1.0 - a) + upper * a
            out[p] = blend_known(field, row[p], a, column[p], b) if np.isnan(value) else value


@njit(cache=True)
def _fetch(field: Floats, row: Index, column: Index, corners: Floats) -> None:
    one = np.uintp(1)
    for at in range(row.size):
        i, j = np.uintp(row[at]), np.uintp(column[at])  # unsigned, for a signed index is first tested for counting from the end
        corners[0, at] = field[i, j]
        corners[1, at] = field[i, j + one]
        corners[2, at] = field[i + one, j]
        corners[3, at] = field[i + one, j + one]
