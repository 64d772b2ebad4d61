"""What a feature is, and what it is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.series import Rows, Series

Array = NDArray[np.float64]
Compute = Callable[[Series, Rows], Array]


class Source(StrEnum):
    """What a feature is made of, so that a kind of input that lacks can be left out as a whole."""

    STATION = "the station's own observations"
    NEIGHBOURS = "observations around it"
    WEATHER = "weather"
    BASE = "the base forecast"
    MODEL = "another model's forecast"
    PLACE_AND_HOUR = "place and hour"
    SEASON = "season"


@dataclass(frozen=True, slots=True)
class Feature:
    """A named column of the correction's input; it lacks where its source does, or any of those it is `also` made of."""

    name: str
    source: Source
    compute: Compute
    also: tuple[Source, ...] = ()
