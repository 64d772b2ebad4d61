"""What came of each source, as the log of operations keeps it: which hours of which run each file brought, and when it was seen."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from hazecast.archive.database import reading, writing
from hazecast.archive.operations import deliveries_of_sources, newest_hours
from hazecast.records import require_utc

HOUR = timedelta(hours=1)
REMEMBERED = timedelta(days=60)
LONGEST_STEP = timedelta(hours=3)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Brought:
    """The hours of one run that a file brought; `run_init_time` is when that run began."""

    sha256: str
    role: str
    run_init_time: datetime
    arrived_at: datetime
    valid_times: tuple[datetime, ...]

    def __post_init__(self) -> None:
        require_utc("run_init_time", self.run_init_time)
        require_utc("arrived_at", self.arrived_at)


@dataclass(frozen=True, slots=True)
class NewestHour:
    """The newest hour that a source has brought, and when that was seen."""

    role: str
    newest: datetime
    seen_at: datetime


def note_brought(database: Engine, brought: Iterable[Brought], now: datetime) -> None:
    """Enter what files brought; of what is entered already nothing changes. Raises ArchiveError."""
    with writing(database) as connection:
        for one in brought:
            same = (
                deliveries_of_sources.c.sha256 == one.sha256,
                deliveries_of_sources.c.role == one.role,
                deliveries_of_sources.c.run_init_time == one.run_init_time,
            )
            if connection.execute(select(deliveries_of_sources.c.sha256).where(*same)).first() is None:
                hours = json.dumps([int((moment - EPOCH) / HOUR) for moment in one.valid_times])
                values = {"sha256": one.sha256, "role": one.role, "run_init_time": one.run_init_time, "arrived_at": one.arrived_at}
                connection.execute(insert(deliveries_of_sources).values(**values, valid_hours=hours))
        old = deliveries_of_sources.c.run_init_time < now - REMEMBERED
        connection.execute(delete(deliveries_of_sources).where(old))


def digests_brought(database: Engine) -> frozenset[tuple[str, str]]:
    """The role and hash of every file of which it is known what it brought. Raises ArchiveError."""
    with reading(database) as connection:
        rows = connection.execute(select(deliveries_of_sources.c.role, deliveries_of_sources.c.sha256)).all()
    return frozenset((row.role, row.sha256) for row in rows)


def hours_brought(database: Engine, role: str, run_from: datetime) -> frozenset[datetime]:
    """The hours that runs of a role from `run_from` on have brought. Raises ArchiveError."""
    chosen = select(deliveries_of_sources.c.valid_hours).where(
        deliveries_of_sources.c.role == role, deliveries_of_sources.c.run_init_time >= run_from
    )
    with reading(database) as connection:
        rows = connection.execute(chosen).scalars().all()
    return frozenset(EPOCH + hour * HOUR for row in rows for hour in json.loads(row))


def is_covered(hours: frozenset[datetime], first: datetime, last: datetime) -> bool:
    """Whether `hours` reach from `first` to `last` with no step of more than three hours, as far apart as any source has them."""
    inside = sorted(hour for hour in hours if first <= hour <= last + LONGEST_STEP)
    return bool(inside) and inside[0] == first and inside[-1] >= last and all(b - a <= LONGEST_STEP for a, b in pairwise(inside))


def note_newest(database: Engine, role: str, newest: datetime, now: datetime) -> None:
    """Enter the newest hour of a source; only one that is newer than what is entered counts as something come. Raises ArchiveError."""
    require_utc("newest", newest)
    with writing(database) as connection:
        known = connection.execute(select(newest_hours.c.newest).where(newest_hours.c.role == role)).scalar_one_or_none()
        if known is None:
            connection.execute(insert(newest_hours).values(role=role, newest=newest, seen_at=now))
        elif newest > known:
            connection.execute(update(newest_hours).where(newest_hours.c.role == role).values(newest=newest, seen_at=now))


def newest_of(database: Engine) -> tuple[NewestHour, ...]:
    """The newest hour of every source, by role; of gridded ones the newest run. Raises ArchiveError."""
    with reading(database) as connection:
        hours = [NewestHour(r.role, r.newest, r.seen_at) for r in connection.execute(select(newest_hours)).all()]
        runs = [_newest_run(connection, role) for role in connection.execute(select(deliveries_of_sources.c.role).distinct()).scalars()]
    return tuple(sorted((*hours, *(run for run in runs if run.newest > EPOCH)), key=lambda one: one.role))


def _newest_run(connection: Connection, role: str) -> NewestHour:
    theirs = select(func.max(deliveries_of_sources.c.run_init_time)).where(deliveries_of_sources.c.role == role)
    newest = connection.execute(theirs).scalar_one()
    seen = select(func.min(deliveries_of_sources.c.arrived_at)).where(
        deliveries_of_sources.c.role == role, deliveries_of_sources.c.run_init_time == newest
    )
    return NewestHour(role, newest, connection.execute(seen).scalar_one())
