"""Stations and cells as the kernels of optimal interpolation take them: directions from the centre of the Earth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of a lattice.

    level, height  (row,) cosine and sine of the latitude;  towards  (2, column) cosine and sine of the longitude
    west, step     first longitude and what lies between two, radians
    """

    level: Array
    height: Array
    towards: Array
    west: float
    step: float

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.level.size, self.towards.shape[1]


def cells_of(latitude: Array, longitude: Array) -> Cells:
    """The cells of rows and columns in degrees; longitudes ascend evenly."""
    phi, lam = np.deg2rad(latitude), np.deg2rad(longitude)
    step = float(lam[-1] - lam[0]) / max(lam.size - 1, 1)
    return Cells(np.cos(phi), np.sin(phi), np.stack([np.cos(lam), np.sin(lam)]), float(lam[0]), step)


def directions_of(latitude: Array, longitude: Array) -> Array:
    """Unit vectors (3, place) of places in degrees."""
    phi, lam = np.deg2rad(latitude), np.deg2rad(longitude)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
