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


LEDGER_MIGRATIONS: tuple[Migration, ...] = (_to_version_2, _to_version_3)
