"""The tables of reviews: which bulletins wait for a person, what people wrote, signed and decided, and what was released."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text

from hazecast.archive.tables import METADATA, UtcTime

reviews = Table(
    "reviews",
    METADATA,
    Column("cycle_key", ForeignKey("cycles.key"), primary_key=True),
    Column("state", String, nullable=False, index=True),
    Column("opened_at", UtcTime, nullable=False),
    Column("release_at", UtcTime, nullable=False),
    Column("deliver_until", UtcTime, nullable=False),
    Column("speaks_at", UtcTime),
)

drafts = Table(
    "drafts",
    METADATA,
    Column("cycle_key", ForeignKey("cycles.key"), primary_key=True),
    Column("area_id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("author", String, nullable=False),
    Column("saved_at", UtcTime, nullable=False),
    Column("decision", Text, nullable=False),
)

signatures = Table(
    "signatures",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("cycle_key", ForeignKey("cycles.key"), nullable=False, index=True),
    Column("account", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("content_sha256", String, nullable=False),
)

releases = Table(
    "releases",
    METADATA,
    Column("cycle_key", ForeignKey("cycles.key"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("bulletin_id", String, nullable=False, unique=True),
    Column("stored_apart", Boolean, nullable=False),
    Column("by_person", Boolean, nullable=False),
    Column("released_at", UtcTime, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("remark", Text, nullable=False),
)

decisions = Table(
    "decisions",
    METADATA,
    Column("cycle_key", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("area_id", String, primary_key=True),
    Column("author", String, nullable=False),
    Column("decided_at", UtcTime, nullable=False),
    Column("decision", Text, nullable=False),
)
