"""Distances on the sphere."""

import numpy as np
from numpy.typing import NDArray

from hazecast.grids.lattice import EARTH_RADIUS_M

Array = NDArray[np.float64]
Degrees = Array | np.floating


def distance(latitude: Degrees, longitude: Degrees, other_latitude: Degrees, other_longitude: Degrees) -> Array:
    """Great-circle distance in m between places in degrees, by the haversine formula; shapes broadcast."""
    phi, other = np.deg2rad(latitude), np.deg2rad(other_latitude)
    chord = np.sin((phi - other) / 2) ** 2 + np.cos(phi) * np.cos(other) * np.sin(np.deg2rad(longitude - other_longitude) / 2) ** 2
    return np.asarray(2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0))))
