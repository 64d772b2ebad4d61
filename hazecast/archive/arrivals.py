"""When gridded files arrived: a file whose content changed under its name is another arrival, and both are known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, or_, select, update

from hazecast.archive.database import reading, writing
from hazecast.archive.stamps import Stamp
from hazecast.archive.tables import arrivals
from hazecast.records import require_utc


@dataclass(frozen=True, slots=True)
class Arrival:
    """A version of a file: what it is, since when it was seen under its path, and until when (None: it still is).

    Where the arrival is `assumed`, `first_seen_at` says nothing of it: a forecast is then taken to have arrived some delay after its
    run's `run_init_time` (None for an analysis, and before it was first read), anything else to have been there always.
    """

    path: Path
    role: str
    sha256: str
    stamp: Stamp
    first_seen_at: datetime
    assumed: bool
    run_init_time: datetime | None = None
    gone_at: datetime | None = None

    def __post_init__(self) -> None:
        require_utc("first_seen_at", self.first_seen_at)

    def known_at(self, as_of: datetime, delay: timedelta) -> bool:
        """Whether it had arrived by `as_of`, and was not replaced or removed yet."""
        if self.gone_at is not None and self.gone_at <= as_of:
            return False
        if self.assumed:
            return self.run_init_time is None or self.run_init_time + delay <= as_of
        return self.first_seen_at <= as_of


def arrivals_known(database: Engine, role: str) -> tuple[Arrival, ...]:
    """Every arrival of a role, those that are gone too, in the order in which they were seen. Raises ArchiveError."""
    with reading(database) as connection:
        rows = connection.execute(select(arrivals).where(arrivals.c.role == role).order_by(arrivals.c.id)).all()
    return tuple(_arrival(row) for row in rows)


def arrivals_as_of(database: Engine, role: str, as_of: datetime, delay: timedelta) -> tuple[Arrival, ...]:
    """The version of each file that was there at `as_of`, in the order of their paths. Raises ArchiveError."""
    known = {arrival.path: arrival for arrival in arrivals_known(database, role) if arrival.known_at(as_of, delay)}
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


def note_runs(database: Engine, runs: Iterable[tuple[str, str, datetime]]) -> None:
    """Enter the (role, sha256, init_time) of runs, known once a file has been read."""
    with writing(database) as connection:
        for role, sha256, init_time in runs:
            unknown = update(arrivals).where(arrivals.c.role == role, arrivals.c.sha256 == sha256, arrivals.c.run_init_time.is_(None))
            connection.execute(unknown.values(run_init_time=init_time))


def _is_there(connection: Connection, arrival: Arrival) -> bool:
    """Whether this version is the one that is there; what the file system says of it may have changed."""
    there = (arrivals.c.role == arrival.role, arrivals.c.path == str(arrival.path), arrivals.c.gone_at.is_(None))
    stamp = {"mtime_ns": arrival.stamp.mtime_ns, "inode": arrival.stamp.inode, "first_seen_at": arrivals.c.first_seen_at}
    found = connection.execute(update(arrivals).where(*there, arrivals.c.sha256 == arrival.sha256).values(**stamp))
    return found.rowcount > 0


def _end(connection: Connection, role: str, path: Path, now: datetime) -> None:
    there = or_(arrivals.c.gone_at.is_(None))
    connection.execute(update(arrivals).where(arrivals.c.role == role, arrivals.c.path == str(path), there).values(gone_at=now))


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
        "run_init_time": arrival.run_init_time,
        "gone_at": arrival.gone_at,
    }


def _arrival(row: Row[Any]) -> Arrival:
    stamp = Stamp(row.size_bytes, row.mtime_ns, row.inode)
    return Arrival(Path(row.path), row.role, row.sha256, stamp, row.first_seen_at, row.assumed, row.run_init_time, row.gone_at)
