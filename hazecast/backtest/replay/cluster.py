"""Those who do the tasks: a Dask cluster, by the address of its scheduler. The optional part `dask` brings it."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from hazecast.backtest.replay.task import CycleDone, CycleTask, run_task
from hazecast.backtest.replay.workers import Workers
from hazecast.errors import CycleError, MissingExtra, SettingsError

PATIENCE_SECONDS = 30.0


class _Cluster:
    """Dask gives the tasks of workers that died to others by itself."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False)

    def submit(self, task: CycleTask) -> "Future[CycleDone]":
        future: Future[CycleDone] = self._executor.submit(run_task, task)
        return future

    def at_once(self) -> int:
        threads: dict[str, int] = self._client.nthreads()
        return sum(threads.values()) + 1

    def mend(self) -> None:
        """Nothing to do: the scheduler knows of new workers."""


@contextmanager
def cluster(address: str) -> Iterator[Workers]:
    """The workers of the cluster at `address`; each must have this hazecast, and see the folder and the inputs under the same paths.

    Raises MissingExtra without Dask, SettingsError where there is no scheduler or no worker, and CycleError where all were lost.
    """
    client = _client(address)
    try:
        yield _Cluster(client)
    except _losses() as lost:
        raise CycleError(
            f"The Dask cluster at {address} lost a cycle: {type(lost).__name__}: {lost}.",
            "See its workers' logs; started again, the backtest goes on from here.",
        ) from lost
    finally:
        client.close()


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ModuleNotFoundError as lacking:
        raise MissingExtra("A backtest on a Dask cluster", "dask") from lacking
    try:
        client: Any = Client(address, timeout=PATIENCE_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as refused:
        raise SettingsError(
            f"No Dask scheduler answers at {address}: {refused}.",
            "Start one with `dask scheduler`, and give its address as tcp://host:8786.",
        ) from refused
    try:
        client.wait_for_workers(1, timeout=PATIENCE_SECONDS)
    except TimeoutError as none:
        client.close()
        raise SettingsError(
            f"The Dask scheduler at {address} has no worker.", f"Start some: dask worker {address} --nworkers 2 --nthreads 1."
        ) from none
    return client


def _losses() -> tuple[type[BaseException], ...]:
    """What Dask raises where workers die one after the other at a task, or the scheduler goes away."""
    from concurrent.futures import CancelledError

    from distributed import KilledWorker
    from distributed.comm.core import CommClosedError

    return KilledWorker, CommClosedError, CancelledError
