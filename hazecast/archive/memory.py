"""What is remembered of inputs: observations as of arrival, and in the ledger when gridded files arrived and what each cycle used."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from hazecast.archive.database import open_database
from hazecast.archive.observations.store import OBSERVATIONS_FOLDER, ObservationStore, close_observations, open_observations


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of one archive, open."""

    observations: ObservationStore
    ledger: Engine


@contextmanager
def open_memory(archive: Path, address: str | None = None) -> Iterator[Memory]:
    """The memory in an archive's folder, made where it is lacking, and closed at the end; raises ArchiveError.

    With the `address` of a PostgreSQL its databases are there, and the folder holds the files that they list.
    """
    ledger = open_database(archive, address=address)
    try:
        store = open_observations(archive / OBSERVATIONS_FOLDER, address)
        try:
            yield Memory(store, ledger)
        finally:
            close_observations(store)
    finally:
        ledger.dispose()
