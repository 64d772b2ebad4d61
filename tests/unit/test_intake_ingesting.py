"""What a cycle may know of what was taken in: history by assumption, all else by record, a correction and a late value as further facts."""

import os
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hazecast.archive.memory import Memory, open_memory
from hazecast.archive.observations.holdings import holdings
from hazecast.archive.observations.watch import Watching
from hazecast.config import ObservationSettings, Settings
from hazecast.errors import NoDataInPeriod
from hazecast.intake.arrived import runs_as_of
from hazecast.intake.gather import gather
from hazecast.intake.ingesting import Ingested, ingest
from hazecast.intake.monitoring.reading import read_monitoring
from hazecast.intake.monitoring.recalling import as_written
from hazecast.records import Cycle, Gathered, InputRole, MeteorologyKind
from tests.small_case import HEADER, STATIONS, SmallCase, small_settings, write_small_case

DATA_END = datetime(2019, 1, 12, 23, tzinfo=UTC)
WATCHED = datetime(2019, 1, 13, tzinfo=UTC)  # when the history is taken in, and the watch begins
HOUR = timedelta(hours=1)


@dataclass
class Bench:
    """A small case and its memory, with a clock that is set by hand."""

    case: SmallCase
    memory: Memory
    now: datetime = WATCHED

    def settings(self, delay_hours: float = 0.0) -> Settings:
        observations = ObservationSettings(path=self.case.observations, arrival_delay_hours=delay_hours)
        return small_settings(self.case).model_copy(update={"observations": observations})

    def take_in(self, watching: Watching = Watching.LIVE) -> Ingested:
        return ingest(self.settings(), self.memory, watching, lambda: self.now)

    def write(self, name: str, *rows: tuple[str, str, float | str], station: int = 0) -> None:
        """A file of values: hour, parameter, value."""
        id, place, latitude, longitude = STATIONS[station]
        lines = [f"{id},1,{place},{hour}:00:00Z,{latitude},{longitude},{key},µg/m³,{value}" for hour, key, value in rows]
        (self.case.observations / name).write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")

    def gathered(self, init: datetime, as_of: datetime | None = None, delay_hours: float = 0.0) -> Gathered:
        return gather(Cycle(init, as_of or init, timedelta(hours=6)), self.settings(delay_hours), self.memory)

    def value(self, hour: str, as_of: datetime, key: str = "pm25", station: int = 0) -> float:
        """What a cycle of that knowledge would get for an hour; NaN where nothing."""
        init = datetime.fromisoformat(hour).replace(tzinfo=UTC)
        told = self.gathered(init, as_of).observations
        if key not in told:
            return float("nan")
        return float(told[key].reindex(time=[np.datetime64(hour, "ns")]).sel(station=STATIONS[station][0]).values[0])


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    case = write_small_case(tmp_path)
    with open_memory(tmp_path / "archive") as memory:
        yield Bench(case, memory)


def test_history_that_was_taken_in_is_what_the_files_say_bit_for_bit(bench: Bench) -> None:
    bench.write("codes.csv", ("2019-01-03T05", "o3", -999), ("2019-01-03T06", "o3", 41.37), ("2019-01-03T07", "co", 1234.5))
    bench.take_in()
    read = read_monitoring(bench.case.observations)
    told = bench.gathered(datetime(2019, 1, 12, tzinfo=UTC)).observations
    direct = read.data[list(told.data_vars)].sel(time=told["time"], station=told["station"])
    for key in ("pm25", "o3", "co"):
        np.testing.assert_array_equal(told[key].transpose("time", "station").values, direct[key].transpose("time", "station").values)
    assert float(told["o3"].min()) == -999.0, "what is implausible stays, for the checks to see"


@pytest.mark.parametrize(
    ("as_of", "delay_hours", "last"),
    [("2019-01-05T00:00", 0.0, "2019-01-05T00"), ("2019-01-05T00:00", 1.5, "2019-01-04T22"), ("2019-01-05T01:30", 1.5, "2019-01-05T00")],
)
def test_history_counts_as_arrived_so_long_after_its_hour(as_of: str, delay_hours: float, last: str, bench: Bench) -> None:
    bench.take_in()
    known = bench.gathered(datetime(2019, 1, 5, tzinfo=UTC), datetime.fromisoformat(as_of).replace(tzinfo=UTC), delay_hours)
    assert known.observations["time"].values[-1] == np.datetime64(last, "ns")


def test_each_file_is_taken_in_once_and_again_when_it_has_changed(bench: Bench) -> None:
    first = bench.take_in().observations
    assert (first.read, first.unchanged, first.appended.new) == (5, 0, 5 * 288)
    batches = holdings(bench.memory.observations).batches
    again = bench.take_in().observations
    assert (again.read, again.unchanged, again.appended.facts) == (0, 5, 0)
    assert holdings(bench.memory.observations).batches == batches
    bench.write("1001.csv", ("2019-01-03T05", "pm25", 500.0))
    changed = bench.take_in().observations
    assert (changed.read, changed.unchanged, changed.appended.corrected) == (1, 5, 1)


