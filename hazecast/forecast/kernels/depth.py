"""How deep the air near the ground is mixed: one formula a function, of single cells."""

import math

from numba import njit

from hazecast.forecast.kernels.similarity import GRAVITY

NEUTRAL_FACTOR, STABLE_FACTOR = 0.3, 2.28
MECHANICAL_FACTOR = math.sqrt(2.0)
ENTRAINMENT = 0.2  # heat drawn down through the top of the layer over that from the ground


@njit(cache=True, inline="always")
def stable_depth(friction: float, inverse_obukhov: float, coriolis: float) -> float:
    """Depth in m of a layer mixed by wind alone: (L/3.8) [-1 + sqrt(1 + 2.28 u*/(f L))] (Nieuwstadt 1981, Bound.-Layer Meteor. 20, 3).

    u* in m s-1, 1/L >= 0 in m-1, f > 0 in s-1. It goes over into 0.3 u*/f in neutral air and into 0.4 sqrt(u* L/f) in very stable air
    (Zilitinkevich 1972, Bound.-Layer Meteor. 3, 141). Written so that 1/L = 0 does no harm. A steady state: not to be had near the
    equator, nor reached in the shortest nights.
    """
    ekman = friction / coriolis
    return 2.0 * NEUTRAL_FACTOR * ekman / (1.0 + math.sqrt(1.0 + STABLE_FACTOR * ekman * inverse_obukhov))


@njit(cache=True, inline="always")
def mechanical_depth(friction: float, coriolis: float, lapse: float, temperature: float) -> float:
    """Depth in m to which wind alone mixes by day, under air whose potential temperature rises: √2 u*/sqrt(f N), N² = g γ/T.

    u* in m s-1, f > 0 in s-1, γ in K m-1, T in K (Venkatram 1980, 11th NATO-CCMS meeting, as CALMET has it: Scire et al. 2000).
    """
    return MECHANICAL_FACTOR * friction / math.sqrt(coriolis * math.sqrt(GRAVITY * lapse / temperature))


@njit(cache=True, inline="always")
def convective_depth(gathered: float, lapse: float) -> float:
    """Depth in m of a layer warmed from below, h² = 2 (1 + 2 A) Q / γ with A = 0.2 (Tennekes 1973, J. Atmos. Sci. 30, 558).

    `gathered` is the heat Q since sunrise in K m, `lapse` the rise γ of potential temperature in the air above, K m-1.
    """
    return math.sqrt(2.0 * (1.0 + 2.0 * ENTRAINMENT) * gathered / lapse)
