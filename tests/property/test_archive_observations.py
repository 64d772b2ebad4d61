"""The store of observations against the simplest model there is: a list of facts, searched from its end."""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import numpy as np
import xarray as xr
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hazecast.archive.observations import compaction, merging, segments
from hazecast.archive.observations.appending import add, append, delivery
from hazecast.archive.observations.batches import Appended, Batch
from hazecast.archive.observations.compaction import compact
from hazecast.archive.observations.reading import answer, ask, digest_of, read_observations
from hazecast.archive.observations.store import ObservationStore, close_observations, open_observations, verify
from hazecast.records import Arrivals, ObservationQuestion

FIRST = datetime(2019, 12, 31, 20, tzinfo=UTC)  # four hours of one month, five of the next
HOURS = [FIRST + timedelta(hours=h) for h in range(9)]
STATIONS = ("a", "b", "c", "d")
KEYS = ("co", "o3", "pm25")
Cell = tuple[str, datetime, str]

values = st.one_of(st.none(), st.sampled_from([0.0, 12.3, 35.0, -999.0]), st.floats(width=64, allow_nan=False))
clock_steps = st.integers(-2, 6).map(lambda quarters: timedelta(minutes=15 * quarters))
cells = st.tuples(st.sampled_from(KEYS), st.sampled_from(HOURS), st.sampled_from(STATIONS))
statements = st.dictionaries(cells, values, min_size=1, max_size=30)


@dataclass(frozen=True)
class Fact:
    """A value, or None where it was withdrawn; `arrived_at` is None where it is assumed to have arrived some delay after its hour."""

    value: float | None
    batch: int
    arrived_at: datetime | None

    def visible(self, hour: datetime, question: ObservationQuestion) -> bool:
        arrived = hour + question.assumed_delay if self.arrived_at is None else self.arrived_at
        return arrived <= question.as_of and self.batch <= question.newest_batch


def same(one: float | None, other: float | None) -> bool:
    return one is other is None or (one is not None and other is not None and kept(one) == kept(other))


def kept(value: float) -> np.float32:
    with np.errstate(over="ignore"):
        return np.float32(value)


def batch_of(told: dict[Cell, float | None], arrived_at: datetime, arrivals: Arrivals) -> Batch:
    hours = sorted({hour for _, hour, _ in told})
    stations = list(dict.fromkeys(station for _, _, station in told))
    shape = (len(hours), len(stations))
    data, withdrawn = {}, {}
    for key in dict.fromkeys(key for key, _, _ in told):
        data[key], withdrawn[key] = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    for (key, hour, station), value in told.items():
        at = hours.index(hour), stations.index(station)
        data[key][at], withdrawn[key][at] = np.nan if value is None else value, value is None
    times = np.array([h.replace(tzinfo=None) for h in hours], dtype="datetime64[ns]")
    coordinates = {"time": times, "station": stations}

    def dataset(fields: dict[str, np.ndarray]) -> xr.Dataset:
        return xr.Dataset({key: (("time", "station"), field) for key, field in fields.items()}, coords=coordinates)

    return Batch(dataset(data), arrived_at, arrivals, dataset(withdrawn))


