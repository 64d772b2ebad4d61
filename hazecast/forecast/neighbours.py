"""What the stations around a station say."""

import numpy as np
from numpy.typing import NDArray

from hazecast.grids.distance import distance

Array = NDArray[np.float64]

REACH_M = 60_000.0
REGION_M = 150_000.0
FAR_WEIGHT = 0.02  # so that a lonely station still hears the others
FAR_WEIGHT_OF_A_SIDE = 1e-4


def mean_of_others(values: Array, latitude: Array, longitude: Array) -> Array:
    """For each station (time, station) the mean of all the others that have a value, the near ones counting most."""
    weight = _nearness(latitude, longitude, REACH_M) + FAR_WEIGHT
    np.fill_diagonal(weight, 0.0)
    return _weighted(values, weight)


def mean_around(values: Array, latitude: Array, longitude: Array) -> Array:
    """For each station (time, station) the mean over the region around it, the station itself among it."""
    return _weighted(values, _nearness(latitude, longitude, REGION_M))


def mean_on_a_side(values: Array, latitude: Array, longitude: Array, course: tuple[float, float]) -> Array:
    """For each station (time, station) the mean of those on the side of it that `course` (east, north) points to; the nearer and the
    straighter ahead, the more a station counts. Where nobody is on that side, those on the others speak.
    """
    east = (longitude[None, :] - longitude[:, None] + 180.0) % 360.0 - 180.0
    east, north = east * np.cos(np.deg2rad(latitude))[:, None], latitude[None, :] - latitude[:, None]
    ahead = (east * course[0] + north * course[1]) / np.maximum(np.hypot(east, north), 1e-9)
    weight = _nearness(latitude, longitude, REGION_M) * np.maximum(ahead, 0.0) ** 2 + FAR_WEIGHT_OF_A_SIDE
    np.fill_diagonal(weight, 0.0)
    return _weighted(values, weight.T)


def _nearness(latitude: Array, longitude: Array, reach: float) -> Array:
    apart = distance(latitude[:, None], longitude[:, None], latitude[None, :], longitude[None, :])
    return np.asarray(np.exp(-0.5 * (apart / reach) ** 2))


def _weighted(values: Array, weight: Array) -> Array:
    """Means (time, station) of `values` (time, other) by `weight` (other, station); NaN where no other has a value."""
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0) @ weight
    share = known.astype(np.float64) @ weight
    return np.asarray(np.where(share > 0.0, total / np.where(share > 0.0, share, 1.0), np.nan))
