"""A copy of what an archive remembers of its inputs, made while others go on writing to it."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import insert, select

from hazecast.archive.arrivals import arrivals_known, note_arrivals
from hazecast.archive.database import LEDGER_NAME, open_database, reading, writing
from hazecast.archive.memory import Memory, open_memory
from hazecast.archive.observations.catalogue import CATALOGUE, all_segments
from hazecast.archive.observations.store import MOST_TRIES, OBSERVATIONS_FOLDER, lost
from hazecast.errors import ArchiveError
from hazecast.records import InputRole

SEGMENTS = "segments"


def copy_memory(archive: Path, folder: Path, address: str | None = None) -> None:
    """Copy observations as of arrival, and when gridded files arrived; of the archive's cycles nothing. `folder` is new or empty.

    The copy is in files, also of databases at the `address` of a PostgreSQL.
    Raises ArchiveError where the archive remembers nothing, or cannot be read.
    """
    files = (archive / LEDGER_NAME, archive / OBSERVATIONS_FOLDER / CATALOGUE.file_name)
    if address is None and not all(file.exists() for file in files):
        raise ArchiveError(f"The archive {archive} remembers no inputs.", "Take some in with `hazecast ingest`, or name another archive.")
    _copy_observations(archive / OBSERVATIONS_FOLDER, folder / OBSERVATIONS_FOLDER, address)
    with open_memory(archive, address) as memory:
        _copy_arrivals(memory, folder)


def _copy_observations(store: Path, copy: Path, address: str | None) -> None:
    for attempt in range(1, MOST_TRIES + 1):
        shutil.rmtree(copy, ignore_errors=True)
        (copy / SEGMENTS).mkdir(parents=True)
        _copy_catalogue(store, copy) if address is None else _copy_catalogue_of_server(store, copy, address)
        try:
            for name in _segment_names(copy):
                shutil.copytree(store / SEGMENTS / name, copy / SEGMENTS / name)
        except (FileNotFoundError, shutil.Error) as gone:  # merged into another since the catalogue was copied
            if attempt == MOST_TRIES:
                raise lost(FileNotFoundError(str(gone))) from gone
        else:
            return


def _copy_catalogue(store: Path, copy: Path) -> None:
    with (
        closing(sqlite3.connect(store / CATALOGUE.file_name)) as source,
        closing(sqlite3.connect(copy / CATALOGUE.file_name)) as target,
    ):
        source.backup(target)


def _copy_catalogue_of_server(store: Path, copy: Path, address: str) -> None:
    source, target = open_database(store, CATALOGUE, address), open_database(copy, CATALOGUE)
    try:
        with reading(source) as there, writing(target) as here:
            for table in CATALOGUE.metadata.sorted_tables:
                rows = [dict(row._mapping) for row in there.execute(select(table))]
                if rows:
                    here.execute(insert(table), rows)
    finally:
        source.dispose()
        target.dispose()


def _segment_names(copy: Path) -> tuple[str, ...]:
    catalogue = open_database(copy, CATALOGUE)
    try:
        with reading(catalogue) as connection:
            return tuple(segment.name for segment in all_segments(connection))
    finally:
        catalogue.dispose()


def _copy_arrivals(memory: Memory, folder: Path) -> None:
    known = [arrival for role in InputRole for arrival in arrivals_known(memory.ledger, role)]
    ledger = open_database(folder)
    try:
        if known:
            note_arrivals(ledger, known, (), max(arrival.first_seen_at for arrival in known))
    finally:
        ledger.dispose()
