"""What settles on the ground from the lowest layer, at first order and exactly."""

from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.kernels.local import lose
from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Air
from hazecast.forecast.transport.process import Step
from hazecast.forecast.transport.state import State

Floats = NDArray[np.floating]

FINE_PARTICLES = 0.002  # of the friction velocity; EMEP MSC-W v5.6, after Wesely and others (1985), Atmos. Environ. 19, 631
UNSTABLE_LENGTH_M = 300.0
MOST_UNSTABLE = -0.04  # m-1: beyond L = -25 m the factor was not observed, and is held

# Resistances in s m-1 of fields without leaves, after frost and without snow: Wesely (1989), Atmos. Environ. 23, 1293, table 2, season 3,
# agricultural land. 150 for SO2; NO2, of reactivity 0.1 and hardly soluble, meets ten times the 150 of ozone. All NOx goes as NO2.
SURFACE_OF_SO2 = 150.0
SURFACE_OF_NO2 = 1500.0
# Resistance of the air times friction velocity: from 30 m down to land of 0.5 m roughness by the neutral profile, ln(60)/0.4, and the
# layer next to the surfaces, (2/0.4) (Sc/Pr)^(2/3) with Sc/Pr = 1.7 (Hicks and others 1987, Water Air Soil Pollut. 36, 311).
RESISTANCE_OF_AIR = 17.0
LEAST_FRICTION = 0.01  # m s-1


def dry_deposition(hour: Hour, air: Air) -> Step:
    """Each lowest cell keeps exp(-v t / Δz) of what it holds."""
    thickness = float(air.layers.thickness[0])
    velocities = (
        partial(particle_velocity, hour.friction_velocity, hour.inverse_obukhov),
        *(partial(gas_velocity, hour.friction_velocity, surface) for surface in (SURFACE_OF_SO2, SURFACE_OF_NO2)),
    )

    @cache
    def remaining(which: int, seconds: float, dtype: np.dtype[np.floating]) -> Floats:
        """Once for all steps of one length."""
        return np.asarray(np.exp(velocities[which]().astype(dtype) * dtype.type(-seconds / thickness)))

    def step(state: State, seconds: float) -> None:
        for which, load in enumerate((state.pm25, state.so2, state.nox)):
            if load.shape[2]:
                lose(load, 0, 1, remaining(which, seconds, load.dtype))

    return step


def particle_velocity(friction_velocity: Floats, inverse_obukhov: Floats) -> Floats:
    """Deposition velocity of fine particles in m s-1: v = 0.002 u*, over warm ground times 1 + (-300 m / L)^(2/3) (EMEP MSC-W v5.6).

    For land with low vegetation and particles of 0.1 to 2.5 µm; L below 0 and nearer than -25 m is taken as -25 m.
    """
    instability = UNSTABLE_LENGTH_M * -np.clip(inverse_obukhov, MOST_UNSTABLE, 0.0)
    return np.asarray(FINE_PARTICLES * friction_velocity * (1.0 + np.cbrt(instability) ** 2))


def gas_velocity(friction_velocity: Floats, surface: float) -> Floats:
    """Deposition velocity of a gas in m s-1 over land in winter, v = 1 / (R_air + R_surface) (Wesely 1989), with `surface` in s m-1."""
    of_air = RESISTANCE_OF_AIR / np.maximum(friction_velocity, LEAST_FRICTION)
    return np.asarray(1.0 / (of_air + surface))
