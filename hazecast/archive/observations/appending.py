"""Putting batches into the store: what is new in them is kept, all of a delivery at once or nothing of it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from sqlalchemy import Connection

from hazecast.archive.database import writing
from hazecast.archive.observations.batches import Appended, Batch
from hazecast.archive.observations.catalogue import (
    Visible,
    add_batch,
    all_segments,
    newest_number,
    replace_segments,
    segments_between,
)
from hazecast.archive.observations.compaction import compact_after, remove_segments
from hazecast.archive.observations.facts import (
    STAMP,
    VALUE,
    Facts,
    Hours,
    Mask,
    Values,
    common,
    hours_of,
    months_of,
    numbers_of,
    positions,
    stamp_of,
)
from hazecast.archive.observations.merging import NO_FACTS, packed
from hazecast.archive.observations.overlay import latest_visible
from hazecast.archive.observations.segments import SegmentName, facts_of, open_segment, write_segment
from hazecast.archive.observations.stations import add_stations
from hazecast.archive.observations.store import ObservationStore
from hazecast.records import Arrivals

_LAST_HOUR = 2**31 - 1


Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Batches that are kept together. `first_number` is that of the first; `arrived` and `written` are what they were so far: when each
    arrived and whether that is assumed, and the segments that they made.
    """

    store: ObservationStore
    connection: Connection
    first_number: int
    arrived: list[tuple[datetime, bool]] = field(default_factory=list)
    written: list[SegmentName] = field(default_factory=list)

    @property
    def next_number(self) -> int:
        """The number that the next batch will have."""
        return self.first_number + len(self.arrived)


def append(store: ObservationStore, batch: Batch) -> Appended:
    """Keep what `batch` says and the store does not hold yet; the whole of it, or nothing where this raises ArchiveError.

    A value that equals the one that is there, as 32-bit numbers, is no new fact; so the same batch again adds nothing.
    """
    with delivery(store) as opened:
        return add(opened, batch)


@contextmanager
def delivery(store: ObservationStore, clock: Clock | None = None) -> Iterator[Delivery]:
    """Hold the store against all other writers, and keep what is added when all of it is through: everything or nothing.

    Where batches of one delivery differ the last value counts: nobody could have known the others. With a `clock` they all arrive
    when they are through, so that nobody has asked for that time before. Raises ArchiveError when another writer stays at it, or when
    the disk refuses.
    """
    with writing(store.catalogue) as connection:
        _remove_unlisted(store, connection)
        opened = Delivery(store, connection, newest_number(connection) + 1)
        try:
            yield opened
            replaced = compact_after(store, connection, tuple(opened.written))
            _enter_batches(opened, clock)
        except BaseException:
            remove_segments(store, tuple(opened.written))
            raise
    remove_segments(store, replaced)


def add(opened: Delivery, batch: Batch) -> Appended:
    """Add a batch to a delivery; returns what was new in it."""
    months = months_of(hours_of(batch.data["time"].values))
    counted = Appended()
    for month in np.unique(months).tolist():
        counted += _add_month(opened, batch, month, months == month)
    described = add_stations(opened.connection, opened.next_number, batch.stations)
    if counted.facts or described:
        opened.arrived.append((batch.arrived_at, batch.arrivals is Arrivals.ASSUMED))
    return counted


def _enter_batches(opened: Delivery, clock: Clock | None) -> None:
    through = None if clock is None else clock().replace(microsecond=0)
    for number, (arrived_at, assumed) in enumerate(opened.arrived, start=opened.first_number):
        add_batch(opened.connection, number, through or arrived_at, assumed)


def _remove_unlisted(store: ObservationStore, connection: Connection) -> None:
    """Remove what a writer that died left behind; only the one writer may."""
    listed = {segment.name for segment in all_segments(connection)}
    store.segments.mkdir(exist_ok=True)
    for folder in store.segments.iterdir():
        if folder.name not in listed:
            shutil.rmtree(folder, ignore_errors=True)  # whoever wrote before may be removing it too


