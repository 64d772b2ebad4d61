"""How wrong background and observations are, from past departures: the method of Hollingsworth and Lönnberg (1986), Tellus 38A, 111.

Departures are observed less background on the scale of hazecast.forecast.analysis.scale. Errors of observations are taken to be of each
station alone: so what two stations' departures have in common, falling with the distance between them, is the background's, and what a
station's variance exceeds the value to which this rises at no distance is the observation's, with what a cell cannot resolve.

No mean is taken off: a constant error of the background is one that the analysis is to correct.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import scipy.optimize
from numpy.typing import NDArray

from hazecast.forecast.analysis.correlation import Correlation, tapered
from hazecast.forecast.analysis.covariances import Covariances, covariances

Array = NDArray[np.float64]

FEWEST_STATIONS = 3
FEWEST_INDEPENDENT_TIMES = 2.0
DOUBT_OF_LENGTH, DOUBT_OF_BACKGROUND, DOUBT_OF_OBSERVATION = 0.7, 0.7, 1.0  # standard deviations of logarithms about the defaults
LENGTH_BOUNDS_M = 10e3, 1500e3
BACKGROUND_BOUNDS = 1e-3, 4.0
OBSERVATION_BOUNDS = 1e-3, 1.0


class Basis(StrEnum):
    """Where error statistics come from."""

    DEPARTURES = "fitted to past departures"
    NO_DEPARTURES = "defaults: there are no past departures"
    FEW_STATIONS = "defaults: fewer than three stations have past departures"
    SHORT_HISTORY = "defaults: past departures span less than a day"
    FAR_STATIONS = "defaults: no two stations report together that are near enough to tell what their errors have in common"


@dataclass(frozen=True, slots=True)
class ErrorStatistics:
    """Variances of the errors of background and observations on the scale, the length of the background's, and where they come from."""

    background_variance: float
    observation_variance: float
    length_m: float
    basis: Basis
    pairs: int = 0

    def __post_init__(self) -> None:
        if not min(self.background_variance, self.observation_variance, self.length_m) > 0.0:
            raise ValueError(f"{self}: variances and length must be above 0.")

    @property
    def correlation(self) -> Correlation:
        """How alike the background's errors are."""
        return tapered(self.length_m)

    @property
    def noise(self) -> float:
        """The observation's variance over the background's."""
        return self.observation_variance / self.background_variance


def default_statistics(basis: Basis) -> ErrorStatistics:
    """What is taken where nothing is known: from departures of six hours' persistence in the cases that the scale was chosen on."""
    return ErrorStatistics(background_variance=0.3, observation_variance=0.03, length_m=150e3, basis=basis)


def error_statistics(departures: Array, latitude: Array, longitude: Array, hours_between: float = 1.0) -> ErrorStatistics:
    """Statistics fitted to past departures, drawn to the defaults as far as these are few.

    departures  (time, station) observed less background on the scale, NaN where either is missing
    latitude, longitude  (station,) degrees;  hours_between  from one time to the next

    The fit is of least squares to covariances by distance and to the variance, each weighted by how well so many departures tell it,
    and to the logarithms of the defaults with the doubts above (a Gaussian prior). Where there is too little the defaults come back,
    with the reason for `basis`.
    """
    found = covariances(departures, latitude, longitude, hours_between)
    lack = _lack(found)
    if lack is not None:
        return default_statistics(lack)
    prior = default_statistics(Basis.DEPARTURES)
    bounds = np.log([BACKGROUND_BOUNDS, OBSERVATION_BOUNDS, LENGTH_BOUNDS_M])
    start = np.clip(_logarithms(prior), bounds[:, 0], bounds[:, 1])
    fit = scipy.optimize.least_squares(_residuals, start, bounds=(bounds[:, 0], bounds[:, 1]), args=(found, _logarithms(prior)))
    background, observation, length = (float(v) for v in np.exp(fit.x))
    return ErrorStatistics(background, observation, length, Basis.DEPARTURES, found.pairs)


def _lack(found: Covariances) -> Basis | None:
    if found.stations == 0:
        return Basis.NO_DEPARTURES
    if found.stations < FEWEST_STATIONS:
        return Basis.FEW_STATIONS
    if found.independent_times < FEWEST_INDEPENDENT_TIMES:
        return Basis.SHORT_HISTORY
    return Basis.FAR_STATIONS if found.pairs == 0 else None


def _logarithms(statistics: ErrorStatistics) -> Array:
    return np.log([statistics.background_variance, statistics.observation_variance, statistics.length_m])


def _residuals(logarithms: Array, found: Covariances, prior: Array) -> Array:
    background, observation, length = np.exp(logarithms)
    shared = (background * tapered(length).at(found.apart_m) - found.covariance) / found.doubt
    total = (background + observation - found.variance) / found.doubt_of_variance
    doubts = np.array([DOUBT_OF_BACKGROUND, DOUBT_OF_OBSERVATION, DOUBT_OF_LENGTH])
    return np.concatenate([shared, [total], (logarithms - prior) / doubts])
