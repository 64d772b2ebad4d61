"""Those who do the tasks: processes of this machine, as many as there are cores."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Protocol

from hazecast.backtest.replay.task import CycleDone, CycleTask, run_task
from hazecast.backtest.replay.worker_process import begin


class Workers(Protocol):
    """Whoever does tasks, in whatever order."""

    def submit(self, task: CycleTask) -> "Future[CycleDone]":
        """Have a task done; the future raises BrokenExecutor where its worker died."""
        ...

    def at_once(self) -> int:
        """How many tasks are worth being given out at a time."""
        ...

    def mend(self) -> None:
        """Replace workers that died; what they were at must be given out again."""
        ...


class _Processes:
    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = self._new()

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._count, multiprocessing.get_context("spawn"), initializer=begin)

    def submit(self, task: CycleTask) -> "Future[CycleDone]":
        return self._pool.submit(run_task, task)

    def at_once(self) -> int:
        return self._count + 1

    def mend(self) -> None:
        self.stop()
        self._pool = self._new()

    def stop(self) -> None:
        """End every process at once: what it is at is done again."""
        for process in multiprocessing.active_children():
            process.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def processes(count: int) -> Iterator[Workers]:
    """So many processes, each with one thread for kernels and one for everything else; they end with this one, however it ends."""
    pool = _Processes(count)
    try:
        yield pool
    finally:
        pool.stop()
