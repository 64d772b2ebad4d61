"""Taking what monitoring networks delivered into the store of observations: each file once, and again when it has changed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from hazecast.archive.observations.appending import Delivery, add, delivery
from hazecast.archive.observations.batches import Appended, Batch, KnownStation
from hazecast.archive.observations.facts import hours_of
from hazecast.archive.observations.sources import Source, add_sources, sources_known
from hazecast.archive.observations.store import ObservationStore
from hazecast.archive.observations.watch import Watching, assumed_until, is_watched
from hazecast.config import ColumnSettings
from hazecast.errors import InputError, UnreadableInput
from hazecast.intake.files import digest_of_file, guarded, stamp_of_file
from hazecast.intake.monitoring.formats import format_of
from hazecast.intake.monitoring.hourly import Hourly, hourly, months, observed
from hazecast.intake.monitoring.layout import AMBIGUOUS
from hazecast.intake.monitoring.places import runs_of
from hazecast.intake.monitoring.reading import list_beside, monitoring_files
from hazecast.intake.monitoring.recalling import known_stations
from hazecast.records import Arrivals

NO_VALUES = xr.Dataset(coords={"time": np.empty(0, dtype="datetime64[ns]"), "station": np.empty(0, dtype=str)})
MOST_VALUES = 6_000_000  # are held in memory before they are written
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
    watching: Watching,
    clock: Clock,
    report: Report = lambda _done: None,
) -> TakenIn:
    """Read the files below `path` that are new or have changed into `store`; all that can be read arrives at one time, when it is read.

    Files that cannot be read are left out, and their errors returned: what is whole is not kept waiting for what is not. Where two
    files differ the later name counts. Raises NoDataInPeriod where there is no file at all, ArchiveError where the store refuses.
    """
    files = [file.absolute() for file in monitoring_files(path, columns)]
    with delivery(store, clock) as opened:
        watched_before = is_watched(opened.connection)
        until = assumed_until(opened.connection, watching, clock().replace(microsecond=0))
        pile, refused = _Pile(opened, until, clock), list[InputError]()
        known = sources_known(opened.connection)
        for number, file in enumerate(files, start=1):
            report((number - 1) / len(files))
            try:
                for read in _read_if_new(file, known.get(str(file)), columns, clock):
                    pile.put(read)
            except InputError as error:
                refused.append(error)
        pile.clear()
        _add_list(opened, path, Arrivals.RECORDED if watched_before and watching is not Watching.BACKFILL else Arrivals.ASSUMED, clock())
    report(1.0)
    return TakenIn(pile.read, len(files) - pile.read - len(refused), pile.appended, tuple(refused))


class _Pile:
    """What was read and is not written yet. Values of hours up to `assumed_until` are history."""

    def __init__(self, opened: Delivery, assumed_until: datetime, clock: Clock) -> None:
        self._opened, self._until, self._clock = opened, assumed_until, clock
        self._last_hour = int(hours_of(np.array([assumed_until.replace(tzinfo=None)], dtype="datetime64[h]"))[0])
        self._parts: list[_Read] = []
        self._values = 0
        self.read, self.appended = 0, Appended()

    def put(self, read: _Read) -> None:
        """Add what a file gave, and write all of it when there is much."""
        self._parts.append(read)
        self._values += read.values.value.size
        if self._values > MOST_VALUES:
            self.clear()

    def clear(self) -> None:
        """Write what there is."""
        for month in months([part.values for part in self._parts]):
            history = hours_of(month.data["time"].values) <= self._last_hour
            for inside, arrivals in ((history, Arrivals.ASSUMED), (~history, Arrivals.RECORDED)):
                if inside.any():
                    self._add(Batch(month.data.isel(time=inside), self._clock(), arrivals, month.withdrawn.isel(time=inside)))
        told = [station for part in self._parts for station in part.stations]
        for arrivals in Arrivals:
            these = tuple(station for station in told if self._arrivals_of(station.since) is arrivals)
            self._add(Batch(NO_VALUES, self._clock(), arrivals, stations=these))
        add_sources(self._opened.connection, [self._source(part) for part in self._parts])
        self.read, self._parts, self._values = self.read + len(self._parts), [], 0

    def _add(self, batch: Batch) -> None:
        self.appended += add(self._opened, batch)

    def _arrivals_of(self, since: datetime | None) -> Arrivals:
        return Arrivals.ASSUMED if since is None or since < self._until else Arrivals.RECORDED

    def _source(self, part: _Read) -> Source:
        """As having arrived by assumption where any of its values has."""
        hours = part.values.hour
        return replace(part.source, assumed=not hours.size or bool(hours.min() <= self._last_hour))


def _read_if_new(file: Path, known: Source | None, columns: ColumnSettings | None, clock: Clock) -> Iterator[_Read]:
    seen_at = clock()
    stamp = stamp_of_file(file)
    if known is not None and known.stamp.vouches(stamp, known.seen_at):
        return
    digest = digest_of_file(file)
    if known is not None and known.sha256 == digest:
        return
    with guarded(file, digest):
        table = format_of(file, columns).read(file)
    if stamp_of_file(file) != stamp:
        raise UnreadableInput(f"{file} was changed while it was read.", "It is read again the next time.")
    source = Source(str(file), stamp, digest, seen_at.replace(microsecond=0), True, _ambiguous(table))
    yield _Read(source, hourly(table), known_stations(runs_of(observed(table))))


def _ambiguous(table: pd.DataFrame) -> int:
    return int((table[AMBIGUOUS].eq(True) & table["value"].notna()).sum()) if AMBIGUOUS in table else 0


def _add_list(opened: Delivery, path: Path, arrivals: Arrivals, arrived_at: datetime) -> None:
    listed = list_beside(path)
    if listed is not None:
        add(opened, Batch(NO_VALUES, arrived_at, arrivals, stations=known_stations(listed, listed=True)))
