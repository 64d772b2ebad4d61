"""What `benchmarks.observations` measures in a process of its own: each function prints seconds and the most memory there was, as JSON."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measuring import peak_mib
from hazecast.archive.observations.store import close_observations, open_observations
from hazecast.archive.observations.watch import Watching
from hazecast.intake.monitoring.taking_in import take_in


def take_in_dumps(home: str) -> None:
    """Take the folder `dumps` of `home` into the store beside it, as `hazecast ingest` does."""
    start = time.perf_counter()
    store = open_observations(Path(home) / "store")
    taken = take_in(store, Path(home) / "dumps", None, Watching.BACKFILL, lambda: datetime.now(UTC))
    close_observations(store)
    if taken.refused:
        raise taken.refused[0]
    _print(time.perf_counter() - start, values=taken.appended.new)


def read_window(home: str, last: str, sites: str) -> None:
    """Read what a cycle reads."""
    from benchmarks.national_network import Network
    from benchmarks.observations import window_of

    store = open_observations(Path(home) / "store")
    start = time.perf_counter()
    window_of(store, Network(int(sites), 1), datetime.fromisoformat(last).replace(tzinfo=UTC))
    _print(time.perf_counter() - start)
    close_observations(store)


def _print(seconds: float, **more: float) -> None:
    print(json.dumps({"seconds": seconds, "mib": peak_mib(), **more}))
