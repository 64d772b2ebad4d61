"""Advection of many tracers, layer by layer: the sweep along rows feeds the sweep across them while a row is at hand.

Functions that are called from one place are inlined before compilation: each one compiled by itself costs another two seconds at the first
start, for the compiler works through all beneath it again.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import get_num_threads, njit, prange
from numpy.typing import NDArray

from hazecast.forecast.kernels.sweeps import carried_air, eastward, northward
from hazecast.forecast.kernels.sweeps.carried_air import AMPLE_ROOM, CELL_ROOM, FACE_ROWS
from hazecast.forecast.kernels.sweeps.limiters import FAST, Number
from hazecast.forecast.kernels.sweeps.substeps import Sweeps
from hazecast.forecast.kernels.sweeps.tags import SHARE_ROWS, add_up

Floats = NDArray[np.floating]
Index = NDArray[np.int64]

NEXT_TO_NOTHING: Final = 1e-30  # smaller ratios become zero: arithmetic on numbers too small for their type is very slow


class Scheme(NamedTuple):
    """How to advect: parabolas (PPM) or slopes (van Leer); tracers as parts of one whole or each by itself; rows that are rings."""

    parabolic: bool
    coupled: bool
    periodic: bool


class Inflow(NamedTuple):
    """Mixing ratios of air that flows in: west and east (layer, y, tracer), south and north (layer, tracer, x)."""

    west: Floats
    east: Floats
    south: Floats
    north: Floats


class Layer(NamedTuple):
    """One layer, `level`, of all loads and of what flows in of each.

    Its air (y, x), fluxes (y, x + 1) and (y + 1, x), and the sweeps along each row (y,).
    """

    level: int
    loads: tuple[Floats, ...]
    west: tuple[Floats, ...]
    east: tuple[Floats, ...]
    south: tuple[Floats, ...]
    north: tuple[Floats, ...]
    air: Floats
    east_flux: Floats
    north_flux: Floats
    along: Index


class Workspace(NamedTuple):
    """Scratch of one layer, as `carried_air`, `eastward`, `northward` and `tags` tell; `infinite` is the air of a row outside.

    What is kept from row to row, each load has for itself: `kept`, `whole` and `northern_shares` begin with an axis of loads.
    """

    eastern: Floats
    northern: Floats
    cells: Floats
    passed: Floats
    shapes: Floats
    eastern_shares: Floats
    kept: Floats
    whole: Floats
    northern_shares: Floats
    infinite: Floats


def advect(
    scheme: Scheme,
    loads: tuple[Floats, ...],
    air: Floats,
    east_flux: Floats,
    north_flux: Floats,
    inflows: tuple[Inflow, ...],
    sweeps: Sweeps,
    seconds: Number,
    first: int,
) -> None:
    """Advance mixing ratios and the air that carries them by `seconds`, in place.

    loads       each (layer, y, tracer, x), not negative; the tracers of a load are those of one whole, where they are coupled
    air         (layer, y, x) kg
    east_flux   (layer, y, x + 1) kg s-1;  north_flux (layer, y + 1, x) kg s-1
    inflows     for each load
    sweeps      of each layer and row, enough for no cell to lose more than 0.9 of its air in one
    first       the sweep of the first step: even for along the rows, odd for across them; then they take turns (Strang 1968)

    All arrays are of 32 or all of 64 bits. Flux form with the air carried through both sweeps, written so that a constant stays exactly
    what it is: ratio' = ratio + (entering (passed - ratio) - leaving (passed - ratio)) / air'. Monotone and positive in each sweep;
    mass is conserved to rounding. The result does not depend on the number of threads: a layer is done by one of them.
    """
    if any(load.size for load in loads):
        owner = share_out(sweeps.effort, min(get_num_threads(), sweeps.steps.size))
        west, east, south, north = zip(*inflows, strict=True)  # what is done in parallel takes no tuples of tuples
        _advect(scheme, loads, air, east_flux, north_flux, west, east, south, north, sweeps, owner, seconds, first)


def share_out(effort: Index, threads: int) -> Index:
    """Which thread does which layer: the longest first, each to the thread with the least to do."""
    owner, load = np.zeros(effort.size, np.int64), np.zeros(threads, np.int64)
    for layer in np.argsort(-effort, kind="stable"):
        owner[layer] = np.argmin(load)
        load[owner[layer]] += effort[layer]
    return owner


@njit(parallel=True, cache=True, error_model="numpy", fastmath=FAST)
def _advect(
    scheme: Scheme,
    loads: tuple[Floats, ...],
    air: Floats,
    east_flux: Floats,
    north_flux: Floats,
    west: tuple[Floats, ...],
    east: tuple[Floats, ...],
    south: tuple[Floats, ...],
    north: tuple[Floats, ...],
    sweeps: Sweeps,
    owner: Index,
    seconds: Number,
    first: int,
) -> None:
    for thread in prange(owner.max() + 1):
        for k in range(owner.size):
            if owner[k] == thread:
                layer = Layer(k, loads, west, east, south, north, air[k], east_flux[k], north_flux[k], sweeps.along[k])
                _advance_layer(scheme, layer, sweeps.steps[k], seconds, first)


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _advance_layer(scheme: Scheme, layer: Layer, steps: int, seconds: Number, first: int) -> None:
    kind = layer.air.dtype.type
    space = _new_workspace(scheme, layer)
    for step in range(steps):
        along_first = (first + step) % 2 == 0
        _step(scheme, layer, along_first, kind(seconds / steps), kind(NEXT_TO_NOTHING), space)


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _new_workspace(scheme: Scheme, layer: Layer) -> Workspace:
    columns, kind, count = layer.air.shape[1], layer.air.dtype, len(layer.loads)
    tracers = 0
    for i in range(count):
        tracers = max(tracers, layer.loads[i].shape[2])
    lines, wide = tracers + 1 if scheme.coupled else 1, eastward.wide(columns)
    return Workspace(
        np.zeros((FACE_ROWS, wide), kind),
        np.zeros((FACE_ROWS, columns), kind),
        np.zeros((lines, wide + eastward.SPARE), kind),
        np.zeros((lines, wide), kind),
        np.zeros((2, wide + eastward.SPARE), kind),
        np.zeros((SHARE_ROWS, wide), kind),
        np.zeros((count, northward.KEPT_ROWS, tracers, columns), kind),
        np.zeros((count, northward.KEPT_OF_WHOLE, 1, columns), kind),
        np.zeros((count, SHARE_ROWS, columns), kind),
        np.full(columns, np.inf, kind),
    )


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _step(scheme: Scheme, layer: Layer, along_first: bool, seconds: Number, tiny: Number, space: Workspace) -> None:
    """Row of faces by row of faces, from two rows of cells before the first: what a row needs ahead is swept along before, or never yet."""
    rows = layer.air.shape[0]
    _begin(scheme, layer, space)
    for face in range(-2, rows + 1):
        for part in range(2):  # each sweep is written once, for the compiler works through every place where it is called
            if (part == 0) == along_first:
                first, after = _rows_to_sweep(along_first, face, rows)
                for y in range(first, after):
                    for _ in range(layer.along[y]):
                        _sweep_along(scheme, layer, y, layer.air.dtype.type(seconds / layer.along[y]), space)
            else:
                _meet(scheme, layer, face, seconds, space)
                if face >= 1:
                    _sweep_across(scheme, layer, face, tiny, space)


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _rows_to_sweep(along_first: bool, face: int, rows: int) -> tuple[int, int]:
    """The rows of cells to sweep along at a row of faces, from the first to before the last: those ahead, or the one left behind."""
    if along_first:
        return 0 if face == -2 else face + 2, min(face + 3, rows)
    return max(face - 1, 0), face


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _begin(scheme: Scheme, layer: Layer, space: Workspace) -> None:
    """Nothing varies in the south outside."""
    space.kept[:] = 0
    if scheme.coupled:
        space.whole[:] = 0
        space.northern[CELL_ROOM] = AMPLE_ROOM
        for i in range(len(layer.loads)):
            northward.begin_sums(layer.south[i][layer.level], space.whole[i])


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _are_parts(scheme: Scheme, tracers: int) -> bool:
    """Whether so many tracers are parts of a whole: one that is alone is a whole by itself."""
    return scheme.coupled and tracers > 1


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _sweep_along(scheme: Scheme, layer: Layer, y: int, seconds: Number, space: Workspace) -> None:
    parabolic, coupled, periodic = scheme
    air, faces, cells, passed, shares = layer.air[y], space.eastern, space.cells, space.passed, space.eastern_shares
    carried_air.weigh_eastern_faces(parabolic, periodic, air, layer.east_flux[y], seconds, faces)
    if coupled:
        carried_air.find_eastern_room(parabolic, periodic, air, faces)
    carried_air.carry_air_east(air, faces)
    for i in range(len(layer.loads)):
        row = layer.loads[i][layer.level, y]
        west, east = layer.west[i][layer.level, y], layer.east[i][layer.level, y]
        parts = _are_parts(scheme, row.shape[0])
        eastward.sweep_row(parabolic, parts, periodic, row, west, east, faces, cells, space.shapes, passed)
        if parts:
            eastward.share(row.shape[1], row.shape[0], faces, cells, passed, shares)
            eastward.move_shared(row, faces, cells, passed, shares)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _row(load: Floats, south: Floats, north: Floats, y: int) -> Floats:
    if y < 0:
        return south
    return north if y >= load.shape[0] else load[y]


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _meet(scheme: Scheme, layer: Layer, face: int, seconds: Number, space: Workspace) -> None:
    """What the tracers have at a row of faces; of the first two, which lie outside, only what the next ones need."""
    turn, passes, faces = face + northward.ROUND, face >= 0, space.northern
    if passes:
        _weigh_across(scheme, layer, face, seconds, space)
    for i in range(len(layer.loads)):
        load, south, north = layer.loads[i][layer.level], layer.south[i][layer.level], layer.north[i][layer.level]
        tracers = load.shape[1]
        if tracers == 0:
            continue
        rows = _row(load, south, north, face - 1), _row(load, south, north, face), _row(load, south, north, face + 1)
        cells = northward.Cells(*rows, _row(load, south, north, face + 2))
        parts = _are_parts(scheme, tracers)
        passed, whole_passed = space.kept[i, northward.PASSED + turn % 2, :tracers], space.whole[i, northward.PASSED]
        sums = northward.kept_sums(turn, space.whole[i])
        if parts:
            add_up(cells.farthest, tracers, sums.farthest, 0)
        for kind in range(2 if parts else 1):
            kept = space.kept[i] if kind == 0 else space.whole[i]
            slopes, edges = northward.kept_slopes(turn, kept), northward.kept_edges(turn, kept)
            at_faces = passed if kind == 0 else whole_passed
            northward.meet(scheme.parabolic, passes, cells if kind == 0 else sums, slopes, edges, faces, at_faces)
        if parts and passes:
            northward.share(turn, cells, passed, sums, whole_passed, faces, space.northern_shares[i])


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _weigh_across(scheme: Scheme, layer: Layer, face: int, seconds: Number, space: Workspace) -> None:
    rows = layer.air.shape[0]
    south = layer.air[face - 1] if face > 0 else space.infinite
    north = layer.air[face] if face < rows else space.infinite
    carried_air.weigh_northern_faces(scheme.parabolic, south, north, layer.north_flux[face], seconds, space.northern)
    if scheme.coupled:
        carried_air.find_northern_room(scheme.parabolic, north, layer.north_flux[min(face + 1, rows)], seconds, space.northern)


@njit(inline="always", error_model="numpy", fastmath=FAST)
def _sweep_across(scheme: Scheme, layer: Layer, face: int, tiny: Number, space: Workspace) -> None:
    carried_air.carry_air_north(layer.air[face - 1], space.northern)
    passed = northward.PASSED
    for i in range(len(layer.loads)):
        row = layer.loads[i][layer.level, face - 1]
        south, north = space.kept[i, passed + (face - 1) % 2], space.kept[i, passed + face % 2]
        if _are_parts(scheme, row.shape[0]):
            northward.move_shared(face + northward.ROUND, row, south, north, space.northern, space.northern_shares[i], tiny)
        else:
            northward.move(row, south, north, space.northern, tiny)
