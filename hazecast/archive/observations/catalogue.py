"""The catalogue of a store of observations, in SQLite: its batches and segments, the files that were read, the stations, and the watch.

Its writer's lock is the store's: who holds it may write segments, and what he wrote counts from his commit on.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import Boolean, Column, Connection, Float, Integer, MetaData, String, Table, bindparam, delete, func, insert, select

from hazecast.archive.observations.facts import Mask
from hazecast.archive.observations.segments import SegmentName
from hazecast.archive.schemas import Schema
from hazecast.archive.tables import LONG_INTEGER, UtcTime

METADATA = MetaData()

batches = Table(
    "batches",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("arrived_at", UtcTime, nullable=False, index=True),
    Column("assumed", Boolean, nullable=False),
)

segments = Table(
    "segments",
    METADATA,
    Column("name", String, primary_key=True),
    Column("month", Integer, nullable=False, index=True),
    Column("first_hour", Integer, nullable=False),
    Column("last_hour", Integer, nullable=False),
    Column("facts", LONG_INTEGER, nullable=False),
    Column("size_bytes", LONG_INTEGER, nullable=False),
    Column("sha256", String, nullable=False),
)

sources = Table(
    "sources",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("path", String, nullable=False, index=True),
    Column("sha256", String, nullable=False, index=True),
    Column("size_bytes", LONG_INTEGER, nullable=False),
    Column("mtime_ns", LONG_INTEGER, nullable=False),
    Column("inode", LONG_INTEGER, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("assumed", Boolean, nullable=False),
    Column("ambiguous", Integer, nullable=False),
)

stations = Table(
    "stations",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("station_id", String, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("since", UtcTime),
    Column("listed", Boolean, nullable=False),
)

watch = Table(
    "watch",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("since", UtcTime, nullable=False),
)

LONGEST_DELIVERY_SECONDS = 1800.0

CATALOGUE = Schema(
    file_name="catalogue.sqlite",
    title="catalogue of observations",
    version=1,
    metadata=METADATA,
    never_changed=(batches, sources, stations, watch),
    migrations=(),
    wait_seconds=LONGEST_DELIVERY_SECONDS,
)


# Made once: putting a statement together takes longer than answering it.
_NEWEST = select(func.max(batches.c.number))
_ARRIVED_LATER = select(batches.c.number).where(batches.c.arrived_at > bindparam("as_of"), batches.c.number <= bindparam("newest"))
_SEGMENTS_BETWEEN = (
    select(segments)
    .where(segments.c.first_hour <= bindparam("last_hour"), segments.c.last_hour >= bindparam("first_hour"))
    .order_by(segments.c.month, segments.c.name)
)


@dataclass(frozen=True, slots=True)
class Visible:
    """Which facts a question may see: up to the batch `newest`, those of `unarrived` not, and of assumed arrivals the hours to `last`."""

    newest: int
    unarrived: Mask
    last: int


def newest_number(connection: Connection) -> int:
    """The number of the newest batch, 0 without any."""
    return int(connection.execute(_NEWEST).scalar_one() or 0)


def visible(connection: Connection, as_of: datetime, last_assumed_hour: int, newest: int) -> Visible:
    """What may be seen `as_of`, of what the store held when `newest` was its newest batch."""
    unarrived = np.zeros(newest + 1, dtype=bool)
    later = connection.execute(_ARRIVED_LATER, {"as_of": as_of, "newest": newest})
    unarrived[[number for (number,) in later]] = True
    return Visible(newest, unarrived, last_assumed_hour)


def add_batch(connection: Connection, number: int, arrived_at: datetime, assumed: bool) -> None:
    """Enter a batch."""
    connection.execute(insert(batches).values(number=number, arrived_at=arrived_at, assumed=assumed))


def segments_between(connection: Connection, first_hour: int, last_hour: int) -> tuple[SegmentName, ...]:
    """The segments that may hold facts of these hours, by month."""
    hours = {"first_hour": first_hour, "last_hour": last_hour}
    return tuple(SegmentName(*row) for row in connection.execute(_SEGMENTS_BETWEEN, hours))


def all_segments(connection: Connection) -> tuple[SegmentName, ...]:
    """Every segment, by month."""
    return tuple(SegmentName(*row) for row in connection.execute(select(segments).order_by(segments.c.month, segments.c.name)))


def replace_segments(connection: Connection, gone: tuple[SegmentName, ...], come: SegmentName) -> None:
    """Enter a segment in the place of others, if any."""
    connection.execute(delete(segments).where(segments.c.name.in_([segment.name for segment in gone])))
    connection.execute(
        insert(segments).values(
            name=come.name,
            month=come.month,
            first_hour=come.first_hour,
            last_hour=come.last_hour,
            facts=come.facts,
            size_bytes=come.size_bytes,
            sha256=come.sha256,
        )
    )
