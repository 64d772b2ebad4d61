"""A task as a worker does it: with the real clock, sources and archive."""

import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from hazecast.archive.jobs import Job, JobKind
from hazecast.cli.inputs import require_archive
from hazecast.cli.progress import Progress
from hazecast.cli.running import memory_of, now, operations_of, surroundings_of
from hazecast.config import Settings
from hazecast.serving.crew import CycleTask, Task

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from hazecast.archive.memory import Memory

_LOGGER = logging.getLogger(__name__)


def do_task(task: Task, settings: Settings, progress: Progress) -> None:
    """Do a task that is claimed; whoever claimed it renews the lease. Raises HazecastError."""
    progress("begin", 0.0)
    require_archive(settings)
    with memory_of(settings) as memory, operations_of(settings) as operations:
        if isinstance(task, CycleTask):
            _run(task, settings, memory, progress)
        else:
            _do_job(task.claim.job, settings, memory, operations, progress)


def _run(task: CycleTask, settings: Settings, memory: "Memory", progress: Progress) -> None:
    from dataclasses import replace

    from hazecast.cli.compiling import compile_ahead
    from hazecast.cycle import run_claimed
    from hazecast.intake.gather import gather

    compile_ahead(progress)
    around = replace(surroundings_of(settings, memory, partial(gather, memory=memory)), owner=task.claim.owner, lease=None)
    run_claimed(task.claim, settings, around, progress, announces=task.announces)


def _do_job(job: Job, settings: Settings, memory: "Memory", operations: "Engine", progress: Progress) -> None:
    match job.kind:
        case JobKind.INGEST:
            _take_in(settings, memory, operations, progress)
        case JobKind.VERIFY:
            _verify(job, settings, memory, operations)
        case JobKind.TRAIN:
            _train(settings, memory, progress)
        case JobKind.RETAIN:
            _retain(settings, memory)
        case JobKind.BACKUP:
            _back_up(job, settings)


def _take_in(settings: Settings, memory: "Memory", operations: "Engine", progress: Progress) -> None:
    from hazecast.archive.observations.watch import Watching
    from hazecast.cli.ingest import ingested_line
    from hazecast.intake.ingesting import ingest
    from hazecast.intake.what_came import note_what_came

    came = ingest(settings, memory, Watching.LIVE, now, lambda done: progress("taking in", done))
    for refused in came.observations.refused:
        _LOGGER.error("Not taken in: %s", refused)
    if came.observations.read:
        _LOGGER.info("Taken in: %s", ingested_line(came))
    note_what_came(settings, memory, operations, now())


def _verify(job: Job, settings: Settings, memory: "Memory", operations: "Engine") -> None:
    from hazecast.archive.cycle_files import STATIONS_FILE
    from hazecast.archive.netcdf import read_dataset
    from hazecast.archive.skill_log import note_skill
    from hazecast.backtest.daily import day_skill, forecast_of_day
    from hazecast.observed import observed
    from hazecast.serving.job_plan import day_verified

    day, zone = day_verified(job, settings), settings.site.time_zone
    key = forecast_of_day(memory.ledger, day, zone)
    if key is None:
        _LOGGER.warning("There is no forecast of %s to hold against what came.", day)
        return
    came = observed(settings, job.due_at - timedelta(days=3), job.due_at).vetted.usable()["pm25"]
    skill = day_skill(read_dataset(settings.output.archive / key / STATIONS_FILE), came, day, zone, key)
    if skill is None:
        _LOGGER.warning("There are no observations of %s to hold the forecast of cycle %s against.", day, key)
        return
    note_skill(operations, skill)
    _LOGGER.info("%s: RMSE %.1f µg/m³ of %d pairs, persistence %.1f.", day, skill.rmse, skill.pairs, skill.persistence_rmse)


def _train(settings: Settings, memory: "Memory", progress: Progress) -> None:
    from hazecast.cli.compiling import compile_ahead
    from hazecast.intake.gather import gather
    from hazecast.records import Cycle
    from hazecast.training import train_model, training_due

    known = now()
    if not training_due(settings.output.archive, known, settings):
        return
    compile_ahead(progress)
    hour = known.replace(minute=0, second=0, microsecond=0)
    cycle = Cycle(hour, known, timedelta(hours=settings.forecast.horizon_hours))
    card = train_model(cycle, settings, settings.output.archive, partial(gather, memory=memory), progress).card
    _LOGGER.info("Model %s trained; it is %s.", card.id, "the champion" if card.champion else "kept and does not forecast")


def _retain(settings: Settings, memory: "Memory") -> None:
    from hazecast.archive.cycle_files import DRAWS_FILE, GRID_FILE, SOURCES_FILE
    from hazecast.archive.retention import retire

    before = now() - timedelta(days=settings.retention.gridded_days)
    keys = retire(memory.ledger, settings.output.archive, (GRID_FILE, SOURCES_FILE, DRAWS_FILE), before)
    if keys:
        _LOGGER.info("Gridded files of %d cycles are removed, the newest of them %s.", len(keys), keys[-1])


def _back_up(job: Job, settings: Settings) -> None:
    from hazecast.archive.backup import make_backup
    from hazecast.errors import SettingsError

    folder = settings.backup.folder
    if folder is None:
        raise SettingsError("There is no backup.folder.", "Name one, or let no backup be made.")
    made = make_backup(settings.output.archive, folder, job.due_at, settings.backup.keep, settings.database.address)
    _LOGGER.info("The archive is copied to %s.", made)
