"""Merging the many small segments of live feeds into few: every fact is kept, and reading finds whole rows again."""

import shutil
from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection

from hazecast.archive.database import writing
from hazecast.archive.observations.catalogue import all_segments, replace_segments
from hazecast.archive.observations.merging import merged
from hazecast.archive.observations.segments import SegmentName, facts_of, open_segment, write_segment
from hazecast.archive.observations.store import ObservationStore

MOST_SEGMENTS = 4


def compact(store: ObservationStore) -> int:
    """Merge until every month has one segment; returns how many there were too many. Raises ArchiveError."""
    with writing(store.catalogue) as connection:
        listed = all_segments(connection)
        gone = _merge_months(store, connection, listed, {segment.month for segment in listed})
    remove_segments(store, gone)
    return len(gone)


def compact_after(store: ObservationStore, connection: Connection, written: tuple[SegmentName, ...]) -> tuple[SegmentName, ...]:
    """Merge the months in which a delivery wrote several segments, or that now have more than MOST_SEGMENTS.

    Returns those to be removed once this is committed.
    """
    listed = all_segments(connection)
    months, counts = np.unique([segment.month for segment in written], return_counts=True)
    crowded = {
        month
        for month, count in zip(months.tolist(), counts.tolist(), strict=True)
        if count > 1 or sum(segment.month == month for segment in listed) > MOST_SEGMENTS
    }
    return _merge_months(store, connection, listed, crowded)


def remove_segments(store: ObservationStore, gone: tuple[SegmentName, ...]) -> None:
    """Remove the folders of segments that the catalogue does not list (any more). Whoever has one open can read on."""
    for segment in gone:
        shutil.rmtree(store.segments / segment.name, ignore_errors=True)


def _merge_months(
    store: ObservationStore, connection: Connection, listed: Sequence[SegmentName], months: set[int]
) -> tuple[SegmentName, ...]:
    gone: list[SegmentName] = []
    for month in sorted(months):
        names = tuple(segment for segment in listed if segment.month == month)
        if len(names) > 1:
            facts = merged([facts_of(open_segment(store.segments / segment.name)) for segment in names])
            replace_segments(connection, names, write_segment(store.segments, month, facts))
            gone += names
    return tuple(gone)
