"""A backtest from its plan to its files; started again, it goes on where it was."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hazecast.archive.netcdf import read_dataset
from hazecast.backtest.replay.folder import held, is_finished, without_leftovers
from hazecast.backtest.replay.forecasts_file import write_forecasts
from hazecast.backtest.replay.giving_out import done_tasks
from hazecast.backtest.replay.memory import require_unchanged, take_in
from hazecast.backtest.replay.observed_file import write_observed
from hazecast.backtest.replay.plan import Plan
from hazecast.backtest.replay.record import begin, finish
from hazecast.backtest.replay.task import CycleDone, CycleTask
from hazecast.backtest.replay.trainings import train_all
from hazecast.backtest.replay.warnings_life import replay_warnings, write_warnings
from hazecast.backtest.replay.workers import Workers
from hazecast.config import Settings
from hazecast.cycle import Progress
from hazecast.errors import NoDataInPeriod

Clock = Callable[[], datetime]
OpenWorkers = Callable[[], AbstractContextManager[Workers]]


@dataclass(frozen=True, slots=True)
class Backtest:
    """What came of it: the keys of the cycles that there are, those that lacked data, how many of all were done before, and messages."""

    out: Path
    plan: Plan
    done: tuple[str, ...]
    lacking: tuple[CycleDone, ...]
    done_before: int
    messages: int


def run_backtest(out: Path, plan: Plan, settings: Settings, open_workers: OpenWorkers, progress: Progress, clock: Clock) -> Backtest:
    """Run every cycle that is not done, and put their forecasts, observations and warnings together in `out`.

    A cycle without data is left out and told. Raises SettingsError for a folder that holds something else or inputs that changed
    meanwhile, NoDataInPeriod where there is no cycle at all, and what a cycle raises.
    """
    with held(out):
        begin(out, plan, settings)
        with without_leftovers(out):
            _take_in(out, plan, settings, progress, clock)
            finished, lacking, before = _run_cycles(out, plan, settings, open_workers, progress)
            require_unchanged(out, settings)
            return _put_together(out, plan, settings, finished, lacking, before, progress)


def _take_in(out: Path, plan: Plan, settings: Settings, progress: Progress, clock: Clock) -> None:
    holdings = take_in(out, settings, plan.as_recorded, clock, lambda done: progress("reading", done))
    require_unchanged(out, settings)
    last = plan.cycles[-1].init_time
    if holdings.first is None or holdings.last is None or holdings.first > last or holdings.last < plan.start:
        raise NoDataInPeriod(
            f"{settings.observations.path} holds no observations for cycles from {_said(plan.start)} to {_said(last)} UTC; it holds "
            + ("none at all." if holdings.first is None else f"those from {_said(holdings.first)} to {_said(holdings.last)} UTC."),
            "Choose --start and --end inside the data.",
        )


def _run_cycles(
    out: Path, plan: Plan, settings: Settings, open_workers: OpenWorkers, progress: Progress
) -> tuple[set[str], dict[str, CycleDone], int]:
    """The keys of cycles that there are, those without data, and how many there were before."""
    finished = {cycle.key for cycle in plan.cycles if is_finished(out, cycle.key)}
    before, lacking = len(finished), dict[str, CycleDone]()
    tasks = [
        CycleTask(out.absolute(), cycle, plan.settings_sha256, plan.software_version, plan.weather_errors)
        for cycle in plan.cycles
        if cycle.key not in finished
    ]
    if tasks:
        with open_workers() as workers:
            train_all(out, plan, settings, progress)
            progress("cycles", before / len(plan.cycles))
            for done in done_tasks(tasks, workers):
                if done.products:
                    finished.add(done.cycle_key)
                else:
                    lacking[done.cycle_key] = done
                progress("cycles", (len(finished) + len(lacking)) / len(plan.cycles))
    return finished, lacking, before


def _put_together(
    out: Path, plan: Plan, settings: Settings, finished: set[str], lacking: dict[str, CycleDone], before: int, progress: Progress
) -> Backtest:
    cycles = [cycle for cycle in plan.cycles if cycle.key in finished]
    without = tuple(lacking[cycle.key] for cycle in plan.cycles if cycle.key in lacking)
    if not cycles:
        raise NoDataInPeriod(f"No cycle could be run. The first: {without[0].lacking}", "Choose --start and --end inside the data.")
    progress("together", 0.0)
    keys = tuple(cycle.key for cycle in cycles)
    write_forecasts(out, plan, keys)
    progress("together", 0.4)
    observed = write_observed(out, plan, settings)
    progress("together", 0.6)
    warnings = tuple(replay_warnings(out, settings, cycles, read_dataset(observed)))
    write_warnings(out, warnings)
    finish(out, plan, settings, keys, without)
    progress("together", 1.0)
    return Backtest(out, plan, keys, without, before, sum(len(told.messages) for told in warnings))


def _said(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
