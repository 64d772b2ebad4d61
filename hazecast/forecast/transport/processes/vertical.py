"""Vertical motion and turbulent mixing, by one implicit solve a column."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.kernels.exchange import fill_exchange
from hazecast.forecast.kernels.vertical import mix_columns
from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Air
from hazecast.forecast.transport.process import Process, Step
from hazecast.forecast.transport.state import State, Tags

Floats = NDArray[np.floating]

LEAST_DIFFUSIVITY = 0.1  # m2 s-1, above the mixed layer and in calm


@dataclass(frozen=True, slots=True, eq=False)
class Aloft:
    """Mixing ratios in µg kg-1 of the air that sinks in through the top of the model, (tracer,) each, in the precision of the state."""

    pm25: Floats
    so2: Floats
    nox: Floats

    def __post_init__(self) -> None:
        for name in ("pm25", "so2", "nox"):
            if getattr(self, name).ndim != 1:
                raise ValueError(f"Aloft, {name} has the shape {getattr(self, name).shape}; expected one ratio a tracer.")


def aloft_without_gases(pm25: NDArray[np.float64], tags: Tags, dtype: type[np.floating] = np.float32) -> Aloft:
    """Air aloft with `pm25` (part,) in µg kg-1 and no gases."""
    return Aloft(pm25.astype(dtype), np.zeros(tags.gases, dtype), np.zeros(tags.gases, dtype))


def vertical(aloft: Aloft, least: float = LEAST_DIFFUSIVITY) -> Process:
    """Mixing by eddy diffusivity, `least` m2 s-1 at least, and the motion that brings the air in motion back to where it was.

    Raises ValueError in a step where `aloft` has not the tracers or the precision of the state.
    """

    def prepare(hour: Hour, air: Air) -> Step:
        exchange = exchange_of(hour, air, least, aloft.pm25.dtype)
        spread = np.multiply.outer(air.layers.interface_density, air.lattice.cell_area)

        def step(state: State, seconds: float) -> None:
            loads, above = (state.pm25, state.so2, state.nox), (aloft.pm25, aloft.so2, aloft.nox)
            for load, ratios in zip(loads, above, strict=True):
                if (load.shape[2], load.dtype) != (ratios.size, ratios.dtype):
                    told = f"{ratios.size} tracers of {ratios.dtype} aloft for {load.shape[2]} of {load.dtype}"
                    raise ValueError(f"{told}; expected as many, of one precision.")
            mix_columns(loads, above, state.moving, air.mass, exchange, spread, seconds)

        return step

    return prepare


def exchange_of(hour: Hour, air: Air, least: float, dtype: np.dtype[np.floating]) -> Floats:
    """Diffusivity over the distance between layer centres in m s-1, (layer - 1, y, x)."""
    layers = air.layers
    exchange = np.empty((layers.count - 1, *air.lattice.shape), dtype)
    friction, inverse, depth = (
        np.ascontiguousarray(field, dtype) for field in (hour.friction_velocity, hour.inverse_obukhov, hour.mixing_height)
    )
    fill_exchange(friction, inverse, depth, layers.tops[:-1], np.diff(layers.centres), least, exchange)
    return exchange
