"""Hours at or above a level, as observed and as forecast."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.backtest.events.spans import UNKNOWN


@dataclass(frozen=True, slots=True)
class WarnedHours:
    """Station hours of which both are known: `warned` and reached, `in_vain`, `unwarned` though reached, and `quiet`."""

    warned: int
    in_vain: int
    unwarned: int
    quiet: int
    unknown: int

    @property
    def hit_rate(self) -> float:
        """Share of the hours at the level that were warned of, NaN without any."""
        return _share(self.warned, self.warned + self.unwarned)

    @property
    def false_alarm_rate(self) -> float:
        """Share of the hours below the level that were warned of, NaN without any."""
        return _share(self.in_vain, self.in_vain + self.quiet)

    @property
    def false_alarm_ratio(self) -> float:
        """Share of the warned hours that stayed below the level, NaN without any."""
        return _share(self.in_vain, self.warned + self.in_vain)

    @property
    def base_rate(self) -> float:
        """Share of all known hours that were at the level, NaN without any."""
        return _share(self.warned + self.unwarned, self.warned + self.in_vain + self.unwarned + self.quiet)


def warned_hours(observed: NDArray[np.bool_], warned: NDArray[np.bool_], known: NDArray[np.bool_]) -> WarnedHours:
    """Count the hours of arrays of one shape; what is not `known` counts as unknown alone."""
    return WarnedHours(
        warned=int((observed & warned & known).sum()),
        in_vain=int((~observed & warned & known).sum()),
        unwarned=int((observed & ~warned & known).sum()),
        quiet=int((~observed & ~warned & known).sum()),
        unknown=int((~known).sum()),
    )


def hours_of_levels(observed: NDArray[np.int8], forecast: NDArray[np.int8], level: int) -> WarnedHours:
    """Count the hours of two arrays of levels of one shape, at `level` or above."""
    return warned_hours(observed >= level, forecast >= level, (observed != UNKNOWN) & (forecast != UNKNOWN))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
