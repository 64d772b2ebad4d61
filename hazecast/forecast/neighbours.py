"""What the stations around a station say."""

import numpy as np
from numpy.typing import NDArray

from hazecast.grids.distance import distance

Array = NDArray[np.float64]

REACH_M = 60_000.0
FAR_WEIGHT = 0.02  # so that a lonely station still hears the others


def mean_of_others(values: Array, latitude: Array, longitude: Array) -> Array:
    """For each station (time, station) the mean of all the others that have a value, the near ones counting most."""
    apart = distance(latitude[:, None], longitude[:, None], latitude[None, :], longitude[None, :])
    weight = np.exp(-0.5 * (apart / REACH_M) ** 2) + FAR_WEIGHT
    np.fill_diagonal(weight, 0.0)
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0) @ weight
    share = known.astype(np.float64) @ weight
    return np.asarray(np.where(share > 0.0, total / np.where(share > 0.0, share, 1.0), np.nan))
