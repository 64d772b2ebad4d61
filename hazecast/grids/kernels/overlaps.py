"""Means over target cells from the source cells that they overlap, first along columns of the source, then along its rows."""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from hazecast.grids.kernels.corners import ROUNDING

Array = NDArray[np.float64]
Index = NDArray[np.int64]

LEAST_COVER = 0.5  # a target cell of which less is covered by source cells that have a value has none itself


@njit(parallel=True, cache=True)
def average_cells(
    source: Array,
    row_first: Index,
    row: Index,
    row_part: Array,
    column_first: Index,
    column: Index,
    column_part: Array,
    whole: bool,
    out: Array,
) -> None:
    """Area-weighted means of `source` (stack, y, x) over target cells, into `out` (stack, row, column).

    Target row i overlaps the source rows `row[row_first[i]:row_first[i + 1]]`, each of which covers `row_part` of it; likewise for
    columns. Cells that are NaN are left out: the mean is over the part of a cell that is covered, and NaN below `LEAST_COVER`; where
    `whole`, it is over the whole cell, and what is not covered counts as zero.
    """
    rows = out.shape[1]
    for task in prange(out.shape[0] * rows):
        t, i = task // rows, task % rows
        _average_row(source[t], row_first[i], row_first[i + 1], row, row_part, column_first, column, column_part, whole, out[t, i])


@njit(cache=True)
def _average_row(
    field: Array,
    begin: int,
    end: int,
    row: Index,
    row_part: Array,
    column_first: Index,
    column: Index,
    column_part: Array,
    whole: bool,
    out: Array,
) -> None:
    amount, cover = np.zeros(field.shape[1]), np.full(field.shape[1], row_part[begin:end].sum())
    lacks = False
    for k in range(begin, end):
        lacks |= _add_row(field, row[k], row_part[k], amount)
    if lacks:
        amount[:], cover[:] = 0.0, 0.0
        for k in range(begin, end):
            _add_known(field, row[k], row_part[k], amount, cover)
    for j in range(out.size):
        total, covered = 0.0, 0.0
        for k in range(column_first[j], column_first[j + 1]):
            total += column_part[k] * amount[column[k]]
            covered += column_part[k] * cover[column[k]]
        if whole:
            out[j] = total
        else:
            out[j] = total / covered if covered >= LEAST_COVER - ROUNDING else np.nan


@njit(cache=True)
def _add_row(field: Array, row: int, part: float, amount: Array) -> bool:
    """Add a source row by its part to the amounts; whether one of them is NaN now."""
    lacks = False
    for x in range(amount.size):
        amount[x] += part * field[row, x]
        lacks |= amount[x] != amount[x]
    return lacks


@njit(cache=True)
def _add_known(field: Array, row: int, part: float, amount: Array, cover: Array) -> None:
    for x in range(amount.size):
        if not np.isnan(field[row, x]):
            amount[x] += part * field[row, x]
            cover[x] += part