class StoreOfObservations(RuleBasedStateMachine):
    """Any order of batches, corrections, late values, withdrawals, repetitions, merges and restarts."""

    @initialize(most_segments=st.integers(1, 4), sparse=st.sampled_from([0.0, 0.3, 2.0]))
    def start(self, most_segments: int, sparse: float) -> None:
        self.patches = [
            mock.patch.object(compaction, "MOST_SEGMENTS", most_segments),
            mock.patch.object(merging, "SPARSE", sparse),
            mock.patch.object(segments, "sync"),  # the disk is not what is tried here
        ]
        for patch in self.patches:
            patch.start()
        self.folder = Path(tempfile.mkdtemp(prefix="store-"))
        self.store: ObservationStore = open_observations(self.folder)
        self.facts: dict[Cell, list[Fact]] = {}
        self.batches = 0
        self.now = FIRST
        self.asked: list[tuple[ObservationQuestion, str]] = []
        self.last_told: tuple[dict[Cell, float | None], Arrivals] | None = None

    @rule(told=statements, arrivals=st.sampled_from(Arrivals), after=clock_steps)
    def a_batch_arrives(self, told: dict[Cell, float | None], arrivals: Arrivals, after: timedelta) -> None:
        self.now += after
        assert append(self.store, batch_of(told, self.now, arrivals)) == self.told([told], arrivals)
        self.last_told = told, arrivals

    @rule(told=st.lists(statements, min_size=2, max_size=3), arrivals=st.sampled_from(Arrivals), after=clock_steps)
    def several_batches_are_delivered_together(self, told: list[dict[Cell, float | None]], arrivals: Arrivals, after: timedelta) -> None:
        self.now += after
        counted = Appended()
        with delivery(self.store) as opened:
            for part in told:
                counted += add(opened, batch_of(part, self.now, arrivals))
        assert counted == self.told(told, arrivals)
        self.last_told = None

    @rule(after=clock_steps)
    def the_last_batch_comes_again(self, after: timedelta) -> None:
        if self.last_told is not None:
            self.now += after
            told, arrivals = self.last_told
            assert append(self.store, batch_of(told, self.now, arrivals)).facts == 0

    @rule(told=statements)
    def a_delivery_breaks_off(self, told: dict[Cell, float | None]) -> None:
        try:
            with delivery(self.store) as opened:
                add(opened, batch_of(told, self.now, Arrivals.RECORDED))
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            return

    @rule()
    def segments_are_merged(self) -> None:
        compact(self.store)

    @rule()
    def the_store_is_opened_anew(self) -> None:
        close_observations(self.store)
        self.store = open_observations(self.folder)

    @rule(
        quarters=st.integers(-8, 60),
        delay=st.sampled_from([0.0, 0.5, 3.0]),
        ends=st.tuples(st.integers(0, 8), st.integers(0, 8)).map(sorted),
        stations=st.lists(st.sampled_from((*STATIONS, "unknown")), min_size=1, max_size=5, unique=True),
        keys=st.lists(st.sampled_from((*KEYS, "radon")), min_size=1, max_size=4, unique=True),
    )
    def somebody_asks(self, quarters: int, delay: float, ends: list[int], stations: list[str], keys: list[str]) -> None:
        as_of = FIRST + timedelta(minutes=15 * quarters)
        question = ask(self.store, stations, keys, HOURS[ends[0]], HOURS[ends[1]], as_of, timedelta(hours=delay))
        told = answer(self.store, question)
        self.check(told, question)
        self.asked.append((question, digest_of(told)))

    @invariant()
    def the_store_is_whole(self) -> None:
        if hasattr(self, "store"):
            assert verify(self.store) >= sum(len(known) for known in self.facts.values())
            assert len(list(self.store.segments.iterdir()) if self.store.segments.exists() else []) <= 2 * 5

    @invariant()
    def what_was_answered_once_is_answered_again(self) -> None:
        if hasattr(self, "store"):
            for question, digest in self.asked[-3:]:
                assert digest_of(answer(self.store, question)) == digest

    def teardown(self) -> None:
        if hasattr(self, "store"):
            everything = read_observations(self.store, STATIONS, KEYS, HOURS[0], HOURS[-1], FIRST + timedelta(days=99))
            self.check(everything, ask(self.store, STATIONS, KEYS, HOURS[0], HOURS[-1], FIRST + timedelta(days=99)))
            close_observations(self.store)
            shutil.rmtree(self.folder)
            for patch in self.patches:
                patch.stop()

    def told(self, parts: list[dict[Cell, float | None]], arrivals: Arrivals) -> Appended:
        """Let the model know what was delivered together; returns what should have been counted."""
        before = {cell: bool(known) for cell, known in self.facts.items()}
        begun = {cell[:2] for cell, known in self.facts.items() if known}
        counted, first = Appended(), self.batches
        for part in parts:
            anything = False
            for cell, value in part.items():
                known = self.facts.setdefault(cell, [])
                latest = known[-1].value if known else None
                if same(value, latest):
                    counted += Appended(unchanged=int(value is not None))
                    continue
                if value is None and known and known[-1].batch > first:
                    continue  # another part of the delivery has a value
                anything = True
                corrects = before.get(cell, False)
                recorded = arrivals is Arrivals.RECORDED or corrects
                known.append(Fact(value, self.batches + 1, self.now if recorded else None))
                late = recorded and cell[:2] in begun
                counted += Appended(corrected=1) if corrects else Appended(late=1) if late else Appended(new=1)
            self.batches += anything
        return counted

    def check(self, told: xr.Dataset, question: ObservationQuestion) -> None:
        assert told.sizes == {"time": len(told["time"]), "station": len(question.station_ids)}
        for key in question.keys:
            for row, hour in enumerate(HOURS[HOURS.index(question.first) : HOURS.index(question.last) + 1]):
                for column, station in enumerate(question.station_ids):
                    seen = [fact.value for fact in self.facts.get((key, hour, station), []) if fact.visible(hour, question)]
                    expected = np.float32(np.nan) if not seen or seen[-1] is None else kept(seen[-1])
                    np.testing.assert_array_equal(told[key].values[row, column], expected)


TestStoreOfObservations = StoreOfObservations.TestCase
TestStoreOfObservations.settings = settings(max_examples=30, stateful_step_count=12)
