"""The tables of accounts: who may use the desk, as whom a provider knows them, sessions and tokens, logins, and the audit trail."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from hazecast.archive.tables import METADATA, UtcTime

accounts = Table(
    "accounts",
    METADATA,
    Column("name", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("areas", Text, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("disabled_at", UtcTime),
)

sessions = Table(
    "sessions",
    METADATA,
    Column("token_sha256", String, primary_key=True),
    Column("account", ForeignKey("accounts.name"), nullable=False, index=True),
    Column("form_word", String, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

tokens = Table(
    "tokens",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("token_sha256", String, nullable=False, unique=True),
    Column("account", ForeignKey("accounts.name"), nullable=False),
    Column("label", String, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
)

login_failures = Table(
    "login_failures",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("account", String, nullable=False),
    Column("address", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("login_failures_by_time", "at"),
)

identities = Table(
    "identities",
    METADATA,
    Column("issuer", String, primary_key=True),
    Column("claim", String, primary_key=True),
    Column("value", String, primary_key=True),
    Column("account", ForeignKey("accounts.name"), nullable=False),
    Column("linked_at", UtcTime, nullable=False),
)

logins_begun = Table(
    "logins_begun",
    METADATA,
    Column("state_sha256", String, primary_key=True),
    Column("back", Text, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

audit = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous_sha256", String, nullable=False),
    Column("sha256", String, nullable=False),
)
