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
    """Bilinear values of `source` (time, y, x), contiguous, at points, into `out` (time, point).

    Point p lies between the source rows `row[p]` and the next, whose weight is `row_share[p]`; likewise for columns.
    Corners that are NaN are left out and the others take their weight. `source` and `out` are both of 32 or of 64 bits.
    """
    corner = (row * source.shape[2] + column).astype(np.uintp)  # unsigned, for a signed index is first tested for counting from the end
    up, right = row_share.astype(source.dtype), column_share.astype(source.dtype)
    for t in prange(out.shape[0]):
        if _blend_hour(source[t].ravel(), np.uintp(source.shape[2]), corner, up, right, out[t]):
            _mend(source[t], row, row_share, column, column_share, out[t])


@njit(cache=True)
def _blend_hour(cells: Floats, columns: np.uintp, corner: NDArray[np.uintp], up: Floats, right: Floats, out: Floats) -> bool:
    """Whether a value is NaN. Nothing in the loop branches: the processor then waits for the corners of many points at once."""
    lacks = False
    one, east = cells.dtype.type(1.0), np.uintp(1)
    for p in range(out.size):
        south_west, left, down = corner[p], one - right[p], one - up[p]
        north_west = south_west + columns
        lower = cells[south_west] * left + cells[south_west + east] * right[p]
        upper = cells[north_west] * left + cells[north_west + east] * right[p]
        value = lower * down + upper * up[p]
        out[p] = value
        lacks |= value != value
    return lacks


@njit(cache=True)
def _mend(field: Floats, row: Index, row_share: Array, column: Index, column_share: Array, out: Floats) -> None:
    """Where a corner is NaN, or counts for nothing and is infinite, the value from the corners that are known."""
    for p in range(out.size):
        if np.isnan(out[p]):
            out[p] = blend_known(field, row[p], row_share[p], column[p], column_share[p])
