"""The log of a machine that is always on: who leads, which jobs ran, what came of each source, how good each day was, what is amiss.

It stands beside the ledger and is none of it: what is here says how the machine fares, and no number on a bulletin comes from it.
"""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, MetaData, String, Table, Text

from hazecast.archive.schemas import Schema
from hazecast.archive.tables import UtcTime

METADATA = MetaData()

leases = Table(
    "leases",
    METADATA,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("token", Integer, nullable=False),
    Column("until", UtcTime, nullable=False),
)

jobs = Table(
    "jobs",
    METADATA,
    Column("key", String, primary_key=True),
    Column("kind", String, nullable=False, index=True),
    Column("due_at", UtcTime, nullable=False),
    Column("state", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("token", Integer, nullable=False),
    Column("lease_until", UtcTime),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("error", Text),
)

deliveries_of_sources = Table(
    "deliveries_of_sources",
    METADATA,
    Column("sha256", String, primary_key=True),
    Column("role", String, primary_key=True),
    Column("run_init_time", UtcTime, primary_key=True),
    Column("arrived_at", UtcTime, nullable=False),
    Column("valid_hours", Text, nullable=False),
)

newest_hours = Table(
    "newest_hours",
    METADATA,
    Column("role", String, primary_key=True),
    Column("newest", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
)

daily_skill = Table(
    "daily_skill",
    METADATA,
    Column("day", String, primary_key=True),
    Column("pairs", Integer, nullable=False),
    Column("rmse", Float, nullable=False),
    Column("persistence_rmse", Float, nullable=False),
    Column("bias", Float, nullable=False),
    Column("cycle_key", String, nullable=False),
)

alarms = Table(
    "alarms",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("subject", String, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("raised_at", UtcTime, nullable=False),
    Column("cleared_at", UtcTime),
)

notices = Table(
    "notices",
    METADATA,
    Column("alarm_id", ForeignKey("alarms.id"), primary_key=True),
    Column("recipient", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcTime),
    Column("sent", Boolean, nullable=False),
    Column("error", Text),
)

OPERATIONS = Schema(
    file_name="operations.sqlite",
    title="log of operations",
    version=1,
    metadata=METADATA,
    never_changed=(),
    migrations=(),
)
