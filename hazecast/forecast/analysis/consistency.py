"""Whether error statistics agree with what an analysis makes of the departures: the diagnostic of Desroziers and others (2005).

If statistics are right, the mean product of departures with observed less analysis is the observation's variance, and with analysis less
background the background's (Q. J. R. Meteorol. Soc. 131, 3385, eq. 1 to 3). Put in again, these converge to what is consistent, for
the given length of correlation (their section 4).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.analysis.correlation import Correlation
from hazecast.forecast.analysis.error_statistics import ErrorStatistics
from hazecast.forecast.analysis.geometry import directions_of
from hazecast.forecast.kernels.optimal_interpolation import among_stations

Array = NDArray[np.float64]

MOST_TIMES = 500
MOST_WORK = 2e9  # every set of stations that report together costs a decomposition, of the number of stations to the power of three
FEWEST_SETS = 3
MOST_ITERATIONS = 100
CLOSE_ENOUGH = 1e-4
LEAST_SHARE = 1e-3  # of the variance of departures, for either


@dataclass(frozen=True, slots=True)
class Consistency:
    """The variances that an analysis with the given length of correlation finds again in what it does to the departures."""

    background_variance: float
    observation_variance: float
    iterations: int
    converged: bool


def consistent(departures: Array, latitude: Array, longitude: Array, statistics: ErrorStatistics) -> Consistency:
    """Desroziers' variances by iteration from those of `statistics`, whose length is kept.

    departures (time, station) on the scale, NaN where missing; of them the last `MOST_TIMES` that have any, and of many
    stations those hours alone in which the same ones report most often. Without a departure the given variances come back, after no
    iteration.
    """
    projected, eigenvalues = _modes(departures, latitude, longitude, statistics.correlation)
    background, observation = statistics.background_variance, statistics.observation_variance
    squares = projected**2
    total = float(squares.mean()) if squares.size else 0.0
    if total == 0.0:
        return Consistency(background, observation, 0, False)
    for iteration in range(1, MOST_ITERATIONS + 1):
        found = float((squares * observation / (background * eigenvalues + observation)).mean())
        found = float(np.clip(found, LEAST_SHARE * total, (1.0 - LEAST_SHARE) * total))
        moved = abs(found - observation) + abs(total - found - background)
        background, observation = total - found, found
        if moved < CLOSE_ENOUGH * total:
            return Consistency(background, observation, iteration, True)
    return Consistency(background, observation, MOST_ITERATIONS, False)


def _modes(departures: Array, latitude: Array, longitude: Array, correlation: Correlation) -> tuple[Array, Array]:
    """Departures along the eigenvectors of the correlations of the stations that report, and the eigenvalues, one of each a departure."""
    known = ~np.isnan(departures)
    last = np.flatnonzero(known.any(axis=1))[-MOST_TIMES:]
    if last.size == 0:
        return np.empty(0), np.empty(0)
    stations = directions_of(latitude, longitude)
    alike = np.empty((latitude.size, latitude.size))
    among_stations(stations, correlation.kind, correlation.parameters, alike)
    projected, eigenvalues = [], []
    sets, which, often = np.unique(known[last], axis=0, return_inverse=True, return_counts=True)
    most = max(int(MOST_WORK / latitude.size**3), FEWEST_SETS)
    for number in np.argsort(-often, kind="stable")[:most]:
        together = sets[number]
        values, vectors = np.linalg.eigh(alike[np.ix_(together, together)])
        along = departures[last[which == number]][:, together] @ vectors
        projected.append(along.ravel())
        eigenvalues.append(np.tile(np.maximum(values, 0.0), along.shape[0]))
    return np.concatenate(projected), np.concatenate(eigenvalues)
