"""Distances between stations and cells, and what the stations around a station say."""

import numpy as np
from numpy.typing import NDArray

from hazecast.grids.lattice import EARTH_RADIUS_M

Array = NDArray[np.float64]

REACH_M = 60_000.0
FAR_WEIGHT = 0.02  # so that a lonely station still hears the others


def distance(latitude: Array, longitude: Array, other_latitude: Array, other_longitude: Array) -> Array:
    """Great-circle distance in m between places in degrees, by the haversine formula; shapes broadcast."""
    phi, other = np.deg2rad(latitude), np.deg2rad(other_latitude)
    chord = np.sin((phi - other) / 2) ** 2 + np.cos(phi) * np.cos(other) * np.sin(np.deg2rad(longitude - other_longitude) / 2) ** 2
    return np.asarray(2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0))))


def mean_of_others(values: Array, latitude: Array, longitude: Array) -> Array:
    """For each station (time, station) the mean of all the others that have a value, the near ones counting most."""
    apart = distance(latitude[:, None], longitude[:, None], latitude[None, :], longitude[None, :])
    weight = np.exp(-0.5 * (apart / REACH_M) ** 2) + FAR_WEIGHT
    np.fill_diagonal(weight, 0.0)
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0) @ weight
    share = known.astype(np.float64) @ weight
    return np.asarray(np.where(share > 0.0, total / np.where(share > 0.0, share, 1.0), np.nan))
