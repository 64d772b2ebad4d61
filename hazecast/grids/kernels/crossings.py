"""Bilinear values at every crossing of target rows and columns: the source is widened once per source row, then blended down."""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from hazecast.grids.kernels.corners import blend_known

Floats = NDArray[np.floating]
Array = NDArray[np.float64]
Index = NDArray[np.int64]


@njit(parallel=True, cache=True)
def blend_to_grid(source: Floats, row: Index, row_share: Array, column: Index, column_share: Array, out: Floats) -> None:
    """Bilinear values of `source` (time, y, x) at every crossing of target rows and columns, into `out` (time, row, column).

    `row[i]` is the source row below target row i and `row_share[i]` the weight of the one above; likewise for columns.
    Corners that are NaN are left out and the others take their weight. `source` and `out` are both of 32 or of 64 bits.
    """
    for t in prange(out.shape[0]):
        _blend_hour(source[t], row, row_share, column, column_share, out[t])


@njit(cache=True)
def _blend_hour(field: Floats, row: Index, row_share: Array, column: Index, column_share: Array, out: Floats) -> None:
    west, share, up = column.astype(np.uintp), column_share.astype(field.dtype), row_share.astype(field.dtype)
    wide = np.empty((3, out.shape[1]), field.dtype)  # row r of the source, widened, is row r % 3 of this
    held, lacks = np.full(3, -1), np.zeros(3, np.bool_)
    for i in range(out.shape[0]):
        for needed in range(row[i], row[i] + 2):
            if held[needed % 3] != needed:
                first = min(needed, field.shape[0] - 2)
                gap = _widen_two(field, first, west, share, wide)
                for r in range(first, first + 2):
                    held[r % 3], lacks[r % 3] = r, gap
        _mix(wide, row[i] % 3, (row[i] + 1) % 3, up[i], out, i)
        if lacks[row[i] % 3] or lacks[(row[i] + 1) % 3]:
            _mend(field, row[i], row_share[i], column, column_share, out, i)


@njit(cache=True)
def _widen_two(field: Floats, row: int, west: NDArray[np.uintp], share: Floats, wide: Floats) -> bool:
    """Source row `row` and the next at the target columns, into `wide`; whether a value of them is NaN.

    Two at once, for the columns and shares are then read once. Indices, for slices of rows would be counted references.
    """
    lacks = False
    one = field.dtype.type(1.0)
    below, above = row % 3, (row + 1) % 3
    for j in range(wide.shape[1]):
        rest = one - share[j]
        lower = field[row, west[j]] * rest + field[row, west[j] + np.uintp(1)] * share[j]
        upper = field[row + 1, west[j]] * rest + field[row + 1, west[j] + np.uintp(1)] * share[j]
        wide[below, j] = lower
        wide[above, j] = upper
        both = lower + upper
        lacks |= both != both
    return lacks


@njit(cache=True)
def _mix(wide: Floats, below: int, above: int, up: float, out: Floats, i: int) -> None:
    down = wide.dtype.type(1.0) - up
    for j in range(out.shape[1]):
        out[i, j] = wide[below, j] * down + wide[above, j] * up


@njit(cache=True)
def _mend(field: Floats, row: int, row_share: float, column: Index, column_share: Array, out: Floats, i: int) -> None:
    """Where a corner is NaN, or counts for nothing and is infinite, the value from the corners that are known."""
    for j in range(out.shape[1]):
        if np.isnan(out[i, j]):
            out[i, j] = blend_known(field, row, row_share, column[j], column_share[j])
