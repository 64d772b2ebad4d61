"""What a WRF file holds aloft: taken from the faces to the middles of the cells, and made into wind, temperature and height.

Definitions are those of the WRF Users' Guide: T is the potential temperature less 300 K; pressure and geopotential are the sums of a
base state and a perturbation.
"""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast import vocabulary as v
from hazecast.intake.fields.curvilinear import Heading

BASE_TEMPERATURE_K = 300.0
REFERENCE_PRESSURE_PA = 1.0e5
KAPPA = 287.0 / 1004.5  # gas constant over heat capacity of dry air, as WRF has them
GAS_CONSTANT_DRY = 287.0
GRAVITY = 9.81  # as WRF has it
LEVEL, LEVEL_FACE = "bottom_top", "bottom_top_stag"
NAMES = ("U", "V", "W", "T", "P", "PB", "PH", "PHB")
ETA = "ZNU"
Array = NDArray[np.float64]


def fields(loaded: xr.Dataset, heading: Heading) -> Mapping[str, Array]:
    """By key, (time, level, y, x), whatever can be made of the variables that are there; levels from the ground up.

    `loaded` has those of NAMES that the file has, (time_aloft, level or its faces, rows, columns or their faces), of the cells that
    are wanted and all of their faces. Vertical velocity is that of pressure, by hydrostatic balance.
    """
    made: dict[str, Array] = {}
    if {"U", "V"} <= set(loaded.data_vars):
        along_x, along_y = _middles(_plain(loaded, "U"), 3), _middles(_plain(loaded, "V"), 2)
        made[v.EASTWARD_WIND_ALOFT.key], made[v.NORTHWARD_WIND_ALOFT.key] = heading.to_earth(along_x, along_y)
    if {"PH", "PHB"} <= set(loaded.data_vars):
        made[v.GEOPOTENTIAL_HEIGHT_ALOFT.key] = _middles(_plain(loaded, "PH") + _plain(loaded, "PHB"), 1) / GRAVITY
    if {"T", "P", "PB"} <= set(loaded.data_vars):
        pressure = _plain(loaded, "P") + _plain(loaded, "PB")
        temperature = temperature_of(_plain(loaded, "T"), pressure)
        made[v.AIR_TEMPERATURE_ALOFT.key] = temperature
        if "W" in loaded:
            density = pressure / (GAS_CONSTANT_DRY * temperature)
            made[v.VERTICAL_VELOCITY_ALOFT.key] = -density * GRAVITY * _middles(_plain(loaded, "W"), 1)
    return made


def temperature_of(perturbation: Array, pressure: Array) -> Array:
    """K from WRF's T and the pressure in Pa, by Poisson's equation."""
    return np.asarray((perturbation + BASE_TEMPERATURE_K) * (pressure / REFERENCE_PRESSURE_PA) ** KAPPA)


def levels(loaded: xr.Dataset) -> Array:
    """Eta at the middles of the levels, 1 at the ground; their numbers where the file does not give it."""
    if ETA in loaded:
        return np.asarray(loaded[ETA].values.reshape(-1, loaded.sizes[LEVEL])[0], dtype=np.float64)
    return np.arange(1.0, loaded.sizes[LEVEL] + 1.0)


def _plain(loaded: xr.Dataset, name: str) -> Array:
    return loaded[name].values.astype(np.float64)


def _middles(values: Array, axis: int) -> Array:
    low, high = np.arange(values.shape[axis] - 1), np.arange(1, values.shape[axis])
    return np.asarray(0.5 * (values.take(low, axis) + values.take(high, axis)))
