"""Which gridded files there are and were, and which of them had arrived by a cycle's `as_of`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from hazecast.archive.arrivals import Arrival, arrivals_as_of, arrivals_known, note_arrivals
from hazecast.archive.stamps import Stamp
from hazecast.config import Settings
from hazecast.errors import NoDataInPeriod, UnreadableInput
from hazecast.intake.emissions.reading import inventory_files
from hazecast.intake.fields.reading import field_files
from hazecast.intake.files import digest_of_file, identified, stamp_of_file
from hazecast.records import InputRole

Runs = Mapping[Path, np.datetime64]
"""Files that had arrived, by their absolute paths, and the latest run that each may give."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What was found of the files of one role: how many there are, how many of them are new or changed, and how many are gone."""

    role: InputRole
    files: int
    new: int
    changed: int
    gone: int


def note_files(settings: Settings, ledger: Engine, watched: bool, now: datetime) -> tuple[Noted, ...]:
    """Note every file that has come, changed or gone since the last time.

    Where it is not `watched`, nobody knows when they arrived. A file that cannot be read is left for the next time. Raises ArchiveError.
    """
    return tuple(_note(role, files, ledger, watched, now) for role, files in _present(settings).items())


def runs_as_of(ledger: Engine, role: InputRole, as_of: datetime, delay: timedelta) -> Runs:
    """The files that had arrived by `as_of` and are still as they were then.

    Where an arrival is only assumed, a run is taken to have arrived `delay` after it began. Raises ArchiveError.
    """
    known = [arrival for arrival in arrivals_as_of(ledger, role, as_of) if _is_still_there(arrival)]
    return {arrival.path: _naive(as_of - delay if arrival.assumed else as_of) for arrival in known}


def have_come(ledger: Engine, role: InputRole, as_of: datetime) -> bool:
    """Whether this machine saw any file of a role come by `as_of`, though it may be gone again. Raises ArchiveError."""
    return any(not arrival.assumed and arrival.first_seen_at <= as_of for arrival in arrivals_known(ledger, role))


def _present(settings: Settings) -> Mapping[InputRole, Sequence[Path]]:
    weather, base, emissions = settings.meteorology.path, settings.base_forecast.path, settings.emissions
    found: dict[InputRole, Sequence[Path]] = {}
    if weather is not None:
        found[InputRole.METEOROLOGY] = _found(weather, inventory=False)
    if base is not None:
        found[InputRole.BASE] = _found(base, inventory=False)
    if emissions.path is not None:
        found[InputRole.EMISSIONS] = _found(emissions.path, inventory=True)
    elif emissions.population is not None:
        found[InputRole.POPULATION] = (emissions.population.absolute(),) if emissions.population.is_file() else ()
    return found


def _found(path: Path, inventory: bool) -> Sequence[Path]:
    try:
        return [file.absolute() for file in (inventory_files(path) if inventory else field_files(path))]
    except NoDataInPeriod:
        return ()


def _note(role: InputRole, files: Sequence[Path], ledger: Engine, watched: bool, now: datetime) -> Noted:
    there = {arrival.path: arrival for arrival in arrivals_known(ledger, role) if arrival.gone_at is None}
    come = [arrival for file in files for arrival in _arrived(file, role, there.get(file), watched, now)]
    gone = [(role, path) for path in there if path not in set(files)]
    if come or gone:
        note_arrivals(ledger, come, gone, now)
    changed = sum(arrival.path in there for arrival in come)
    return Noted(role, len(files), len(come) - changed, changed, len(gone))


def _arrived(file: Path, role: InputRole, known: Arrival | None, watched: bool, now: datetime) -> list[Arrival]:
    """The arrival of the file as it is, none where that is known."""
    try:
        stamp = stamp_of_file(file)
        if known is not None and known.stamp.vouches(stamp, known.first_seen_at):
            return []
        (identity,) = identified((file,), role)
    except UnreadableInput:
        return []
    if known is not None and known.sha256 == identity.sha256:
        return []
    return [Arrival(file, role, identity.sha256, stamp, now, not watched)]


def _is_still_there(arrival: Arrival) -> bool:
    try:
        stamp = stamp_of_file(arrival.path)
        return _same(arrival, stamp) or digest_of_file(arrival.path) == arrival.sha256
    except UnreadableInput:
        return False


def _same(arrival: Arrival, stamp: Stamp) -> bool:
    return arrival.stamp.vouches(stamp, arrival.first_seen_at)


def _naive(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.replace(tzinfo=None), "ns")
