"""What happens in each cell by itself: something is added, lost at a first-order rate, or turned into something else."""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Array = NDArray[np.float64]
Index = NDArray[np.int64]

STRETCH = 128  # cells along a row


@njit(parallel=True, cache=True)
def emit(load: Floats, rates: Floats, first: int, air: Array, seconds: float) -> None:
    """Add what is emitted during `seconds` to the mixing ratios `load` (layer, y, tracer, x) in µg kg-1, in place.

    rates  (lowest layers, y, source, x) µg s-1 into each cell; source n goes into tracer `first` + n
    air    (layer, y) kg in each cell

    Stretches of a row where a source emits nothing are passed over.
    """
    layers, rows, sources, columns = rates.shape
    for y in prange(rows):
        for k in range(layers):
            for n in range(sources):
                for x in range(0, columns, STRETCH):
                    emitted = rates[k, y, n, x : x + STRETCH]
                    if _differs(emitted, 0.0):
                        _add(load[k, y, first + n, x : x + STRETCH], emitted, seconds / air[k, y])


@njit(parallel=True, cache=True)
def lose(loads: tuple[Floats, ...], bounds: Index, remaining: Floats) -> None:
    """Leave in the layers bounds[g] to bounds[g + 1] - 1 the share remaining[g, i] (y, x) of all tracers of loads[i], in place.

    loads      each (layer, y, tracer, x); those beyond the second axis of `remaining` keep all that they have
    bounds     (group + 1,);  remaining (group, load, y, x)

    Stretches of a row where everything remains are passed over.
    """
    groups, counted, rows, columns = remaining.shape
    for y in prange(rows):
        for i in range(counted):
            for g in range(groups):
                for x in range(0, columns if loads[i].shape[2] else 0, STRETCH):
                    share = remaining[g, i, y, x : x + STRETCH]
                    if _differs(share, 1.0):
                        for k in range(bounds[g], bounds[g + 1]):
                            for n in range(loads[i].shape[2]):
                                _scale(loads[i][k, y, n, x : x + STRETCH], share)


@njit(cache=True)
def _differs(values: Floats, neutral: float) -> bool:
    """Whether any value is not `neutral`. They are counted, for a loop that may end early is not vectorised."""
    others = 0
    for i in range(values.size):
        others += values[i] != neutral
    return others > 0


@njit(cache=True)
def _add(values: Floats, rates: Floats, factor: float) -> None:
    narrow = values.dtype.type(factor)
    for i in range(values.size):
        values[i] += rates[i] * narrow


@njit(cache=True)
def _scale(values: Floats, factors: Floats) -> None:
    for i in range(values.size):
        values[i] *= factors[i]


@njit(parallel=True, cache=True)
def convert(gas: Floats, share: Floats, gained: float, particles: Floats, first: int) -> None:
    """Turn `share` (y, x) of the gas in every layer into particles, both in µg kg-1 and (layer, y, tracer, x), in place.

    Tracer r of the gas goes into tracer `first` + r of the particles, `gained` µg for each µg that the gas loses.
    """
    layers, rows, tracers, columns = gas.shape
    factor = gas.dtype.type(gained)
    for y in prange(rows):
        for k in range(layers):
            for r in range(tracers):
                for x in range(columns):
                    turned = gas[k, y, r, x] * share[y, x]
                    gas[k, y, r, x] -= turned
                    particles[k, y, first + r, x] += factor * turned
