"""Series that are of another place: they go with none of their neighbours, who go with one another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.quality.kernels import lagged_correlations
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

    A stranger spoils what its neighbours are held against, so these are asked again without it.
    """
    followed = [(c, c.logarithm(v)) for c, v in zip(channels, values, strict=True) if c.key in WITHOUT_A_DAY]
    if not followed:
        return ()
    own = _agreement(followed, 2, most, limits)
    suspects = np.flatnonzero(own < limits.correlation)
    if not suspects.size:
        return ()
    rest = [(channel, _without(z, suspects)) for channel, z in followed]
    among = _agreement(rest, 1, most, limits)
    near = [np.unique(np.concatenate([c.neighbours[s][c.neighbours[s] >= 0] for c, _ in followed])) for s in suspects]
    judged = [(int(s), among[n][~np.isnan(among[n])]) for s, n in zip(suspects, near, strict=True)]
    medians = [(s, float(np.median(others))) for s, others in judged if others.size >= 2]
    return tuple(Stranger(s, float(own[s]), middle) for s, middle in medians if middle >= limits.neighbours_correlation)


def _without(z: Array, stations: NDArray[np.int64]) -> Array:
    rest = z.copy()
    rest[stations] = np.nan
    return rest


def _agreement(followed: Sequence[tuple[Channel, Array]], least: int, most: int, limits: ForeignThresholds) -> Array:
    """By station the highest correlation of its levels with its neighbours' at any lag, the mean over the pollutants.

    NaN where too little is known.
    """
    each = np.stack([_best(channel, z, least, most, limits) for channel, z in followed])
    total, count = np.nan_to_num(each).sum(axis=0), (~np.isnan(each)).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _best(channel: Channel, z: Array, least: int, most: int, limits: ForeignThresholds) -> Array:
    found, counts = np.empty((z.shape[0], 2 * most + 1)), np.empty((z.shape[0], 2 * most + 1), np.int64)
    lagged_correlations(z, channel.neighbours_median(z, least), most, found, counts)
    known = (counts.min(axis=1) >= limits.least_known) & ~np.isnan(found).any(axis=1)
    return np.where(known, found.max(axis=1), np.nan)
