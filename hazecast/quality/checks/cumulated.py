"""Series that were added up: each value is the sum of the hours so far, until it starts again."""

import numpy as np
from numpy.typing import NDArray

from hazecast.quality.kernels import climbs
from hazecast.quality.marks import Mask
from hazecast.quality.panel import Channel
from hazecast.quality.thresholds import CumulatedThresholds

Array = NDArray[np.float64]
Index = NDArray[np.int64]


def cumulated(channel: Channel, aside: Mask, limits: CumulatedThresholds, step_hours: float, least_neighbours: int) -> Mask:
    """Stretches that never fall and are far above what the station usually has beside its neighbours, while their increments are just that.

    Where there are no neighbours a stretch must rise for longer, and many times over. `aside` are codes.
    """
    values = np.where(aside, np.nan, channel.values)
    rises, first = np.empty(values.shape, np.int64), np.empty(values.shape, np.int64)
    climbs(values, limits.longest_gap, rises, first)
    least, least_alone = (max(limits.least_rises, round(hours / step_hours)) for hours in (limits.rise_hours, limits.alone_hours))
    begins = (rises >= least) & (first == np.arange(values.shape[1]))
    found = np.zeros(values.shape, np.bool_)
    stations = np.flatnonzero(begins.any(axis=1))
    excess, misfit = _beside_neighbours(channel, values, stations, least_neighbours)
    for station in stations.tolist():
        for step in np.flatnonzero(begins[station]).tolist():
            members = _members(first[station], step)
            stretch = values[station, members]
            alone = _rises_alone(stretch, limits) and bool(rises[station, step] >= least_alone)
            if _is_sum(excess[station, members], misfit[station, members], alone, limits):
                found[station, members] = True
    return found


def _beside_neighbours(channel: Channel, values: Array, stations: Index, least: int) -> tuple[Array, Array]:
    """The logarithm of each value, and of each increment, over what the neighbours' median lets expect at the station."""
    where = np.zeros(values.shape, np.bool_)
    where[stations] = True
    apart = channel.logarithm(values) - channel.logarithm(channel.neighbours_median(values, least, where))
    usual = np.full((values.shape[0], 1), np.nan)
    beside = stations[~np.isnan(apart[stations]).all(axis=1)]
    usual[beside, 0] = np.nanmedian(apart[beside], axis=1)
    rise = channel.logarithm(np.diff(values, axis=1, prepend=np.nan))
    expected = channel.logarithm(values) - apart + usual
    return apart - usual, np.abs(rise - expected)


def _members(first: Index, begin: int) -> Index:
    """The steps of the stretch that begins at `begin`."""
    after = np.flatnonzero((first[begin:] != begin) & (first[begin:] >= 0))
    return begin + np.flatnonzero(first[begin : begin + after[0] if after.size else None] == begin)


def _is_sum(excess: Array, misfit: Array, alone: bool, limits: CumulatedThresholds) -> bool:
    later = excess[excess.size // 2 :]
    if np.isnan(misfit[1:]).all() or np.isnan(later).all():
        return alone
    return bool(np.nanmedian(misfit[1:]) <= limits.misfit and np.nanmedian(later) >= limits.excess)


def _rises_alone(values: Array, limits: CumulatedThresholds) -> bool:
    """From its first twelfth to its last value."""
    return bool(values[-1] >= limits.growth_alone * values[: 1 + values.size // 12].mean())
