"""Which fact of each cell counts, where several sets of facts of one month speak of it and not all of them may be seen."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hazecast.archive.observations.catalogue import Visible
from hazecast.archive.observations.facts import (
    STAMP,
    VALUE,
    Facts,
    Hours,
    Index,
    Mask,
    Stamps,
    Values,
    assumed_in,
    common,
    numbers_of,
    positions,
)
from hazecast.archive.observations.segments import Segment, rows_of


def latest_visible(
    parts: Sequence[Facts], keys: Sequence[str], hours: Hours, stations: Sequence[str], sees: Visible
) -> tuple[Values, Stamps]:
    """Values and stamps (key, hour, station) of the latest fact of each cell that may be seen: NaN and 0 without one."""
    shape = (len(keys), hours.size, len(stations))
    values, stamps = np.full(shape, np.nan, dtype=VALUE), np.zeros(shape, dtype=STAMP)
    for part in parts:
        key, station = positions(keys, part.keys), positions(stations, part.stations)
        if key[0].size and station[0].size:
            _lay_block(part, key, station, hours, sees, values, stamps)
            _lay_loose(part, key, station, hours, sees, values, stamps)
    return values, stamps


def seen(stamps: Stamps, hours: Hours, sees: Visible) -> Mask:
    """Which facts may be seen; `hours` are theirs, of a shape that broadcasts with `stamps`."""
    numbers = numbers_of(stamps)
    within = (numbers > 0) & (numbers <= sees.newest)
    arrived = ~sees.unarrived[np.where(within, numbers, 0)]
    return within & np.where(assumed_in(stamps), hours <= sees.last, arrived)


def wholly_visible(segment: Segment, keys: Index, sees: Visible) -> Mask:
    """For each hour of a segment's block, whether every fact of these of its keys may be seen."""
    hours = segment.hours
    assumed_arrived = segment.last_assumed is None or segment.last_assumed <= sees.last
    if assumed_arrived and segment.newest_batch <= sees.newest and not sees.unarrived.any():
        return np.ones(hours.size, dtype=bool)
    rows = rows_of(segment)[keys]
    before = np.concatenate([[0], np.cumsum(sees.unarrived)])  # how many batches before each have not arrived
    after = np.minimum(rows["newest"].astype(np.int64) + 1, before.size - 1)
    hidden = before[after] - before[np.minimum(rows["oldest"], before.size - 1)]
    whole = (rows["last"] <= sees.newest) & (hidden <= 0) & (~rows["assumed"] | (hours <= sees.last))
    return np.asarray(whole.all(axis=0))


def _lay_block(
    part: Facts, key: tuple[Index, Index], station: tuple[Index, Index], hours: Hours, sees: Visible, values: Values, stamps: Stamps
) -> None:
    at, row = common(hours, part.hours)
    if not at.size:
        return
    there, here = np.ix_(key[0], at, station[0]), np.ix_(key[1], row, station[1])
    new, old = part.stamps[here], stamps[there]
    counts = seen(new, part.hours[row][:, None], sees) & (new > old)
    values[there] = np.where(counts, part.values[here], values[there])
    stamps[there] = np.where(counts, new, old)


def _lay_loose(
    part: Facts, key: tuple[Index, Index], station: tuple[Index, Index], hours: Hours, sees: Visible, values: Values, stamps: Stamps
) -> None:
    listed = part.loose[np.searchsorted(part.loose["hour"], hours[0]) : np.searchsorted(part.loose["hour"], hours[-1], side="right")]
    if not listed.size:
        return
    to_key, to_station = _turned(key, len(part.keys)), _turned(station, len(part.stations))
    row = np.minimum(np.searchsorted(hours, listed["hour"]), hours.size - 1)
    asked = (to_key[listed["key"]] >= 0) & (to_station[listed["station"]] >= 0) & (hours[row] == listed["hour"])
    listed, row = listed[asked], row[asked]
    visible = seen(listed["stamp"], listed["hour"].astype(np.int64), sees)
    listed, row = listed[visible], row[visible]
    cells = to_key[listed["key"]], row, to_station[listed["station"]]
    order = np.argsort(listed["stamp"], kind="stable")  # of several facts of one cell the last that is assigned stays
    order = order[listed["stamp"][order] > stamps[cells][order]]
    where = tuple(index[order] for index in cells)
    values[where], stamps[where] = listed["value"][order], listed["stamp"][order]


def _turned(pairs: tuple[Index, Index], size: int) -> NDArray[np.int64]:
    """From places in a segment's list to places in what is asked for, -1 for what is not asked."""
    turned = np.full(size, -1, dtype=np.int64)
    turned[pairs[1]] = pairs[0]
    return turned
