"""What is emitted into the lowest layers."""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.kernels.local import emit
from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Air
from hazecast.forecast.transport.process import Process, Step
from hazecast.forecast.transport.state import State

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Emission of one hour in µg s-1 into each cell of the lowest layers, by source region: (lowest layers, y, region, x) each.

    pm25 goes into the primary parts; nox is counted as NO2. Where the state carries no gases, theirs have no regions.
    """

    pm25: Floats
    so2: Floats
    nox: Floats

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name).ndim != 4:
                shape = getattr(self, field.name).shape
                raise ValueError(f"Emission of {field.name} has the shape {shape}; expected (lowest layers, y, region, x).")


def emission(rates: Callable[[Hour], Rates]) -> Process:
    """What `rates` says of an hour, added evenly through it; it is asked once an hour.

    Raises ValueError in a step where the rates do not fit the cells and regions of the state.
    """

    def prepare(hour: Hour, air: Air) -> Step:
        now = rates(hour)

        def step(state: State, seconds: float) -> None:
            regions, gases = len(state.tags.regions), state.tags.gases
            loads = (
                (state.pm25, now.pm25, state.tags.primary.start, regions),
                (state.so2, now.so2, 0, gases),
                (state.nox, now.nox, 0, gases),
            )
            for load, rate, first, sources in loads:
                _refuse_what_does_not_fit(load, rate, sources)
                emit(load, rate, first, air.mass, seconds)

        return step

    return prepare


def _refuse_what_does_not_fit(load: Floats, rate: Floats, sources: int) -> None:
    layers, rows, _, columns = load.shape
    if rate.shape[0] > layers or rate.shape[1:] != (rows, sources, columns):
        raise ValueError(f"Emission has the shape {rate.shape}; expected (at most {layers}, {rows}, {sources}, {columns}).")
