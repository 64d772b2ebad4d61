"""Bilinear values at single places."""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from hazecast.grids.kernels.corners import blend_known

Floats = NDArray[np.floating]
Array = NDArray[np.float64]
Index = NDArray[np.int64]


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
    for p in range(out.size):
        i, j = np.uintp(row[p]), np.uintp(column[p])  # unsigned, for a signed index is first tested for counting from the end
        a, b = row_share[p], column_share[p]
        line, above = field[i], field[i + np.uintp(1)]
        lower = line[j] * (1.0 - b) + line[j + np.uintp(1)] * b
        upper = above[j] * (1.0 - b) + above[j + np.uintp(1)] * b
        value = lower * (1.0 - a) + upper * a
        out[p] = blend_known(field, row[p], a, column[p], b) if np.isnan(value) else value
