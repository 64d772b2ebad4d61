"""From corrected stations to the whole lattice: the base forecast, drawn towards the stations where they are near."""

import numpy as np
from numpy.typing import NDArray

from hazecast.grids.distance import distance

Array = NDArray[np.float64]

LOCAL_LENGTH_M, REGIONAL_LENGTH_M = 30_000.0, 200_000.0  # a city has air of its own, and the region carries it on
REGIONAL_SHARE = 0.5  # of the variance
NOISE_SHARE = 0.15  # variance of what a station says of itself alone, over that of what it says of its surroundings
LEAST_PM25 = 1.0


def spread(base: Array, at_stations: Array, corrected: Array, cells: tuple[Array, Array], stations: tuple[Array, Array]) -> Array:
    """The base forecast with the stations' log ratios of corrected to base spread by simple kriging.

    base         (lead, y, x) µg m-3
    at_stations  (lead, station) the base there;  corrected  (lead, station) µg m-3, NaN where there is none
    cells        latitudes (y,) and longitudes (x,);  stations  latitudes and longitudes (station,)

    Far from every station the base shows through. NaN in the base stays NaN. (Daley 1991, Atmospheric Data Analysis, ch. 4.)
    """
    ratio = np.log(np.maximum(corrected, LEAST_PM25) / np.maximum(at_stations, LEAST_PM25))
    grid_latitude, grid_longitude = (a.ravel() for a in np.meshgrid(*cells, indexing="ij"))
    to_stations = _between(grid_latitude[:, None], grid_longitude[:, None], stations[0][None, :], stations[1][None, :])
    among_stations = _between(stations[0][:, None], stations[1][:, None], stations[0][None, :], stations[1][None, :])
    out = np.full_like(base, np.nan)
    for lead in range(base.shape[0]):
        known = ~np.isnan(ratio[lead])
        drawn = np.zeros(grid_latitude.size)
        if known.any():
            system = among_stations[np.ix_(known, known)] + NOISE_SHARE * np.eye(int(known.sum()))
            drawn = to_stations[:, known] @ np.linalg.solve(system, ratio[lead, known])
        out[lead] = np.maximum(base[lead], LEAST_PM25) * np.exp(drawn.reshape(base.shape[1:]))
    return out


def correlation(apart: Array) -> Array:
    """How alike the log ratios of two places are that are `apart` m, from 1 to 0: a local and a regional part."""
    local, regional = np.exp(-apart / LOCAL_LENGTH_M), np.exp(-apart / REGIONAL_LENGTH_M)
    return np.asarray((1.0 - REGIONAL_SHARE) * local + REGIONAL_SHARE * regional)


def _between(latitude: Array, longitude: Array, other_latitude: Array, other_longitude: Array) -> Array:
    return correlation(distance(latitude, longitude, other_latitude, other_longitude))
