"""The store of observations: a folder of segments and their catalogue."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from hazecast.archive.database import open_database, reading
from hazecast.archive.observations.catalogue import CATALOGUE, all_segments
from hazecast.archive.observations.segments import verify_segment
from hazecast.errors import ArchiveError

OBSERVATIONS_FOLDER = "observations"
MOST_TRIES = 5  # to read what the catalogue lists, for a segment may be merged into another just then


@dataclass(frozen=True, slots=True)
class ObservationStore:
    """A store that is open. Nothing of its content is held here: each question reads the catalogue anew."""

    folder: Path
    catalogue: Engine

    @property
    def segments(self) -> Path:
        """Where the segments lie."""
        return self.folder / "segments"


def open_observations(folder: Path, address: str | None = None) -> ObservationStore:
    """Open the store in `folder`, making it where it is lacking; raises ArchiveError for a folder that is not one.

    With the `address` of a PostgreSQL its catalogue is there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return ObservationStore(folder, open_database(folder, CATALOGUE, address))


def close_observations(store: ObservationStore) -> None:
    """Let go of the catalogue's file."""
    store.catalogue.dispose()


def verify(store: ObservationStore) -> int:
    """Read every byte and hold it against the manifests; returns how many facts there are. Raises ArchiveError where any differs."""
    with reading(store.catalogue) as connection:
        listed = all_segments(connection)
    for segment in listed:
        verify_segment(store.segments / segment.name, segment)
    return sum(segment.facts for segment in listed)


def lost(gone: FileNotFoundError) -> ArchiveError:
    """What to raise where a segment that the catalogue lists is not there."""
    return ArchiveError(f"Observations are lost: {gone}.", "Restore the folder from a backup.")
