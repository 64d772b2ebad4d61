"""Tasks given out and taken back: each once, whatever the order, and again where a worker died."""

from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazecast.backtest.replay.giving_out import MOST_DEATHS, done_tasks
from hazecast.backtest.replay.task import CycleDone, CycleTask
from hazecast.errors import CycleError, SettingsError
from hazecast.records import Cycle

START = datetime(2015, 11, 1, tzinfo=UTC)


def tasks(count: int) -> list[CycleTask]:
    moments = [START + timedelta(days=n) for n in range(count)]
    return [CycleTask(Path("out"), Cycle(m, m, timedelta(hours=24)), "s", "1") for m in moments]


@dataclass
class Scripted:
    """Workers whose n-th task given out ends as the n-th word says: done, dies, fails; then all are done."""

    script: list[str] = field(default_factory=list)
    most: int = 2
    given: list[str] = field(default_factory=list)
    mended: int = 0

    def submit(self, task: CycleTask) -> "Future[CycleDone]":
        word = self.script[len(self.given)] if len(self.given) < len(self.script) else "done"
        self.given.append(task.cycle.key)
        future: Future[CycleDone] = Future()
        if word == "done":
            future.set_result(CycleDone(task.cycle.key, ()))
        else:
            future.set_exception(BrokenExecutor("died") if word == "dies" else SettingsError("wrong.", "Mend it."))
        return future

    def at_once(self) -> int:
        return self.most

    def mend(self) -> None:
        self.mended += 1


@given(st.integers(0, 12), st.integers(1, 5), st.lists(st.sampled_from(["done", "dies"]), max_size=10))
def test_every_task_is_done_however_workers_die(count: int, most: int, script: list[str]) -> None:
    survivable = [word for n, word in enumerate(script) if word == "done" or n % 3 == 0]
    workers = Scripted(survivable, most)
    keys: list[str] = []
    try:
        keys += [done.cycle_key for done in done_tasks(tasks(count), workers)]
    except CycleError:
        assert workers.mended == MOST_DEATHS - 1
        return
    assert sorted(set(keys)) == [task.cycle.key for task in tasks(count)]
    assert len(keys) == count


def test_they_are_given_out_in_the_order_of_time() -> None:
    workers = Scripted()
    list(done_tasks(tasks(4), workers))
    assert workers.given == [task.cycle.key for task in tasks(4)]


def test_what_a_dead_worker_was_at_comes_first() -> None:
    workers = Scripted(["dies"], most=1)
    list(done_tasks(tasks(3), workers))
    keys = [task.cycle.key for task in tasks(3)]
    assert workers.given == [keys[0], *keys]
    assert workers.mended == 1


def test_workers_that_die_one_after_the_other_are_an_error_with_a_way_out() -> None:
    with pytest.raises(CycleError, match=r"died 3 times in a row.*20151101T00Z.*fewer --workers; started again, the backtest goes on"):
        list(done_tasks(tasks(1), Scripted(["dies"] * MOST_DEATHS, most=1)))


def test_what_a_task_raises_is_raised() -> None:
    with pytest.raises(SettingsError, match="wrong"):
        list(done_tasks(tasks(3), Scripted(["done", "fails"], most=1)))
