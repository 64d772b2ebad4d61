"""`hazecast backtest`."""

import os
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hazecast.cli.app import ConfigOption, JsonOption, app
from hazecast.cli.output import print_result
from hazecast.cli.progress import Progress, progress_bars
from hazecast.cli.scorecard import DEFAULT_COST_RATIO, CompareOption, ControlDaysOption, CostRatioOption, scorecard_options
from hazecast.errors import MissingExtra, SettingsError

if TYPE_CHECKING:
    from hazecast.backtest.replay.plan import Plan
    from hazecast.backtest.replay.running import Backtest, OpenWorkers
    from hazecast.backtest.scorecard import ScorecardOptions
    from hazecast.config import Settings

MOST_REASONS = 3


@app.command()
def backtest(
    config: ConfigOption,
    start: Annotated[str, typer.Option(metavar="TIME", help="The first cycle's init_time in UTC, such as 2015-11-01.")],
    end: Annotated[str, typer.Option(metavar="TIME", help="Cycles run up to this time, which is not among them.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where everything goes; with a backtest begun there, it goes on.")],
    every: Annotated[str, typer.Option(metavar="HOURS", help="How far apart cycles are, such as 24h, 12h or 6h.")] = "24h",
    workers: Annotated[int, typer.Option(metavar="N", help="Processes at once. [default: one a core]")] = 0,
    dask: Annotated[str, typer.Option(metavar="ADDRESS", help="A Dask scheduler to give cycles to, such as tcp://host:8786.")] = "",
    train_once: Annotated[bool, typer.Option("--train-once", help="Train at the start alone, not again as time goes on.")] = False,
    weather_errors: Annotated[
        bool, typer.Option("--weather-errors", help="Put errors into an analysis of the weather that grow as those of a forecast do.")
    ] = False,
    as_recorded: Annotated[
        bool, typer.Option("--as-recorded", help="Know what the archive of the settings saw arrive by the schedule's time, and no more.")
    ] = False,
    sources: Annotated[bool, typer.Option("--sources", help="Tell also how sure the shares of sources are; slower.")] = False,
    compare: CompareOption = None,
    cost_ratio: CostRatioOption = DEFAULT_COST_RATIO,
    control_days: ControlDaysOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replay cycles of the past, each knowing what had arrived by then, and score them.

    Writes forecasts.nc, warnings.json and the scorecard into DIR. Killed and started again, it goes on where it was.
    """
    _use_threads(workers)
    from hazecast.backtest.replay.running import run_backtest
    from hazecast.cli.running import now, require_known_names
    from hazecast.config import load_settings

    settings = _for_backtest(load_settings(config), sources)
    plan = replace(
        _plan(settings, (start, end, every), train_once),
        weather_errors=weather_errors,
        as_recorded=as_recorded,
        delay=timedelta(minutes=settings.schedule.delay_minutes if as_recorded else 0),
    )
    require_known_names(settings)
    options = scorecard_options(compare, cost_ratio, control_days)
    open_workers = _workers(workers, dask)
    with progress_bars(as_json, time_left=True) as progress:
        done = run_backtest(out, plan, settings, partial(_compiled, open_workers, progress, bool(dask)), progress, now)
        scored, unscored = _scored(done, options, progress)
    print_result(as_json, _facts(done, scored), [*_lines(done, scored), *unscored])


def _use_threads(workers: int) -> None:
    """Training, which this process does before its workers begin, takes no more cores than they do; before numba is imported."""
    if workers > 0:
        for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS"):
            os.environ.setdefault(name, str(min(workers, len(os.sched_getaffinity(0)))))


def _for_backtest(settings: "Settings", sources: bool) -> "Settings":
    """What nobody reads of the past is left out, unless it is asked for."""
    return settings if sources else settings.model_copy(update={"transport": settings.transport.model_copy(update={"members": 0})})


def _plan(settings: "Settings", typed: tuple[str, str, str], train_once: bool) -> "Plan":
    from hazecast import __version__
    from hazecast.backtest.replay.plan import Plan
    from hazecast.cli.times import moment_of

    start, end, every = typed
    return Plan(
        start=moment_of("--start", start),
        end=moment_of("--end", end),
        every=timedelta(hours=_hours(every)),
        horizon=timedelta(hours=settings.forecast.horizon_hours),
        retrain=None if train_once else timedelta(days=settings.forecast.retrain_days),
        settings_sha256=settings.sha256(),
        software_version=__version__,
    )


def _hours(text: str) -> int:
    digits = text.strip().lower().removesuffix("h")
    if not (digits.isascii() and digits.isdigit() and 0 < int(digits[:6]) < 10_000):
        raise SettingsError(f"--every is {text!r}; expected a number of hours, one at least.", "Give it as 24h, 12h or 6h.")
    return int(digits)


def _workers(count: int, dask: str) -> "OpenWorkers":
    if count < 0 or (count and dask):
        found = f"--workers is {count}" if count < 0 else "--workers and --dask are both given"
        raise SettingsError(f"{found}; expected a number of processes, or the address of a cluster.", "Give one of them, or none.")
    if dask:
        from hazecast.backtest.replay.cluster import cluster

        return partial(cluster, dask)
    from hazecast.backtest.replay.workers import processes

    return partial(processes, count or len(os.sched_getaffinity(0)))


def _compiled(open_workers: "OpenWorkers", progress: Progress, elsewhere: bool) -> "AbstractContextManager[Any]":
    """Workers who find the kernels compiled, those of this machine at least."""
    from hazecast.cli.compiling import compile_ahead

    if not elsewhere:
        compile_ahead(progress)
    return open_workers()


def _scored(done: "Backtest", options: "ScorecardOptions", progress: Progress) -> tuple[tuple[Path, ...], list[str]]:
    """What the scorecard wrote, or why there is none: what pictures need may be installed later."""
    from hazecast.backtest.scorecard import write_scorecard

    try:
        return write_scorecard(done.out, options, progress), []
    except MissingExtra as lacking:
        return (), [f"No scores  {lacking} Then: hazecast scorecard {done.out}"]


def _lines(done: "Backtest", scored: tuple[Path, ...]) -> list[str]:
    plan = done.plan
    new = len(done.done) - done.done_before
    lines = [
        f"Cycles     {len(done.done)} of {len(plan.cycles)} from {plan.start:%Y-%m-%d %H:%M} to {plan.end:%Y-%m-%d %H:%M} UTC: "
        f"{new} run, {done.done_before} done before, {len(done.lacking)} without data",
        *[f"           {cycle.cycle_key}: {cycle.lacking}" for cycle in done.lacking[:MOST_REASONS]],
        *([f"           … and {more} more, in backtest.json"] if (more := len(done.lacking) - MOST_REASONS) > 0 else []),
        f"Warnings   {done.messages} messages: {done.out / 'warnings.json'}",
        f"Forecasts  {done.out / 'forecasts.nc'}",
    ]
    return [*lines, *(f"Scores     {file}" for file in scored)]


def _facts(done: "Backtest", scored: tuple[Path, ...]) -> dict[str, Any]:
    return {
        "folder": str(done.out),
        "forecasts": str(done.out / "forecasts.nc"),
        "cycles_planned": len(done.plan.cycles),
        "cycles_done": len(done.done),
        "done_before": done.done_before,
        "failed": [{"cycle": cycle.cycle_key, "reason": cycle.lacking} for cycle in done.lacking],
        "messages": done.messages,
        "scores": [str(file) for file in scored],
    }
