"""Areas as places of events: the level of an area's stations together, and the level it was warned of."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hazecast.backtest.events.spans import UNKNOWN
from hazecast.records import HazeWarning

Levels = NDArray[np.int8]


def area_levels(levels: Levels, members: Sequence[NDArray[np.int64]], share: float) -> Levels:
    """Levels of areas (hour, area) from those of stations (hour, station): the highest that `share` of an area's known stations reach.

    `members` are the positions of each area's stations. UNKNOWN where less than half of them are known.
    """
    found = np.full((levels.shape[0], len(members)), UNKNOWN, dtype=np.int8)
    for area, stations in enumerate(members):
        own = -np.sort(-levels[:, stations], axis=1)  # the highest first, the unknown last
        known = (own != UNKNOWN).sum(axis=1)
        needed = np.maximum(np.ceil(share * known - 1e-9).astype(np.int64), 1)
        enough = 2 * known >= max(len(stations), 1)
        found[enough, area] = own[np.flatnonzero(enough), needed[enough] - 1]
    return found


def warned_levels(
    cycles: NDArray[np.datetime64], in_force: Sequence[Sequence[HazeWarning]], areas: Sequence[str], times: NDArray[np.datetime64]
) -> Levels:
    """The level that each area was warned of at each hour, (hour, area), by the warnings in force once the last cycle before it was sent.

    `cycles` (init times) ascend and have `in_force` each; `times` are ends of hours, all in UTC. UNKNOWN before the first cycle, 0 (NONE)
    without a warning.
    """
    levels = np.full((times.size, len(areas)), UNKNOWN, dtype=np.int8)
    latest = np.searchsorted(cycles, times, side="left") - 1
    levels[latest >= 0] = 0
    for cycle, warnings in enumerate(in_force):
        for warning in warnings:
            if warning.area_id in areas:
                start, end = (np.datetime64(t.replace(tzinfo=None)) for t in (warning.valid_from, warning.valid_until))
                at = (latest == cycle) & (times > start) & (times <= end)
                column = areas.index(warning.area_id)
                levels[at, column] = np.maximum(levels[at, column], np.int8(warning.level))
    return levels
