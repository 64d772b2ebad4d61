"""When gridded files arrived: a file whose content changed under its name is another arrival, and both are known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from hazecast.archive.database import reading, writing
from hazecast.archive.stamps import Stamp
from hazecast.archive.tables import arrivals
from hazecast.records import require_utc


@dataclass(frozen=True, slots=True)
class Arrival:
    """A version of a file: what it is, since when it was seen under its path, and until when (None: it still is).

    Where the arrival is `assumed`, `first_seen_at` says nothing of it: the file counts as if it had been there always, and what is in
    it must tell since when it was known.
    """

    path: Path
    role: str
    sha256: str
    stamp: Stamp
    first_seen_at: datetime
    assumed: bool
    gone_at: datetime | None = None

    def __post_init__(self) -> None:
        require_utc("first_seen_at", self.first_seen_at)

    def known_at(self, as_of: datetime) -> bool:
        """Whether it had arrived by `as_of`, and was not replaced or removed yet."""
        return (self.gone_at is None or self.gone_at > as_of) and (self.assumed or self.first_seen_at <= as_of)


def arrivals_known(database: Engine, role: str) -> tuple[Arrival, ...]:
    """Every arrival of a role, those that are gone too, in the order in which they were seen. Raises ArchiveError."""
    with reading(database) as connection:
        rows = connection.execute(select(arrivals).where(arrivals.c.role == role).order_by(arrivals.c.id)).all()
    return tuple(_arrival(row) for row in rows)


def arrivals_as_of(database: Engine, role: str, as_of: datetime) -> tuple[Arrival, ...]:
    """The version of each file that was there at `as_of`, in the order of their paths. Raises ArchiveError."""
    known = {arrival.path: arrival for arrival in arrivals_known(database, role) if arrival.known_at(as_of)}
    return tuple(known[path] for path in sorted(known))


def note_arrivals(database: Engine, come: Sequence[Arrival], gone: Iterable[tuple[str, Path]], now: datetime) -> None:
    """Enter files that were seen, each in the place of what was there under its path, and the (role, path) of others that are no more."""
    require_utc("now", now)
    with writing(database) as connection:
        for role, path in gone:
            _end(connection, role, path, now)
        for arrival in come:
            if not _is_there(connection, arrival):
                _end(connection, arrival.role, arrival.path, now)
                connection.execute(insert(arrivals).values(**_values(arrival)))


def _is_there(connection: Connection, arrival: Arrival) -> bool:
    """Whether another process has entered this version meanwhile."""
    there = (arrivals.c.role == arrival.role, arrivals.c.path == str(arrival.path), arrivals.c.gone_at.is_(None))
    return connection.execute(select(arrivals.c.id).where(*there, arrivals.c.sha256 == arrival.sha256)).first() is not None


def _end(connection: Connection, role: str, path: Path, now: datetime) -> None:
    there = (arrivals.c.role == role, arrivals.c.path == str(path), arrivals.c.gone_at.is_(None))
    connection.execute(update(arrivals).where(*there).values(gone_at=now))


def _values(arrival: Arrival) -> dict[str, Any]:
    return {
        "path": str(arrival.path),
        "role": arrival.role,
        "sha256": arrival.sha256,
        "size_bytes": arrival.stamp.size_bytes,
        "mtime_ns": arrival.stamp.mtime_ns,
        "inode": arrival.stamp.inode,
        "first_seen_at": arrival.first_seen_at,
        "assumed": arrival.assumed,
        "gone_at": arrival.gone_at,
    }


def _arrival(row: Row[Any]) -> Arrival:
    stamp = Stamp(row.size_bytes, row.mtime_ns, row.inode)
    return Arrival(Path(row.path), row.role, row.sha256, stamp, row.first_seen_at, row.assumed, row.gone_at)
