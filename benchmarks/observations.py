"""The store of observations: taking in a year of a national network, and reading the window of a cycle beside a plain file of the same.

What is measured for its memory runs in a process of its own.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np
import xarray as xr

from benchmarks.measuring import Row, in_turn
from benchmarks.national_network import FIRST_DAY, Network, write_dumps
from hazecast.archive.observations.appending import append
from hazecast.archive.observations.batches import Batch
from hazecast.archive.observations.reading import read_observations
from hazecast.archive.observations.store import ObservationStore, close_observations, open_observations
from hazecast.records import Arrivals

WINDOW = timedelta(days=60)
AT_MOST_TWICE_AS_LONG = 0.5
MOST_MEMORY_MIB = 2048.0
KEYS = ("pm25", "pm10", "so2", "no2", "o3", "co")
ONE_OF_SO_MANY_IS_CORRECTED = 97


@dataclass(frozen=True, slots=True)
class Size:
    """The network, the hours that arrive live after it, and rounds of each timing."""

    network: Network
    live_hours: int
    rounds: int

    @property
    def end(self) -> datetime:
        """The last hour of the dumps, in UTC: midnight in Beijing."""
        day = (FIRST_DAY + self.network.days - 1).astype(datetime)
        return datetime(day.year, day.month, day.day, 15, tzinfo=UTC)


FULL = Size(Network(sites=1500, days=365), live_hours=48, rounds=21)
SMALL = Size(Network(sites=20, days=62), live_hours=3, rounds=3)


def rows(small: bool) -> list[Row]:
    """Every line of the table, in its order."""
    size = SMALL if small else FULL
    with tempfile.TemporaryDirectory(prefix="hazecast-bench-") as folder:
        return list(_rows(size, Path(folder)))


def _rows(size: Size, home: Path) -> Iterator[Row]:
    text = write_dumps(size.network, home / "dumps")
    took = apart("take_in_dumps", home)
    what = f"{size.network.values / 1e6:.3g} million values of {size.network.sites} sites, {text / 1e9:.2g} GB of CSV"
    pace = took["values"] / took["seconds"]
    yield Row(f"taking in {what}", pace / 1e6, "million values/s", "as they arrive, hour by hour", pace / size.network.pace, None)
    yield _memory("taking in", took)
    store = open_observations(home / "store")
    try:
        yield _window(store, size, size.end, "as taken in", home / "plain.npy")
        arrive_live(store, size)
        yield _window(store, size, size.end + timedelta(hours=size.live_hours), f"with {size.live_hours} live hours", home / "live.npy")
    finally:
        close_observations(store)
    yield _memory("reading the window", apart("read_window", home, f"{size.end:%Y-%m-%dT%H}", str(size.network.sites)))


def _window(store: ObservationStore, size: Size, last: datetime, which: str, plain: Path) -> Row:
    """Reading 60 days of everything as of the end, beside loading the same numbers from a plain file into memory."""

    def ours() -> xr.Dataset:
        return window_of(store, size.network, last)

    answer = ours()
    np.save(plain, np.stack([answer[key].values for key in KEYS]))
    same = all(np.array_equal(mine, theirs, equal_nan=True) for mine, theirs in zip(answer.data_vars.values(), np.load(plain), strict=True))
    if not same:
        raise AssertionError(f"{plain} does not hold what the store answers.")
    times = in_turn(ours, {"numpy.load": lambda: np.load(plain)}, size.rounds)
    values = sum(field.size for field in answer.data_vars.values())
    name = f"window of {WINDOW.days} days, {which}, {plain.stat().st_size / 1e6:.3g} MB"
    return Row(name, values / median(times.ours) / 1e6, "million values/s", "numpy.load", times.ratio("numpy.load"), AT_MOST_TWICE_AS_LONG)


def window_of(store: ObservationStore, network: Network, last: datetime) -> xr.Dataset:
    """What a cycle reads."""
    return read_observations(store, network.names, KEYS, last - WINDOW + timedelta(hours=1), last, as_of=last + timedelta(days=1))


def arrive_live(store: ObservationStore, size: Size) -> None:
    """Hour after hour a new one comes, and with it corrections here and there of the day before."""
    rng = np.random.default_rng(2)
    names, corrected = size.network.names, slice(None, None, ONE_OF_SO_MANY_IS_CORRECTED)
    for number in range(1, size.live_hours + 1):
        hour = size.end + timedelta(hours=number)
        arrived = hour + timedelta(minutes=30)
        append(store, Batch(_values(rng, hour, names), arrived, Arrivals.RECORDED))
        append(store, Batch(_values(rng, hour - timedelta(hours=24), names[corrected]), arrived, Arrivals.RECORDED))


def _values(rng: np.random.Generator, hour: datetime, names: tuple[str, ...]) -> xr.Dataset:
    time = np.array([hour.replace(tzinfo=None)], dtype="datetime64[ns]")
    fields = {key: (("time", "station"), np.round(rng.gamma(4.0, 10.0, (1, len(names))))) for key in KEYS}
    return xr.Dataset(fields, coords={"time": time, "station": list(names)})


def _memory(what: str, measured: dict[str, float]) -> Row:
    return Row(f"most memory while {what}", measured["mib"], "MiB", "2 GiB", MOST_MEMORY_MIB / measured["mib"], 1.0)


def apart(task: str, *arguments: Path | str) -> dict[str, float]:
    """Run a function of `benchmarks.observations_apart` in a process of its own; returns what it measured."""
    code = f"import sys; from benchmarks import observations_apart; observations_apart.{task}(*sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured
