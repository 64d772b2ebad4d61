"""The transport model put together: the table of its processes, and the air it starts from."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Air
from hazecast.forecast.transport.model import Model
from hazecast.forecast.transport.processes.advection import advection
from hazecast.forecast.transport.processes.dry_deposition import dry_deposition
from hazecast.forecast.transport.processes.emission import Rates, emission
from hazecast.forecast.transport.processes.inflow import Inflow, inflow_of
from hazecast.forecast.transport.processes.sulfate_nitrate import sulfate_nitrate
from hazecast.forecast.transport.processes.vertical import aloft_without_gases, vertical
from hazecast.forecast.transport.processes.wet_deposition import wet_deposition
from hazecast.forecast.transport.state import SIDES, State, Tags, clean_state

if TYPE_CHECKING:  # the model starts without the labelled data that an emission is made of
    from hazecast.forecast.emissions.emission import Emission

Array = NDArray[np.float64]
Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Carrier:
    """A model with the tags it carries, and what flows in over its edges."""

    model: Model
    tags: Tags
    inflow: Inflow

    def clean(self) -> State:
        """Air that carries what flows in over the edges, as its initial part, and nothing of the domain's own."""
        state = clean_state(self.model.air, self.tags)
        self.wipe(state)
        return state

    def wipe(self, state: State) -> None:
        """Make `state`, in place, as `clean` gives it."""
        for load in (state.pm25, state.so2, state.nox):
            load[:] = 0.0
        state.pm25[:, :, self.tags.initial, :] = self.inflow.mean[:, None, None]
        state.moving[:] = self.model.air.mass[:, :, None]


def carrier_of(air: Air, tags: Tags, shares: Array, background: Array, scheme: str) -> Carrier:
    """A model for air, tags and the share of each cell's emission that is of each region, (region, y, x).

    Shares may be scaled by how strongly a region emits. `background` is PM2.5 near the ground beyond each side, (side,) in µg m-3.
    """
    inflow = inflow_of(air.layers, background)
    processes = (
        emission(rates_by_region(shares, air, tags)),
        advection(scheme, [inflow.parts_beside(side, tags) for side in range(len(SIDES))]),
        vertical(aloft_without_gases(inflow.parts_aloft(tags), tags)),
        dry_deposition,
        wet_deposition(),
        sulfate_nitrate,
    )
    return Carrier(Model(air, processes), tags, inflow)


def with_emission(hours: Iterable[Hour | None], emitted: "Emission", first: int) -> Iterator[Hour | None]:
    """The hours, each with its emission; `first` is the index of the first of them among those of `emitted`."""
    number = first
    for hour in hours:
        yield None if hour is None else replace(hour, emission=emitted.during(number, hour.east_flux.dtype.type))
        del hour  # its fields make room for those of the next
        number += 1


def rates_by_region(shares: Array, air: Air, tags: Tags) -> Callable[[Hour], Rates]:
    """The emission of an hour in µg s-1 into each cell, told apart by region; `shares` are (region, y, x)."""
    weights = np.ascontiguousarray((shares * air.lattice.cell_area[:, None]).swapaxes(0, 1), dtype=np.float32)
    gases = slice(0, tags.gases)

    def rates(hour: Hour) -> Rates:
        if hour.emission is None:
            nothing = weights[None] * np.float32(0.0)
            return Rates(nothing, nothing[:, :, gases], nothing[:, :, gases])
        pm25, *of_gases = (hour.emission[:, species, :, None, :] * weights for species in range(hour.emission.shape[1]))
        so2, nox = of_gases if of_gases and tags.gases else (pm25[:, :, :0], pm25[:, :, :0])
        return Rates(pm25, so2, nox)

    return rates
