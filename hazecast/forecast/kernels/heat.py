"""How the sun and the sky warm the ground, and the ground the air: one formula a function, of single cells.

The scheme is that of Holtslag and van Ulden (1983), J. Climate Appl. Meteor. 22, 517, for land by day in middle latitudes.
"""

import numpy as np
from numba import njit

SUN_OVERHEAD, SUN_OFFSET = 990.0, -30.0  # W m-2
LONGWAVE_BY_TEMPERATURE = 5.31e-13  # W m-2 K-6, Swinbank (1963)
STEFAN_BOLTZMANN = 5.67e-8
LONGWAVE_BY_CLOUD = 60.0  # W m-2
SURFACE_HEATING = 0.12
INTO_THE_SOIL = 0.1
EVEN_WITHOUT_SUN = 20.0  # W m-2 of evaporation that no net radiation pays for
ZERO_CELSIUS, TABLE_FROM, TABLE_STEP = 273.15, -5.0, 5.0
PSYCHROMETRIC = np.array([2.01, 1.44, 1.06, 0.79, 0.60, 0.45, 0.35, 0.27, 0.21])


@njit(cache=True, inline="always")
def radiation_under_clear_sky(sine_of_elevation: float) -> float:
    """Solar radiation at the ground in W m-2, 990 sin φ - 30 (Holtslag and van Ulden 1983); 0 with the sun low or down."""
    return max(SUN_OVERHEAD * sine_of_elevation + SUN_OFFSET, 0.0)


@njit(cache=True, inline="always")
def share_through_cloud(cloud: float) -> float:
    """Share of the solar radiation left by a cloud cover of 0 to 1, 1 - 0.75 N^3.4 (Kasten and Czeplak 1980, Solar Energy 24, 177)."""
    return float(1.0 - 0.75 * cloud**3.4)


@njit(cache=True, inline="always")
def net_radiation(solar: float, temperature: float, cloud: float, albedo: float) -> float:
    """Net radiation of land in W m-2 from solar radiation (W m-2), air temperature (K) and cloud cover (Holtslag and van Ulden 1983)."""
    squared = temperature * temperature
    longwave = LONGWAVE_BY_TEMPERATURE * squared**3 - STEFAN_BOLTZMANN * squared**2 + LONGWAVE_BY_CLOUD * cloud
    return ((1.0 - albedo) * solar + longwave) / (1.0 + SURFACE_HEATING)


@njit(cache=True)
def psychrometric_ratio(temperature: float) -> float:
    """γ/s, heating over moistening where air stays saturated: as Holtslag and van Ulden (1983) table it, -5 to 35 °C, its ends beyond."""
    place = (temperature - ZERO_CELSIUS - TABLE_FROM) / TABLE_STEP
    place = min(max(place, 0.0), PSYCHROMETRIC.size - 1.0)
    below = min(int(place), PSYCHROMETRIC.size - 2)
    share = place - below
    return float(PSYCHROMETRIC[below] * (1.0 - share) + PSYCHROMETRIC[below + 1] * share)


@njit(cache=True, inline="always")
def sensible_heat(net: float, ratio: float, moisture: float) -> float:
    """Heat given to the air in W m-2 from net radiation and γ/s, after Priestley and Taylor as Holtslag and van Ulden (1983) have it.

    `moisture` is their α: 1 over well-watered grass, about 0.5 in towns (Hanna and Chang 1992, Bound.-Layer Meteor. 58, 229), 0 over
    dry ground. Meant for the day; without sun it is below zero and too small, and only its sign should be used.
    """
    return ((1.0 - moisture) + ratio) / (1.0 + ratio) * (1.0 - INTO_THE_SOIL) * net - EVEN_WITHOUT_SUN * moisture
