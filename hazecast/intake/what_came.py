"""Which hours of which run each new file of gridded fields brought, told for whoever waits for a run to be whole."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from hazecast.archive.arrivals import Arrival, arrivals_known
from hazecast.archive.memory import Memory
from hazecast.archive.observations.holdings import holdings
from hazecast.archive.source_log import EPOCH, Brought, digests_brought, note_brought, note_newest
from hazecast.config import Settings
from hazecast.errors import InputError
from hazecast.intake.fields.formats import format_of
from hazecast.intake.fields.layout import Box, Wanted
from hazecast.intake.files import guarded
from hazecast.records import InputRole, MeteorologyKind

OF_CONCERN = timedelta(days=3)


def note_what_came(settings: Settings, memory: Memory, operations: Engine, now: datetime) -> None:
    """Enter what new files of forecasts brought, and up to when there are observations.

    Files that were there long before anybody looked are of no concern; one that cannot be read brought nothing. Raises ArchiveError.
    """
    known = digests_brought(operations)
    new = [one for role in _roles(settings) for one in arrivals_known(memory.ledger, role) if _is_of_concern(one, now)]
    unread = [one for one in new if (one.role, one.sha256) not in known]
    if unread:
        note_brought(operations, [brought for one in unread for brought in _brought(one, settings)], now)
    last = holdings(memory.observations).last
    if last is not None:
        note_newest(operations, InputRole.OBSERVATIONS, last, now)


def _roles(settings: Settings) -> Iterator[InputRole]:
    if settings.meteorology.path is not None and settings.meteorology.kind is MeteorologyKind.FORECAST:
        yield InputRole.METEOROLOGY
    if settings.base_forecast.path is not None:
        yield InputRole.BASE


def _is_of_concern(arrival: Arrival, now: datetime) -> bool:
    changed = datetime.fromtimestamp(arrival.stamp.mtime_ns / 1e9, UTC)
    return arrival.gone_at is None and (not arrival.assumed or changed >= now - OF_CONCERN)


def _brought(arrival: Arrival, settings: Settings) -> list[Brought]:
    arrived = datetime.fromtimestamp(arrival.stamp.mtime_ns / 1e9, UTC) if arrival.assumed else arrival.first_seen_at
    hours = _hours_by_run(arrival.path, settings) or {EPOCH: ()}  # so that it is not read again
    return [Brought(arrival.sha256, arrival.role, run, arrived, times) for run, times in hours.items()]


def _hours_by_run(file: Path, settings: Settings) -> dict[datetime, tuple[datetime, ...]]:
    """Hours that are no run's, being analyses, are of none that is waited for."""
    place = settings.stations[0]
    wanted = Wanted(box=Box(place.latitude, place.latitude, place.longitude, place.longitude))
    try:
        with guarded(file):
            surface = format_of(file).read(file, wanted).surface
    except InputError:
        return {}
    found: dict[datetime, list[datetime]] = defaultdict(list)
    for run, time in zip(surface["init_time"].values, surface["time"].values, strict=True):
        if not np.isnat(run):
            found[_moment(run)].append(_moment(time))
    return {run: tuple(sorted(set(times))) for run, times in found.items()}


def _moment(time: np.datetime64) -> datetime:
    return datetime.fromtimestamp(int(time.astype("datetime64[s]").astype(np.int64)), UTC)
