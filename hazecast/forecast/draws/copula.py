"""Scores that hang together as those of a Gaussian process, for where there is too little past to take trajectories from."""

import math

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.series import Index, Series
from hazecast.grids.distance import distance

Array = NDArray[np.float64]

DEFAULT_MEMORY_HOURS = 12.0  # in which the correlation falls to 1/e; a plain guess, as the next one is
CORRELATION_LENGTH_M = 150_000.0
LAG_HOURS, LEAST_PAIRS = 6, 72
LEAST_VARIANCE = 1e-6  # µg m-3
ROUNDS = 3
SHORTEST_HOURS, LONGEST_HOURS = 3.0, 72.0
OWN_SHARE = 0.02  # of the variance that a station has for itself, also where another stands beside it


def memory_hours(series: Series, known: int) -> float:
    """The e-folding time of the square root of PM2.5 up to hour `known`, from its correlation with itself `LAG_HOURS` later.

    `DEFAULT_MEMORY_HOURS` where there are fewer than `LEAST_PAIRS` of values, or none that hang together. What a short series loses to
    its own mean is given back (Marriott and Pope 1954, Biometrika 41, 390).
    """
    root = np.sqrt(np.maximum(series.values["pm25"][: known + 1], 0.0)) if "pm25" in series.values else np.empty((0, 1))
    correlation = _correlation(root)
    if not correlation > 0.0:
        return DEFAULT_MEMORY_HOURS
    memory = _folding(correlation)
    for _ in range(ROUNDS):
        lost = min(2.0 * memory / root.shape[0], 1.0)  # of the variance, to the mean
        memory = _folding(correlation + lost * (1.0 - correlation))
    return memory


def _correlation(root: Array) -> float:
    """Of values (time, station) with those `LAG_HOURS` later, all stations together; NaN for too few, or for none that differ."""
    count = np.maximum((~np.isnan(root)).sum(axis=0), 1)
    departure = root - np.nansum(root, axis=0) / count
    earlier, later = departure[:-LAG_HOURS], departure[LAG_HOURS:]
    both = ~np.isnan(earlier * later)
    power = math.sqrt(float((earlier[both] ** 2).sum() * (later[both] ** 2).sum()))
    enough = both.sum() >= LEAST_PAIRS and power > LEAST_VARIANCE * both.sum()
    return float((earlier * later)[both].sum()) / power if enough else math.nan


def _folding(correlation: float) -> float:
    return float(np.clip(-LAG_HOURS / math.log(min(correlation, 0.999)), SHORTEST_HOURS, LONGEST_HOURS))


def gaussian_scores(series: Series, known: int, lag: int, leads: range, count: int, random: np.random.Generator) -> Array:
    """Scores (draw, station, lead) of an autoregressive process that begins at 0 at hour `known`, `lag` hours before the origin.

    What is known then has no error, and errors of the first hours therefore hang together less than those of later ones.
    """
    kept = math.exp(-1.0 / memory_hours(series, known))
    between = _between_stations(series.latitude, series.longitude)
    score = np.zeros((count, between.shape[0]))
    hours: Index = np.arange(1, lag + leads[-1] + 1)
    scores = np.empty((hours.size, *score.shape))
    for i in range(hours.size):
        score = kept * score + random.standard_normal(score.shape) @ between.T
        scores[i] = score
    return np.ascontiguousarray(np.moveaxis(scores[lag + np.array(leads) - 1], 0, -1))


def _between_stations(latitude: Array, longitude: Array) -> Array:
    """A square root of the stations' correlations, which fall exponentially with distance."""
    apart = distance(latitude[:, None], longitude[:, None], latitude[None], longitude[None])
    correlation = (1.0 - OWN_SHARE) * np.exp(-apart / CORRELATION_LENGTH_M) + OWN_SHARE * np.eye(latitude.size)
    return np.asarray(np.linalg.cholesky(correlation))
