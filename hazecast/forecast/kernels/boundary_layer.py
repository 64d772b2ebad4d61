"""One hour of the air near the ground, cell by cell: what warms it, how it rubs and how deep it is mixed."""

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from hazecast.forecast.kernels.depth import convective_depth, mechanical_depth, stable_depth
from hazecast.forecast.kernels.heat import (
    net_radiation,
    psychrometric_ratio,
    radiation_under_clear_sky,
    sensible_heat,
    share_through_cloud,
)
from hazecast.forecast.kernels.similarity import (
    HEAT_CAPACITY,
    exposure_factor,
    friction_velocity,
    stable,
    temperature_scale_at_night,
    unstable,
)

Array = NDArray[np.float64]

USUAL_TEMPERATURE, USUAL_CLOUD = 288.15, 0.5  # where the weather does not say


@njit(cache=True, inline="always")
def _or(value: float, instead: float) -> float:
    return instead if np.isnan(value) else value


@njit(cache=True, inline="always")
def _cover(cloud: float) -> float:
    return min(max(_or(cloud, USUAL_CLOUD), 0.0), 1.0)  # packed files stray a little beyond


@njit(parallel=True, cache=True)
def warm(
    sine: Array,
    temperature: Array,
    cloud: Array,
    solar: Array,
    albedo: float,
    moisture: float,
    seconds: float,
    heat: Array,
    gathered: Array,
) -> None:
    """Heat given to the air in W m-2, into `heat`, and what of it has gathered since it last was none, in K m, in place.

    All (y, x): `sine` of the sun's elevation, `temperature` K, `cloud` 0 to 1, `solar` radiation W m-2. NaN of the last three stands
    for not known: the usual is taken, and the radiation that sun and cloud let through.
    """
    rows, columns = sine.shape
    for y in prange(rows):
        for x in range(columns):
            cover, warmth = _cover(cloud[y, x]), _or(temperature[y, x], USUAL_TEMPERATURE)
            sun = solar[y, x]
            if np.isnan(sun):
                sun = radiation_under_clear_sky(sine[y, x])
                if sun > 0.0:
                    sun *= share_through_cloud(cover)
            net = net_radiation(sun, warmth, cover, albedo)
            given = sensible_heat(net, psychrometric_ratio(warmth), moisture)
            heat[y, x] = given
            gathered[y, x] = gathered[y, x] + given * seconds / HEAT_CAPACITY if given > 0.0 else 0.0


@njit(parallel=True, cache=True)
def rub(
    eastward: Array,
    northward: Array,
    heat: Array,
    temperature: Array,
    cloud: Array,
    exposure: float,
    roughness: float,
    calmest: float,
    strongest_cooling: float,
    strongest_heating: float,
    friction: Array,
    inverse_obukhov: Array,
) -> None:
    """Friction velocity in m s-1 and 1/L in m-1, from the wind at 10 m and the heat that the ground gives to the air.

    All arrays (y, x); the wind is that over land of roughness `exposure`, the friction that over land of `roughness`. No wind counts for
    less than `calmest`, and 1/L keeps from -`strongest_heating` to `strongest_cooling`.
    """
    rows, columns = heat.shape
    here = exposure_factor(exposure, roughness)
    for y in prange(rows):
        for x in range(columns):
            wind = here * max(math.sqrt(eastward[y, x] ** 2 + northward[y, x] ** 2), calmest)
            warmth = _or(temperature[y, x], USUAL_TEMPERATURE)
            if heat[y, x] > 0.0:
                found = unstable(wind, roughness, heat[y, x], warmth, strongest_heating)
            else:
                found = stable(wind, roughness, temperature_scale_at_night(_cover(cloud[y, x])), warmth, strongest_cooling)
            inverse_obukhov[y, x] = found
            friction[y, x] = friction_velocity(wind, roughness, found)


@njit(parallel=True, cache=True)
def deepen(
    friction: Array,
    inverse_obukhov: Array,
    heat: Array,
    gathered: Array,
    temperature: Array,
    coriolis: Array,
    lapse: float,
    lowest: float,
    highest: float,
    depth: Array,
) -> None:
    """The depth of mixing in m, (y, x): diagnosed where `depth` is NaN, within bounds everywhere.

    By day the deeper of what wind and warmth make, while the ground cools what the wind makes. `heat` and `gathered` as `warm` leaves
    them, and `temperature` in K, all (y, x); `coriolis` > 0 in s-1, (y,); `lapse` in K m-1.
    """
    rows, columns = friction.shape
    for y in prange(rows):
        for x in range(columns):
            known = depth[y, x]
            if np.isnan(known) and heat[y, x] > 0.0:
                warmth = _or(temperature[y, x], USUAL_TEMPERATURE)
                by_wind = mechanical_depth(friction[y, x], coriolis[y], lapse, warmth)
                known = max(by_wind, convective_depth(gathered[y, x], lapse))
            elif np.isnan(known):
                known = stable_depth(friction[y, x], inverse_obukhov[y, x], coriolis[y])
            depth[y, x] = min(max(known, lowest), highest) if not np.isnan(known) else np.nan
