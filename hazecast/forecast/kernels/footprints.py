"""How long particles stay in the cells of a lattice: the pieces of their paths cut at every edge that they cross."""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Array = NDArray[np.float64]
SHARES = 16  # of the particles, each counted on a map of its own: their sum does not depend on the number of threads


@njit(cache=True)
def _part_below(begin: float, end: float, highest: float) -> tuple[float, float]:
    """From which to which share of a straight piece it is not above `highest`; an empty part where it is nowhere so, or NaN."""
    if begin <= highest and end <= highest:
        return 0.0, 1.0
    if begin <= highest < end:
        return 0.0, (highest - begin) / (end - begin)
    if end <= highest < begin:
        return (highest - begin) / (end - begin), 1.0
    return 0.0, 0.0


@njit(cache=True)
def _part_within(begin: float, change: float, size: float, first: float, last: float) -> tuple[float, float]:
    """That part of a piece which lies from 0 to `size`."""
    if change == 0.0:
        return (first, last) if 0.0 <= begin <= size else (0.0, 0.0)
    enters, leaves = -begin / change, (size - begin) / change
    return max(first, min(enters, leaves)), min(last, max(enters, leaves))


@njit(cache=True)
def _cell(place: float, change: float, size: int) -> int:
    cell = int(np.floor(place))
    if change < 0.0 and place == cell:
        cell -= 1
    return min(max(cell, 0), size - 1)


@njit(cache=True)
def _crossing(begin: float, change: float, cell: int) -> float:
    """The share of a piece at which it leaves a cell."""
    return (cell + 1 - begin) / change if change > 0.0 else (cell - begin) / change if change < 0.0 else np.inf


@njit(cache=True)
def _count(cells: Array, y: float, x: float, dy: float, dx: float, first: float, last: float, seconds: float) -> None:
    """Add the time of one straight piece to the cells that it crosses, from edge to edge (Amanatides and Woo 1987)."""
    rows, columns = cells.shape
    first, last = _part_within(y, dy, rows, first, last)
    first, last = _part_within(x, dx, columns, first, last)
    j, i = _cell(y + first * dy, dy, rows), _cell(x + first * dx, dx, columns)
    while first < last:
        over_y, over_x = _crossing(y, dy, j), _crossing(x, dx, i)
        leaves = max(first, min(over_y, over_x, last))
        cells[j, i] += (leaves - first) * seconds
        if leaves >= last:
            return
        if over_y <= over_x:
            j = min(j + 1, rows - 1) if dy > 0.0 else max(j - 1, 0)
        else:
            i = min(i + 1, columns - 1) if dx > 0.0 else max(i - 1, 0)
        first = leaves


@njit(cache=True, parallel=True)
def residence(
    paths: Array,
    south: float,
    spacing_latitude: float,
    west: float,
    spacing_longitude: float,
    shape: tuple[int, int],
    seconds: float,
    highest: float,
) -> Array:
    """Seconds that all particles together spend in each cell, (row, column): residence time as of Ashbaugh, Malm and Sadeh 1985.

    paths     (particle, record, 3) latitude and longitude in degrees and height; between records, `seconds` apart, straight in all three
    south, west   the outer edges of the cells, degrees;  spacings  of the cells, degrees;  shape  rows and columns
    highest   time above it does not count, in the unit of height

    A piece with an end that is NaN does not count. Longitudes are taken in the turn in which they are on the lattice.
    """
    maps = np.zeros((SHARES, shape[0], shape[1]))
    for share in prange(SHARES):
        for p in range(share, paths.shape[0], SHARES):
            for r in range(1, paths.shape[1]):
                first, last = _part_below(paths[p, r - 1, 2], paths[p, r, 2], highest)
                if first < last:
                    y0, y1 = (paths[p, r - 1, 0] - south) / spacing_latitude, (paths[p, r, 0] - south) / spacing_latitude
                    turn = 360.0 * np.floor((paths[p, r - 1, 1] - west) / 360.0)
                    x0, x1 = (paths[p, r - 1, 1] - turn - west) / spacing_longitude, (paths[p, r, 1] - turn - west) / spacing_longitude
                    full = 360.0 / spacing_longitude
                    _count(maps[share], y0, x0, y1 - y0, x1 - x0, first, last, seconds)
                    if max(x0, x1) > full:
                        _count(maps[share], y0, x0 - full, y1 - y0, x1 - x0, first, last, seconds)
                    if min(x0, x1) < 0.0:
                        _count(maps[share], y0, x0 + full, y1 - y0, x1 - x0, first, last, seconds)
    return np.asarray(maps.sum(axis=0))
