"""Series that are of another place: they go with none of their neighbours, who go with one another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.quality.kernels import lagged_correlations, of_neighbours
from hazecast.quality.panel import Channel
from hazecast.quality.thresholds import ForeignThresholds

Array = NDArray[np.float64]
WITHOUT_A_DAY = ("pm25", "pm10", "co", "so2")  # what follows the sun goes alike everywhere on Earth


@dataclass(frozen=True, slots=True)
class Stranger:
    """A station (index), its highest correlation with its neighbours, and theirs with one another in the median."""

    station: int
    correlation: float
    among_neighbours: float


def strangers(channels: Sequence[Channel], values: Sequence[Array], most: int, limits: ForeignThresholds) -> tuple[Stranger, ...]:
    """The stations that go with their neighbours at no lag up to `most` steps, while those go with one another.

    Neighbours that are suspect themselves are not asked.
    """
    followed = [(c, c.logarithm(v)) for c, v in zip(channels, values, strict=True) if c.key in WITHOUT_A_DAY]
    if not followed:
        return ()
    own = _mean([_best(z, channel.neighbours_median(z, 2), most, limits) for channel, z in followed])
    suspects = np.flatnonzero(own < limits.correlation)
    judged = [(int(s), _among(int(s), suspects, followed, most, limits)) for s in suspects]
    return tuple(Stranger(s, float(own[s]), among) for s, among in judged if among >= limits.neighbours_correlation)


def _among(
    station: int, suspects: NDArray[np.int64], followed: Sequence[tuple[Channel, Array]], most: int, limits: ForeignThresholds
) -> float:
    """How the neighbours of a station go with one another, the median of theirs and the mean over the pollutants; NaN of fewer than two."""
    each = []
    for channel, z in followed:
        near = np.setdiff1d(channel.neighbours[station], [-1, *suspects])
        if near.size >= 2:
            found = _best(z[near], _median_of_the_others(z[near]), most, limits)
            each.append(np.median(found[~np.isnan(found)]) if (~np.isnan(found)).any() else np.nan)
    known = [value for value in each if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")


def _median_of_the_others(z: Array) -> Array:
    """For each of a few series the median of the others at each step."""
    count = z.shape[0]
    others = np.array([[other for other in range(count) if other != one] for one in range(count)], dtype=np.int64)
    middle = np.empty(z.shape)
    of_neighbours(z, others, np.ones(z.shape, np.bool_), 1, middle)
    return middle


def _mean(each: Sequence[Array]) -> Array:
    """By station, over the pollutants that are known."""
    stacked = np.stack(each)
    total, count = np.nan_to_num(stacked).sum(axis=0), (~np.isnan(stacked)).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _best(z: Array, reference: Array, most: int, limits: ForeignThresholds) -> Array:
    """By station the highest correlation of its levels with the `reference` at any lag; NaN where too little is known."""
    shape = (z.shape[0], 2 * most + 1)
    found, counts = np.empty(shape), np.empty(shape, np.int64)
    lagged_correlations(np.ascontiguousarray(z), reference, most, found, counts)
    known = (counts.min(axis=1) >= limits.least_known) & ~np.isnan(found).any(axis=1)
    return np.where(known, found.max(axis=1), np.nan)
