"""Questions to the store. Each names its `as_of`; the answer holds the latest value of every cell that had arrived by then."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
import xarray as xr
from sqlalchemy import Connection

from hazecast.archive.database import reading
from hazecast.archive.observations.catalogue import Visible, newest_number, segments_between, visible
from hazecast.archive.observations.copying import copy_rows
from hazecast.archive.observations.facts import VALUE, Hours, Index, Mask, Values, common, hour_of, positions, times_of
from hazecast.archive.observations.overlay import latest_visible, wholly_visible
from hazecast.archive.observations.segments import Segment, SegmentName, facts_of, loose_of, open_segment
from hazecast.archive.observations.store import MOST_TRIES, ObservationStore, lost
from hazecast.records import ObservationQuestion
from hazecast.vocabulary import VARIABLES

_EPOCH = datetime(1970, 1, 1)


def read_observations(
    store: ObservationStore,
    station_ids: Sequence[str],
    keys: Sequence[str],
    first: datetime,
    last: datetime,
    as_of: datetime,
    assumed_delay: timedelta = timedelta(0),
) -> xr.Dataset:
    """What was known at `as_of` of the hours from `first` to `last`: a variable a key, float32 (time, station), NaN without a value.

    A value whose arrival is only assumed is taken to have arrived `assumed_delay` after its hour. Times are full hours in UTC. Raises
    ArchiveError where the store cannot be read.
    """
    ids, wanted = tuple(station_ids), tuple(keys)
    return _answered(store, lambda newest: ObservationQuestion(as_of, newest, assumed_delay, first, last, ids, wanted))


def ask(
    store: ObservationStore,
    station_ids: Sequence[str],
    keys: Sequence[str],
    first: datetime,
    last: datetime,
    as_of: datetime,
    assumed_delay: timedelta = timedelta(0),
) -> ObservationQuestion:
    """The question that has the same answer for ever: it names the newest batch that the store holds now."""
    with reading(store.catalogue) as connection:
        return ObservationQuestion(as_of, newest_number(connection), assumed_delay, first, last, tuple(station_ids), tuple(keys))


def answer(store: ObservationStore, question: ObservationQuestion) -> xr.Dataset:
    """The answer, as `read_observations` gives it: the same bits whenever it is asked, whatever has arrived since."""
    return _answered(store, lambda _newest: question)


def _answered(store: ObservationStore, question_of: Callable[[int], ObservationQuestion]) -> xr.Dataset:
    """The answer to the question that is asked of a store with a newest batch, out of one look into the catalogue."""
    for attempt in range(1, MOST_TRIES + 1):
        with reading(store.catalogue) as connection:
            question = question_of(newest_number(connection))
            hours = np.arange(hour_of("first", question.first), hour_of("last", question.last) + 1)
            listed, sees = segments_between(connection, int(hours[0]), int(hours[-1])), _visible(connection, question)
        values = np.empty((len(question.keys), hours.size, len(question.station_ids)), dtype=VALUE)
        try:
            _fill(values, _by_month(store, listed), question, hours, sees)
        except FileNotFoundError as gone:  # a segment was merged into another since the catalogue was read
            if attempt == MOST_TRIES:
                raise lost(gone) from gone
            continue
        return _labelled(values, question, hours)
    raise AssertionError("every try returns or raises")


def _labelled(values: Values, question: ObservationQuestion, hours: Hours) -> xr.Dataset:
    units = {key: {"units": VARIABLES[key].units} if key in VARIABLES else {} for key in question.keys}
    return xr.Dataset(
        {key: (("time", "station"), values[i], units[key]) for i, key in enumerate(question.keys)},
        coords={"time": times_of(hours), "station": np.array(question.station_ids, dtype=object)},
    )


def digest_of(observations: xr.Dataset) -> str:
    """A hash of an answer: its hours, stations, keys and the bits of its values."""
    listed = {
        "keys": list(map(str, observations.data_vars)),
        "hours": observations["time"].values.astype("datetime64[h]").astype(np.int64).tolist(),
        "stations": list(map(str, observations["station"].values)),
    }
    digest = hashlib.sha256(json.dumps(listed, ensure_ascii=False).encode())
    for values in observations.data_vars.values():
        digest.update(np.ascontiguousarray(values.values, dtype=VALUE).data)
    return digest.hexdigest()


def _visible(connection: Connection, question: ObservationQuestion) -> Visible:
    last_assumed = (question.as_of.replace(tzinfo=None) - question.assumed_delay - _EPOCH) // timedelta(hours=1)
    return visible(connection, question.as_of, last_assumed, question.newest_batch)


def _fill(values: Values, months: Iterable["_Month"], question: ObservationQuestion, hours: Hours, sees: Visible) -> None:
    done = 0
    for month in months:
        start, stop = np.searchsorted(hours, [month.first, month.last + 1])
        values[:, done:start] = np.nan
        _fill_month(values[:, start:stop], month.segments, question, hours[start:stop], sees)
        done = stop
    values[:, done:] = np.nan


@dataclass(frozen=True, slots=True)
class _Month:
    first: int
    last: int
    segments: tuple[Segment, ...]


def _by_month(store: ObservationStore, listed: tuple[SegmentName, ...]) -> Iterator[_Month]:
    for _, group in groupby(listed, key=lambda segment: segment.month):
        names = tuple(group)
        opened = tuple(open_segment(store.segments / segment.name) for segment in names)
        yield _Month(min(s.first_hour for s in names), max(s.last_hour for s in names), opened)


def _fill_month(values: Values, segments: tuple[Segment, ...], question: ObservationQuestion, hours: Hours, sees: Visible) -> None:
    """Copy the hours of which one segment alone holds facts, all visible; go through the cells of the others one by one."""
    alone = _alone(segments, question.keys, hours, sees)
    for number in np.unique(alone).tolist():
        at = np.flatnonzero(alone == number)
        if number == NOBODY:
            values[:, at] = np.nan
        elif number == SEVERAL:
            parts = [facts_of(segment) for segment in segments if segment.loose or common(hours[at], segment.hours)[0].size]
            values[:, at] = latest_visible(parts, question.keys, hours[at], question.station_ids, sees)[0]
        else:
            copy_rows(segments[number], at, hours, question.keys, question.station_ids, values)


NOBODY, SEVERAL = -1, -2


def _alone(segments: tuple[Segment, ...], keys: Sequence[str], hours: Hours, sees: Visible) -> Index:
    """For each of `hours` the segment whose row is the answer, or NOBODY has facts, or SEVERAL facts are to be weighed."""
    alone = np.full(hours.size, NOBODY)
    for number, segment in enumerate(segments):
        whole = wholly_visible(segment, positions(keys, segment.keys)[1], sees)
        at, row = common(hours, segment.hours)
        alone[at] = np.where((alone[at] == NOBODY) & whole[row], number, SEVERAL)
        if segment.loose:
            alone[_only_loose(segment, hours)] = SEVERAL
    return alone


def _only_loose(segment: Segment, hours: Hours) -> Mask:
    """Which of `hours` a segment has loose facts of, and no row in its block."""
    listed = loose_of(segment)["hour"]
    some: Mask = np.searchsorted(listed, hours, side="right") > np.searchsorted(listed, hours)
    return some & ~np.isin(hours, segment.hours)
