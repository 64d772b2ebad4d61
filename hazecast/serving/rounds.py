"""One round of a machine that is always on. The leader looks for what has come and starts what is due; all look after their workers."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine

from hazecast.archive.jobs import Job, JobKind, JobStatus, job_states, last_done
from hazecast.archive.leases import LEADER, Lease, give_lease_back, take_lease
from hazecast.archive.ledger import State
from hazecast.config import Settings
from hazecast.records import Cycle
from hazecast.scheduler import Verdict, errors_logged, tick
from hazecast.serving.crew import OTHER_KINDS, Crew
from hazecast.serving.folders import listing_digest, watched_paths
from hazecast.serving.job_plan import due_jobs, ingest_again, ingest_job
from hazecast.serving.readiness import lacking_inputs

ROUND = timedelta(seconds=15)
LOOK = timedelta(minutes=1)
LEADERSHIP = timedelta(minutes=1)
INGEST_PATIENCE = timedelta(minutes=10)

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Machine:
    """What rounds are made with: the databases, the settings, the workers, who this is, and what time it is."""

    ledger: Engine
    operations: Engine
    settings: Settings
    crew: Crew
    owner: str
    clock: Callable[[], datetime]


@dataclass(slots=True)
class Seen:
    """What a round leaves to the next: who led, what the folders held, and what is still to be taken in."""

    lease: Lease | None = None
    looked_at: datetime | None = None
    listing: str = ""
    to_take_in: Job | None = None
    ingest_asked_at: datetime | None = None
    waiting: tuple[str, ...] = field(default=())


def one_round(machine: Machine, seen: Seen) -> bool:
    """Look after the workers; as the leader start what is due. Whether this machine leads. What a user can mend is logged."""
    with errors_logged("looking after workers"):
        machine.crew.tend(machine.clock())
    with errors_logged("asking who leads"):
        _lead(machine, seen)
    if seen.lease is None:
        return False
    with errors_logged("looking for what has come"):
        _look(machine, seen, machine.clock())
    if not _waits_for_ingest(machine, seen, machine.clock()):
        _start_cycle(machine, seen)
    with errors_logged("looking for jobs that are due"):
        _start_job(machine, machine.clock())
    return True


def leave(machine: Machine, seen: Seen) -> None:
    """End the workers, and let another machine lead at once."""
    with errors_logged("stopping"):
        machine.crew.stop(machine.clock())
        if seen.lease is not None:
            give_lease_back(machine.operations, seen.lease, machine.clock())
            seen.lease = None


def _lead(machine: Machine, seen: Seen) -> None:
    before, seen.lease = seen.lease, None
    seen.lease = take_lease(machine.operations, LEADER, machine.owner, machine.clock(), LEADERSHIP)
    if (before is None) != (seen.lease is None):
        _LOGGER.info("%s %s.", machine.owner, "stands by: another leads" if seen.lease is None else "leads")


def _look(machine: Machine, seen: Seen, now: datetime) -> None:
    if seen.looked_at is None or not seen.looked_at <= now < seen.looked_at + LOOK:
        seen.looked_at = now
        listing = listing_digest(watched_paths(machine.settings))
        new = ingest_job(now.replace(microsecond=0)) if listing != seen.listing else None
        wanted = new or ingest_again(job_states(machine.operations), now)
        if wanted is not None:
            seen.listing, seen.to_take_in = listing, wanted
            seen.ingest_asked_at = seen.ingest_asked_at or now
    if seen.to_take_in is not None and not machine.crew.is_at(JobKind.INGEST):
        machine.crew.start_job(seen.to_take_in, now)  # where it cannot be started, that is a failure like others
        seen.to_take_in = None


def _waits_for_ingest(machine: Machine, seen: Seen, now: datetime) -> bool:
    """What has come is taken in before a cycle starts, so that the cycle knows it; but a cycle does not wait for it for ever."""
    if seen.to_take_in is None and not machine.crew.is_at(JobKind.INGEST):
        seen.ingest_asked_at = None
    asked = seen.ingest_asked_at
    return asked is not None and asked <= now < asked + INGEST_PATIENCE


def _start_cycle(machine: Machine, seen: Seen) -> None:
    def start(cycle: Cycle, *, announces: bool) -> bool:
        return machine.crew.start_cycle(cycle, announces, machine.settings.sha256(), machine.clock())

    decisions = tick(machine.ledger, machine.settings, start, machine.clock, partial(lacking_inputs, machine.operations, machine.settings))
    waiting = tuple(f"{d.init_time:%Y%m%dT%HZ} {d.reason}" for d in decisions if d.verdict is Verdict.WAIT)
    for line in waiting:
        if line not in seen.waiting:
            _LOGGER.info("Cycle %s.", line, extra={"cycle": line.split(" ", 1)[0]})
    seen.waiting = waiting


def _start_job(machine: Machine, now: datetime) -> None:
    if machine.crew.is_at(*OTHER_KINDS):
        return
    states = job_states(machine.operations)
    for job in due_jobs(now, machine.settings, states, last_done(machine.operations, JobKind.TRAIN)):
        if job.kind is JobKind.TRAIN and (machine.crew.cycle_runs or not _has_taken_in(states)):
            continue  # both take all that a machine has, and a warning comes first
        if machine.crew.start_job(job, now):
            return


def _has_taken_in(states: tuple[JobStatus, ...]) -> bool:
    return any(status.job.kind is JobKind.INGEST and status.state is State.DONE for status in states)
