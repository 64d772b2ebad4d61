"""The ledger's file: SQLite in write-ahead mode, opened, checked, and used in two kinds of transaction."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from hazecast.archive.disk import sync
from hazecast.archive.tables import METADATA, NEVER_CHANGED
from hazecast.errors import ArchiveError

SCHEMA_VERSION = 1
LEDGER_NAME = "ledger.sqlite"
WAIT_FOR_LOCK_SECONDS = 30.0


def open_database(folder: Path) -> Engine:
    """Open the ledger in `folder`, making both where they are lacking.

    Raises ArchiveError for a folder that cannot be written, a file that is no ledger, or one of a newer schema.
    """
    file = folder / LEDGER_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise ArchiveError(f"The archive folder {folder} cannot be made: {refused}.", "Choose another, or mend that.") from refused
    if not file.exists():
        _make_ledger(file)
    database = _engine(file)
    try:
        _require_schema(database)
    except ArchiveError:
        database.dispose()
        raise
    return database


@contextmanager
def reading(database: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the ledger and never waits for a writer.

    Raises ArchiveError when the ledger cannot be read.
    """
    with _refusals_explained(database, "read"), database.connect() as connection:
        yield connection


@contextmanager
def writing(database: Engine) -> Iterator[Connection]:
    """A transaction that holds the only writer's lock from its start, so that what it read is still so when it writes.

    Raises ArchiveError when the ledger cannot be written: the disk is full, the file is read-only, or the lock stays taken.
    """
    with (
        _refusals_explained(database, "written"),
        database.connect().execution_options(takes_writer_lock=True) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def _refusals_explained(database: Engine, what: str) -> Iterator[None]:
    try:
        yield
    except OperationalError as refused:
        raise ArchiveError(
            f"The ledger {database.url.database} could not be {what}: {refused.orig}.",
            "See that its disk has room, that you may write there, and that no other program holds it; nothing was changed.",
        ) from refused
    except DatabaseError as broken:
        if type(broken) is not DatabaseError:  # the others are faults of ours
            raise
        raise ArchiveError(
            f"{database.url.database} is not a ledger of hazecast, or is damaged: {broken.orig}.",
            "Move it away, or restore it from a backup.",
        ) from broken


def _engine(file: Path) -> Engine:
    database = create_engine(f"sqlite:///{file}", connect_args={"timeout": WAIT_FOR_LOCK_SECONDS})
    event.listen(database, "connect", _prepare_connection)
    event.listen(database, "begin", _begin)
    return database


def _prepare_connection(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # hazecast begins its transactions itself, see _begin
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    takes_writer_lock = connection.get_execution_options().get("takes_writer_lock", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if takes_writer_lock else "BEGIN")


def _make_ledger(file: Path) -> None:
    """Make the ledger aside and link it into place: of two processes that come first at once, one makes it and both use it."""
    aside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    database = _engine(aside)
    try:
        with database.connect() as connection:
            connection.connection.execute("PRAGMA journal_mode = WAL")  # kept in the file, for all who open it
        with writing(database) as connection:
            _make_tables(connection)
        database.dispose()
        sync(aside)
        with suppress(FileExistsError):
            file.hardlink_to(aside)
        sync(file.parent)
    except OSError as refused:
        raise ArchiveError(f"The ledger {file} cannot be made: {refused}.", "Choose another archive folder, or mend that.") from refused
    finally:
        database.dispose()
        aside.unlink(missing_ok=True)


def _make_tables(connection: Connection) -> None:
    METADATA.create_all(connection)
    for table in NEVER_CHANGED:
        _refuse_changes(connection, table.name)
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _refuse_changes(connection: Connection, table: str) -> None:
    for change in ("UPDATE", "DELETE"):
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'what is in {table} is never changed'); END"
        )


def _require_schema(database: Engine) -> None:
    with reading(database) as connection:
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if version > SCHEMA_VERSION:
        raise ArchiveError(
            f"{database.url.database} has schema version {version}; this hazecast knows versions up to {SCHEMA_VERSION}.",
            "Use the newer hazecast that wrote it, or another archive folder.",
        )
    if version == 0:
        raise ArchiveError(f"{database.url.database} is a database of another program.", "Move it away, or choose another archive folder.")
