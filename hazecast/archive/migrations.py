"""How a ledger of an older version is brought up to the newest: one function a version, in order, each within the one transaction.

They are SQL as it was then, and are not changed when the tables are. Ledgers on PostgreSQL begin with version 3: up to it they are
SQLite's alone. A plain list does here what alembic would, whose revisions,
branches and configuration serve many hands and several databases; what it leaves out, one transaction for all, SQLite gives.
"""

from collections.abc import Callable

from sqlalchemy import Connection

Migration = Callable[[Connection], None]


def refuse_changes(connection: Connection, table: str) -> None:
    """Have the database itself refuse that rows of `table` are changed or removed."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            f"CREATE FUNCTION {table}_never_changes() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'what is in {table} is never changed' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_never_changes()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'what is in {table} is never changed'); END"
        )


def _to_version_2(connection: Connection) -> None:
    """When gridded files arrived, and what each cycle asked of the store of observations."""
    for statement in (
        """CREATE TABLE arrivals (
            id INTEGER NOT NULL,
            path VARCHAR NOT NULL,
            role VARCHAR NOT NULL,
            sha256 VARCHAR NOT NULL,
            size_bytes INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            first_seen_at VARCHAR(32) NOT NULL,
            assumed BOOLEAN NOT NULL,
            run_init_time VARCHAR(32),
            gone_at VARCHAR(32),
            PRIMARY KEY (id)
        )""",
        "CREATE INDEX arrivals_by_path ON arrivals (role, path)",
        """CREATE TABLE cycle_observations (
            cycle_key VARCHAR NOT NULL,
            as_of VARCHAR(32) NOT NULL,
            newest_batch INTEGER NOT NULL,
            assumed_delay_seconds FLOAT NOT NULL,
            first_hour VARCHAR(32) NOT NULL,
            last_hour VARCHAR(32) NOT NULL,
            station_ids TEXT NOT NULL,
            keys TEXT NOT NULL,
            sha256 VARCHAR NOT NULL,
            PRIMARY KEY (cycle_key),
            FOREIGN KEY(cycle_key) REFERENCES cycles (key)
        )""",
    ):
        connection.exec_driver_sql(statement)
    refuse_changes(connection, "cycle_observations")


def _to_version_3(connection: Connection) -> None:
    """What of a bulletin a recipient gets, how serious it is, and until when it waits for the end of quiet hours."""
    for column in ("not_before VARCHAR(32)", "level INTEGER", "exercise BOOLEAN DEFAULT 0 NOT NULL", "documents TEXT"):
        connection.exec_driver_sql(f"ALTER TABLE outbox ADD COLUMN {column}")


def _to_version_4(connection: Connection) -> None:
    """Who may use the desk and what they did; which bulletins wait for a person, and what people decided and released."""
    for statement in _DESK_TABLES:
        connection.exec_driver_sql(statement)
    for table in ("audit", "signatures", "releases", "decisions"):
        refuse_changes(connection, table)


_DESK_TABLES = (
    """CREATE TABLE accounts (
        name VARCHAR NOT NULL,
        role VARCHAR NOT NULL,
        areas TEXT NOT NULL,
        password_hash VARCHAR NOT NULL,
        created_at VARCHAR(32) NOT NULL,
        disabled_at VARCHAR(32),
        PRIMARY KEY (name)
    )""",
    """CREATE TABLE sessions (
        token_sha256 VARCHAR NOT NULL,
        account VARCHAR NOT NULL,
        form_word VARCHAR NOT NULL,
        created_at VARCHAR(32) NOT NULL,
        expires_at VARCHAR(32) NOT NULL,
        PRIMARY KEY (token_sha256),
        FOREIGN KEY(account) REFERENCES accounts (name)
    )""",
    "CREATE INDEX ix_sessions_account ON sessions (account)",
    """CREATE TABLE tokens (
        id INTEGER NOT NULL,
        token_sha256 VARCHAR NOT NULL,
        account VARCHAR NOT NULL,
        label VARCHAR NOT NULL,
        created_at VARCHAR(32) NOT NULL,
        expires_at VARCHAR(32) NOT NULL,
        revoked_at VARCHAR(32),
        PRIMARY KEY (id),
        UNIQUE (token_sha256),
        FOREIGN KEY(account) REFERENCES accounts (name)
    )""",
    """CREATE TABLE login_failures (
        id INTEGER NOT NULL,
        account VARCHAR NOT NULL,
        address VARCHAR NOT NULL,
        at VARCHAR(32) NOT NULL,
        PRIMARY KEY (id)
    )""",
    "CREATE INDEX login_failures_by_time ON login_failures (at)",
    """CREATE TABLE audit (
        number INTEGER NOT NULL,
        at VARCHAR(32) NOT NULL,
        actor VARCHAR NOT NULL,
        action VARCHAR NOT NULL,
        subject VARCHAR NOT NULL,
        detail TEXT NOT NULL,
        previous_sha256 VARCHAR NOT NULL,
        sha256 VARCHAR NOT NULL,
        PRIMARY KEY (number)
    )""",
    """CREATE TABLE reviews (
        cycle_key VARCHAR NOT NULL,
        state VARCHAR NOT NULL,
        opened_at VARCHAR(32) NOT NULL,
        release_at VARCHAR(32) NOT NULL,
        deliver_until VARCHAR(32) NOT NULL,
        speaks_at VARCHAR(32),
        PRIMARY KEY (cycle_key),
        FOREIGN KEY(cycle_key) REFERENCES cycles (key)
    )""",
    "CREATE INDEX ix_reviews_state ON reviews (state)",
    """CREATE TABLE drafts (
        cycle_key VARCHAR NOT NULL,
        area_id VARCHAR NOT NULL,
        version INTEGER NOT NULL,
        author VARCHAR NOT NULL,
        saved_at VARCHAR(32) NOT NULL,
        decision TEXT NOT NULL,
        PRIMARY KEY (cycle_key, area_id),
        FOREIGN KEY(cycle_key) REFERENCES cycles (key)
    )""",
    """CREATE TABLE signatures (
        id INTEGER NOT NULL,
        cycle_key VARCHAR NOT NULL,
        account VARCHAR NOT NULL,
        at VARCHAR(32) NOT NULL,
        content_sha256 VARCHAR NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(cycle_key) REFERENCES cycles (key)
    )""",
    "CREATE INDEX ix_signatures_cycle_key ON signatures (cycle_key)",
    """CREATE TABLE releases (
        cycle_key VARCHAR NOT NULL,
        number INTEGER NOT NULL,
        bulletin_id VARCHAR NOT NULL,
        stored_apart BOOLEAN NOT NULL,
        by_person BOOLEAN NOT NULL,
        released_at VARCHAR(32) NOT NULL,
        signed_by TEXT NOT NULL,
        remark TEXT NOT NULL,
        PRIMARY KEY (cycle_key, number),
        FOREIGN KEY(cycle_key) REFERENCES cycles (key),
        UNIQUE (bulletin_id)
    )""",
    """CREATE TABLE decisions (
        cycle_key VARCHAR NOT NULL,
        number INTEGER NOT NULL,
        area_id VARCHAR NOT NULL,
        author VARCHAR NOT NULL,
        decided_at VARCHAR(32) NOT NULL,
        decision TEXT NOT NULL,
        PRIMARY KEY (cycle_key, number, area_id)
    )""",
)


def _to_version_5(connection: Connection) -> None:
    """Who sent each message, and in which zone its times are written."""
    for column in ("sender", "time_zone"):
        connection.exec_driver_sql(f"ALTER TABLE warnings ADD COLUMN {column} VARCHAR DEFAULT '' NOT NULL")


def _to_version_6(connection: Connection) -> None:
    """As whom a provider of logins knows an account, and logins that a provider was asked for."""
    connection.exec_driver_sql(
        """CREATE TABLE identities (
            issuer VARCHAR NOT NULL,
            claim VARCHAR NOT NULL,
            value VARCHAR NOT NULL,
            account VARCHAR NOT NULL,
            linked_at VARCHAR(32) NOT NULL,
            PRIMARY KEY (issuer, claim, value),
            FOREIGN KEY(account) REFERENCES accounts (name)
        )"""
    )
    connection.exec_driver_sql(
        """CREATE TABLE logins_begun (
            state_sha256 VARCHAR NOT NULL,
            back TEXT NOT NULL,
            expires_at VARCHAR(32) NOT NULL,
            PRIMARY KEY (state_sha256)
        )"""
    )


LEDGER_MIGRATIONS: tuple[Migration, ...] = (_to_version_2, _to_version_3, _to_version_4, _to_version_5, _to_version_6)
