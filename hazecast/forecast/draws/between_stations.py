"""How the errors of places between the stations hang together with those of the stations that were drawn, and with each other.

A conditional simulation of a Gaussian field (kriging of the difference of what was drawn and what was simulated at the stations:
Journel and Huijbregts 1978, Mining Geostatistics). The range of its correlation and its memory are those of the stations' own draws.
"""

import math
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from hazecast.forecast.draws.copula import CORRELATION_LENGTH_M, DEFAULT_MEMORY_HOURS, LONGEST_HOURS, OWN_SHARE, SHORTEST_HOURS
from hazecast.grids.distance import distance

Array = NDArray[np.float64]

LENGTHS_M = np.geomspace(20_000.0, 1_000_000.0, 40)
LEAST_PAIRS = 3  # of stations, for a length of their own


@dataclass(frozen=True, slots=True, eq=False)
class DrawnStations:
    """Scores (draw, station, lead) of drawn trajectories, each normal over the draws, and where their stations are, in degrees."""

    scores: Array
    latitude: Array
    longitude: Array

    def __post_init__(self) -> None:
        if self.scores.ndim != 3 or not self.scores.shape[1] == self.latitude.size == self.longitude.size:
            raise ValueError(f"Scores of {self.scores.shape} at {self.latitude.size} stations; expected (draw, station, lead).")


def scores_of(values: Array) -> Array:
    """The normal scores (draw, …) of drawn values by their ranks among the draws; equals share theirs."""
    return np.asarray(ndtri((rankdata(values, axis=0) - 0.5) / values.shape[0]))


def scores_between(drawn: DrawnStations, latitude: Array, longitude: Array, random: np.random.Generator) -> Array:
    """Scores (draw, place, lead) of places in degrees that go with the stations' as far as those are near, and beyond with each other."""
    length = correlation_length(drawn)
    among = _correlation(length, latitude, longitude, latitude, longitude)
    at_stations = _correlation(length, drawn.latitude, drawn.longitude, drawn.latitude, drawn.longitude)
    across = _correlation(length, latitude, longitude, drawn.latitude, drawn.longitude)
    own = OWN_SHARE * np.eye(latitude.size), OWN_SHARE * np.eye(drawn.latitude.size)
    whole = np.block([[among + own[0], across], [across.T, at_stations + own[1]]])
    weights = scipy.linalg.solve(at_stations + own[1], across.T, assume_a="pos").T if drawn.latitude.size else across
    free = _simulated(np.linalg.cholesky(whole), memory_of(drawn), drawn.scores.shape[0], drawn.scores.shape[2], random)
    here, there = free[..., : latitude.size], free[..., latitude.size :]
    found = here + (np.moveaxis(drawn.scores, -1, 0) - there) @ weights.T
    return np.ascontiguousarray(np.moveaxis(found, 0, -1))


def correlation_length(drawn: DrawnStations) -> float:
    """The length in m in which the correlation of the stations' scores falls to 1/e, by least squares; a plain guess for few of them."""
    first, second = np.triu_indices(drawn.latitude.size, 1)
    if first.size < LEAST_PAIRS:
        return CORRELATION_LENGTH_M
    flat = np.moveaxis(drawn.scores, 1, 0).reshape(drawn.latitude.size, -1)
    found = np.asarray(np.corrcoef(flat))[first, second]
    apart = distance(drawn.latitude[first], drawn.longitude[first], drawn.latitude[second], drawn.longitude[second])
    modelled = (1.0 - OWN_SHARE) * np.exp(-apart / LENGTHS_M[:, None])
    return float(LENGTHS_M[int(np.argmin(((modelled - found) ** 2).sum(axis=1)))])


def memory_of(drawn: DrawnStations) -> float:
    """The correlation of the stations' scores from one hour to the next."""
    shortest, plain, longest = (math.exp(-1.0 / hours) for hours in (SHORTEST_HOURS, DEFAULT_MEMORY_HOURS, LONGEST_HOURS))
    if not drawn.latitude.size or drawn.scores.shape[2] < 2:
        return plain
    power = float((drawn.scores**2).mean())
    return float(np.clip((drawn.scores[..., 1:] * drawn.scores[..., :-1]).mean() / max(power, 1e-9), shortest, longest))


def _correlation(length: float, latitude: Array, longitude: Array, other_latitude: Array, other_longitude: Array) -> Array:
    apart = distance(latitude[:, None], longitude[:, None], other_latitude[None], other_longitude[None])
    return np.asarray((1.0 - OWN_SHARE) * np.exp(-apart / length))


def _simulated(root: Array, kept: float, draws: int, leads: int, random: np.random.Generator) -> Array:
    """(lead, draw, place): an autoregressive process whose every hour has the correlation that `root` is a square root of."""
    out = np.empty((leads, draws, root.shape[0]))
    score = random.standard_normal((draws, root.shape[0])) @ root.T
    for lead in range(leads):
        out[lead] = score
        score = kept * score + math.sqrt(1.0 - kept**2) * (random.standard_normal(score.shape) @ root.T)
    return out
