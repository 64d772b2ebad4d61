"""Jobs beside the cycles, as the log of operations keeps them: training, verification, retention, backup, and taking in.

A job is claimed as a cycle is: with a lease that its owner renews and a token that is higher with each claim. Who comes back after
his lease has lapsed and another has taken the job up finishes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from hazecast.archive.database import reading, writing
from hazecast.archive.ledger import State, lease_holds
from hazecast.archive.operations import jobs
from hazecast.errors import CycleError
from hazecast.records import require_utc

REMEMBERED = timedelta(days=400)


class JobKind(StrEnum):
    """What there is to do beside forecasting."""

    INGEST = "ingest"
    VERIFY = "verify"
    TRAIN = "train"
    RETAIN = "retain"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Job:
    """A job that is due: `key` is the same whenever it is the same work."""

    key: str
    kind: JobKind
    due_at: datetime

    def __post_init__(self) -> None:
        require_utc("due_at", self.due_at)


@dataclass(frozen=True, slots=True)
class JobClaim:
    """The right of `owner` to do a job; `token` counts the claims."""

    job: Job
    owner: str
    token: int


@dataclass(frozen=True, slots=True)
class JobStatus:
    """What is known of a job that was ever claimed."""

    job: Job
    state: State
    owner: str
    token: int
    lease_until: datetime | None
    started_at: datetime
    finished_at: datetime | None
    error: str | None


def claim_job(database: Engine, job: Job, owner: str, now: datetime, lease: timedelta) -> JobClaim | None:
    """Claim a job for `owner` until `now` + `lease`; None where it is done or somebody else is at it. Raises ArchiveError."""
    require_utc("now", now)
    with writing(database) as connection:
        row = _row(connection, job.key)
        if row is not None and (row.state == State.DONE or (row.state == State.RUNNING and lease_holds(row.lease_until, now, lease))):
            return None
        token = 1 if row is None else row.token + 1
        values = {
            "kind": job.kind,
            "due_at": job.due_at,
            "state": State.RUNNING,
            "owner": owner,
            "token": token,
            "lease_until": now + lease,
            "started_at": now,
            "finished_at": None,
            "error": None,
        }
        if row is None:
            connection.execute(insert(jobs).values(key=job.key, **values))
        else:
            connection.execute(update(jobs).where(jobs.c.key == job.key).values(values))
        connection.execute(delete(jobs).where(jobs.c.due_at < now - REMEMBERED))
    return JobClaim(job, owner, token)


def renew_job(database: Engine, claim: JobClaim, now: datetime, lease: timedelta) -> None:
    """Hold a job for another `lease`; raises CycleError when somebody else has taken it up."""
    _change(database, claim, {"lease_until": now + lease})


def finish_job(database: Engine, claim: JobClaim, now: datetime) -> None:
    """Mark a job done; raises CycleError when somebody else has taken it up."""
    _change(database, claim, {"state": State.DONE, "lease_until": None, "finished_at": now})


def fail_job(database: Engine, claim: JobClaim, error: str, now: datetime) -> None:
    """Give a job back as failed, with the reason; raises CycleError when somebody else has taken it up."""
    _change(database, claim, {"state": State.FAILED, "lease_until": None, "finished_at": now, "error": error})


def job_states(database: Engine) -> tuple[JobStatus, ...]:
    """The newest job of each kind and every other that is not done, the oldest first. Raises ArchiveError."""
    with reading(database) as connection:
        rows = connection.execute(select(jobs).order_by(jobs.c.due_at, jobs.c.key)).all()
    newest = {row.kind: row.key for row in rows}
    return tuple(_status(row) for row in rows if row.key == newest[row.kind] or row.state != State.DONE)


def last_done(database: Engine, kind: JobKind) -> datetime | None:
    """When the newest job of a kind that was done was due; None without any. Raises ArchiveError."""
    chosen = select(jobs.c.due_at).where(jobs.c.kind == kind, jobs.c.state == State.DONE).order_by(jobs.c.due_at.desc()).limit(1)
    with reading(database) as connection:
        due: datetime | None = connection.execute(chosen).scalar_one_or_none()
    return due


def _change(database: Engine, claim: JobClaim, values: dict[str, Any]) -> None:
    with writing(database) as connection:
        row = _row(connection, claim.job.key)
        held = None if row is None else (row.state, row.owner, row.token)
        if held != (State.RUNNING, claim.owner, claim.token):
            found = "not in the log" if row is None else f"{row.state} under {row.owner}, claim {row.token}"
            raise CycleError(
                f"Job {claim.job.key} is no longer held by {claim.owner}, claim {claim.token}: it is {found}.",
                "Nothing is recorded of this run; the other counts.",
            )
        connection.execute(update(jobs).where(jobs.c.key == claim.job.key).values(values))


def _row(connection: Connection, key: str) -> Row[Any] | None:
    return connection.execute(select(jobs).where(jobs.c.key == key)).one_or_none()


def _status(row: Row[Any]) -> JobStatus:
    job = Job(row.key, JobKind(row.kind), row.due_at)
    return JobStatus(job, State(row.state), row.owner, row.token, row.lease_until, row.started_at, row.finished_at, row.error)