def test_a_file_that_was_touched_or_moved_is_no_new_fact(bench: Bench) -> None:
    bench.take_in()
    (bench.case.observations / "1001.csv.gz").rename(bench.case.observations / "moved.csv.gz")
    os.utime(bench.case.observations / "1002.csv.gz")
    assert bench.take_in().observations.appended.facts == 0


def test_files_are_known_by_their_whole_path_wherever_one_stands(bench: Bench) -> None:
    settings = bench.settings()
    near = settings.observations.model_copy(update={"path": Path("observations")})
    weather = settings.meteorology.model_copy(update={"path": Path("meteorology")})
    with chdir(bench.case.folder):
        ingest(settings.model_copy(update={"observations": near, "meteorology": weather}), bench.memory, Watching.LIVE, lambda: bench.now)
    again = bench.take_in()
    assert (again.observations.read, again.observations.unchanged) == (0, 5)
    assert [(noted.new, noted.gone) for noted in again.gridded] == [(0, 0)]


def test_a_correction_is_known_from_its_arrival_on_and_before_it_the_old_value_stands(bench: Bench) -> None:
    bench.take_in()
    before = bench.value("2019-01-12T05", WATCHED)
    bench.now = WATCHED + 3 * HOUR
    bench.write("zz.csv", ("2019-01-12T05", "pm25", 432.1))
    bench.take_in()
    assert bench.value("2019-01-12T05", WATCHED + 2 * HOUR) == before
    assert bench.value("2019-01-12T05", WATCHED + 3 * HOUR) == 432.1


def test_live_values_are_known_when_they_were_seen_however_old_their_hour(bench: Bench) -> None:
    bench.take_in()
    bench.now = WATCHED + 5 * HOUR
    bench.write("live.csv", ("2019-01-13T01", "pm25", 71.0), ("2019-01-13T04", "pm25", 74.0))
    assert bench.take_in().observations.appended.new == 2
    assert np.isnan(bench.value("2019-01-13T01", WATCHED + 5 * HOUR - timedelta(seconds=1)))
    assert bench.value("2019-01-13T01", WATCHED + 5 * HOUR) == 71.0
    bench.now = WATCHED + 7 * HOUR
    bench.write("late.csv", ("2019-01-13T01", "pm25", 55.0), station=1)
    assert bench.take_in().observations.appended.late == 1
    assert np.isnan(bench.value("2019-01-13T01", WATCHED + 6 * HOUR, station=1))
    assert bench.value("2019-01-13T01", WATCHED + 7 * HOUR, station=1) == 55.0


def test_an_archive_that_nobody_watches_takes_all_as_history(bench: Bench) -> None:
    bench.take_in(Watching.AS_BEFORE)
    bench.now = WATCHED + 9 * HOUR
    bench.write("more.csv", ("2019-01-13T01", "pm25", 71.0))
    bench.take_in(Watching.AS_BEFORE)
    assert bench.value("2019-01-13T01", WATCHED + 1 * HOUR) == 71.0
    assert holdings(bench.memory.observations).watched_since is None


def test_once_watched_a_run_in_between_records_too_and_a_backfill_does_not(bench: Bench) -> None:
    bench.take_in()
    bench.now = WATCHED + 9 * HOUR
    bench.write("seen.csv", ("2019-01-13T01", "pm25", 71.0))
    bench.take_in(Watching.AS_BEFORE)
    bench.write("history.csv", ("2019-01-13T01", "pm25", 61.0), station=1)
    bench.take_in(Watching.BACKFILL)
    assert np.isnan(bench.value("2019-01-13T01", WATCHED + 2 * HOUR))
    assert bench.value("2019-01-13T01", WATCHED + 2 * HOUR, station=1) == 61.0
    assert holdings(bench.memory.observations).watched_since == WATCHED


def test_a_value_that_is_taken_back_is_missing_from_then_on(bench: Bench) -> None:
    bench.take_in()
    bench.now = WATCHED + 3 * HOUR
    bench.write("zz.csv", ("2019-01-12T05", "pm25", ""))
    taken = bench.take_in().observations.appended
    assert (taken.corrected, taken.new) in {(1, 0), (0, 0)}
    if taken.corrected:
        assert np.isnan(bench.value("2019-01-12T05", WATCHED + 3 * HOUR))
    assert not np.isnan(bench.value("2019-01-12T05", WATCHED + 2 * HOUR))


