"""Copying whole rows of a segment: of all stations in one stroke, of some or in another order in pieces that stay in the cache."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from hazecast.archive.observations.facts import VALUE, Hours, Index, Values, positions
from hazecast.archive.observations.segments import Segment, read_values, values_file

CACHED_BYTES = 1 << 19


def copy_rows(segment: Segment, at: Index, hours: Hours, keys: Sequence[str], station_ids: Sequence[str], values: Values) -> None:
    """Fill the hours `at` of `values` (key, hour, station) with the block of `segment`, which has them all; NaN where it has no cell."""
    rows = np.searchsorted(segment.hours, hours[at])
    to_key, from_key = positions(keys, segment.keys)
    for lacking in set(range(len(keys))) - set(to_key.tolist()):
        values[lacking, at] = np.nan
    pairs = positions(station_ids, segment.stations)
    as_they_are = pairs[0].size == len(station_ids) and np.array_equal(pairs[1], np.arange(len(segment.stations)))
    with values_file(segment) as file:
        for run in _runs(at, rows):
            first_row, there = int(rows[run.start]), slice(at[run.start], at[run.stop - 1] + 1)
            for to, source in zip(to_key.tolist(), from_key.tolist(), strict=True):
                if as_they_are:
                    read_values(segment, file, source, first_row, values[to, there])
                else:
                    _rearranged(segment, file, source, first_row, values[to, there], *pairs)


def _rearranged(segment: Segment, file: int, key: int, first_row: int, values: Values, to: Index, source: Index) -> None:
    """Values (hour, station) of one key; station `source` of the segment goes to place `to`."""
    held, every = len(segment.stations), to.size == values.shape[1]
    buffer = np.empty((max(1, CACHED_BYTES // (VALUE.itemsize * held)), held), dtype=VALUE)
    for start in range(0, values.shape[0], buffer.shape[0]):
        piece = values[start : start + buffer.shape[0]]
        rows = buffer[: piece.shape[0]]
        read_values(segment, file, key, first_row + start, rows)
        if every:
            np.take(rows, source, axis=1, out=piece, mode="clip")
        else:
            piece[:] = np.nan
            piece[:, to] = rows[:, source]


def _runs(at: Index, rows: Index) -> Iterator[slice]:
    """Slices in which both indices go up one by one."""
    breaks = np.flatnonzero((np.diff(at) != 1) | (np.diff(rows) != 1)) + 1
    return (slice(start, stop) for start, stop in pairwise([0, *breaks.tolist(), at.size]))
