"""Inputs outside of what was learnt from: they are named, and the band is widened by as much as errors there have been larger."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.features import FEATURES

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Table = NDArray[np.float32]

MARGIN = 0.02  # of a feature's range
LEAST_OUTSIDE = 100  # errors without which nothing is known of them
UNMEASURED_WIDENING, MOST_WIDENING = 1.25, 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """The range (feature,) of each feature where the model was fitted, NaN of one without a value there, and how much wider to be."""

    low: Array
    high: Array
    widening: float

    def outside(self, table: Table) -> Flags:
        """Whether a feature of a row lies outside, (row, feature); one that is missing does not."""
        return outside(self.low, self.high, table)

    def names(self, beyond: Flags) -> tuple[str, ...]:
        """The features outside in any row of (row, feature), those of the most rows first."""
        count = beyond.sum(axis=0)
        return tuple(FEATURES[i].name for i in np.argsort(-count, kind="stable") if count[i])


def ranges(table: Table) -> tuple[Array, Array]:
    """Lowest and highest believable value of each feature (feature,), a little beyond what the table has."""
    known = ~np.isnan(table)
    low = np.where(known, table, np.inf).min(axis=0, initial=np.inf).astype(np.float64)
    high = np.where(known, table, -np.inf).max(axis=0, initial=-np.inf).astype(np.float64)
    margin = np.where(high >= low, MARGIN * (high - low), np.nan)
    return np.where(high >= low, low - margin, np.nan), np.where(high >= low, high + margin, np.nan)


def outside(low: Array, high: Array, table: Table) -> Flags:
    """Whether features lie outside of their range, (row, feature)."""
    with np.errstate(invalid="ignore"):
        return np.asarray((table < low) | (table > high))


def measured_widening(beyond: Flags, standard_error: Array) -> float:
    """How much larger nine of ten errors (row,) over their expected size were where an input lay outside (row,) than elsewhere."""
    if beyond.sum() < LEAST_OUTSIDE or (~beyond).sum() < LEAST_OUTSIDE:
        return UNMEASURED_WIDENING
    there, here = (float(np.quantile(np.abs(standard_error[which]), 0.9)) for which in (beyond, ~beyond))
    return float(np.clip(there / max(here, 1e-9), 1.0, MOST_WIDENING))
