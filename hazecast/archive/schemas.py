"""What a database of the archive is made of."""

from dataclasses import dataclass

from sqlalchemy import MetaData, Table

from hazecast.archive.migrations import Migration

WAIT_FOR_LOCK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Schema:
    """What a database is made of: its file's name, what it is called, its tables, and the migrations that bring older ones up.

    The first migration brings version 1 to 2, and so on, up to `version`. Another writer is waited for `wait_seconds`.
    """

    file_name: str
    title: str
    version: int
    metadata: MetaData
    never_changed: tuple[Table, ...]
    migrations: tuple[Migration, ...]
    wait_seconds: float = WAIT_FOR_LOCK_SECONDS

    def __post_init__(self) -> None:
        if len(self.migrations) != self.version - 1:
            raise ValueError(f"The {self.title} has version {self.version} and {len(self.migrations)} migrations.")
