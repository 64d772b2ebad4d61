"""The store of observations keeps pace with a plain file, loosely: `python -m benchmarks observations` measures it in earnest."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from benchmarks.measuring import in_turn
from benchmarks.national_network import Network
from benchmarks.observations import KEYS, WINDOW, Size, apart, arrive_live, window_of
from hazecast.archive.observations.appending import add, delivery
from hazecast.archive.observations.batches import Batch
from hazecast.archive.observations.store import ObservationStore, close_observations, open_observations
from hazecast.records import Arrivals

SIZE = Size(Network(sites=400, days=62), live_hours=6, rounds=5)
MOST_TIMES_AS_LONG = 40  # as numpy.load, where the benchmark asks for 2 at full size; going cell by cell takes hundreds
MOST_MIB = 600.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scale")


@pytest.fixture(scope="module")
def store(home: Path) -> Iterator[ObservationStore]:
    """Two months of 400 sites, and six live hours with corrections."""
    opened = open_observations(home / "store")
    rng = np.random.default_rng(3)
    hours = np.array([(SIZE.end - timedelta(hours=h)).replace(tzinfo=None) for h in range(62 * 24)][::-1], dtype="datetime64[ns]")
    with delivery(opened) as one:
        fields = {key: (("time", "station"), np.round(rng.gamma(4.0, 10.0, (hours.size, SIZE.network.sites)))) for key in KEYS}
        data = xr.Dataset(fields, coords={"time": hours, "station": list(SIZE.network.names)})
        add(one, Batch(data, SIZE.end, Arrivals.ASSUMED))
    arrive_live(opened, SIZE)
    yield opened
    close_observations(opened)


def test_a_window_is_read_at_the_pace_of_a_plain_file_or_nearly(store: ObservationStore, home: Path) -> None:
    last = SIZE.end + timedelta(hours=SIZE.live_hours)
    answer = window_of(store, SIZE.network, last)
    assert dict(answer.sizes) == {"time": WINDOW.days * 24, "station": SIZE.network.sites}
    assert all(int(field.isnull().sum()) == 0 for field in answer.data_vars.values())
    plain = home / "plain.npy"
    np.save(plain, np.stack([answer[key].values for key in KEYS]))
    times = in_turn(lambda: window_of(store, SIZE.network, last), {"numpy.load": lambda: np.load(plain)}, SIZE.rounds)
    assert min(times.ours) < MOST_TIMES_AS_LONG * min(times.peers["numpy.load"])


@pytest.mark.slow
def test_reading_a_window_needs_little_more_memory_than_the_window(store: ObservationStore, home: Path) -> None:
    assert store.folder == home / "store"
    assert apart("read_window", home, f"{SIZE.end:%Y-%m-%dT%H}", str(SIZE.network.sites))["mib"] < MOST_MIB
