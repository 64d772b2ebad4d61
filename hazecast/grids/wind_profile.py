"""Wind at 10 m from wind aloft, where no other was delivered."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import MissingVariable
from hazecast.vocabulary import EASTWARD_WIND, EASTWARD_WIND_ALOFT, NORTHWARD_WIND, NORTHWARD_WIND_ALOFT

WIND_HEIGHT_M = 10.0
EXPONENT = 1.0 / 7.0  # power law of neutral wind with height: Hsu, Meindl and Gilhousen 1994, J. Appl. Meteor. 33, 757
SEA_LEVEL_PRESSURE_PA = 101_325.0
ATMOSPHERE_M, ATMOSPHERE_EXPONENT = 44_330.77, 0.190263  # of the ICAO standard atmosphere below 11 km (Doc 7488)
ESTIMATED_FROM = "estimated_from"  # attribute of a wind that was not delivered as such
_PAIRS = ((EASTWARD_WIND, EASTWARD_WIND_ALOFT), (NORTHWARD_WIND, NORTHWARD_WIND_ALOFT))
Array = NDArray[np.float64]


def wind_near_ground(aloft: xr.Dataset) -> xr.Dataset:
    """Eastward and northward wind at 10 m by the power law, from each cell's lowest level that has a value.

    aloft   (time, level, …) winds in m s-1, levels from the ground up; those of pressure stand at the height of the standard atmosphere

    Returns (time, …), each with the attribute `ESTIMATED_FROM` that names the lowest level. Raises MissingVariable where levels have no
    height of their own, and where a component is lacking.
    """
    _require_winds(aloft)
    shares = _shares(level_heights(aloft))
    said = {ESTIMATED_FROM: lowest_level_name(aloft)}
    fields = {near.key: _lowest(aloft[high.key], shares).assign_attrs(units=near.units, **said) for near, high in _PAIRS}
    return xr.Dataset(fields).drop_vars("level", errors="ignore")


def level_heights(aloft: xr.Dataset) -> Array:
    """Height of each level in m above the ground, of pressure levels in the standard atmosphere over the sea."""
    values = aloft["level"].values.astype(np.float64)
    if aloft["level"].attrs["kind"] == "height":
        return values
    return standard_height(values)


def standard_height(pressure: Array) -> Array:
    """Height in m over the sea at which the ICAO standard atmosphere has a pressure in Pa, below 11 km (Doc 7488)."""
    return np.asarray(ATMOSPHERE_M * (1.0 - (pressure / SEA_LEVEL_PRESSURE_PA) ** ATMOSPHERE_EXPONENT))


def lowest_level_name(aloft: xr.Dataset) -> str:
    """Such as `950 hPa` or `100 m`."""
    value = float(aloft["level"].values[0])
    return f"{value:g} m" if aloft["level"].attrs["kind"] == "height" else f"{value / 100.0:g} hPa"


def _shares(heights: Array) -> Array:
    return np.asarray((WIND_HEIGHT_M / np.maximum(heights, WIND_HEIGHT_M)) ** EXPONENT)


def _lowest(wind: xr.DataArray, shares: Array) -> xr.DataArray:
    levels = wind.transpose("time", "level", ...)
    found: xr.DataArray = levels.isel(level=0, drop=True) * shares[0]
    for number in range(1, shares.size):
        found = found.fillna(levels.isel(level=number, drop=True) * shares[number])
    return found


def _require_winds(aloft: xr.Dataset) -> None:
    lacking = [high.long_name for _, high in _PAIRS if high.key not in aloft]
    without_height = aloft["level"].attrs["kind"] == "hybrid"
    if lacking or without_height:
        said = f"lacks {', '.join(lacking)} too" if lacking else "is on model levels, which have no height of their own"
        raise MissingVariable(
            f"The weather lacks the wind at 10 m, and what it has aloft {said}.",
            "Add the wind at 10 m, or wind on levels of pressure or height.",
        )
