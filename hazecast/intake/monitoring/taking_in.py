"""Taking what monitoring networks delivered into the store of observations: each file once, and again when it has changed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from hazecast.archive.observations.appending import Delivery, add, delivery
from hazecast.archive.observations.batches import Appended, Batch, KnownStation
from hazecast.archive.observations.sources import Source, add_sources, sources_known
from hazecast.archive.observations.store import ObservationStore
from hazecast.config import ColumnSettings
from hazecast.errors import InputError, UnreadableInput
from hazecast.intake.files import digest_of_file, stamp_of_file
from hazecast.intake.monitoring.formats import format_of
from hazecast.intake.monitoring.hourly import Hourly, hourly, months, observed
from hazecast.intake.monitoring.layout import AMBIGUOUS
from hazecast.intake.monitoring.places import runs_of
from hazecast.intake.monitoring.reading import list_beside, monitoring_files
from hazecast.intake.monitoring.recalling import known_stations
from hazecast.records import Arrivals

NO_VALUES = xr.Dataset(coords={"time": np.empty(0, dtype="datetime64[ns]"), "station": np.empty(0, dtype=str)})
MOST_VALUES = 12_000_000  # are held in memory before they are written
Clock = Callable[[], datetime]
Report = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What came of it: files read, files that were as before, what they brought, and why others were refused."""

    read: int
    unchanged: int
    appended: Appended
    refused: tuple[InputError, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What one file gave."""

    source: Source
    values: Hourly
    stations: tuple[KnownStation, ...]


def take_in(
    store: ObservationStore,
    path: Path,
    columns: ColumnSettings | None,
    arrivals: Arrivals,
    clock: Clock,
    report: Report = lambda _done: None,
) -> TakenIn:
    """Read the files below `path` that are new or have changed into `store`; all that can be read arrives at one time, when it is read.

    Files that cannot be read are left out, and their errors returned: what is whole is not kept waiting for what is not. Where two
    files differ the later name counts. Raises NoDataInPeriod where there is no file at all, ArchiveError where the store refuses.
    """
    files = monitoring_files(path, columns)
    refused: list[InputError] = []
    appended, read = Appended(), 0
    with delivery(store, clock) as opened:
        known = sources_known(opened.connection)
        pile: list[_Read] = []
        for number, file in enumerate(files, start=1):
            report((number - 1) / len(files))
            try:
                pile += _read_if_new(file, known.get(str(file)), columns, arrivals, clock)
            except InputError as error:
                refused.append(error)
            if sum(part.values.value.size for part in pile) > MOST_VALUES:
                appended, read, pile = appended + _add(opened, pile, arrivals, clock()), read + len(pile), []
        appended, read = appended + _add(opened, pile, arrivals, clock()), read + len(pile)
        _add_list(opened, path, arrivals, clock())
    report(1.0)
    return TakenIn(read, len(files) - read - len(refused), appended, tuple(refused))


def _read_if_new(file: Path, known: Source | None, columns: ColumnSettings | None, arrivals: Arrivals, clock: Clock) -> Iterator[_Read]:
    seen_at = clock()
    stamp = stamp_of_file(file)
    if known is not None and known.stamp.vouches(stamp, known.seen_at):
        return
    digest = digest_of_file(file)
    if known is not None and known.sha256 == digest:
        return
    table = format_of(file, columns).read(file)
    if stamp_of_file(file) != stamp:
        raise UnreadableInput(f"{file} was changed while it was read.", "It is read again the next time.")
    assumed = arrivals is Arrivals.ASSUMED
    source = Source(str(file), stamp, digest, seen_at.replace(microsecond=0), assumed, _ambiguous(table))
    yield _Read(source, hourly(table), known_stations(runs_of(observed(table))))


def _ambiguous(table: pd.DataFrame) -> int:
    return int((table[AMBIGUOUS].eq(True) & table["value"].notna()).sum()) if AMBIGUOUS in table else 0


def _add(opened: Delivery, pile: list[_Read], arrivals: Arrivals, arrived_at: datetime) -> Appended:
    counted = Appended()
    for month in months([part.values for part in pile]):
        counted += add(opened, Batch(month.data, arrived_at, arrivals, month.withdrawn))
    told = tuple(station for part in pile for station in part.stations)
    counted += add(opened, Batch(NO_VALUES, arrived_at, arrivals, stations=told))
    add_sources(opened.connection, [part.source for part in pile])
    return counted


def _add_list(opened: Delivery, path: Path, arrivals: Arrivals, arrived_at: datetime) -> None:
    listed = list_beside(path)
    if listed is not None:
        add(opened, Batch(NO_VALUES, arrived_at, arrivals, stations=known_stations(listed, listed=True)))
