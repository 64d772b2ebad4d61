"""The same databases on PostgreSQL, for several machines: one address, each database a schema of its own in it.

The writer's lock is an advisory one that is held to the end of the transaction: what was read under it is still so when it is written,
as with SQLite. Text is ordered by its bytes whatever the server's language is, so that text order stays time order.
"""

import hashlib
from typing import Any

from sqlalchemy import Column, Connection, Engine, MetaData, String, create_engine, event, make_url, text
from sqlalchemy.exc import DatabaseError

from hazecast.archive.migrations import refuse_changes
from hazecast.archive.schemas import Schema
from hazecast.archive.tables import UtcTime
from hazecast.errors import ArchiveError, MissingExtra

VERSION_TABLE = "schema_version"


def open_postgres(address: str, schema: Schema) -> Engine:
    """Open a database at an address such as postgresql://user@host/name, making its tables where they are lacking.

    Raises MissingExtra without psycopg, ArchiveError where the server does not answer or refuses, or the schema is a newer one.
    """
    try:
        import psycopg  # noqa: F401
    except ImportError as missing:
        raise MissingExtra("A ledger on PostgreSQL", "postgres") from missing
    url = make_url(address).set(drivername="postgresql+psycopg")
    name = _name_of(schema)
    database = create_engine(
        url,
        pool_pre_ping=True,
        connect_args={"options": f"-c search_path={name}", "connect_timeout": 10},
        execution_options={"title": schema.title, "lock": _lock_of(name), "wait_seconds": schema.wait_seconds},
    )
    event.listen(database, "begin", _begin)
    try:
        _bring_up(database, schema, name)
    except DatabaseError as refused:
        database.dispose()
        raise ArchiveError(
            f"The {schema.title} at {address} cannot be opened: {' '.join(str(refused.orig).split())}.",
            "See that the server runs and lets this user in, and that he may make schemas in that database.",
        ) from refused
    except ArchiveError:
        database.dispose()
        raise
    return database


def _name_of(schema: Schema) -> str:
    return f"hazecast_{schema.file_name.removesuffix('.sqlite')}"


def _lock_of(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("takes_writer_lock", False):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(1000 * options['wait_seconds'])}")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({options['lock']})")


def _bring_up(database: Engine, schema: Schema, name: str) -> None:
    with database.connect().execution_options(takes_writer_lock=True) as connection, connection.begin():
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {name}")
        connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {VERSION_TABLE} (version INTEGER NOT NULL)")
        version = connection.execute(text(f"SELECT max(version) FROM {VERSION_TABLE}")).scalar_one()
        if version is None:
            _ordered_by_bytes(schema.metadata).create_all(connection)
            for table in schema.never_changed:
                refuse_changes(connection, table.name)
        elif version > schema.version:
            raise ArchiveError(
                f"The {schema.title} in {name} has schema version {version}; this hazecast knows versions up to {schema.version}.",
                "Use the newer hazecast that wrote it, or another database.",
            )
        else:
            for migrate in schema.migrations[version - 1 :]:
                migrate(connection)
        if version != schema.version:
            connection.exec_driver_sql(f"INSERT INTO {VERSION_TABLE} VALUES ({schema.version})")


def _ordered_by_bytes(metadata: MetaData) -> MetaData:
    copied = MetaData()
    for table in metadata.sorted_tables:
        for column in table.to_metadata(copied).columns:
            _order_by_bytes(column)
    return copied


def _order_by_bytes(column: "Column[Any]") -> None:
    if isinstance(column.type, UtcTime):
        column.type = String(32, collation="C")
    elif isinstance(column.type, String):
        column.type = String(collation="C")
