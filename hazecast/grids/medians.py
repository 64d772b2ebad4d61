"""The typical value of an area: the median over its stations or, by how much ground each has, over its cells."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Values = NDArray[np.floating]


def weighted_median(values: Values, weights: Array) -> Array:
    """The median (hour) of values (station, hour) by `weights` (station,); NaN where less than half of the weight has one.

    Where two values part the weight in halves, as of an even number of stations, it is their mean.
    """
    known = ~np.isnan(values)
    held = np.where(known, weights[:, None], 0.0)
    order = np.argsort(values, axis=0)  # NaN last
    ascending = np.take_along_axis(values, order, axis=0).astype(np.float64)
    below, whole = np.cumsum(np.take_along_axis(held, order, axis=0), axis=0), held.sum(axis=0)
    half = 0.5 * whole
    lower = np.argmax(below >= half * (1.0 - 1e-9), axis=0)
    upper = np.argmax(below > half * (1.0 + 1e-9), axis=0)
    pick = np.arange(values.shape[1])
    median = 0.5 * (ascending[lower, pick] + ascending[upper, pick])
    return np.where((whole > 0.0) & (half >= 0.25 * weights.sum() * (1.0 - 1e-9)), median, np.nan)
