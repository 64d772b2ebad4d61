"""From corrected stations to the whole lattice: the base forecast, drawn towards the stations where they are near."""

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.analysis.correlation import exponentials
from hazecast.forecast.analysis.geometry import cells_of, directions_of
from hazecast.forecast.analysis.interpolation import solved
from hazecast.forecast.kernels.optimal_interpolation import onto_rows

Array = NDArray[np.float64]

LOCAL_LENGTH_M, REGIONAL_LENGTH_M = 30_000.0, 200_000.0  # a city has air of its own, and the region carries it on
REGIONAL_SHARE = 0.5  # of the variance
NOISE_SHARE = 0.15  # variance of what a station says of itself alone, over that of what it says of its surroundings
LEAST_PM25 = 1.0
MOST_AT_ONCE = 2_000_000  # correlations of cells and stations held at a time, 16 MB

LIKENESS = exponentials(LOCAL_LENGTH_M, REGIONAL_LENGTH_M, REGIONAL_SHARE)


def spread(base: Array, at_stations: Array, corrected: Array, cells: tuple[Array, Array], stations: tuple[Array, Array]) -> Array:
    """The base forecast with the stations' log ratios of corrected to base spread by simple kriging.

    base         (lead, y, x) µg m-3
    at_stations  (lead, station) the base there;  corrected  (lead, station) µg m-3, NaN where there is none
    cells        latitudes (y,) and longitudes (x,);  stations  latitudes and longitudes (station,)

    Far from every station the base shows through. NaN in the base stays NaN. (Daley 1991, Atmospheric Data Analysis, ch. 4.)
    """
    ratio = np.log(np.maximum(corrected, LEAST_PM25) / np.maximum(at_stations, LEAST_PM25))
    places, lattice = directions_of(*stations), cells_of(*cells)
    drawn = _weights(ratio, places)
    out = np.empty_like(base)
    leads, rows, columns = base.shape
    at_once = min(max(MOST_AT_ONCE // max(places.shape[1] * columns, 1), 1), rows)
    alike, increment = np.empty((places.shape[1], at_once * columns)), np.empty((leads, at_once * columns))
    for first in range(0, rows, at_once):
        here = slice(min(first, rows - at_once), min(first, rows - at_once) + at_once)
        onto_rows(lattice.level[here], lattice.height[here], lattice.towards, places, LIKENESS.kind, LIKENESS.parameters, alike)
        factor = np.exp(np.matmul(drawn, alike, out=increment), out=increment).reshape(leads, at_once, columns)
        np.multiply(np.maximum(base[:, here], LEAST_PM25), factor, out=out[:, here])
    return out


def correlation(apart: Array) -> Array:
    """How alike the log ratios of two places are that are `apart` m, from 1 to 0: a local and a regional part."""
    return LIKENESS.at(apart)


def _weights(ratio: Array, places: Array) -> Array:
    """What each station adds to its surroundings at each lead (lead, station): one solution for all leads that have the same stations."""
    known = ~np.isnan(ratio)
    drawn = np.zeros(ratio.shape)
    for these in np.unique(known, axis=0):
        leads = (known == these).all(axis=1)
        noise = np.full(int(these.sum()), NOISE_SHARE)
        if noise.size:
            drawn[np.ix_(leads, these)] = solved(np.ascontiguousarray(places[:, these]), noise, ratio[np.ix_(leads, these)].T, LIKENESS).T
    return drawn
