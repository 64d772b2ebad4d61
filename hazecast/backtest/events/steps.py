"""Levels as steps of their edition: editions leave colours out, so that two neighbours may be two numbers apart."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hazecast.backtest.events.spans import UNKNOWN
from hazecast.records import Level


def steps_of(levels: ArrayLike, ladder: Sequence[Level]) -> NDArray[np.int64]:
    """How many of the levels of an edition, `ladder`, each of `levels` has reached: 0 for none, `UNKNOWN` where it is unknown."""
    numbers = np.asarray(levels, dtype=np.int64)
    return np.where(numbers == UNKNOWN, UNKNOWN, np.searchsorted(np.array(sorted(ladder), dtype=np.int64), numbers, side="right"))