def test_a_file_that_cannot_be_read_is_told_and_keeps_nothing_waiting(bench: Bench) -> None:
    bad = bench.case.observations / "bad.csv"
    bad.write_text("half a file", encoding="utf-8")
    first = bench.take_in().observations
    assert (first.read, first.appended.new) == (5, 5 * 288)
    assert [("bad.csv" in str(error)) for error in first.refused] == [True]
    bench.write("bad.csv", ("2019-01-13T01", "pm25", 71.0))
    mended = bench.take_in().observations
    assert (mended.read, mended.refused) == (1, ())


def test_without_any_observation_there_is_nothing_to_take_in(bench: Bench) -> None:
    for file in bench.case.observations.iterdir():
        file.unlink()
    with pytest.raises(NoDataInPeriod, match="expected files of monitoring data"):
        bench.take_in()


@pytest.mark.parametrize(
    "written", [35.2, 0.1, 12.345, 1234.5, 99999.9, -999.0, -9999.0, 0.0, 1e-4, 3.3e-5, 1e7, float("nan"), float("inf")]
)
def test_numbers_are_again_what_was_written(written: float) -> None:
    again = as_written(np.array([written], dtype=np.float32))
    np.testing.assert_array_equal(again, [written])


def test_numbers_of_more_digits_are_as_near_as_they_were_kept() -> None:
    values = np.random.default_rng(1).lognormal(3.0, 3.0, 10_000)
    np.testing.assert_allclose(as_written(values.astype(np.float32)), values, rtol=1.2e-7)


def runs(bench: Bench, as_of: datetime, delay_hours: float = 0.0) -> dict[str, str]:
    known = runs_as_of(bench.memory.ledger, InputRole.METEOROLOGY, as_of, timedelta(hours=delay_hours))
    return {path.name: str(run)[:16] for path, run in known.items()}


def test_gridded_files_of_before_the_watch_give_runs_by_their_delay(bench: Bench) -> None:
    bench.take_in()
    assert runs(bench, DATA_END, 6.0) == {"era5.nc": "2019-01-12T17:00"}


def test_gridded_files_are_known_from_their_arrival_to_their_end(bench: Bench) -> None:
    bench.take_in()
    second = bench.case.meteorology / "second.nc"
    steps: tuple[Callable[[], object], ...] = (
        lambda: second.write_bytes(b"first content"),
        lambda: second.write_bytes(b"second, longer content"),
        second.unlink,
    )
    noted = []
    for number, step in enumerate(steps, start=1):
        step()
        bench.now = WATCHED + number * HOUR
        (its,) = bench.take_in().gridded
        noted.append((its.files, its.new, its.changed, its.gone))
        if number == 2:
            assert "second.nc" not in runs(bench, WATCHED + 1 * HOUR), "what was there then is no more"
            assert runs(bench, WATCHED + 2 * HOUR) == {"era5.nc": "2019-01-13T02:00", "second.nc": "2019-01-13T02:00"}
            assert "second.nc" not in runs(bench, WATCHED)
    assert noted == [(2, 1, 0, 0), (2, 0, 1, 0), (1, 0, 0, 1)]
    assert set(runs(bench, WATCHED + 9 * HOUR)) == {"era5.nc"}


def test_a_forecast_that_arrived_after_as_of_is_not_used(bench: Bench) -> None:
    weather = bench.case.meteorology / "era5.nc"
    (bench.case.folder / "away").mkdir()
    away = weather.rename(bench.case.folder / "away" / "era5.nc")
    bench.take_in()
    away.rename(weather)
    bench.now = WATCHED + 2 * HOUR
    bench.take_in()
    settings = bench.settings()
    as_forecast = settings.meteorology.model_copy(update={"kind": MeteorologyKind.FORECAST})
    settings = settings.model_copy(update={"meteorology": as_forecast})
    init = datetime(2019, 1, 12, tzinfo=UTC)
    with pytest.raises(NoDataInPeriod, match="no file that had arrived"):
        gather(Cycle(init, WATCHED + HOUR, timedelta(hours=6)), settings, bench.memory)
    used = gather(Cycle(init, WATCHED + 2 * HOUR, timedelta(hours=6)), settings, bench.memory)
    assert used.meteorology["time"].values[-1] == np.datetime64("2019-01-12T06", "ns")


def test_what_was_answered_is_named_with_its_hash_and_files(bench: Bench) -> None:
    bench.take_in()
    gathered = bench.gathered(datetime(2019, 1, 12, tzinfo=UTC))
    assert gathered.asked is not None
    assert gathered.asked.question.station_ids == tuple(s[0] for s in STATIONS)
    assert [f.path.name for f in gathered.inputs if f.role == InputRole.OBSERVATIONS] == [f"{s[0]}.csv.gz" for s in STATIONS]
    assert isinstance(gathered.observations, xr.Dataset)
    assert pd.DatetimeIndex(gathered.observations["time"]).is_monotonic_increasing
