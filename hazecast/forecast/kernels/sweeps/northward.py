"""The sweep across rows, one row of faces at a time: what a row needs of those behind it is kept, and those ahead are as they were.

`turn` counts the rows of faces. `kept` (8, tracer, x) holds what the last rows left: half slopes of three rows (SLOPES on), edge values
of three (EDGES on), values at the faces of two (PASSED on), each row in the place of the oldest. The whole of tags has a (12, 1, x) of its
own, with the sums of four rows of cells (SUMS on). The rows of cells given are (tracer, x).
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hazecast.forecast.kernels.sweeps.carried_air import ENTERING, FAR, FLUX, LEAVING, NEAR
from hazecast.forecast.kernels.sweeps.limiters import FAST, Number, edge_value, half_slope, swept_mean
from hazecast.forecast.kernels.sweeps.tags import GIVE, KEEP, SUM, TINY, add_up, find_share, gives, keep_all

Floats = NDArray[np.floating]

SLOPES, EDGES, PASSED, SUMS = 0, 3, 6, 8
KEPT_ROWS: Final = 8
KEPT_OF_WHOLE: Final = 12
ROUND: Final = 12  # turns after which everything kept is in the same place again


class Cells(NamedTuple):
    """Four rows (tracer, x): the two that meet at a row of faces, and the two to the north of them."""

    south: Floats
    north: Floats
    beyond: Floats
    farthest: Floats


class Behind(NamedTuple):
    """Three rows (tracer, x) of what is kept: of the southern row, of the northern one, and of the one beyond, which is still to be found.

    Half slopes are of rows of cells; edge values are of the southern edge of each.
    """

    south: Floats
    north: Floats
    beyond: Floats


@njit(cache=True, error_model="numpy", fastmath=FAST)
def kept_slopes(turn: int, kept: Floats) -> Behind:
    """Half slopes at this turn."""
    return Behind(kept[SLOPES + (turn + 2) % 3], kept[SLOPES + turn % 3], kept[SLOPES + (turn + 1) % 3])


@njit(cache=True, error_model="numpy", fastmath=FAST)
def kept_edges(turn: int, kept: Floats) -> Behind:
    """Edge values at this turn."""
    return Behind(kept[EDGES + (turn + 2) % 3], kept[EDGES + turn % 3], kept[EDGES + (turn + 1) % 3])


@njit(cache=True, error_model="numpy", fastmath=FAST)
def meet(parabolic: bool, passes: bool, cells: Cells, slopes: Behind, edges: Behind, faces: Floats, passed: Floats) -> None:
    """Slopes and edge values of the row beyond, and, if it `passes`, values at the faces between the southern and the northern row."""
    for t in range(passed.shape[0]):
        _find_slopes(t, cells.north, cells.beyond, cells.farthest, slopes.beyond)
        if parabolic:
            _find_edges(t, cells.north, cells.beyond, slopes.north, slopes.beyond, edges.beyond)
            if passes:
                _pass_parabola(t, cells.south, cells.north, edges.south, edges.north, edges.beyond, faces, passed)
        elif passes:
            _pass_slope(t, cells.south, cells.north, slopes.south, slopes.north, faces, passed)


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _find_slopes(t: int, north: Floats, beyond: Floats, farthest: Floats, slope: Floats) -> None:
    quarter, zero = slope.dtype.type(0.25), slope.dtype.type(0.0)
    for i in range(slope.shape[1]):
        slope[t, i] = half_slope(north[t, i], beyond[t, i], farthest[t, i], quarter, zero)


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _find_edges(t: int, north: Floats, beyond: Floats, slope: Floats, slope_beyond: Floats, edge: Floats) -> None:
    half, third = edge.dtype.type(0.5), edge.dtype.type(1.0 / 3.0)
    for i in range(north.shape[1]):
        edge[t, i] = edge_value(north[t, i], beyond[t, i], slope[t, i], slope_beyond[t, i], half, third)


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _pass_parabola(
    t: int, south: Floats, north: Floats, behind: Floats, near: Floats, ahead: Floats, faces: Floats, passed: Floats
) -> None:
    zero = passed.dtype.type(0.0)
    for i in range(north.shape[1]):
        before, after, far_before, far_after = south[t, i], north[t, i], behind[t, i], ahead[t, i]
        northward = faces[FLUX, i] >= zero
        donor, far = (before if northward else after), (far_before if northward else far_after)
        passed[t, i] = swept_mean(donor, near[t, i], far, faces[NEAR, i], faces[FAR, i], zero)


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _pass_slope(t: int, south: Floats, north: Floats, slope_south: Floats, slope_north: Floats, faces: Floats, passed: Floats) -> None:
    zero = passed.dtype.type(0.0)
    for i in range(north.shape[1]):
        before, after, rise, rise_after = south[t, i], north[t, i], slope_south[t, i], slope_north[t, i]
        northward = faces[FLUX, i] >= zero
        passed[t, i] = (before if northward else after) + faces[NEAR, i] * (rise if northward else rise_after)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def move(row: Floats, passed_south: Floats, passed_north: Floats, faces: Floats, tiny: Number) -> None:
    """Move the tracers of the row between two rows of faces, in place; what is next to nothing becomes nothing."""
    zero = row.dtype.type(0.0)
    for t in range(row.shape[0]):
        for i in range(row.shape[1]):
            ratio = row[t, i]
            inward = faces[ENTERING, i] * (passed_south[t, i] - ratio)
            moved = ratio + inward - faces[LEAVING, i] * (passed_north[t, i] - ratio)
            row[t, i] = zero if moved < tiny else moved


@njit(cache=True, error_model="numpy", fastmath=FAST)
def move_shared(turn: int, row: Floats, passed_south: Floats, passed_north: Floats, faces: Floats, shares: Floats, tiny: Number) -> None:
    """Move the tags of the row between two rows of faces, in place; what is next to nothing becomes nothing."""
    zero, south, north = row.dtype.type(0.0), KEEP + (turn + 1) % 2, KEEP + turn % 2
    for t in range(row.shape[0]):
        for i in range(row.shape[1]):
            ratio = row[t, i]
            inward = faces[ENTERING, i] * (shares[south, i] * passed_south[t, i] - ratio)
            moved = ratio + inward - faces[LEAVING, i] * (shares[north, i] * passed_north[t, i] - ratio)
            row[t, i] = zero if moved < tiny else moved


@njit(cache=True, error_model="numpy", fastmath=FAST)
def begin_sums(south: Floats, whole: Floats) -> None:
    """All the sums are those of what flows in from the south."""
    for row in range(SUMS, KEPT_OF_WHOLE):
        add_up(south, south.shape[0], whole[row], 0)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def kept_sums(turn: int, whole: Floats) -> Cells:
    """The sums of the tags of four rows at this turn; the farthest is still to be found."""
    return Cells(whole[SUMS + (turn + 3) % 4], whole[SUMS + turn % 4], whole[SUMS + (turn + 1) % 4], whole[SUMS + (turn + 2) % 4])


@njit(cache=True, error_model="numpy", fastmath=FAST)
def share(turn: int, cells: Cells, passed: Floats, sums: Cells, whole_passed: Floats, faces: Floats, shares: Floats) -> None:
    """What each tag keeps at the faces for their sum to be that of the whole; what is given, is given."""
    tags, n = passed.shape
    keep = KEEP + turn % 2
    add_up(passed, tags, shares, SUM)
    _find_shares(sums.south, sums.north, whole_passed, faces, shares, keep)
    if gives(n, shares):
        for t in range(tags):
            _give(t, cells.south, cells.north, faces, shares, keep, passed)
        keep_all(n, shares, keep)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _find_shares(south: Floats, north: Floats, whole_passed: Floats, faces: Floats, shares: Floats, keep: int) -> None:
    zero, tiny = south.dtype.type(0.0), south.dtype.type(TINY)
    for i in range(south.shape[1]):
        before, after = south[0, i], north[0, i]
        find_share(i, whole_passed[0, i], before if faces[FLUX, i] >= zero else after, faces, tiny, shares, keep)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _give(t: int, south: Floats, north: Floats, faces: Floats, shares: Floats, keep: int, passed: Floats) -> None:
    zero = south.dtype.type(0.0)
    for i in range(south.shape[1]):
        before, after = south[t, i], north[t, i]
        donor = before if faces[FLUX, i] >= zero else after
        passed[t, i] = shares[keep, i] * passed[t, i] + shares[GIVE, i] * donor
