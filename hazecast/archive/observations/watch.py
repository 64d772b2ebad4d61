"""Since when somebody has watched values arrive: what is older is history, of whose arrival nothing is known."""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from hazecast.archive.database import reading
from hazecast.archive.observations.catalogue import watch
from hazecast.archive.observations.store import ObservationStore

_FOR_EVER = datetime.max.replace(tzinfo=UTC)


class Watching(StrEnum):
    """How values come into the store.

    LIVE begins the watch, if it has not begun: what is measured from then on arrives when it is seen. AS_BEFORE goes on as the store
    is used so far: recorded where it is watched, history where it is not. BACKFILL brings history, watched or not.
    """

    LIVE = "live"
    AS_BEFORE = "as-before"
    BACKFILL = "backfill"


def watched_since(store: ObservationStore) -> datetime | None:
    """When the watch began; None where it has not. Raises ArchiveError."""
    with reading(store.catalogue) as connection:
        return _since(connection)


def is_watched(connection: Connection) -> bool:
    """Whether the watch has begun."""
    return _since(connection) is not None


def assumed_until(connection: Connection, watching: Watching, now: datetime) -> datetime:
    """The last hour whose values count as history; begins the watch where `watching` says so."""
    since = _since(connection)
    if watching is Watching.BACKFILL:
        return _FOR_EVER
    if since is None and watching is Watching.LIVE:
        connection.execute(insert(watch).values(id=1, since=now))
        return now
    return _FOR_EVER if since is None else since


def _since(connection: Connection) -> datetime | None:
    since: datetime | None = connection.execute(select(watch.c.since)).scalar_one_or_none()
    return since
