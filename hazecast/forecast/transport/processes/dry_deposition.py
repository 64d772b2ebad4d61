"""What settles on the ground from the lowest layer, at first order and exactly."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.kernels.deposition import settle
from hazecast.forecast.kernels.local import lose
from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Air
from hazecast.forecast.transport.process import Step
from hazecast.forecast.transport.state import State

Floats = NDArray[np.floating]

# Resistances in s m-1 of fields without leaves, after frost and without snow: Wesely (1989), Atmos. Environ. 23, 1293, table 2, season 3,
# agricultural land. 150 for SO2; NO2, of reactivity 0.1 and hardly soluble, meets ten times the 150 of ozone. All NOx goes as NO2.
SURFACES = np.array([150.0, 1500.0])  # of SO2 and NO2
LOWEST = np.array([0, 1])  # layer


def dry_deposition(hour: Hour, air: Air) -> Step:
    """Each lowest cell keeps exp(-v t / Δz) of what it holds."""
    thickness = float(air.layers.thickness[0])

    @cache
    def remaining(seconds: float, dtype: np.dtype[np.floating]) -> Floats:
        """Once for all steps of one length."""
        left = np.empty((1 + SURFACES.size, *hour.friction_velocity.shape), dtype)
        settle(hour.friction_velocity, hour.inverse_obukhov, SURFACES, seconds / thickness, left)
        return left[None]

    def step(state: State, seconds: float) -> None:
        lose((state.pm25, state.so2, state.nox), LOWEST, remaining(seconds, state.pm25.dtype))

    return step
