"""A run of the transport model through consecutive hours."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.transport.building import Carrier
from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Air
from hazecast.forecast.transport.state import State

Array = NDArray[np.float64]
Floats = NDArray[np.floating]

SPIN_UP_HOURS = 24  # what is carried for less says little of what is in the air


def carried(carrier: Carrier, state: State, hours: Iterable[Hour | None], since: int = 0) -> Iterator[int]:
    """Carry `state`, in place, hour by hour; gives after each how many hours it was carried without a gap, counted on from `since`.

    After an hour without weather what the air holds is not known: it is taken for clean, and the count begins anew. Up to
    `SPIN_UP_HOURS` it is not to be used.
    """
    for hour in hours:
        if hour is None:
            carrier.wipe(state)
            since = 0
        else:
            carrier.model.advance(state, hour)
            since += 1
        del hour  # its fields make room for those of the next
        yield since


def as_one(state: State) -> State:
    """The same air in a state of its own, not told apart."""
    pm25, so2, nox = (load.sum(axis=2, keepdims=True)[:, :, : load.shape[2]] for load in (state.pm25, state.so2, state.nox))
    return State(state.tags.as_one(), pm25, so2, nox, state.moving.copy())


def surface(state: State, air: Air) -> Floats:
    """PM2.5 of each part in the lowest layer, (y, part, x) in µg m-3."""
    return np.asarray(state.pm25[0] * state.pm25.dtype.type(air.layers.density[0]))


def layered(state: State, air: Air) -> Floats:
    """PM2.5 of each layer, (layer, y, x) in µg m-3."""
    density = air.layers.density.astype(state.pm25.dtype)
    return np.asarray(state.pm25.sum(axis=2) * density[:, None, None])


def scaled(state: State, parts: Array, gases: Array) -> State:
    """A state of its own in which each part of PM2.5, (part,), and of the gases, (region,), is multiplied by a factor."""
    kind = state.pm25.dtype.type
    of_gases = gases[: state.tags.gases].astype(kind)[:, None]
    return State(
        state.tags,
        state.pm25 * parts.astype(kind)[:, None],
        state.so2 * of_gases,
        state.nox * of_gases,
        state.moving.copy(),
    )
