"""What is known of how far corrections reach, and what it is learnt from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.spreading.likeness import DEFAULT, Likeness

Array = NDArray[np.float64]

DEFAULT_VARIANCE = 0.5  # of the base forecast's error on the scale, about a factor of two: where it was never seen
DEFAULT_PATTERN = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What was observed and what the base forecast had said, µg m-3, with the winds in m s-1, hourly (time, station), NaN where unknown.

    latitude, longitude in degrees and ground in m, (station,)
    """

    observed: Array
    base: Array
    east: Array
    north: Array
    latitude: Array
    longitude: Array
    ground: Array

    def __post_init__(self) -> None:
        shapes = {a.shape for a in (self.observed, self.base, self.east, self.north)}
        if shapes != {(self.observed.shape[0], self.latitude.size)} or not self.latitude.shape == self.longitude.shape == self.ground.shape:
            raise ValueError(f"Shapes {shapes} for {self.latitude.shape} stations; expected (time, station) and (station,).")


@dataclass(frozen=True, slots=True)
class Reach:
    """How corrections spread, on the scale of hazecast.forecast.analysis.scale.

    pattern        what the base's own differences between places near stations are worth, from 0, nothing, to 1
    variance       that of the error which stations share with their surroundings
    base_variance  the mean square of the base's error
    stations       that were left out in turn to learn it; 0 where all are defaults
    """

    likeness: Likeness
    pattern: float
    variance: float
    base_variance: float
    stations: int = 0

    def __post_init__(self) -> None:
        if not (self.variance > 0.0 and self.base_variance > 0.0 and 0.0 <= self.pattern <= 1.0):
            raise ValueError(f"{self}: variances must be above 0, and the pattern's worth between 0 and 1.")


def default_reach(base_variance: float = DEFAULT_VARIANCE) -> Reach:
    """Where no station could be left out."""
    return Reach(DEFAULT, DEFAULT_PATTERN, base_variance / (1.0 + DEFAULT.noise), base_variance)
