"""What each cell of a lattice has of regions that are drawn by closed lines, along scan lines through its rows."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@njit(cache=True)
def cover_cells(lines: Array, line_first: Index, edges: Array, region: Index, out: Array) -> None:
    """The part of every cell that belongs to each region, into `out` (region, row, column), which is zero before.

    The scan lines of row i are at the heights `lines[line_first[i]:line_first[i + 1]]`, ascending over all rows, and count alike. `edges`
    (edge, 4) go from x, y to x, y, with x in columns from the western edge, and close each ring; `region` says whose they are. A place
    is in a region that its rings wind round, and belongs to the first of those that it is in. Along a line the parts are exact.
    """
    first, place, code = _crossings(lines, edges, region)
    for row in range(line_first.size - 1):
        count = line_first[row + 1] - line_first[row]
        for line in range(line_first[row], line_first[row + 1]):
            begin, end = first[line], first[line + 1]
            _sweep(place[begin:end], code[begin:end], 1.0 / count, out[:, row])


@njit(cache=True)
def _crossings(lines: Array, edges: Array, region: Index) -> tuple[Index, Array, Index]:
    """Where edges cross the lines, line by line: those of line i are from `first[i]` to `first[i + 1]`. Of each its x, and as a code
    the region, counted from one, negative where the edge goes down."""
    first = np.zeros(lines.size + 1, dtype=np.int64)
    low = np.searchsorted(lines, np.minimum(edges[:, 1], edges[:, 3]))
    high = np.searchsorted(lines, np.maximum(edges[:, 1], edges[:, 3]))
    for e in range(region.size):
        for line in range(low[e], high[e]):
            first[line + 1] += 1
    first = np.cumsum(first)
    place, code, free = np.empty(first[-1]), np.empty(first[-1], dtype=np.int64), first[:-1].copy()
    for e in range(region.size):
        x, y, to_x, to_y = edges[e]
        for line in range(low[e], high[e]):
            place[free[line]] = x + (lines[line] - y) / (to_y - y) * (to_x - x)
            code[free[line]] = region[e] + 1 if to_y > y else -region[e] - 1
            free[line] += 1
    return first, place, code


@njit(cache=True)
def _sweep(place: Array, code: Index, weight: float, out: Array) -> None:
    """Along one line from west to east: add what lies between two crossings to the region (region, column) that it belongs to."""
    turns = np.zeros(out.shape[0], dtype=np.int64)
    owner, since = -1, 0.0
    for k in np.argsort(place):
        if owner >= 0:
            _add_stretch(since, place[k], weight, out[owner])
        turns[abs(code[k]) - 1] += 1 if code[k] > 0 else -1
        owner, since = _first_not_zero(turns), place[k]


@njit(cache=True)
def _first_not_zero(turns: Index) -> int:
    for i in range(turns.size):
        if turns[i] != 0:
            return i
    return -1


@njit(cache=True)
def _add_stretch(begin: float, end: float, weight: float, out: Array) -> None:
    """Add what of every column lies between `begin` and `end`."""
    begin, end = max(begin, 0.0), min(end, float(out.size))
    for column in range(int(begin), min(int(end) + 1, out.size)):
        part = min(end, column + 1.0) - max(begin, float(column))
        if part > 0.0:
            out[column] += weight * part
