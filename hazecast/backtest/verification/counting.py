"""How many pairs there are, what is missing, and which forecasts can be held against each other on the same ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEAST_SHARE = 0.5  # a baseline that fewer of the pairs have would take too many from all others


@dataclass(frozen=True, slots=True)
class MissingCounts:
    """Of all `possible` (cycle, station, lead): how many lack the observation, the forecast, and each of `forecasts`.

    `both` have observation and forecast; `present` of them have each of `forecasts`, of which the first is the one that counts.
    """

    possible: int
    not_observed: int
    not_forecast: int
    both: int
    forecasts: tuple[str, ...]
    missing: tuple[int, ...]
    present: tuple[int, ...]

    def __add__(self, other: "MissingCounts") -> "MissingCounts":
        if self.forecasts != other.forecasts:
            raise ValueError(f"Counts of {self.forecasts} and {other.forecasts} do not add up.")
        return MissingCounts(
            self.possible + other.possible,
            self.not_observed + other.not_observed,
            self.not_forecast + other.not_forecast,
            self.both + other.both,
            self.forecasts,
            tuple(a + b for a, b in zip(self.missing, other.missing, strict=True)),
            tuple(a + b for a, b in zip(self.present, other.present, strict=True)),
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """The forecasts that are scored on the same pairs, and the baselines that are scored on their own."""

    common: tuple[str, ...]
    own: tuple[str, ...]


def count_missing(observed: Array, forecasts: tuple[str, ...], values: Array) -> MissingCounts:
    """Counts for `observed` (cycle, station, lead) and the forecasts' `values` (forecast, cycle, station, lead)."""
    known = ~np.isnan(values)
    both = ~np.isnan(observed) & known[0]
    return MissingCounts(
        possible=observed.size,
        not_observed=int(np.isnan(observed).sum()),
        not_forecast=int((~known[0]).sum()),
        both=int(both.sum()),
        forecasts=forecasts,
        missing=tuple(int((~k).sum()) for k in known),
        present=tuple(int((both & k).sum()) for k in known),
    )


def comparison_of(counts: MissingCounts) -> Comparison:
    """The forecast and every baseline that at least half of the pairs have together; the others by themselves."""
    often = {f for f, present in zip(counts.forecasts, counts.present, strict=True) if counts.both and present >= LEAST_SHARE * counts.both}
    common = tuple(f for i, f in enumerate(counts.forecasts) if i == 0 or f in often)
    return Comparison(common, tuple(f for f in counts.forecasts if f not in common))
