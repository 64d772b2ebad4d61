"""Relative humidity from temperature and dew point."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.vocabulary import RELATIVE_HUMIDITY

ZERO_CELSIUS_K = 273.15


def saturation_vapour_pressure(temperature: NDArray[np.float64]) -> NDArray[np.float64]:
    """Over water, Pa, from K, within 0.4 % from -40 to 50 °C (Alduchov and Eskridge 1996, J. Appl. Meteor. 35, 601, eq. 21)."""
    celsius = temperature - ZERO_CELSIUS_K
    return 610.94 * np.exp(17.625 * celsius / (celsius + 243.04))


def relative_humidity(weather: xr.Dataset) -> xr.DataArray:
    """Relative humidity in %, at most 100, from `air_temperature` and `dew_point` (K); all NaN where either is lacking."""
    if "air_temperature" not in weather or "dew_point" not in weather:
        unknown = xr.full_like(weather["eastward_wind"], np.nan)
        return unknown.assign_attrs(units=RELATIVE_HUMIDITY.units)
    vapour = saturation_vapour_pressure(weather["dew_point"].values)
    saturated = saturation_vapour_pressure(weather["air_temperature"].values)
    percent = np.minimum(100.0 * vapour / saturated, 100.0)
    return weather["air_temperature"].copy(data=percent).assign_attrs(units=RELATIVE_HUMIDITY.units)
