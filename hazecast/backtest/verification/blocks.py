"""Blocks of days that are drawn anew, all stations together, to see how far a score hangs on the days it was taken of."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEAST_BLOCKS = 4  # of fewer, nothing can be said
LEAST_KNOWN = 0.5  # share of the resamples in which a score must exist


def block_of(cycles: NDArray[np.datetime64], days: int) -> NDArray[np.int64]:
    """The block of each cycle, counted from 0; blocks of `days` begin with the first cycle, and none is empty."""
    number = ((cycles - cycles.min()) / np.timedelta64(days, "D")).astype(np.int64)
    return np.asarray(np.unique(number, return_inverse=True)[1]).astype(np.int64)


def draws(blocks: int, resamples: int, seed: int) -> Array:
    """How often each resample draws each block, (resample, block); no resamples of fewer than `LEAST_BLOCKS`."""
    count = resamples if blocks >= LEAST_BLOCKS else 0
    drawn = np.random.default_rng(seed).integers(0, blocks, size=(count, blocks))
    return np.stack([np.bincount(d, minlength=blocks) for d in drawn]).astype(np.float64) if count else np.empty((0, blocks))


def interval(resampled: Array, confidence: float) -> tuple[Array, Array]:
    """Percentile interval (…,) of resampled scores (resample, …); NaN where half of the resamples had no score, or there are none."""
    count = resampled.shape[0]
    if count == 0:
        nothing = np.full(resampled.shape[1:], np.nan)
        return nothing, nothing
    ordered = np.sort(resampled, axis=0)  # NaN comes last
    known = count - np.isnan(ordered).sum(axis=0)
    tail = (1.0 - confidence) / 2.0
    low, high = (_at(ordered, np.maximum(known - 1, 0) * share) for share in (tail, 1.0 - tail))
    enough = known >= max(1.0, LEAST_KNOWN * count)
    return np.where(enough, low, np.nan), np.where(enough, high, np.nan)


def _at(ordered: Array, place: Array) -> Array:
    below = np.floor(place).astype(np.int64)
    beyond = np.ceil(place).astype(np.int64)
    lower, upper = (np.take_along_axis(ordered, i[None], axis=0)[0] for i in (below, beyond))
    return np.asarray(lower + (place - below) * (upper - lower))