def _add_month(opened: Delivery, batch: Batch, month: int, inside: Mask) -> Appended:
    keys, stations = tuple(sorted(map(str, batch.data.data_vars))), tuple(map(str, batch.data["station"].values))
    hours, number = hours_of(batch.data["time"].values[inside]), opened.next_number
    values, withdrawn = _as_kept(batch, keys, inside), _withdrawn(batch, keys, inside)
    held = _held(opened, keys, hours, stations)
    same = (values == held.values) | (np.isnan(values) & np.isnan(held.values))
    brings = (~np.isnan(values) | (withdrawn & ~held.just_now)) & ~same
    assumed = ~held.before if batch.arrivals is Arrivals.ASSUMED else np.zeros(values.shape, dtype=bool)
    if brings.any():
        stamps = np.where(brings, np.where(assumed, stamp_of(number, True), stamp_of(number, False)), 0).astype(STAMP)
        facts = Facts(keys, hours, stations, np.where(brings, values, np.float32("nan")), stamps, NO_FACTS)
        segment = write_segment(opened.store.segments, month, packed(facts))
        replace_segments(opened.connection, (), segment)
        opened.written.append(segment)
    first = brings & ~held.before
    late = first & ~assumed & held.begun[:, :, None]
    counts = (first & ~late, late, brings & held.before, same & ~np.isnan(values))
    return Appended(*(int(np.count_nonzero(count)) for count in counts))


def _as_kept(batch: Batch, keys: tuple[str, ...], inside: Mask) -> Values:
    """Values (key, hour, station) in 32 bits; what is too great for them becomes infinite."""
    with np.errstate(over="ignore"):
        values = np.stack([batch.data[key].transpose("time", "station").values[inside].astype(VALUE) for key in keys])
    values[np.isnan(values)] = np.nan  # of one kind, so that equal data have equal bits
    return values


def _withdrawn(batch: Batch, keys: tuple[str, ...], inside: Mask) -> Mask:
    shape = (int(inside.sum()), batch.data.sizes["station"])
    absent = np.zeros(shape, dtype=bool)
    told = batch.withdrawn
    return np.stack([absent if told is None or key not in told else told[key].transpose("time", "station").values[inside] for key in keys])


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """What the store holds of some cells (key, hour, station): the latest values, whether they came `just_now`, in this delivery, and
    whether there were any facts `before` it; and for each (key, hour) whether it had `begun`, with any station.
    """

    values: Values
    just_now: Mask
    before: Mask
    begun: Mask


def _held(opened: Delivery, keys: tuple[str, ...], hours: Hours, stations: tuple[str, ...]) -> _Held:
    listed = segments_between(opened.connection, int(hours[0]), int(hours[-1]))
    facts = [facts_of(open_segment(opened.store.segments / segment.name)) for segment in listed]
    values, stamps = latest_visible(facts, keys, hours, stations, _everything(opened.next_number - 1))
    just_now = numbers_of(stamps) >= opened.first_number
    if just_now.any():
        _, stamps = latest_visible(facts, keys, hours, stations, _everything(opened.first_number - 1))
    begun = np.zeros((len(keys), hours.size), dtype=bool)
    for part, name in zip(facts, listed, strict=True):
        if name not in opened.written:
            begun |= _begun(part, keys, hours)
    return _Held(values, just_now, stamps > 0, begun)


def _everything(newest: int) -> Visible:
    return Visible(newest, np.zeros(newest + 1, dtype=bool), _LAST_HOUR)


def _begun(facts: Facts, keys: tuple[str, ...], hours: Hours) -> Mask:
    """Which (key, hour) have any facts."""
    begun = np.zeros((len(keys), hours.size), dtype=bool)
    to_key, from_key = positions(keys, facts.keys)
    at, row = common(hours, facts.hours)
    begun[np.ix_(to_key, at)] = (facts.stamps[np.ix_(from_key, row)] > 0).any(axis=2)
    for key, its in zip(to_key, from_key, strict=True):
        begun[key] |= np.isin(hours, facts.loose["hour"][facts.loose["key"] == its])
    return begun
