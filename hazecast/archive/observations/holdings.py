"""What a store of observations holds: for how long, of what, and how much of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from hazecast.archive.database import reading
from hazecast.archive.observations.catalogue import all_segments, newest_number, segments_between, sources
from hazecast.archive.observations.facts import hour_of, moment_of
from hazecast.archive.observations.segments import Segment, SegmentName, open_segment
from hazecast.archive.observations.store import MOST_TRIES, ObservationStore, lost
from hazecast.archive.observations.watch import watched_since

Listed = tuple[SegmentName, ...]


@dataclass(frozen=True, slots=True)
class Holdings:
    """The first and the last hour (None in an empty store), the keys, and how many stations, facts, bytes, batches and files there are.

    `watched_since` is when arrivals began to be recorded, None where all are assumed.
    """

    first: datetime | None
    last: datetime | None
    keys: tuple[str, ...]
    stations: int
    facts: int
    size_bytes: int
    batches: int
    files: int
    watched_since: datetime | None


def holdings(store: ObservationStore) -> Holdings:
    """All that there is, whenever it arrived. Raises ArchiveError."""
    listed, opened = _opened(store, all_segments)
    with reading(store.catalogue) as connection:
        newest = newest_number(connection)
        files = int(connection.execute(select(func.count(func.distinct(sources.c.path)))).scalar_one())
    return Holdings(
        first=moment_of(min(s.first_hour for s in listed)) if listed else None,
        last=moment_of(max(s.last_hour for s in listed)) if listed else None,
        keys=_keys(opened),
        stations=len({station for segment in opened for station in segment.stations}),
        facts=sum(segment.facts for segment in listed),
        size_bytes=sum(segment.size_bytes for segment in listed),
        batches=newest,
        files=files,
        watched_since=watched_since(store),
    )


def keys_between(store: ObservationStore, first: datetime, last: datetime) -> tuple[str, ...]:
    """The keys of which there may be values in these hours, sorted. Raises ArchiveError."""
    hours = hour_of("first", first), hour_of("last", last)
    return _keys(_opened(store, lambda connection: segments_between(connection, *hours))[1])


def _opened(store: ObservationStore, choose: Callable[[Connection], Listed]) -> tuple[Listed, list[Segment]]:
    """The segments chosen from the catalogue, chosen again where one was merged into another meanwhile."""
    for attempt in range(1, MOST_TRIES + 1):
        with reading(store.catalogue) as connection:
            listed = choose(connection)
        try:
            return listed, [open_segment(store.segments / segment.name) for segment in listed]
        except FileNotFoundError as gone:
            if attempt == MOST_TRIES:
                raise lost(gone) from gone
    raise AssertionError("every try returns or raises")


def _keys(opened: list[Segment]) -> tuple[str, ...]:
    return tuple(sorted({key for segment in opened for key in segment.keys}))
