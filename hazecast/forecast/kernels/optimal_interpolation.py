"""Optimal interpolation on the sphere: what stations say of themselves and each other, spread over the cells of a lattice.

Stations and cells are directions, unit vectors from the centre of the sphere. A station's is a column of `stations` (3, station); that
of the cell (y, x) is (`level[y]` `towards[0, x]`, `level[y]` `towards[1, x]`, `height[y]`), with the cosine of the latitude for `level`,
its sine for `height`, and the cosine and sine of the longitude in `towards`. Every cell is computed by one thread, in one order, so that
results do not depend on how many threads there are. Models of correlation: hazecast.forecast.kernels.correlations.
"""

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from hazecast.forecast.kernels.correlations import correlations, largest_square

Array = NDArray[np.float64]


@njit(cache=True)
def among_stations(stations: Array, kind: int, parameters: Array, out: Array) -> None:
    """The correlations of all stations with each other, into `out` (station, station)."""
    squares = np.empty(stations.shape[1])
    for s in range(stations.shape[1]):
        squares_from(stations[0, s], stations[1, s], stations[2, s], stations, squares)
        correlations(squares, kind, parameters, out[s])


@njit(cache=True)
def among_neighbours(stations: Array, kind: int, parameters: Array, out: Array) -> None:
    """Those with the stations that follow: `out[s, d]` is the correlation of the stations s and s + d, zero beyond the last station."""
    squares = np.empty(out.shape[1])
    for s in range(stations.shape[1]):
        count = min(out.shape[1], stations.shape[1] - s)
        squares_from(stations[0, s], stations[1, s], stations[2, s], stations[:, s : s + count], squares[:count])
        correlations(squares[:count], kind, parameters, out[s, :count])
        out[s, count:] = 0.0


@njit(parallel=True, cache=True)
def spread_mean(
    level: Array, height: Array, towards: Array, west: float, step: float, stations: Array, weights: Array, kind: int, parameters: Array,
    out: Array,
) -> None:  # fmt: skip
    """The sum over stations of weight times correlation, into `out` (y, x); cells that no station reaches get exactly zero.

    weights  (station,) the solution of (correlations among stations + noise) weights = departures
    west     longitude of the first column, radians;  step  between columns, radians
    """
    columns = towards.shape[1]
    end = largest_square(kind, parameters)
    for y in prange(level.size):
        squares, alike = np.empty(columns), np.empty(columns)
        out[y] = 0.0
        for s in range(weights.size):
            if (height[y] - stations[2, s]) ** 2 > end:  # most stations, so it is looked at first
                continue
            width = half_width(level[y], height[y], stations[:, s], end)
            if width < 0.0:
                continue
            if width + 2.0 * step >= math.pi:
                _add(
                    level[y], height[y], towards[0], towards[1], stations[:, s], weights[s], kind, parameters, squares, alike, out[y],
                )  # fmt: skip
                continue
            middle = math.atan2(stations[1, s], stations[0, s]) - west
            middle -= 2.0 * math.pi * math.floor(middle / (2.0 * math.pi))
            for turn in range(-1, 2):  # the lattice may lie across the meridian at which longitudes begin anew
                centre = middle + 2.0 * math.pi * turn
                first = max(math.floor((centre - width) / step), 0)
                last = min(math.ceil((centre + width) / step) + 1, columns)
                if first < last:
                    _add(
                        level[y], height[y], towards[0, first:last], towards[1, first:last], stations[:, s], weights[s], kind, parameters,
                        squares[first:last], alike[first:last], out[y, first:last],
                    )  # fmt: skip


@njit(cache=True)
def half_width(level: float, height: float, station: Array, end: float) -> float:
    """By how much a longitude may differ from the station's for the row to lie within reach, radians; below zero where none may."""
    rise = height - station[2]
    reach = math.sqrt(station[0] * station[0] + station[1] * station[1])
    apart = rise * rise + level * level + reach * reach - end
    both = 2.0 * level * reach
    if apart > both:
        return -1.0
    if apart <= -both:
        return math.pi
    return math.acos(apart / both)


@njit(cache=True)
def _add(
    level: float, height: float, cosine: Array, sine: Array, station: Array, weight: float, kind: int, parameters: Array,
    squares: Array, alike: Array, out: Array,
) -> None:  # fmt: skip
    _squares_along(level, height, cosine, sine, station, squares)
    correlations(squares, kind, parameters, alike)
    for x in range(out.size):
        out[x] += weight * alike[x]


@njit(cache=True)
def _squares_along(level: float, height: float, cosine: Array, sine: Array, station: Array, out: Array) -> None:
    """Squares of the chords between a station and the cells of a row, by cosine and sine of their longitudes."""
    first, second = station[0], station[1]
    rise = height - station[2]
    rise *= rise
    for x in range(out.size):
        one, other = level * cosine[x] - first, level * sine[x] - second
        out[x] = one * one + other * other + rise


@njit(cache=True)
def squares_from(first: float, second: float, third: float, stations: Array, out: Array) -> None:
    """Squares of the chords between a direction and the stations, into `out` (station,)."""
    for s in range(out.size):
        one, other, rise = stations[0, s] - first, stations[1, s] - second, stations[2, s] - third
        out[s] = one * one + other * other + rise * rise
