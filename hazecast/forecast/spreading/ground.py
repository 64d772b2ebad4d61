"""The height of the ground, as far as the weather tells it."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

Array = NDArray[np.float64]

ALTITUDE = "surface_altitude"
SEA_LEVEL_PA = 101_325.0
SPECIFIC_GAS_CONSTANT, GRAVITY = 287.05, 9.80665  # of dry air, J kg-1 K-1; m s-2
USUAL_K = 285.0


def ground_of(weather: xr.Dataset) -> Array:
    """Heights in m of the places of `weather` (time, …), as delivered, or by the pressure on them, or all 0 where neither is there.

    By the barometric relation z = R T / g · ln(p₀ / p), with the means over all hours, in which weather systems mostly cancel; only
    differences between places count, so that neither the standard pressure at sea level nor the temperature aloft matters much.
    """
    if ALTITUDE in weather:
        delivered = weather[ALTITUDE]
        return _filled(delivered.mean("time", dtype=np.float64).values if "time" in delivered.dims else delivered.values)
    if "surface_pressure" not in weather:
        return np.zeros([size for dim, size in weather.sizes.items() if dim != "time"])
    warmth = weather["air_temperature"].mean("time", dtype=np.float64).values if "air_temperature" in weather else USUAL_K
    thinner = np.log(SEA_LEVEL_PA / weather["surface_pressure"].mean("time", dtype=np.float64).values)
    return _filled(SPECIFIC_GAS_CONSTANT / GRAVITY * warmth * thinner)


def _filled(heights: Array) -> Array:
    """The mean height where it is unknown."""
    known = ~np.isnan(heights)
    return np.where(known, heights, heights[known].mean() if known.any() else 0.0)
