"""What the departures of stations have in common, by the distance between them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hazecast.grids.distance import distance

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MOST_APART_M = 800e3
MOST_BINS = 30
FEWEST_TOGETHER = 3  # times that two stations have in common
HOURS_TO_FORGET = 12.0  # departures nearer in time than this say much the same
LEAST_VARIANCE = 1e-4  # departures that are all the same still leave a doubt
FURTHEST_OFF = 4.0  # standard deviations; what is further off is a fault rather than an error, and is brought back to this
TO_DEVIATION = 1.4826  # from the median of absolute values, for a normal distribution


@dataclass(frozen=True, slots=True)
class Covariances:
    """Covariances of pairs by distance with their standard errors, the variance with its own, and from how much they come.

    apart_m, covariance, doubt  (bin,)
    stations  that have departures;  pairs  of them within reach;  independent_times  hours over the hours that they take to forget
    """

    apart_m: Array
    covariance: Array
    doubt: Array
    variance: float
    doubt_of_variance: float
    stations: int
    pairs: int
    independent_times: float


def covariances(departures: Array, latitude: Array, longitude: Array, hours_between: float) -> Covariances:
    """Means of products of departures (time, station), NaN where missing, of pairs of stations in bins by distance.

    The standard error of a product's mean is that of normal variables, for as many independent times, and as many independent pairs
    as the root of their number: pairs that share a station or lie beside each other tell much the same.
    """
    known = ~np.isnan(departures)
    values = _without_faults(departures, known)
    has_any = known.any(axis=0)
    times = float(known.sum(axis=0)[has_any].mean()) if has_any.any() else 0.0
    independent = times * min(1.0, hours_between / HOURS_TO_FORGET)
    variance = float((values**2).sum() / max(int(known.sum()), 1))
    apart, products, together = _pairs(values, known, latitude, longitude)
    bins = _bins(apart.size)
    weight = [together[b].sum() for b in bins]
    scale = max(variance, LEAST_VARIANCE)
    covariance = np.array([products[b].sum() / w for b, w in zip(bins, weight, strict=True)])
    worth = np.array([max(independent, 1.0) * np.sqrt(b.size) for b in bins])
    return Covariances(
        apart_m=np.array([(apart[b] * together[b]).sum() / w for b, w in zip(bins, weight, strict=True)]),
        covariance=covariance,
        doubt=np.sqrt((scale**2 + covariance**2) / worth),
        variance=variance,
        doubt_of_variance=scale * np.sqrt(2.0 / (max(independent, 1.0) * np.sqrt(max(int(has_any.sum()), 1)))),
        stations=int(has_any.sum()),
        pairs=apart.size,
        independent_times=independent,
    )


def _bins(pairs: int) -> list[NDArray[np.int64]]:
    """The numbers of the pairs of each bin: few of the nearest, where covariances fall fastest, and more of those further apart."""
    count = min(MOST_BINS, int(np.sqrt(pairs)))
    edges = np.unique(np.round(pairs * (np.arange(count + 1) / max(count, 1)) ** 2).astype(np.int64))
    return [np.arange(first, last) for first, last in pairwise(edges)]


def _pairs(values: Array, known: Mask, latitude: Array, longitude: Array) -> tuple[Array, Array, Array]:
    """Distance, sum of products and number of common times of each pair within reach that has enough of them, the nearest first."""
    one, other = np.triu_indices(values.shape[1], 1)
    together = (known.T.astype(np.float64) @ known.astype(np.float64))[one, other]
    products = (values.T @ values)[one, other]
    apart = distance(latitude[one], longitude[one], latitude[other], longitude[other])
    used = np.flatnonzero((together >= FEWEST_TOGETHER) & (apart <= MOST_APART_M))
    used = used[np.argsort(apart[used], kind="stable")]
    return apart[used], products[used], together[used]


def _without_faults(departures: Array, known: Mask) -> Array:
    """Departures held within what is likely, and 0 where there is none."""
    if not known.any():
        return np.zeros(departures.shape)
    furthest = FURTHEST_OFF * TO_DEVIATION * float(np.median(np.abs(departures[known])))
    held = np.clip(departures, -furthest, furthest) if furthest > 0.0 else departures
    return np.where(known, held, 0.0)
