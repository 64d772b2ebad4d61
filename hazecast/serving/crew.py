"""The worker processes: one for cycles, one for taking in, one for other jobs. Each is watched, held to its time, and answered for.

The claim is this process's own, and it renews the lease as long as the worker shows that it lives; a worker that dies, hangs or is
lost with its machine lets the lease lapse, and the next claim has a higher token, under which alone anything is kept.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Engine

from hazecast.archive.jobs import Job, JobClaim, JobKind, claim_job, fail_job, finish_job, renew_job
from hazecast.archive.ledger import Claim, Standing, State, claim_cycle, cycle_status, fail_cycle, let_lapse, renew_lease
from hazecast.errors import CycleError
from hazecast.records import Cycle

LEASE = timedelta(minutes=2)
LONGEST_SILENCE = timedelta(minutes=20)
OTHER_KINDS = tuple(kind for kind in JobKind if kind is not JobKind.INGEST)

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CycleTask:
    """A cycle that is claimed, to be run by a worker."""

    claim: Claim
    announces: bool

    @property
    def name(self) -> str:
        """What it is called in logs."""
        return self.claim.cycle.key


@dataclass(frozen=True, slots=True)
class JobTask:
    """A job that is claimed, to be done by a worker."""

    claim: JobClaim

    @property
    def name(self) -> str:
        """What it is called in logs."""
        return self.claim.job.key


Task = CycleTask | JobTask


class Process(Protocol):
    """A worker process."""

    def ended(self) -> int | None:
        """Its exit status; None while it runs."""
        ...

    def last_words(self) -> bool:
        """Whether it has given a sign of life since this was last asked."""
        ...

    def kill(self) -> None:
        """End it and all that it started, at once."""
        ...


@dataclass(slots=True)
class _Worker:
    task: Task
    process: Process
    started: float
    heard: float


class Crew:
    """The workers of this process."""

    def __init__(
        self,
        ledger: Engine,
        operations: Engine,
        owner: str,
        spawn: Callable[[Task], Process],
        limit: timedelta,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger, self._operations, self._owner = ledger, operations, owner
        self._spawn, self._limit, self._stopwatch = spawn, limit, stopwatch
        self._workers: list[_Worker] = []

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What is being worked at."""
        return tuple(worker.task for worker in self._workers)

    @property
    def cycle_runs(self) -> bool:
        """Whether a cycle is being run."""
        return any(isinstance(task, CycleTask) for task in self.tasks)

    def is_at(self, *kinds: JobKind) -> bool:
        """Whether a job of one of these kinds is being done."""
        return any(isinstance(task, JobTask) and task.claim.job.kind in kinds for task in self.tasks)

    def start_cycle(self, cycle: Cycle, announces: bool, settings_sha256: str, now: datetime) -> bool:
        """Have a worker run a cycle, unless one is being run, it is done, or somebody else is at it. Raises ArchiveError."""
        if self.cycle_runs:
            return False
        claim = claim_cycle(self._ledger, cycle, self._owner, settings_sha256, now, LEASE)
        if claim.standing is not Standing.CLAIMED:
            return False
        return self._start(CycleTask(claim, announces), now)

    def start_job(self, job: Job, now: datetime) -> bool:
        """Have a worker do a job, unless one is being done, it is done, or somebody else is at it. Raises ArchiveError.

        What has come is taken in beside any other job.
        """
        if self.is_at(JobKind.INGEST) if job.kind is JobKind.INGEST else self.is_at(*OTHER_KINDS):
            return False
        claim = claim_job(self._operations, job, self._owner, now, LEASE)
        return claim is not None and self._start(JobTask(claim), now)

    def tend(self, now: datetime) -> None:
        """Look after every worker: record those that ended, end those that hang, renew the leases of the others. Raises ArchiveError."""
        for worker in tuple(self._workers):
            status = worker.process.ended()
            if status is not None:
                self._workers.remove(worker)
                self._record_end(worker.task, status, now)
            elif (fault := self._fault(worker)) is not None or not self._renewed(worker.task, now):
                worker.process.kill()
                self._workers.remove(worker)
                self._record_failure(worker.task, fault or "somebody else has taken it up", now)

    def stop(self, now: datetime) -> None:
        """End every worker; what they were at is taken up at the next start. Raises ArchiveError."""
        for worker in tuple(self._workers):
            worker.process.kill()
            self._workers.remove(worker)
            self._record_end(worker.task, -15, now)

    def _start(self, task: Task, now: datetime) -> bool:
        try:
            process = self._spawn(task)
        except OSError as refused:
            self._record_failure(task, f"no process can be started for it: {refused}", now)
            return False
        moment = self._stopwatch()
        self._workers.append(_Worker(task, process, moment, moment))
        _LOGGER.info("%s is begun.", task.name, extra={"cycle": task.name})
        return True

    def _fault(self, worker: _Worker) -> str | None:
        moment = self._stopwatch()
        if worker.process.last_words():
            worker.heard = moment
        if moment - worker.started > self._limit.total_seconds():
            return f"stopped: it took longer than {self._limit / timedelta(minutes=1):g} minutes"
        if moment - worker.heard > LONGEST_SILENCE.total_seconds():
            return f"stopped: no sign of life for {LONGEST_SILENCE / timedelta(minutes=1):g} minutes"
        return None

    def _renewed(self, task: Task, now: datetime) -> bool:
        try:
            if isinstance(task, CycleTask):
                return self._cycle_is_held(task.claim, now)
            renew_job(self._operations, task.claim, now, LEASE)
        except CycleError:
            return False
        return True

    def _cycle_is_held(self, claim: Claim, now: datetime) -> bool:
        """A cycle that its worker has just closed is held no more, and the worker is about to end: that is no fault."""
        try:
            renew_lease(self._ledger, claim, now, LEASE)
        except CycleError:
            status = cycle_status(self._ledger, claim.cycle.key)
            return status is not None and status.state is not State.RUNNING
        return True

    def _record_end(self, task: Task, status: int, now: datetime) -> None:
        how = f"signal {-status}" if status < 0 else f"status {status}"
        if isinstance(task, CycleTask):
            if let_lapse(self._ledger, task.claim, now):
                _LOGGER.error("The worker of cycle %s ended with %s; it is taken up.", task.name, how, extra={"cycle": task.name})
            elif status:
                _LOGGER.error("The worker of cycle %s ended with %s.", task.name, how, extra={"cycle": task.name})
            else:
                _LOGGER.info("%s is done.", task.name, extra={"cycle": task.name})
            return
        try:
            if status:
                fail_job(self._operations, task.claim, f"its process ended with {how}", now)
                _LOGGER.error("%s failed: its process ended with %s.", task.name, how, extra={"cycle": task.name})
            else:
                finish_job(self._operations, task.claim, now)
        except CycleError as lost:
            _LOGGER.error("%s", lost, extra={"cycle": task.name})

    def _record_failure(self, task: Task, reason: str, now: datetime) -> None:
        _LOGGER.error("%s: %s.", task.name, reason, extra={"cycle": task.name})
        if isinstance(task, CycleTask):
            fail_cycle(self._ledger, task.claim, reason, now)
            return
        try:
            fail_job(self._operations, task.claim, reason, now)
        except CycleError:
            return
