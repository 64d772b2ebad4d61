"""How fast particles and gases settle on the ground, and what of them is left after a while."""

from typing import Final

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Array = NDArray[np.float64]

FINE_PARTICLES: Final = 0.002  # of the friction velocity; EMEP MSC-W v5.6, after Wesely and others (1985), Atmos. Environ. 19, 631
UNSTABLE_LENGTH_M: Final = 300.0
MOST_UNSTABLE: Final = -0.04  # m-1: beyond L = -25 m the factor was not observed, and is held
# Resistance of the air times friction velocity: from 30 m down to land of 0.5 m roughness by the neutral profile, ln(60)/0.4, and the
# layer next to the surfaces, (2/0.4) (Sc/Pr)^(2/3) with Sc/Pr = 1.7 (Hicks and others 1987, Water Air Soil Pollut. 36, 311).
RESISTANCE_OF_AIR: Final = 17.0
LEAST_FRICTION: Final = 0.01  # m s-1


@njit(cache=True)
def particle_velocity(friction_velocity: float, inverse_obukhov: float) -> float:
    """Deposition velocity of fine particles in m s-1: v = 0.002 u*, over warm ground times 1 + (-300 m / L)^(2/3) (EMEP MSC-W v5.6).

    For land with low vegetation and particles of 0.1 to 2.5 µm; L below 0 and nearer than -25 m is taken as -25 m.
    """
    instability = -UNSTABLE_LENGTH_M * min(max(inverse_obukhov, MOST_UNSTABLE), 0.0)
    return float(FINE_PARTICLES * friction_velocity * (1.0 + np.cbrt(instability) ** 2))


@njit(cache=True)
def gas_velocity(friction_velocity: float, surface: float) -> float:
    """Deposition velocity of a gas in m s-1 over land in winter, v = 1 / (R_air + R_surface) (Wesely 1989), with `surface` in s m-1."""
    return float(1.0 / (RESISTANCE_OF_AIR / max(friction_velocity, LEAST_FRICTION) + surface))


@njit(parallel=True, cache=True)
def settle(friction_velocity: Floats, inverse_obukhov: Floats, surfaces: Array, seconds_per_metre: float, remaining: Floats) -> None:
    """What is left of particles, and of a gas for each of `surfaces` (gas,) in s m-1, into `remaining` (1 + gas, y, x): exp(-v t / Δz).

    friction_velocity m s-1 and inverse_obukhov m-1 (y, x); `seconds_per_metre` is the time over the height of the cells.
    """
    for y in prange(remaining.shape[1]):
        for x in range(remaining.shape[2]):
            velocity = particle_velocity(friction_velocity[y, x], inverse_obukhov[y, x])
            remaining[0, y, x] = np.exp(-velocity * seconds_per_metre)
        for gas in range(surfaces.size):
            for x in range(remaining.shape[2]):
                velocity = gas_velocity(friction_velocity[y, x], surfaces[gas])
                remaining[gas + 1, y, x] = np.exp(-velocity * seconds_per_metre)
