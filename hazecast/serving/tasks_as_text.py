"""A task as one line of JSON: so the process that claims it tells the worker that does it."""

import json
from datetime import datetime, timedelta

from hazecast.archive.jobs import Job, JobClaim, JobKind
from hazecast.archive.ledger import Claim, Standing
from hazecast.records import Cycle
from hazecast.serving.crew import CycleTask, JobTask, Task


def task_line(task: Task) -> str:
    """The task as one line."""
    if isinstance(task, JobTask):
        job = task.claim.job
        facts: dict[str, object] = {"key": job.key, "kind": job.kind.value, "due_at": job.due_at.isoformat(), "token": task.claim.token}
        return json.dumps({"job": facts, "owner": task.claim.owner}) + "\n"
    claim = task.claim
    facts = {
        "init_time": claim.cycle.init_time.isoformat(),
        "as_of": claim.cycle.as_of.isoformat(),
        "horizon_hours": claim.cycle.horizon / timedelta(hours=1),
        "attempt": claim.attempt,
        "settings_sha256": claim.settings_sha256,
        "announces": task.announces,
    }
    return json.dumps({"cycle": facts, "owner": claim.owner}) + "\n"


def task_of(line: str) -> Task:
    """The reverse of `task_line`; raises ValueError for a line that is none."""
    try:
        told = json.loads(line)
        return _job(told["job"], told["owner"]) if "job" in told else _cycle(told["cycle"], told["owner"])
    except (KeyError, TypeError) as wrong:
        raise ValueError(f"{line[:200]!r} is no task.") from wrong


def _job(facts: dict[str, str], owner: str) -> JobTask:
    job = Job(facts["key"], JobKind(facts["kind"]), datetime.fromisoformat(facts["due_at"]))
    return JobTask(JobClaim(job, owner, int(facts["token"])))


def _cycle(facts: dict[str, str], owner: str) -> CycleTask:
    init_time, as_of = (datetime.fromisoformat(facts[key]) for key in ("init_time", "as_of"))
    cycle = Cycle(init_time, as_of, timedelta(hours=float(facts["horizon_hours"])))
    claim = Claim(Standing.CLAIMED, cycle, owner, int(facts["attempt"]), facts["settings_sha256"])
    return CycleTask(claim, bool(facts["announces"]))
