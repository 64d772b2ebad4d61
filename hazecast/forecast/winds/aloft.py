"""How high over the ground the levels of the weather aloft stand."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.grids.wind_profile import standard_height

Array = NDArray[np.float64]
Floats = NDArray[np.floating]


def heights_above_ground(
    level: xr.DataArray, geopotential: Floats | None, surface_pressure: Array | None, shape: tuple[int, int]
) -> Floats | None:
    """Heights in m, (level, y, x) in 32 bits; None for model levels whose heights nobody gave.

    level             the coordinate, its `kind` in the attributes: height in m above the ground, pressure in Pa, or hybrid
    geopotential      (level, y, x) height of the levels over the sea in m;  surface_pressure  (y, x) Pa

    Levels of height stand where they say. Those of pressure stand over the ground as high as the column is thick between them and the
    surface pressure: by the geopotential heights where several are given, in the standard atmosphere otherwise; without surface
    pressure the ground is taken to lie at the sea. Model levels have their geopotential heights less that of the ground, to which the
    two lowest are continued: to eta 1, or by half a level where levels are mere numbers.
    """
    values, kind = level.values.astype(np.float64), level.attrs["kind"]
    if kind == "height":
        return _everywhere(values, shape)
    if kind == "hybrid":
        return None if geopotential is None or values.size < 2 else _over_lowest(values, geopotential)
    if geopotential is not None and surface_pressure is not None and values.size > 1:
        return np.asarray(geopotential - _height_at(surface_pressure, values, geopotential), dtype=np.float32)
    if geopotential is not None and surface_pressure is None:
        return geopotential.astype(np.float32)
    standard = _everywhere(standard_height(values), shape)
    return standard if surface_pressure is None else (standard - standard_height(surface_pressure)).astype(np.float32)


def _everywhere(values: Array, shape: tuple[int, int]) -> Floats:
    return np.repeat(values, shape[0] * shape[1]).reshape(values.size, *shape).astype(np.float32)


def _over_lowest(eta: Array, geopotential: Floats) -> Floats:
    """Less the height of the ground, below the lowest of the model levels."""
    is_eta = bool(eta.max() <= 1.0 and eta[0] > eta[1])
    steps = (1.0 - eta[0]) / (eta[0] - eta[1]) if is_eta else 0.5
    ground = geopotential[0] - steps * (geopotential[1] - geopotential[0])
    return np.asarray(geopotential - ground, dtype=np.float32)


def _height_at(pressure: Array, levels: Array, geopotential: Floats) -> Array:
    """Geopotential height at a pressure in Pa (y, x), linear in its logarithm between the levels next to it and beyond the outer two."""
    logarithm = np.log(levels)
    wanted = np.log(pressure)
    low = np.clip((logarithm[:, None, None] > wanted).sum(axis=0) - 1, 0, levels.size - 2)
    share = (wanted - logarithm[low]) / (logarithm[low + 1] - logarithm[low])
    below = np.take_along_axis(geopotential, low[None], axis=0)[0]
    above = np.take_along_axis(geopotential, low[None] + 1, axis=0)[0]
    return np.asarray(below + share * (above - below))
