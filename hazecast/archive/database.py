"""The databases of the archive, opened, checked, brought up to the newest schema, and used in two kinds of transaction: files of SQLite
in write-ahead mode or, where settings give an address, PostgreSQL.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from hazecast.archive.account_tables import audit
from hazecast.archive.disk import sync
from hazecast.archive.migrations import LEDGER_MIGRATIONS, refuse_changes
from hazecast.archive.review_tables import decisions, releases, signatures
from hazecast.archive.schemas import Schema
from hazecast.archive.tables import METADATA, NEVER_CHANGED
from hazecast.errors import ArchiveError

SCHEMA_VERSION = 6
LEDGER_NAME = "ledger.sqlite"


LEDGER = Schema(
    LEDGER_NAME, "ledger", SCHEMA_VERSION, METADATA, (*NEVER_CHANGED, audit, signatures, releases, decisions), LEDGER_MIGRATIONS
)


def open_database(folder: Path, schema: Schema = LEDGER, address: str | None = None) -> Engine:
    """Open the ledger in `folder`, or the database of another `schema`, making both where they are lacking; an older one is brought up.

    With an `address` it is on that server of PostgreSQL. Raises ArchiveError for a folder that cannot be written, a file that is no
    such database, one of a newer schema, or a server that does not answer, MissingExtra for one without psycopg.
    """
    if address is not None:
        from hazecast.archive.postgres import open_postgres  # asks for an optional part

        return open_postgres(address, schema)
    file = folder / schema.file_name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise ArchiveError(f"The archive folder {folder} cannot be made: {refused}.", "Choose another, or mend that.") from refused
    if not file.exists():
        _make_file(file, schema)
    database = _engine(file, schema)
    try:
        _bring_up(database, schema)
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
            f"The {_title(database)} {database.url.database} could not be {what}: {refused.orig}.",
            "See that its disk has room, that you may write there, and that no other program holds it; nothing was changed.",
        ) from refused
    except DatabaseError as broken:
        if type(broken) is not DatabaseError:  # the others are faults of ours
            raise
        raise ArchiveError(
            f"{database.url.database} is not a {_title(database)} of hazecast, or is damaged: {broken.orig}.",
            "Move it away, or restore it from a backup.",
        ) from broken


def upsert(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An insert that can say what to do where the row is there, as the database of `connection` has it."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def _title(database: Engine) -> str:
    return str(database.get_execution_options()["title"])


def _engine(file: Path, schema: Schema) -> Engine:
    options = {"title": schema.title}
    database = create_engine(f"sqlite:///{file}", connect_args={"timeout": schema.wait_seconds}, execution_options=options)
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


def _make_file(file: Path, schema: Schema) -> None:
    """Make the database aside and link it into place: of two processes that come first at once, one makes it and both use it."""
    aside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    database = _engine(aside, schema)
    try:
        with database.connect() as connection:
            connection.connection.execute("PRAGMA journal_mode = WAL")  # kept in the file, for all who open it
        with writing(database) as connection:
            _make_tables(connection, schema)
        database.dispose()
        sync(aside)
        with suppress(FileExistsError):
            file.hardlink_to(aside)
        sync(file.parent)
    except OSError as refused:
        raise ArchiveError(
            f"The {schema.title} {file} cannot be made: {refused}.", "Choose another archive folder, or mend that."
        ) from refused
    finally:
        database.dispose()
        aside.unlink(missing_ok=True)


def _make_tables(connection: Connection, schema: Schema) -> None:
    schema.metadata.create_all(connection)
    for table in schema.never_changed:
        refuse_changes(connection, table.name)
    connection.exec_driver_sql(f"PRAGMA user_version = {schema.version}")


def _bring_up(database: Engine, schema: Schema) -> None:
    with reading(database) as connection:
        version = _version(connection)
    if version > schema.version:
        raise ArchiveError(
            f"{database.url.database} has schema version {version}; this hazecast knows versions up to {schema.version}.",
            "Use the newer hazecast that wrote it, or another archive folder.",
        )
    if version == 0:
        raise ArchiveError(f"{database.url.database} is a database of another program.", "Move it away, or choose another archive folder.")
    if version < schema.version:
        with writing(database) as connection:
            for migrate in schema.migrations[_version(connection) - 1 :]:  # another process may have been at it meanwhile
                migrate(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {schema.version}")


def _version(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
