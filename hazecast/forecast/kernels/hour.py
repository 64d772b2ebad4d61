"""One hour of the transport model on arrays: advection, vertical motion, mixing, emission and loss in short steps."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hazecast.forecast.kernels.advection import advect_line
from hazecast.forecast.kernels.column import mix_column, settle_column

Array = NDArray[np.float64]

LARGEST_COURANT = 0.5


@njit(cache=True)
def substeps(air: Array, east_flux: Array, north_flux: Array, seconds: float) -> int:
    """How many steps `seconds` must be cut into for no cell to lose more than `LARGEST_COURANT` of its air in one sweep.

    `air` (layer, y, x) in m3; `east_flux` (layer, y, x + 1) and `north_flux` (layer, y + 1, x) in m3 s-1.
    """
    layers, rows, columns = air.shape
    worst = 0.0
    for y in range(rows):
        for x in range(columns):
            upward = 0.0
            for k in range(layers):
                west, east = east_flux[k, y, x], east_flux[k, y, x + 1]
                south, north = north_flux[k, y, x], north_flux[k, y + 1, x]
                upward += west - east + south - north
                sideways = max(max(east, 0.0) + max(-west, 0.0), max(north, 0.0) + max(-south, 0.0))
                here = air[k, y, x]
                over = air[min(k + 1, layers - 1), y, x]
                worst = max(worst, sideways / here, abs(upward) / min(here, over))
    return max(1, int(np.ceil(worst * seconds / LARGEST_COURANT)))


@njit(cache=True)
def advance(
    tracer: Array,
    air: Array,
    east_flux: Array,
    north_flux: Array,
    exchange: Array,
    deposition: Array,
    loss_rate: Array,
    emission: Array,
    thickness: Array,
    inflow: float,
    seconds: float,
) -> None:
    """Advance `tracer` by `seconds`, in place.

    tracer         (layer, y, x) amount in each cell, lowest layer first
    air            (layer, y, x) m3, the same before and after
    east_flux      (layer, y, x + 1) m3 s-1 through the western to the eastern faces;  north_flux (layer, y + 1, x) likewise
    exchange       (layer - 1, y, x) m s-1;  deposition (y, x) m s-1;  loss_rate (layer, y, x) first-order loss, s-1
    emission       (y, x) amount per second into the lowest layer
    thickness      (layer,) m
    inflow         mixing ratio of air entering at the edges and the top

    The order of the two horizontal sweeps alternates from step to step (Strang 1968).
    """
    steps = substeps(air, east_flux, north_flux, seconds)
    dt = seconds / steps
    for step in range(steps):
        moving = air.copy()
        if step % 2 == 0:
            _sweep_east(tracer, moving, east_flux, inflow, dt)
            _sweep_north(tracer, moving, north_flux, inflow, dt)
        else:
            _sweep_north(tracer, moving, north_flux, inflow, dt)
            _sweep_east(tracer, moving, east_flux, inflow, dt)
        _columns(tracer, moving, air, exchange, deposition, loss_rate, emission, thickness, inflow, dt)


@njit(cache=True)
def _sweep_east(tracer: Array, air: Array, flux: Array, inflow: float, dt: float) -> None:
    layers, rows, columns = tracer.shape
    ratio = np.empty(columns + 4)
    for k in range(layers):
        for y in range(rows):
            advect_line(air[k, y], tracer[k, y], flux[k, y] * dt, inflow, ratio)


@njit(cache=True)
def _sweep_north(tracer: Array, air: Array, flux: Array, inflow: float, dt: float) -> None:
    layers, rows, columns = tracer.shape
    ratio = np.empty(rows + 4)
    for k in range(layers):
        for x in range(columns):
            advect_line(air[k, :, x], tracer[k, :, x], flux[k, :, x] * dt, inflow, ratio)


@njit(cache=True)
def _columns(
    tracer: Array,
    moving: Array,
    air: Array,
    exchange: Array,
    deposition: Array,
    loss_rate: Array,
    emission: Array,
    thickness: Array,
    inflow: float,
    dt: float,
) -> None:
    layers, rows, columns = tracer.shape
    upper = np.empty(layers)
    ratio = np.empty(layers)
    for y in range(rows):
        for x in range(columns):
            settle_column(moving[:, y, x], tracer[:, y, x], air[:, y, x], inflow)
            tracer[0, y, x] += emission[y, x] * dt
            for k in range(layers):
                ratio[k] = tracer[k, y, x] / air[k, y, x]
            mix_column(ratio, thickness, exchange[:, y, x], deposition[y, x], dt, upper)
            for k in range(layers):
                tracer[k, y, x] = ratio[k] * air[k, y, x] * np.exp(-loss_rate[k, y, x] * dt)
