"""What the store of observations says of the stations, in the words of those who read it from files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from hazecast.archive.observations.batches import KnownStation
from hazecast.archive.observations.reading import answer, ask, digest_of
from hazecast.archive.observations.sources import ambiguous_values, sources_as_of
from hazecast.archive.observations.stations import places_told, station_list
from hazecast.archive.observations.store import ObservationStore
from hazecast.intake.monitoring.layout import SINCE
from hazecast.intake.monitoring.places import TELLING, places_of
from hazecast.intake.monitoring.times import HOUR
from hazecast.records import AnsweredQuestion, InputFile, InputRole, Note, NoteCode, ObservationQuestion, Placement

_TYPES = {"station_id": "str", "name": "str", "latitude": "float64", "longitude": "float64"}
_LONG_AGO = pd.Timestamp("1900-01-01")
DIGITS, MOST_DECIMALS = 7, 20


@dataclass(frozen=True, slots=True, eq=False)
class Recalled:
    """What was known of the observations: `data` is the answer to what was `asked`, raw, (time, station), the hours of which anything is
    known; `files` are those it comes from, as they had arrived; places in order of time.
    """

    data: xr.Dataset
    asked: AnsweredQuestion
    files: tuple[InputFile, ...]
    placements: tuple[Placement, ...]
    notes: tuple[Note, ...]


def recall(
    store: ObservationStore,
    station_ids: Sequence[str],
    keys: Sequence[str],
    hours: tuple[datetime, datetime],
    as_of: datetime,
    delay: timedelta,
) -> Recalled:
    """What was known at `as_of` of the hours from the first to the last of `hours`; raises ArchiveError."""
    question = ask(store, station_ids, keys, *hours, as_of, delay)
    told = answer(store, question)
    asked = AnsweredQuestion(question, digest_of(told))
    return Recalled(_as_read(told), asked, _files(store, as_of), placements_known(store, question), _ambiguous(store, as_of))


def _as_read(told: xr.Dataset) -> xr.Dataset:
    """The numbers as sources write them, of hours of which there are any."""
    known = np.zeros(told.sizes["time"], dtype=bool)
    for values in told.data_vars.values():
        known |= ~np.isnan(values.values).all(axis=1)
    hours = told.isel(time=known)
    return hours.assign({key: (values.dims, as_written(values.values), values.attrs) for key, values in hours.data_vars.items()})


def as_written(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Numbers of 32 bits in 64 bits: what was written as 35.2 is 35.2 again, and what has more than seven digits stays as it is."""
    wide = values.astype(np.float64)
    size = np.abs(np.where(np.isfinite(wide) & (wide != 0.0), wide, 1.0))
    scale = 10.0 ** np.clip(DIGITS - 1 - np.floor(np.log10(size)), 0, MOST_DECIMALS)
    short = np.rint(wide * scale) / scale
    return np.where(short.astype(np.float32) == values, short, wide)


def _files(store: ObservationStore, as_of: datetime) -> tuple[InputFile, ...]:
    return tuple(
        InputFile(Path(source.path), source.sha256, source.stamp.size_bytes, InputRole.OBSERVATIONS)
        for source in sources_as_of(store, as_of)
    )


def placements_known(store: ObservationStore, question: ObservationQuestion) -> tuple[Placement, ...]:
    """Where stations stood and stand, by station and in the order of time, as was known when `question` was asked."""
    told = places_told(store, question.as_of, question.newest_batch, question.assumed_delay)
    listed = station_list(store, question.as_of, question.newest_batch)
    if not told:
        return ()
    known = [station for station in listed if station.since is None or station.since <= question.as_of]
    return places_of(_told_table(told), _list_table(known) if known else None).placements


def known_stations(places: pd.DataFrame, listed: bool = False) -> tuple[KnownStation, ...]:
    """Rows of TELLING and SINCE (UTC without a zone, NaT: always) as the store keeps them."""
    rows = zip(*(places[name].tolist() for name in (*TELLING, SINCE)), strict=True)
    return tuple(
        KnownStation(
            str(id),
            name if isinstance(name, str) else "",
            *_on_earth(latitude, longitude),
            None if pd.isna(since) else since.to_pydatetime(warn=False).replace(tzinfo=UTC),
            listed,
        )
        for id, name, latitude, longitude, since in rows
    )


def _on_earth(latitude: float, longitude: float) -> tuple[float, float]:
    placed = -90 <= latitude <= 90 and -180 <= longitude <= 360
    return (latitude, longitude) if placed else (np.nan, np.nan)


def _told_table(told: Sequence[KnownStation]) -> pd.DataFrame:
    """Rows as if each station had said where it is when it came there, and again when it came to the next place."""
    rows = []
    for station, following in zip_longest(told, told[1:]):
        begin = _naive(station.since) + HOUR
        end = _naive(following.since) if following is not None and following.id == station.id else begin
        rows += [(station.id, station.name, station.latitude, station.longitude, time) for time in {begin, max(begin, end)}]
    return pd.DataFrame(rows, columns=[*TELLING, "time"]).astype(_TYPES | {"time": "datetime64[ns]"})


def _naive(since: datetime | None) -> pd.Timestamp:
    return _LONG_AGO if since is None else pd.Timestamp(since.replace(tzinfo=None))


def _list_table(listed: Sequence[KnownStation]) -> pd.DataFrame:
    rows = [(s.id, s.name, s.latitude, s.longitude, pd.NaT if s.since is None else _naive(s.since)) for s in listed]
    return pd.DataFrame(rows, columns=[*TELLING, SINCE]).astype(_TYPES | {SINCE: "datetime64[ns]"})


def _ambiguous(store: ObservationStore, as_of: datetime) -> tuple[Note, ...]:
    count = ambiguous_values(store, as_of)
    return (Note(NoteCode.LOCAL_TIMES_AMBIGUOUS, count),) if count else ()
