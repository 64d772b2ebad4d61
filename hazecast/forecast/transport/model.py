"""The integrator: an hour in equal steps, every process in turn. It knows nothing of what the processes do."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Air
from hazecast.forecast.transport.process import Process
from hazecast.forecast.transport.state import State

HOUR_S = 3600.0
LONGEST_STEP_S = 1800.0
MOST_DRAINED = 0.3  # of a cell's air that converging or diverging winds may bring or take in one step, before it is made up for from below


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """The air that is carried through, and the processes in their order."""

    air: Air
    processes: tuple[Process, ...]

    def advance(self, state: State, hour: Hour) -> None:
        """Bring `state`, in place, from the beginning of an hour to its end."""
        steps = [prepare(hour, self.air) for prepare in self.processes]
        count = steps_of(hour, self.air)
        for _ in range(count):
            for step in steps:
                step(state, HOUR_S / count)

    def run(self, state: State, hours: Sequence[Hour]) -> None:
        """Bring `state`, in place, through several hours."""
        for hour in hours:
            self.advance(state, hour)


def steps_of(hour: Hour, air: Air) -> int:
    """How many steps an hour is cut into: none longer than `LONGEST_STEP_S`, none that drains a cell by more than `MOST_DRAINED`."""
    drained = 0.0
    for layer in range(air.layers.count):
        gained = np.diff(hour.north_flux[layer], axis=0) + np.diff(hour.east_flux[layer], axis=1)
        drained = max(drained, float((np.abs(gained).max(axis=1) / air.mass[layer]).max()))
    return max(math.ceil(HOUR_S / LONGEST_STEP_S), math.ceil(drained * HOUR_S / MOST_DRAINED))
