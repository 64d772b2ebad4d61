"""The machines of a drill: the real rounds over the real databases, with workers that are child processes on the drill's clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, event

from hazecast.archive.database import open_database
from hazecast.archive.operations import OPERATIONS
from hazecast.config import Settings
from hazecast.drills.apart import be_impatient
from hazecast.serving.crew import Crew, Task
from hazecast.serving.rounds import Machine, Seen, leave, one_round

WORK_TAKES = timedelta(minutes=2)


@dataclass(slots=True)
class Worker:
    """A worker that is at it for two minutes, then does its task in a child process; one that hangs never does."""

    task: Task
    until: datetime
    clock: Callable[[], datetime]
    do: Callable[[Task], int]
    hangs: bool
    status: int | None = None

    def ended(self) -> int | None:
        """Its exit status; None while it runs."""
        if self.status is None and not self.hangs and self.clock() >= self.until:
            self.status = self.do(self.task)
        return self.status

    def last_words(self) -> bool:
        """Whether it lives."""
        return not self.hangs

    def kill(self) -> None:
        """End it."""
        self.status = -9


@dataclass(slots=True)
class OneMachine:
    """One machine: its databases, its crew, and what it remembers. `sleeps_until` is when it comes back, if it is away."""

    owner: str
    machine: Machine
    seen: Seen = field(default_factory=Seen)
    sleeps_until: datetime | None = None

    def round(self) -> None:
        """One real round."""
        one_round(self.machine, self.seen)

    def leave(self) -> None:
        """End as when told to."""
        leave(self.machine, self.seen)
        self.close()

    def close(self) -> None:
        """Let go of the databases, for a while or for good."""
        self.machine.ledger.dispose()
        self.machine.operations.dispose()

    @property
    def is_at_work(self) -> bool:
        """Whether a worker is."""
        return bool(self.machine.crew.tasks)


def new_machine(
    owner: str,
    settings: Settings,
    machine_clock: Callable[[], datetime],
    true_clock: Callable[[], datetime],
    spawn: Callable[[Task], Worker],
) -> OneMachine:
    """A machine that has just been started and knows nothing but what is on the disk. Raises ArchiveError."""
    ledger, operations = (_impatient(open_database(settings.output.archive, *schema)) for schema in ((), (OPERATIONS,)))
    limit = timedelta(minutes=settings.schedule.limit_minutes)
    crew = Crew(ledger, operations, owner, spawn, limit, stopwatch=lambda: true_clock().timestamp())
    return OneMachine(owner, Machine(ledger, operations, settings, crew, owner, machine_clock))


def _impatient(database: Engine) -> Engine:
    database.dispose()
    event.listen(database, "connect", be_impatient)
    return database
