"""What is foretold of stations that are left out in turn, and how well.

An error of that kind comes from the inverse Q of the matrix of all, (Q r) / diag Q, and its variance 1 / diag Q: nothing need be left out
(Dubrule 1983, Math. Geol. 15, 687).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.spreading.likeness import Likeness
from hazecast.forecast.spreading.reach import DEFAULT_PATTERN

Array = NDArray[np.float64]

DOUBT_OF_PATTERN = 0.5  # standard deviation about the default
FURTHEST_OFF, TO_DEVIATION = 8.0, 1.4826  # standard deviations beyond which an error is a fault; from the median of absolute values
LEAST_VARIANCE = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Hour:
    """One hour of stations that are near each other: what was observed and the base, on the scale, and the places, all (station,).

    `where`: latitude, longitude, ground and the two winds, as `Likeness.places` takes them
    """

    index: int
    observed: Array
    base: Array
    where: tuple[Array, Array, Array, Array, Array]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What a likeness makes of many hours: the best worth of the base's pattern, the variance, and the logarithm of density by hour."""

    likeness: Likeness
    pattern: float
    variance: float
    density: Array


def tried(hours: Sequence[Hour], likeness: Likeness, worth: float) -> Trial:
    """`worth` is the share of an hour that is not told by those before it."""
    without, with_pattern, variance = (np.concatenate(parts) for parts in zip(*(left_out(hour, likeness) for hour in hours), strict=True))
    pattern = _pattern(without, with_pattern, variance, worth)
    squares = _without_faults((without + pattern * with_pattern) ** 2 / variance)
    scale = max(float(squares.mean()), LEAST_VARIANCE)
    densities = -0.5 * (np.log(scale * variance) + squares / scale)
    ends = np.cumsum([hour.observed.size for hour in hours])[:-1]
    return Trial(likeness, pattern, scale, np.array([part.mean() for part in np.split(densities, ends)]))


def left_out(hour: Hour, likeness: Likeness) -> tuple[Array, Array, Array]:
    """Errors of each station left out, observed less foretold, as A + pattern · B, and their variance over that of what is shared.

    What is foretold is as in hazecast.forecast.spreading.spread, with what was observed for what is corrected; (station,) each.
    """
    matrix = likeness.among(likeness.places(*hour.where))
    matrix[np.diag_indices(hour.observed.size)] += likeness.noise
    inverse = np.linalg.inv(matrix)
    own, level = np.diag(inverse), hour.base * inverse.sum(axis=1)
    return (inverse @ hour.observed - level) / own, (level - inverse @ hour.base) / own, 1.0 / own


def _pattern(without: Array, with_pattern: Array, variance: Array, worth: float) -> float:
    """By least squares, drawn towards the default by as much as the errors leave in doubt; within 0 and 1."""
    scale = max(float(_without_faults((without + DEFAULT_PATTERN * with_pattern) ** 2 / variance).mean()), LEAST_VARIANCE)
    weight = worth / (scale * variance)
    known = float((weight * with_pattern**2).sum()) + 1.0 / DOUBT_OF_PATTERN**2
    found = (DEFAULT_PATTERN / DOUBT_OF_PATTERN**2 - float((weight * with_pattern * without).sum())) / known
    return float(np.clip(found, 0.0, 1.0))


def _without_faults(squares: Array) -> Array:
    return np.minimum(squares, FURTHEST_OFF**2 * max(TO_DEVIATION**2 * float(np.median(squares)), LEAST_VARIANCE))
