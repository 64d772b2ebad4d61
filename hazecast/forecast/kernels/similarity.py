"""Wind near the ground by Monin and Obukhov's similarity: one formula a function, of single cells.

Stability is given as 1/L in m-1, the inverse of Obukhov's length: below zero where the ground heats the air, 0 in neutral air.
"""

import math

import numpy as np
from numba import njit

VON_KARMAN = 0.4
GRAVITY = 9.81
HEAT_CAPACITY = 1.2 * 1005.0  # J m-3 K-1 of air near the ground
WIND_HEIGHT_M, BLENDING_HEIGHT_M = 10.0, 60.0
STABLE_LIMIT, STABLE_RATE = 17.0, 0.29
UNSTABLE_RATE = 16.0
STABLE_SLOPE = STABLE_LIMIT * STABLE_RATE  # of -ψ next to neutral air
SCALE_OF_CLEAR_NIGHTS = 0.09  # K
ROUNDS = 5  # friction is then right to a hundredth
TURN_FACTOR, TURN_HEIGHT_M = 1.58, 200.0
TURN_STABILITY = np.array([-1 / 30, -1 / 100, -1 / 370, 0.0, 1 / 10_000, 1 / 350, 1 / 130, 1 / 60, 1 / 20, 1 / 9])
TURN_DEGREES = np.array([12.0, 10.0, 9.0, 12.0, 12.0, 18.0, 28.0, 35.0, 38.0, 39.0])


@njit(cache=True, inline="always")
def stability_function(height: float, inverse_obukhov: float) -> float:
    """ψ for momentum (van Ulden and Holtslag 1985, J. Climate Appl. Meteor. 24, 1196).

    -17 [1 - exp(-0.29 z/L)] in stable air, which held to 200 m at Cabauw; (1 - 16 z/L)^(1/4) - 1 in unstable air.
    """
    zeta = height * inverse_obukhov
    if zeta > 0.0:
        return -STABLE_LIMIT * (1.0 - math.exp(-STABLE_RATE * zeta))
    return math.sqrt(math.sqrt(1.0 - UNSTABLE_RATE * zeta)) - 1.0


@njit(cache=True, inline="always")
def profile(height: float, roughness: float, inverse_obukhov: float) -> float:
    """Wind speed over u*/k at `height`: ln(z/z0) - ψ(z/L) + ψ(z0/L)."""
    gain = stability_function(height, inverse_obukhov) - stability_function(roughness, inverse_obukhov)
    return math.log(height / roughness) - gain


@njit(cache=True, inline="always")
def exposure_factor(exposure: float, roughness: float) -> float:
    """Wind at 10 m over land of `roughness` over that on land of roughness `exposure`, such as that round a station.

    At 60 m the wind over both is taken to be the same (Wieringa 1986, Quart. J. Roy. Meteor. Soc. 112, 867), the air to be neutral.
    """
    over_open_land = math.log(BLENDING_HEIGHT_M / exposure) / math.log(WIND_HEIGHT_M / exposure)
    return over_open_land * math.log(WIND_HEIGHT_M / roughness) / math.log(BLENDING_HEIGHT_M / roughness)


@njit(cache=True, inline="always")
def friction_velocity(speed: float, roughness: float, inverse_obukhov: float) -> float:
    """u* in m s-1 from the wind at 10 m in m s-1."""
    return VON_KARMAN * speed / profile(WIND_HEIGHT_M, roughness, inverse_obukhov)


@njit(cache=True, inline="always")
def inverse_obukhov_of(friction: float, heat: float, temperature: float) -> float:
    """1/L = -k g H / (ρ cp T u*³), from u* in m s-1, the heat given to the air in W m-2 and its temperature in K (Obukhov 1946)."""
    return -VON_KARMAN * GRAVITY * heat / (HEAT_CAPACITY * temperature * friction**3)


@njit(cache=True)
def unstable(speed: float, roughness: float, heat: float, temperature: float, strongest: float) -> float:
    """1/L over ground that gives `heat` > 0 to the air, found in turn with u* (Holtslag and van Ulden 1983); never below -`strongest`."""
    found = 0.0
    for _ in range(ROUNDS):
        found = max(inverse_obukhov_of(friction_velocity(speed, roughness, found), heat, temperature), -strongest)
    return found


@njit(cache=True, inline="always")
def temperature_scale_at_night(cloud: float) -> float:
    """θ* in K, 0.09 (1 - 0.5 N²), of moderate winds over land (van Ulden and Holtslag 1985)."""
    return SCALE_OF_CLEAR_NIGHTS * (1.0 - 0.5 * cloud * cloud)


@njit(cache=True, inline="always")
def stable(speed: float, roughness: float, scale: float, temperature: float, strongest: float) -> float:
    """1/L of air that the ground cools, from the wind at 10 m and θ* = `scale`; never above `strongest`.

    u* solves a quadratic (Venkatram 1980, Bound.-Layer Meteor. 19, 481). Below the wind at which that has no root, both u* and θ* fall
    off in proportion to the wind (van Ulden and Holtslag 1985).
    """
    drag = VON_KARMAN / math.log(WIND_HEIGHT_M / roughness)
    buoyancy = STABLE_SLOPE * WIND_HEIGHT_M * GRAVITY * scale / temperature
    critical = 2.0 * math.sqrt(buoyancy / drag)
    share = min(speed / critical, 1.0)
    root = math.sqrt(max(1.0 - (critical / speed) ** 2, 0.0))
    friction = 0.5 * drag * speed * (1.0 + root)
    return min(VON_KARMAN * GRAVITY * scale * share / (temperature * friction * friction), strongest)


@njit(cache=True)
def turn_at_200_m(inverse_obukhov: float) -> float:
    """Radians that the wind veers from the ground to 200 m on the northern half of the Earth.

    Measured at Cabauw (Holtslag 1984, Bound.-Layer Meteor. 29, 225; van Ulden and Holtslag 1985), linear between in 1/L.
    """
    place = min(max(inverse_obukhov, TURN_STABILITY[0]), TURN_STABILITY[-1])
    above = 1
    while TURN_STABILITY[above] < place:
        above += 1
    low, high = TURN_STABILITY[above - 1], TURN_STABILITY[above]
    share = (place - low) / (high - low)
    return float(math.radians(TURN_DEGREES[above - 1] * (1.0 - share) + TURN_DEGREES[above] * share))


@njit(cache=True, inline="always")
def share_of_turn(height: float) -> float:
    """Share of the turn to 200 m that is done at `height`, 1.58 [1 - exp(-z/200 m)] (van Ulden and Holtslag 1985); no more above 200 m."""
    return TURN_FACTOR * (1.0 - math.exp(-min(height, TURN_HEIGHT_M) / TURN_HEIGHT_M))
