"""How fast turbulence exchanges air between layers: a profile of eddy diffusivity from what the ground does to the air.

Holtslag and Boville (1993), J. Climate 6, 1825, eqs. 3.9 and A1-A13, after Troen and Mahrt (1986), Boundary-Layer Meteorol. 37, 129:
K = κ w z (1 - z/h)² within the mixed layer of depth h, with the velocity w below. Made for 0 < z < h over land and sea, z/L from
about -2 to 10, and for mixed layers of tens of metres to 3 km; their counter-gradient term, which moves what the ground gives off
faster through a convective layer, is left out, for K alone mixes that within a quarter of an hour.
"""

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Array = NDArray[np.float64]

VON_KARMAN = 0.4
STABLE = 5.0  # φ = 1 + 5 z/L, eqs. A3 and A5
UNSTABLE = 15.0  # φ_h = (1 - 15 z/L)^(-1/2), eq. A6
CONVECTIVE = 0.6  # of w*³ in w_m³, eq. A11
SURFACE_LAYER = 0.1  # of the mixed layer
PRANDTL = 7.2  # eq. A13


@njit(cache=True)
def stable_velocity(friction: float, height: float, inverse_obukhov: float) -> float:
    """u*/φ_h in m s-1 at `height` in m over ground that does not heat the air (1/L >= 0), eqs. A1, A3 and A5."""
    stability = height * inverse_obukhov
    return friction / (1.0 + STABLE * stability if stability <= 1.0 else STABLE + stability)


@njit(cache=True)
def surface_velocity(friction: float, height: float, inverse_obukhov: float) -> float:
    """u*/φ_h in m s-1 at `height` in m in the lowest tenth of a convective layer (1/L < 0), eqs. A1 and A6."""
    return friction * math.sqrt(1.0 - UNSTABLE * height * inverse_obukhov)


@njit(cache=True)
def outer_velocity(friction: float, inverse_obukhov: float, depth: float) -> float:
    """w_m/Pr in m s-1 above the lowest tenth of a convective layer of `depth` in m (1/L < 0), eqs. A8 and A11-A13.

    The convective velocity is w*³ = -u*³ h / (κ L), which is eq. A12 in other words.
    """
    convective = float(np.cbrt(-(friction**3) * depth * inverse_obukhov / VON_KARMAN))
    mechanical = float(np.cbrt(friction**3 + CONVECTIVE * convective**3))
    if mechanical <= 0.0:
        return 0.0
    phi = 1.0 / math.sqrt(1.0 - UNSTABLE * SURFACE_LAYER * depth * inverse_obukhov)
    square = mechanical * mechanical
    return friction * square / (phi * square + PRANDTL * VON_KARMAN * SURFACE_LAYER * convective * friction)


@njit(cache=True)
def diffusivity(height: float, friction: float, inverse_obukhov: float, depth: float, outer: float, least: float) -> float:
    """K in m² s-1 at `height` in m, at least `least`; `outer` is `outer_velocity` where 1/L < 0."""
    if height >= depth:
        return least
    if inverse_obukhov >= 0.0:
        velocity = stable_velocity(friction, height, inverse_obukhov)
    elif height < SURFACE_LAYER * depth:
        velocity = surface_velocity(friction, height, inverse_obukhov)
    else:
        velocity = outer
    room = 1.0 - height / depth
    return max(VON_KARMAN * velocity * height * room * room, least)


@njit(parallel=True, cache=True)
def fill_exchange(
    friction_velocity: Floats,
    inverse_obukhov: Floats,
    mixing_height: Floats,
    interfaces: Array,
    distances: Array,
    least: float,
    exchange: Floats,
) -> None:
    """Diffusivity over the distance between layer centres in m s-1, into `exchange` (layer - 1, y, x).

    friction_velocity (y, x) m s-1;  inverse_obukhov (y, x) m-1;  mixing_height (y, x) m
    interfaces (layer - 1,) heights in m between the layers;  distances (layer - 1,) m between their centres
    least  m² s-1, the diffusivity above the mixed layer and the smallest within it
    """
    rows, columns = mixing_height.shape
    for y in prange(rows):
        for x in range(columns):
            friction, inverse = friction_velocity[y, x], inverse_obukhov[y, x]
            depth = mixing_height[y, x]
            outer = outer_velocity(friction, inverse, depth) if inverse < 0.0 else 0.0
            for k in range(interfaces.size):
                exchange[k, y, x] = diffusivity(interfaces[k], friction, inverse, depth, outer, least) / distances[k]
