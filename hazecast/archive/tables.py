"""The tables of the ledger. Times are kept as ISO 8601 text in UTC, all of one width, so that text order is time order."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)

from hazecast.records import require_utc


class UtcTime(TypeDecorator[datetime]):
    """An aware time in UTC; a naive one or one of another zone is refused, and none comes back."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write the time as text."""
        if value is None:
            return None
        require_utc("A time for the ledger", value)
        return value.isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read the time from text."""
        return None if value is None else datetime.fromisoformat(value).astimezone(UTC)


LONG_INTEGER = Integer().with_variant(BigInteger(), "postgresql")
METADATA = MetaData()

cycles = Table(
    "cycles",
    METADATA,
    Column("key", String, primary_key=True),
    Column("init_time", UtcTime, nullable=False, index=True),
    Column("as_of", UtcTime, nullable=False),
    Column("horizon_hours", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("owner", String),
    Column("lease_until", UtcTime),
    Column("attempts", Integer, nullable=False),
    Column("settings_sha256", String),
    Column("inputs_sha256", String),
    Column("software_version", String),
    Column("error", Text),
    Column("started_at", UtcTime),
    Column("finished_at", UtcTime),
)

cycle_inputs = Table(
    "cycle_inputs",
    METADATA,
    Column("cycle_key", ForeignKey("cycles.key"), primary_key=True),
    Column("path", String, primary_key=True),
    Column("role", String, primary_key=True),
    Column("sha256", String, nullable=False),
    Column("size_bytes", LONG_INTEGER, nullable=False),
)

cycle_observations = Table(
    "cycle_observations",
    METADATA,
    Column("cycle_key", ForeignKey("cycles.key"), primary_key=True),
    Column("as_of", UtcTime, nullable=False),
    Column("newest_batch", Integer, nullable=False),
    Column("assumed_delay_seconds", Float, nullable=False),
    Column("first_hour", UtcTime, nullable=False),
    Column("last_hour", UtcTime, nullable=False),
    Column("station_ids", Text, nullable=False),
    Column("keys", Text, nullable=False),
    Column("sha256", String, nullable=False),
)

arrivals = Table(
    "arrivals",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("path", String, nullable=False),
    Column("role", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("size_bytes", LONG_INTEGER, nullable=False),
    Column("mtime_ns", LONG_INTEGER, nullable=False),
    Column("inode", LONG_INTEGER, nullable=False),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("assumed", Boolean, nullable=False),
    Column("run_init_time", UtcTime),
    Column("gone_at", UtcTime),
    Index("arrivals_by_path", "role", "path"),
)

products = Table(
    "products",
    METADATA,
    Column("cycle_key", ForeignKey("cycles.key"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("sha256", String, nullable=False),
    Column("size_bytes", LONG_INTEGER, nullable=False),
)

warnings = Table(
    "warnings",
    METADATA,
    Column("id", String, primary_key=True),
    Column("area_id", String, nullable=False),
    Column("edition", String, nullable=False),
    Column("action", String, nullable=False),
    Column("level", Integer, nullable=False),
    Column("valid_from", UtcTime, nullable=False),
    Column("valid_until", UtcTime, nullable=False),
    Column("issued_at", UtcTime, nullable=False),
    Column("cycle_key", ForeignKey("cycles.key"), nullable=False),
    Column("condition", String, nullable=False),
    Column("probability", Float),
    Column("sender", String, nullable=False, server_default=""),
    Column("time_zone", String, nullable=False, server_default=""),
    Index("warnings_by_end", "valid_until"),
    Index("warnings_by_area", "area_id", "issued_at"),
)

replacements = Table(
    "replacements",
    METADATA,
    Column("warning_id", ForeignKey("warnings.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("replaced_id", ForeignKey("warnings.id"), nullable=False, index=True),
)

deliveries = Table(
    "outbox",
    METADATA,
    Column("key", String, primary_key=True),
    Column("bulletin_id", String, nullable=False),
    Column("cycle_key", ForeignKey("cycles.key"), nullable=False),
    Column("recipient", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("next_attempt_at", UtcTime),
    Column("not_before", UtcTime),
    Column("level", Integer),
    Column("exercise", Boolean, nullable=False, server_default=false()),
    Column("documents", Text),
)

attempts = Table(
    "attempts",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("delivery_key", ForeignKey("outbox.key"), nullable=False, index=True),
    Column("started_at", UtcTime, nullable=False),
    Column("outcome", String, nullable=False),
    Column("place", String),
    Column("error", Text),
)

schedule = Table(
    "schedule",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("first_tick_at", UtcTime, nullable=False),
)


NEVER_CHANGED = (warnings, replacements, cycle_observations)
