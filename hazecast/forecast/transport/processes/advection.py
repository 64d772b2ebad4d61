"""Horizontal advection: monotone sweeps east and north, as many of each layer and row as its winds ask for."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.kernels.sweeps.streaming import Inflow, Scheme, advect
from hazecast.forecast.kernels.sweeps.substeps import Sweeps, count_sweeps
from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Air
from hazecast.forecast.transport.process import Process, Step
from hazecast.forecast.transport.state import SIDES, State

Array = NDArray[np.float64]
Floats = NDArray[np.floating]

SCHEMES: Final = {"ppm": True, "van-leer": False}
"""Each scheme, and whether it is of parabolas: Colella and Woodward (1984), or van Leer (1977)."""


def advection(scheme: str, beside: Sequence[Array]) -> Process:
    """PM2.5 and each gas, their tracers as parts of one whole, carried by the winds of the hour.

    `scheme` is one of `SCHEMES`; `beside` are for each of `SIDES` the mixing ratios of PM2.5 in air that flows in from there, (layer, part)
    in µg kg-1. No gases flow in. The order of the sweeps alternates from step to step and on from hour to hour.

    Raises ValueError for an unknown scheme, and in a step where `beside` has not the parts of the state or the winds would empty a cell.
    """
    if scheme not in SCHEMES:
        raise ValueError(f"There is no scheme {scheme!r} of advection; expected one of {', '.join(SCHEMES)}.")
    parabolic, taken = SCHEMES[scheme], _Turns()

    @cache
    def edges(flows_in: bool, shape: tuple[int, ...], dtype: np.dtype[np.floating]) -> Inflow:
        """Once for all hours."""
        return inflow_of(beside if flows_in else (), shape, dtype)

    def prepare(hour: Hour, air: Air) -> Step:
        sweeps = _counted(hour)

        def step(state: State, seconds: float) -> None:
            if (given := [ratios.shape for ratios in beside]) != [(air.layers.count, state.tags.count)] * len(SIDES):
                raise ValueError(f"Inflow has the shapes {given}; expected {(air.layers.count, state.tags.count)}, a part a layer, a side.")
            counted, first = sweeps(state, seconds), taken.next()
            east, north = (np.ascontiguousarray(flux, state.moving.dtype) for flux in (hour.east_flux, hour.north_flux))
            loads = state.pm25, state.so2, state.nox
            inflows = tuple(edges(load is state.pm25, load.shape, load.dtype) for load in loads)
            advect(Scheme(parabolic, coupled=True, periodic=False), loads, state.moving, east, north, inflows, counted, seconds, first)

        return step

    return prepare


def inflow_of(beside: Sequence[Array], shape: tuple[int, ...], dtype: np.dtype[np.floating]) -> Inflow:
    """What flows in at the edges of a load (layer, y, tracer, x): for each of `SIDES` (layer, tracer) all along it, or nothing of none."""
    layers, rows, tracers, columns = shape
    west, east, south, north = beside or [np.zeros((layers, tracers))] * len(SIDES)
    along = (np.ascontiguousarray(np.broadcast_to(r[:, None, :], (layers, rows, tracers)), dtype) for r in (west, east))
    across = (np.ascontiguousarray(np.broadcast_to(r[:, :, None], (layers, tracers, columns)), dtype) for r in (south, north))
    return Inflow(*along, *across)


class _Turns:
    """Which sweep comes first, in turns."""

    def __init__(self) -> None:
        self._count = 0

    def next(self) -> int:
        self._count += 1
        return self._count - 1


def _counted(hour: Hour) -> Callable[[State, float], Sweeps]:
    """The sweeps of each layer; counted once for steps of one length, for the air is the same before each."""
    known: dict[float, Sweeps] = {}

    def sweeps(state: State, seconds: float) -> Sweeps:
        if seconds not in known:
            known[seconds] = count_sweeps(state.moving, hour.east_flux, hour.north_flux, seconds)
        return known[seconds]

    return sweeps
