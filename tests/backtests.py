"""Backtests in tests: of the small case, with tasks done by the test's own process."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hazecast import __version__
from hazecast.archive.decisions import load_origin
from hazecast.backtest.replay.plan import Plan
from hazecast.backtest.replay.running import Backtest, run_backtest
from hazecast.backtest.replay.task import CycleDone, CycleTask, run_task
from hazecast.backtest.replay.workers import Workers
from hazecast.config import ForecastSettings, Settings
from tests.commands import files_below
from tests.small_case import SmallCase, small_settings

DAY = timedelta(days=1)
START = datetime(2019, 1, 9, tzinfo=UTC)
NOW = datetime(2019, 2, 1, tzinfo=UTC)
TOLD_OF_INPUTS = ("origin.json", "manifest.json")  # these name the inputs by the hashes of whole files


class OwnProcess:
    """Does each task when it is given out; `done` are those that it did."""

    def __init__(self) -> None:
        self.done: list[CycleTask] = []

    def submit(self, task: CycleTask) -> "Future[CycleDone]":
        future: Future[CycleDone] = Future()
        try:
            future.set_result(run_task(task))
        except Exception as failed:
            future.set_exception(failed)
        self.done.append(task)
        return future

    def at_once(self) -> int:
        return 1

    def mend(self) -> None:
        raise AssertionError("nobody died")


@contextmanager
def own_process() -> Iterator[Workers]:
    yield OwnProcess()


def quick_settings(case: SmallCase, learning_rows: int = 2000) -> Settings:
    """Without members, as the command has it; with so few rows there is no correction, which takes longest."""
    settings = small_settings(case)
    quick = ForecastSettings(horizon_hours=24, learning_rows=learning_rows)
    return settings.model_copy(update={"forecast": quick, "transport": settings.transport.model_copy(update={"members": 0})})


def plan_for(settings: Settings, cycles: int = 1, start: datetime = START, every: timedelta = DAY) -> Plan:
    horizon = timedelta(hours=settings.forecast.horizon_hours)
    return Plan(start, start + cycles * every, every, horizon, None, settings.sha256(), __version__)


def replayed(out: Path, settings: Settings, plan: Plan) -> Backtest:
    return run_backtest(out, plan, settings, own_process, lambda _stage, _done: None, lambda: NOW)


def products_of(out: Path) -> Mapping[str, bytes]:
    """Everything that the cycles made, but what tells of whole input files."""
    return {name: content for name, content in files_below(out / "cycles").items() if not name.endswith(TOLD_OF_INPUTS)}


def remarks_of(out: Path, cycle_key: str) -> object:
    return load_origin(out / "cycles" / cycle_key / "origin.json").notes
