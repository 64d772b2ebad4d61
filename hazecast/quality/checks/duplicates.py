"""Two stations that are one: the same numbers under two names."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.quality.kernels import same_stretches
from hazecast.quality.marks import Mask
from hazecast.quality.thresholds import DuplicateThresholds

Array = NDArray[np.float64]
MOSTLY = 0.5  # share of the steps known in both from which the whole series counts as the same


@dataclass(frozen=True, slots=True)
class Same:
    """Two stations (indices) that are identical at `steps` known steps from step `first` to step `last`.

    `kept` is the more complete one; `share` is that of the steps known in both at which they are identical.
    """

    kept: int
    dropped: int
    first: int
    last: int
    steps: int
    share: float


def duplicates(values: Array, limits: DuplicateThresholds) -> tuple[Same, ...]:
    """Every pair of series (station, step) that stays identical while it varies; the first of equally complete ones is kept."""
    pairs = np.zeros((limits.most_pairs, 5), np.int64)
    heard = np.flatnonzero((~np.isnan(values)).sum(axis=1) >= limits.steps)
    count = same_stretches(values[heard], limits.steps, limits.changes, limits.most_pairs, pairs)
    return tuple(_same(values, int(heard[one]), int(heard[other]), int(a), int(b)) for one, other, a, b, _ in pairs[:count])


def _same(values: Array, one: int, other: int, first: int, last: int) -> Same:
    known = (~np.isnan(values[[one, other]])).sum(axis=1)
    kept, dropped = (one, other) if known[0] >= known[1] else (other, one)
    both = ~np.isnan(values[one]) & ~np.isnan(values[other])
    equal = values[one] == values[other]
    share = float(equal.sum() / both.sum())
    if share >= MOSTLY:
        first, last = int(np.argmax(equal)), values.shape[1] - 1 - int(np.argmax(equal[::-1]))
    return Same(kept, dropped, first, last, int(equal[first : last + 1].sum()), share)


def duplicate_mask(values: Array, found: tuple[Same, ...]) -> Mask:
    """The values of the stations that are not kept, where they are the other's."""
    mask = np.zeros(values.shape, np.bool_)
    for pair in found:
        inside = slice(pair.first, pair.last + 1)
        mask[pair.dropped, inside] |= values[pair.dropped, inside] == values[pair.kept, inside]
    return mask
