"""A worker's task on the drill's clock: the real way of a cycle but for what stands in, the real taking in and retiring."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from hazecast.archive.cycle_files import GRID_FILE
from hazecast.archive.database import open_database
from hazecast.archive.jobs import JobKind
from hazecast.archive.memory import Memory, open_memory
from hazecast.archive.observations.watch import Watching
from hazecast.archive.operations import OPERATIONS
from hazecast.archive.retention import retire
from hazecast.config import Settings
from hazecast.cycle import Surroundings, run_claimed
from hazecast.delivery.routing import Recipient
from hazecast.drills.mailbox import MailServer
from hazecast.drills.stand_in import one_page, persistence
from hazecast.intake.gather import gather
from hazecast.intake.ingesting import ingest
from hazecast.intake.what_came import note_what_came
from hazecast.serving.crew import CycleTask, JobTask, Task

CHANNEL = "post"
RECIPIENTS = (Recipient("mayor", CHANNEL), Recipient("school", CHANNEL))


@dataclass(frozen=True, slots=True)
class Given:
    """What a task is done with: the settings, the time, and the mail server as it is."""

    settings: Settings
    now: datetime
    mail: MailServer


def does_anything(task: Task) -> bool:
    """Whether a drill does it: verification and training are passed over, for neither tells anybody anything."""
    return isinstance(task, CycleTask) or task.claim.job.kind in (JobKind.INGEST, JobKind.RETAIN)


def do_task(task: Task, given: Given) -> None:
    """Do a claimed task. Raises HazecastError."""
    with open_memory(given.settings.output.archive) as memory:
        if isinstance(task, CycleTask):
            run_claimed(task.claim, given.settings, _around(task, given, memory), lambda _stage, _done: None, announces=task.announces)
        else:
            _do_job(task, given, memory)


def _around(task: CycleTask, given: Given, memory: Memory) -> Surroundings:
    return Surroundings(
        gather=partial(gather, memory=memory),
        database=memory.ledger,
        archive=given.settings.output.archive,
        channels={CHANNEL: given.mail},
        recipients=RECIPIENTS,
        clock=lambda: given.now,
        owner=task.claim.owner,
        lease=None,
        forecaster=persistence,
        composer=one_page,
    )


def _do_job(task: JobTask, given: Given, memory: Memory) -> None:
    archive = given.settings.output.archive
    match task.claim.job.kind:
        case JobKind.INGEST:
            operations = open_database(archive, OPERATIONS)
            try:
                ingest(given.settings, memory, Watching.LIVE, lambda: given.now)
                note_what_came(given.settings, memory, operations, given.now)
            finally:
                operations.dispose()
        case JobKind.RETAIN:
            before = given.now - timedelta(days=given.settings.retention.gridded_days)
            retire(memory.ledger, archive, (GRID_FILE,), before)
        case _:
            return
