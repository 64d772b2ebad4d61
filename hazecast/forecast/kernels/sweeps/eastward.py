"""The sweep along one row of cells: every tracer of the row is moved through its western and eastern faces.

Scratch: `cells` (line, wide + SPARE), lines of cells with a halo at each end, one that every tracer uses in turn, or with tags one each and
one for their whole; `passed` (line, wide), values at the faces; `shapes` (2, wide + SPARE), the rows SLOPE and EDGE. All are somewhat wider
than the row: loops over whole vectors leave no rest to be done cell by cell, and nobody looks at what they do beyond the last face.
"""

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hazecast.forecast.kernels.sweeps.carried_air import ENTERING, FAR, FLUX, LEAVING, NEAR
from hazecast.forecast.kernels.sweeps.limiters import FAST, edge_value, half_slope, swept_mean
from hazecast.forecast.kernels.sweeps.tags import GIVE, KEEP, SUM, TINY, add_up, find_share, gives, keep_all

Floats = NDArray[np.floating]

HALO: Final = 3  # cells that the scheme looks at beyond each end of a row
SPARE: Final = 8
WHOLE_VECTORS: Final = 32  # cells
SLOPE, EDGE = range(2)


@njit(inline="always", error_model="numpy", fastmath=FAST)
def wide(columns: int) -> int:
    """How many faces the scratch of a row of so many cells has."""
    return (columns + 1 + HALO + WHOLE_VECTORS - 1) // WHOLE_VECTORS * WHOLE_VECTORS


@njit(cache=True, error_model="numpy", fastmath=FAST)
def sweep_row(
    parabolic: bool,
    coupled: bool,
    periodic: bool,
    row: Floats,
    west: Floats,
    east: Floats,
    faces: Floats,
    cells: Floats,
    shapes: Floats,
    passed: Floats,
) -> None:
    """Move every tracer of `row` (tracer, x), in place; tags only as far as their values at the faces, and those of their whole.

    `west` and `east` (tracer,) are what flows in at the ends.
    """
    whole = row.shape[0]
    for t in range(whole + 1 if coupled else whole):
        line = t if coupled else 0
        if t == whole:
            add_up(cells, whole, cells, whole)
        else:
            _lay_out(row, t, west[t], east[t], periodic, cells, line)
        _find_passed(parabolic, line, faces, cells, shapes, passed)
        if not coupled:
            _move(row, t, line, faces, cells, passed)


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _lay_out(row: Floats, t: int, west: float, east: float, periodic: bool, cells: Floats, line: int) -> None:
    """Tracer t of `row` (tracer, x) as a line with a halo: of what flows in, or of the other end of a ring."""
    n = row.shape[1]
    for i in range(n):
        cells[line, i + HALO] = row[t, i]
    if periodic:
        for i in range(HALO):
            cells[line, i] = row[t, (i - HALO) % n]
            cells[line, n + HALO + i] = row[t, i % n]
    else:
        for i in range(HALO):
            cells[line, i] = west
            cells[line, n + HALO + i] = east


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _find_passed(parabolic: bool, line: int, faces: Floats, cells: Floats, shapes: Floats, passed: Floats) -> None:
    """Values of a line at its faces."""
    kind = cells.dtype.type
    quarter, zero = kind(0.25), kind(0.0)
    for i in range(passed.shape[1]):
        shapes[SLOPE, i] = half_slope(cells[line, i], cells[line, i + 1], cells[line, i + 2], quarter, zero)
    if parabolic:
        _pass_parabola(line, faces, cells, shapes, passed)
    else:
        for i in range(passed.shape[1]):
            before, after, rise, rise_after = cells[line, i + 2], cells[line, i + 3], shapes[SLOPE, i + 1], shapes[SLOPE, i + 2]
            eastward = faces[FLUX, i] >= zero
            passed[line, i] = (before if eastward else after) + faces[NEAR, i] * (rise if eastward else rise_after)


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _pass_parabola(line: int, faces: Floats, cells: Floats, shapes: Floats, passed: Floats) -> None:
    kind = cells.dtype.type
    zero, half, third = kind(0.0), kind(0.5), kind(1.0 / 3.0)
    for i in range(passed.shape[1]):
        slope_before, slope_after = shapes[SLOPE, i], shapes[SLOPE, i + 1]
        shapes[EDGE, i] = edge_value(cells[line, i + 1], cells[line, i + 2], slope_before, slope_after, half, third)
    for i in range(passed.shape[1]):
        before, after = cells[line, i + 2], cells[line, i + 3]
        behind, near, ahead = shapes[EDGE, i], shapes[EDGE, i + 1], shapes[EDGE, i + 2]
        eastward = faces[FLUX, i] >= zero
        donor, far = (before if eastward else after), (behind if eastward else ahead)
        passed[line, i] = swept_mean(donor, near, far, faces[NEAR, i], faces[FAR, i], zero)


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _move(row: Floats, t: int, line: int, faces: Floats, cells: Floats, passed: Floats) -> None:
    """Tracer t of `row` after the sweep."""
    for i in range(row.shape[1]):
        ratio = cells[line, i + HALO]
        inward = faces[ENTERING, i] * (passed[line, i] - ratio)
        row[t, i] = ratio + inward - faces[LEAVING, i] * (passed[line, i + 1] - ratio)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def move_shared(row: Floats, faces: Floats, cells: Floats, passed: Floats, shares: Floats) -> None:
    """The tags of `row` after the sweep."""
    for t in range(row.shape[0]):
        for i in range(row.shape[1]):
            ratio = cells[t, i + HALO]
            inward = faces[ENTERING, i] * (shares[KEEP, i] * passed[t, i] - ratio)
            row[t, i] = ratio + inward - faces[LEAVING, i] * (shares[KEEP, i + 1] * passed[t, i + 1] - ratio)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def share(columns: int, whole: int, faces: Floats, cells: Floats, passed: Floats, shares: Floats) -> None:
    """What each tag keeps at the faces for their sum to be that of the whole, which is the line after theirs; what is given, is given."""
    n = passed.shape[1]
    add_up(passed, whole, shares, SUM)
    zero, tiny = cells.dtype.type(0.0), cells.dtype.type(TINY)
    for i in range(n):
        before, after = cells[whole, i + 2], cells[whole, i + 3]
        find_share(i, passed[whole, i], before if faces[FLUX, i] >= zero else after, faces, tiny, shares, KEEP)
    if gives(columns + 1, shares):
        for t in range(whole):
            _give(t, faces, cells, passed, shares)
        keep_all(n, shares, KEEP)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _give(t: int, faces: Floats, cells: Floats, passed: Floats, shares: Floats) -> None:
    zero = cells.dtype.type(0.0)
    for i in range(passed.shape[1]):
        before, after = cells[t, i + 2], cells[t, i + 3]
        donor = before if faces[FLUX, i] >= zero else after
        passed[t, i] = shares[KEEP, i] * passed[t, i] + shares[GIVE, i] * donor
