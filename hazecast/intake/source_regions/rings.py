"""Rings of source regions: which way round they run, and those of circles."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from hazecast.grids.lattice import EARTH_RADIUS_M
from hazecast.grids.regions import counted_on

Array = NDArray[np.float64]
CIRCLE_POINTS = 72


def rings_of_polygon(outline: Array, holes: Iterable[Array]) -> tuple[Array, ...]:
    """The outline (point, 2) anticlockwise and the holes clockwise, however they run, so that polygons of a region may overlap."""
    return (_turned(outline, True), *(_turned(hole, False) for hole in holes))


def _turned(ring: Array, anticlockwise: bool) -> Array:
    x, y = (counted_on(ring) - ring[0]).T
    doubled = float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())
    return ring if (doubled > 0) == anticlockwise else ring[::-1]


def circle(latitude: float, longitude: float, radius_m: float) -> Array:
    """The ring (point, 2), longitude and latitude, of places on the sphere that are `radius_m` away."""
    bearing = -2.0 * np.pi * np.arange(CIRCLE_POINTS) / CIRCLE_POINTS
    phi, reach = np.deg2rad(latitude), radius_m / EARTH_RADIUS_M
    sine = np.sin(phi) * np.cos(reach) + np.cos(phi) * np.sin(reach) * np.cos(bearing)
    east = np.arctan2(np.sin(bearing) * np.sin(reach) * np.cos(phi), np.cos(reach) - np.sin(phi) * sine)
    return np.stack([longitude + np.rad2deg(east), np.rad2deg(np.arcsin(sine))], axis=-1)
