"""The North China Plain of the demonstration: its lattice, a flat map of it, and its mountains and sea in a few smooth formulas."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Field = NDArray[np.floating[Any]]

SOUTH: Final = 34.0
NORTH: Final = 42.0
WEST: Final = 112.0
EAST: Final = 120.0
SPACING: Final = 0.25
REFERENCE_LATITUDE: Final = 39.0
REFERENCE_LONGITUDE: Final = 116.0
KM_PER_DEGREE_NORTH: Final = 111.195
KM_PER_DEGREE_EAST: Final = KM_PER_DEGREE_NORTH * float(np.cos(np.radians(38.0)))

_FOOT_LATITUDE = np.array([33.0, 35.0, 36.6, 38.0, 38.9, 39.9, 40.4, 43.0])
_FOOT_LONGITUDE = np.array([112.6, 113.3, 114.0, 114.0, 114.9, 115.8, 116.2, 117.5])


def lattice() -> tuple[Field, Field]:
    """Latitude and longitude of every cell, both (latitude ascending, longitude), degrees."""
    cells = round((NORTH - SOUTH) / SPACING) + 1
    latitude, longitude = np.meshgrid(np.linspace(SOUTH, NORTH, cells), np.linspace(WEST, EAST, cells), indexing="ij")
    return latitude.astype(np.float32), longitude.astype(np.float32)


def to_plane(latitude: Field, longitude: Field) -> tuple[Field, Field]:
    """Kilometres east and north of the reference point, on a map flat enough for eight degrees."""
    x = (longitude - REFERENCE_LONGITUDE) * KM_PER_DEGREE_EAST
    y = (latitude - REFERENCE_LATITUDE) * KM_PER_DEGREE_NORTH
    return x, y


def elevation(latitude: Field, longitude: Field) -> Field:
    """Height of the ground in metres: the Taihang in the west with the basin of Taiyuan, the Yan in the north, the hills of Shandong."""
    foot = np.interp(latitude, _FOOT_LATITUDE, _FOOT_LONGITUDE)
    taihang = 1050.0 * expit((foot - 0.55 - longitude) / 0.18)
    yan = 850.0 * expit((latitude - 40.75) / 0.18)
    shandong = 280.0 * np.exp(-(((latitude - 36.2) / 0.35) ** 2) - ((longitude - 117.9) / 0.7) ** 2)
    height: Field = (20.0 + np.maximum(taihang - 320.0 * _taiyuan_basin(latitude, longitude), yan) + shandong).astype(np.float32)
    return height


def sea_share(latitude: Field, longitude: Field) -> Field:
    """How much of a place is the Bohai, 0 to 1."""
    coast = 117.8 + 0.9 * np.abs(latitude - 38.6)
    share: Field = (expit((longitude - coast) / 0.12) * expit((latitude - 37.2) / 0.12) * expit((39.3 - latitude) / 0.12)).astype(
        np.float32
    )
    return share


def plain_share(latitude: Field, longitude: Field) -> Field:
    """How much of a place is inhabited lowland, 0 to 1: neither mountain nor sea."""
    low = expit((350.0 - elevation(latitude, longitude)) / 90.0)
    share: Field = np.maximum(low, 0.8 * _taiyuan_basin(latitude, longitude)) * (1 - sea_share(latitude, longitude))
    return share.astype(np.float32)


def _taiyuan_basin(latitude: Field, longitude: Field) -> Field:
    dent: Field = np.exp(-(((latitude - 37.6) / 0.6) ** 2) - ((longitude - 112.5) / 0.35) ** 2)
    return dent
