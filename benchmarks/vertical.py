"""The vertical solve beside merely copying the tracers: it is bound by memory. In 32 bits, on as many threads as the copy."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from benchmarks.measuring import Row, in_turn
from hazecast.forecast.kernels.exchange import fill_exchange
from hazecast.forecast.kernels.vertical import mix_columns
from hazecast.forecast.transport.layers import air_of, default_layers
from hazecast.grids.lattice import Lattice

Floats = NDArray[np.floating]

SOUTH, WEST = 20.1, 100.1
STEP_S = 900.0
GOAL = 0.4


@dataclass(frozen=True, slots=True)
class Size:
    """A lattice, tracers, and rounds of the timing."""

    shape: tuple[int, int]
    spacing: float
    tracers: int
    rounds: int


FULL = (Size((200, 280), 0.25, 8, 31), Size((500, 700), 0.1, 8, 15))
SMALL = (Size((8, 12), 0.25, 3, 3), Size((10, 14), 0.1, 3, 3))


def rows(small: bool) -> list[Row]:
    """Every line of the table, in its order."""
    return [_row(size) for size in (SMALL if small else FULL)]


def _row(size: Size) -> Row:
    solve, load = _solver(size)
    beside = np.empty_like(load)
    copying = "merely copying the tracers (share of its bandwidth)"
    times = in_turn(solve, {copying: lambda: _copy(load, beside)}, size.rounds)
    y, x = size.shape
    name = f"vertical mixing and motion, {y} × {x} × {load.shape[0]} cells, {size.tracers} tracers"
    return Row(name, load.size / median(times.ours) / 1e6, "million cells × tracers/s", copying, times.ratio(copying), GOAL)


def _solver(size: Size) -> tuple[Callable[[], None], Floats]:
    """The solve of a step and the tracers that it works on, each read and written once; air at rest costs what air in motion does."""
    lattice = Lattice(SOUTH + size.spacing * np.arange(size.shape[0]), WEST + size.spacing * np.arange(size.shape[1]))
    air, chance = air_of(lattice, default_layers()), np.random.default_rng(1)
    layers, kind = air.layers, np.float32
    bounds = (0.1, 0.6), (-0.03, 0.03), (100.0, 2000.0)
    friction, inverse_obukhov, depth = (chance.uniform(low, high, size.shape).astype(kind) for low, high in bounds)
    exchange = np.empty((layers.count - 1, *size.shape), kind)
    fill_exchange(friction, inverse_obukhov, depth, layers.tops[:-1], np.diff(layers.centres), 0.1, exchange)
    spread = np.multiply.outer(layers.interface_density, lattice.cell_area)
    load = chance.random((layers.count, size.shape[0], size.tracers, size.shape[1]), kind)
    stirred = air.mass[:, :, None] * chance.uniform(0.9, 1.1, air.shape)
    moving, aloft = stirred.astype(kind), np.zeros(size.tracers, kind)
    return lambda: mix_columns((load,), (aloft,), moving, air.mass, exchange, spread, STEP_S), load


@njit(parallel=True, cache=True)
def _copy(source: Floats, target: Floats) -> None:
    for y in prange(source.shape[1]):
        for k in range(source.shape[0]):
            target[k, y] = source[k, y]
