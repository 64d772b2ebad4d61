"""A machine that is always on, with workers that do what a test says, on a clock that is set by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, event

from hazecast.archive.database import open_database
from hazecast.archive.ledger import CycleResults, fail_cycle, finish_cycle
from hazecast.archive.operations import OPERATIONS
from hazecast.config import Settings
from hazecast.errors import CycleError
from hazecast.records import MeteorologyKind
from hazecast.serving.crew import Crew, CycleTask, JobTask, Task
from hazecast.serving.rounds import Machine, Seen, leave, one_round
from tests.small_case import SmallCase, small_settings

INIT = datetime(2018, 4, 27, tzinfo=UTC)
RESULTS = CycleResults((), (), (), (), "0.1.0")


@dataclass
class Worker:
    """A worker that lives until a test ends it."""

    task: Task
    status: int | None = None
    speaks: bool = True
    killed: bool = False

    def ended(self) -> int | None:
        return self.status

    def last_words(self) -> bool:
        return self.speaks and self.status is None

    def kill(self) -> None:
        self.killed, self.status = True, -9


@dataclass
class Case:
    """One machine; `machine_of` makes others on the same databases."""

    ledger: Engine
    operations: Engine
    settings: Settings
    now: datetime = INIT + timedelta(minutes=31)
    workers: list[Worker] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)
    owner: str = "one"
    machine: Machine = field(init=False)

    def __post_init__(self) -> None:
        limit = timedelta(minutes=self.settings.schedule.limit_minutes)
        crew = Crew(self.ledger, self.operations, self.owner, self._spawn, limit, stopwatch=lambda: self.now.timestamp())
        self.machine = Machine(self.ledger, self.operations, self.settings, crew, self.owner, lambda: self.now)

    def _spawn(self, task: Task) -> Worker:
        self.workers.append(Worker(task))
        return self.workers[-1]

    def round(self, after: timedelta = timedelta(seconds=5)) -> bool:
        self.now += after
        return one_round(self.machine, self.seen)

    def rounds_until(self, condition: Callable[[], bool], most: int = 50) -> None:
        for _ in range(most):
            if condition():
                return
            self.round()
        raise AssertionError(f"it did not come about in {most} rounds")

    def leave(self) -> None:
        leave(self.machine, self.seen)

    @property
    def at_work(self) -> list[str]:
        return [worker.task.name for worker in self.workers if worker.status is None]

    @property
    def cycles(self) -> list[Worker]:
        return [worker for worker in self.workers if isinstance(worker.task, CycleTask)]

    def finish(self, worker: Worker) -> None:
        """Let a worker do its task and end, as the real one does."""
        if isinstance(worker.task, CycleTask):
            try:
                finish_cycle(self.ledger, worker.task.claim, RESULTS, self.now)
            except CycleError:
                worker.status = 2
                return
        worker.status = 0

    def fail(self, worker: Worker, error: str) -> None:
        assert isinstance(worker.task, CycleTask)
        fail_cycle(self.ledger, worker.task.claim, error, self.now)
        worker.status = 2

    def finish_jobs(self) -> None:
        for worker in self.workers:
            if isinstance(worker.task, JobTask) and worker.status is None:
                self.finish(worker)


def settings_in(folder: Path, **schedule: object) -> Settings:
    """Settings of a small case, with cycles every six hours."""
    settings = small_settings(SmallCase(folder))
    section = settings.schedule.model_validate({"every": "6h", "delay_minutes": 30, "expire_hours": 12, **schedule})
    weather = settings.meteorology.model_copy(update={"kind": MeteorologyKind.FORECAST})
    return settings.model_copy(update={"schedule": section, "meteorology": weather})


def databases_in(folder: Path, address: str | None = None) -> tuple[Engine, Engine]:
    """A ledger and a log of operations; what files hold of them need not survive a power cut."""
    opened = open_database(folder, address=address), open_database(folder, OPERATIONS, address)
    if address is None:
        for database in opened:
            database.dispose()
            event.listen(database, "connect", lambda connection, _entry: connection.execute("PRAGMA synchronous = OFF"))
    return opened
