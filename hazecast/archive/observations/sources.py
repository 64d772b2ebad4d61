"""The files that were read into the store, so that none is read twice for nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select

from hazecast.archive.database import reading
from hazecast.archive.observations.catalogue import sources
from hazecast.archive.observations.store import ObservationStore
from hazecast.archive.stamps import Stamp


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was when it was read: its stamp, the hash of its content, and how many of its values have an ambiguous time."""

    path: str
    stamp: Stamp
    sha256: str
    seen_at: datetime
    assumed: bool
    ambiguous: int = 0


def sources_known(connection: Connection) -> dict[str, Source]:
    """Every file ever read, by its path, as it was last."""
    return {row.path: _source(row) for row in connection.execute(select(sources).order_by(sources.c.id))}


def add_sources(connection: Connection, read: Iterable[Source]) -> None:
    """Enter files that were read."""
    rows = [
        {
            "path": source.path,
            "sha256": source.sha256,
            "size_bytes": source.stamp.size_bytes,
            "mtime_ns": source.stamp.mtime_ns,
            "inode": source.stamp.inode,
            "seen_at": source.seen_at,
            "assumed": source.assumed,
            "ambiguous": source.ambiguous,
        }
        for source in read
    ]
    if rows:
        connection.execute(insert(sources), rows)


def sources_as_of(store: ObservationStore, as_of: datetime) -> tuple[Source, ...]:
    """The files that had arrived by `as_of`, each as it was then last, in the order of their paths. Raises ArchiveError."""
    with reading(store.catalogue) as connection:
        known = {row.path: _source(row) for row in connection.execute(select(sources).where(_arrived(as_of)).order_by(sources.c.id))}
    return tuple(known[path] for path in sorted(known))


def sources_ever(store: ObservationStore) -> tuple[Source, ...]:
    """Every version of every file that was ever read, in the order in which they were. Raises ArchiveError."""
    with reading(store.catalogue) as connection:
        return tuple(_source(row) for row in connection.execute(select(sources).order_by(sources.c.id)))


def ambiguous_values(store: ObservationStore, as_of: datetime) -> int:
    """How many values had ambiguous times in the files that had arrived by `as_of`, each as it was then last. Raises ArchiveError."""
    last = select(func.max(sources.c.id)).where(_arrived(as_of)).group_by(sources.c.path)
    with reading(store.catalogue) as connection:
        return int(connection.execute(select(func.sum(sources.c.ambiguous)).where(sources.c.id.in_(last))).scalar_one() or 0)


def _arrived(as_of: datetime) -> ColumnElement[bool]:
    return or_(sources.c.assumed, sources.c.seen_at <= as_of)


def _source(row: Row[Any]) -> Source:
    return Source(row.path, Stamp(row.size_bytes, row.mtime_ns, row.inode), row.sha256, row.seen_at, row.assumed, row.ambiguous)
