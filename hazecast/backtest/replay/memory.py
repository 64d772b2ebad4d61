"""What a backtest remembers of its inputs: taken in once, then copied for each task, so that none waits for another or changes it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from hazecast.archive.arrivals import Arrival, arrivals_known
from hazecast.archive.database import LEDGER_NAME, open_database
from hazecast.archive.memory import Memory, open_memory
from hazecast.archive.memory_copy import copy_memory
from hazecast.archive.observations.catalogue import CATALOGUE
from hazecast.archive.observations.holdings import Holdings, holdings
from hazecast.archive.observations.store import OBSERVATIONS_FOLDER, ObservationStore, close_observations
from hazecast.archive.observations.watch import Watching
from hazecast.backtest.replay.folder import ARCHIVE
from hazecast.config import Settings
from hazecast.errors import SettingsError, UnreadableInput
from hazecast.intake.fields.reading import field_files
from hazecast.intake.files import digest_of_file, stamp_of_file
from hazecast.intake.ingesting import ingest
from hazecast.records import InputRole, MeteorologyKind

MOST_NAMED = 3


def take_in(out: Path, settings: Settings, as_recorded: bool, clock: Callable[[], datetime], report: Callable[[float], None]) -> Holdings:
    """Read all inputs into the folder's archive, unless they are there; what the archive holds then.

    If `as_recorded`, it is a copy of what the installation's archive saw arrive, and nothing else. The archive stands under its name only
    when it is whole. Raises the first error of a file that cannot be read, what reading raises, and ArchiveError.
    """
    archive = out / ARCHIVE
    if not archive.is_dir():
        partial = archive.with_name(f"{ARCHIVE}.partial")
        if as_recorded:
            copy_memory(settings.output.archive, partial, settings.database.address)
        else:
            _ingest(partial, settings, clock, report)
        partial.rename(archive)
    with open_memory(archive) as memory:
        return holdings(memory.observations)


def _ingest(archive: Path, settings: Settings, clock: Callable[[], datetime], report: Callable[[float], None]) -> None:
    with open_memory(archive) as memory:
        refused = ingest(settings, memory, Watching.BACKFILL, clock, report).observations.refused
    if refused:
        raise refused[0]


@contextmanager
def copied_memory(out: Path, folder: Path) -> Iterator[Memory]:
    """The memory with databases of its own in `folder`; the segments of observations, which nobody changes, are read where they are."""
    kept = out / ARCHIVE
    own = folder / OBSERVATIONS_FOLDER
    own.mkdir()
    shutil.copyfile(kept / LEDGER_NAME, folder / LEDGER_NAME)
    shutil.copyfile(kept / OBSERVATIONS_FOLDER / CATALOGUE.file_name, own / CATALOGUE.file_name)
    ledger = open_database(folder)
    try:
        store = ObservationStore(kept / OBSERVATIONS_FOLDER, open_database(own, CATALOGUE))
        try:
            yield Memory(store, ledger)
        finally:
            close_observations(store)
    finally:
        ledger.dispose()


def require_unchanged(out: Path, settings: Settings) -> None:
    """Raise SettingsError where gridded files are not those that the backtest began with: its cycles would not be of one kind.

    Observations need no such care: they are read from the archive.
    """
    with open_memory(out / ARCHIVE) as memory:
        seen = {a.path: a for role in InputRole for a in arrivals_known(memory.ledger, role) if a.gone_at is None}
    changed = [path for path, arrival in seen.items() if not _is_as_it_was(arrival)]
    added = [path for path in _analyses(settings) if path not in seen]
    if changed or added:
        named = ", ".join(map(str, (*changed, *added)[:MOST_NAMED]))
        raise SettingsError(
            f"Since the backtest in {out} began, {len(changed)} of its files were changed or removed and {len(added)} were added: {named}.",
            "Put them back as they were and start it again, or begin another with --out; what is done there stays.",
        )


def _is_as_it_was(seen: Arrival) -> bool:
    try:
        return seen.stamp.vouches(stamp_of_file(seen.path), seen.first_seen_at) or digest_of_file(seen.path) == seen.sha256
    except UnreadableInput:
        return False


def _analyses(settings: Settings) -> tuple[Path, ...]:
    """Files whose arrival is of no matter: all that are there are read. Of forecasts only those that were seen are."""
    path, kind = settings.meteorology.path, settings.meteorology.kind
    if path is None or kind is MeteorologyKind.FORECAST:
        return ()
    return tuple(file.absolute() for file in field_files(path))
