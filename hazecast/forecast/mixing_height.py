"""How deep the air near the ground is mixed: as delivered, or diagnosed from wind and sun."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.sun import cosine_of_zenith

VON_KARMAN = 0.4
ROUGHNESS_M = 0.5  # suburban land
LOWEST_M, HIGHEST_M = 60.0, 3000.0
EKMAN_FACTOR = 0.2  # Zilitinkevich 1972, Boundary-Layer Meteorol. 3, 141
LEAST_CORIOLIS = 3e-5  # s-1; keeps the neutral depth finite near the equator
MORNING_HEAT_FLUX = 0.15  # K m s-1 with the sun overhead and no cloud, about 180 W m-2
LAPSE_ABOVE = 0.005  # K m-1 of potential temperature over the mixed layer
HOUR_S = 3600.0


def friction_velocity(wind_speed: NDArray[np.float64]) -> NDArray[np.float64]:
    """u* in m s-1 from the 10 m wind by the neutral logarithmic profile over `ROUGHNESS_M`."""
    return np.asarray(VON_KARMAN * wind_speed / np.log(10.0 / ROUGHNESS_M))


def neutral_depth(wind_speed: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Depth of the neutral layer in m, h = 0.2 u* / |f|."""
    coriolis = 2.0 * 7.292e-5 * np.abs(np.sin(np.deg2rad(latitude)))
    return np.asarray(EKMAN_FACTOR * friction_velocity(wind_speed) / np.maximum(coriolis, LEAST_CORIOLIS))


def convective_depth(sun: NDArray[np.float64]) -> NDArray[np.float64]:
    """Depth in m of a layer warmed from below since sunrise, h² = 2 Q / γ (encroachment: Tennekes 1973, J. Atmos. Sci. 30, 558).

    `sun` is the cosine of the zenith angle, hourly along axis 0; the heat gathered is forgotten at sunset.
    """
    gathered = np.zeros_like(sun)
    for hour in range(1, sun.shape[0]):
        gathered[hour] = np.where(sun[hour] > 0.0, gathered[hour - 1] + MORNING_HEAT_FLUX * np.maximum(sun[hour], 0.0) * HOUR_S, 0.0)
    return np.asarray(np.sqrt(2.0 * gathered / LAPSE_ABOVE))


def diagnosed(weather: xr.Dataset) -> xr.DataArray:
    """Mixing height in m where the weather brings none: the deeper of the neutral and the convective layer, within bounds.

    `weather` has (time, …, latitude, longitude) hourly, with `eastward_wind` and `northward_wind` in m s-1.
    """
    speed = np.hypot(weather["eastward_wind"].values, weather["northward_wind"].values)
    latitude, longitude = weather["latitude"].values[:, None], weather["longitude"].values[None, :]
    sun = cosine_of_zenith(weather["time"].values[:, None, None], latitude, longitude)
    if "cloud_cover" in weather:
        cloud = np.clip(np.nan_to_num(weather["cloud_cover"].values), 0.0, 1.0)  # packed files stray a little beyond
        sun = sun * (1.0 - 0.75 * cloud**3.4)  # Kasten and Czeplak 1980
    depth = np.maximum(neutral_depth(speed, latitude), convective_depth(sun))
    return weather["eastward_wind"].copy(data=np.clip(depth, LOWEST_M, HIGHEST_M)).assign_attrs(units="m")


def mixing_height(weather: xr.Dataset) -> xr.DataArray:
    """The delivered mixing height, kept within bounds, and the diagnosed one where none was delivered."""
    if "mixing_height" not in weather:
        return diagnosed(weather)
    return weather["mixing_height"].clip(LOWEST_M, HIGHEST_M).fillna(diagnosed(weather))
