"""One month of a drill: time goes on, inputs come, machines make their rounds, bulletins go out, and faults strike."""

import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from hazecast.archive.bulletin_files import load_bulletin
from hazecast.archive.database import LEDGER_NAME, open_database
from hazecast.archive.deliveries import due_deliveries
from hazecast.config import Settings
from hazecast.delivery.outbox import drain
from hazecast.drills.apart import LOCK_PATIENCE_MS, Run, run_apart, start_apart, wait_for
from hazecast.drills.faults import OF_INPUT, Fault, FaultKind
from hazecast.drills.inputs import clear_away, write_observations, write_weather
from hazecast.drills.machines import WORK_TAKES, OneMachine, Worker, new_machine
from hazecast.drills.mailbox import MailServer
from hazecast.drills.scene import EVERY_HOURS, HORIZON_HOURS, Arrival, Month, arrivals_of, settings_of
from hazecast.drills.worker import CHANNEL, Given, do_task, does_anything
from hazecast.errors import HazecastError
from hazecast.serving.crew import CycleTask, Task

BUSY_STEP, STEP, IDLE_STEP = timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1)
SETTLING = timedelta(days=2)
MOST_CHANGES_OF_A_TASK, MOST_CHANGES_OF_A_DELIVERER = 160, 16
NO_TIME = timedelta(0)
ONCE = (FaultKind.WORKER_KILLED, FaultKind.DELIVERER_KILLED, FaultKind.MAIN_KILLED, FaultKind.WORKER_HANGS, FaultKind.ANSWER_LOST)


@dataclass(slots=True)
class Played:
    """What a month leaves behind beside what is on the disk: the faults that struck, and which cycles were to tell somebody."""

    struck: list[Fault] = field(default_factory=list)
    announced: dict[str, bool] = field(default_factory=dict)
    cycle_runs: int = 0
    rounds: int = 0


class Drill:
    """A month as it is played, in a folder of its own."""

    def __init__(self, folder: Path, month: Month, faults: tuple[Fault, ...], run: Run = run_apart) -> None:
        self.folder, self.month, self.now, self._run = folder, month, month.first, run
        self.settings: Settings = settings_of(folder, month)
        self.played = Played()
        for name in ("weather", "observations"):
            (folder / name).mkdir(parents=True)
        arrivals, befallen = arrivals_of(month, faults)
        self.played.struck += befallen
        self._arrivals, self._came = arrivals, 0
        self._put(Arrival(self.now, False, self.now))
        self._ahead = [fault for fault in faults if fault.kind not in OF_INPUT]
        self._pending: list[Fault] = []
        self._lasting: list[Fault] = []
        self._began = 0
        self._first: OneMachine | None = None
        self._second: OneMachine | None = None

    @property
    def mail_log(self) -> Path:
        """Where the mail server writes down what it took."""
        return self.folder / "mailbox"

    @property
    def archive(self) -> Path:
        """The folder of the archive."""
        return self.settings.output.archive

    def play(self) -> Played:
        """The whole month, and two days without faults in which all settles."""
        end = self.month.first + timedelta(days=self.month.days) - SETTLING
        while self.now < end + SETTLING:
            self._strike(self.now < end)
            self._receive()
            with self._state_of_the_disk():
                self._make_rounds()
                self._deliver()
            self.played.rounds += 1
            self.now += self._step()
        self._end_machines()
        return self.played

    def clock(self) -> datetime:
        """The time that machines know: the true one, but for a clock that has jumped."""
        jumped = self._fault_now(FaultKind.CLOCK_JUMPS)
        if jumped is None:
            return self.now
        return self.now + timedelta(minutes=jumped.number) * (1 if jumped.number % 2 else -1)

    def _step(self) -> timedelta:
        at_work = any(one is not None and one.is_at_work for one in (self._first, self._second))
        return BUSY_STEP if at_work else STEP if self._lasting else IDLE_STEP

    def _strike(self, may: bool) -> None:
        """Move faults whose time has come to those that wait for their chance, or to those that last."""
        self._lasting = [fault for fault in self._lasting if fault.lasts(self.now)]
        while self._ahead and self._ahead[0].at <= self.now:
            fault = self._ahead.pop(0)
            if not may:
                continue
            if fault.kind in ONCE:
                self._pending.append(fault)
            elif all(other.kind is not fault.kind for other in self._lasting):
                self._lasting.append(Fault(fault.kind, self.now, max(fault.length, STEP), fault.number))
                self.played.struck.append(fault)
            else:
                self._ahead.insert(0, Fault(fault.kind, self.now + fault.length + STEP, fault.length, fault.number))
                self._ahead.sort(key=lambda one: one.at)

    def _fault_now(self, kind: FaultKind) -> Fault | None:
        return next((fault for fault in self._lasting if fault.kind is kind), None)

    def _next(self, kind: FaultKind, at_cycle: bool = True) -> Fault | None:
        """The fault of a kind that waits for its chance, no longer waiting. One of an even minute waits for a cycle."""
        found = next((fault for fault in self._pending if fault.kind is kind and (at_cycle or fault.at.minute % 2)), None)
        if found is not None:
            self._pending.remove(found)
        return found

    def _did_not_strike(self, fault: Fault) -> None:
        """It had fewer changes to make than the fault's number: let it strike sooner, at the next chance."""
        self._pending.append(Fault(fault.kind, fault.at, fault.length, fault.number // 2))

    def _receive(self) -> None:
        """Let the files come whose time it is."""
        while self._came < len(self._arrivals) and self._arrivals[self._came].at <= self.now:
            self._put(self._arrivals[self._came])
            self._came += 1

    def _put(self, arrival: Arrival) -> None:
        write, name, hours = (
            (write_weather, "weather", HORIZON_HOURS) if arrival.is_weather else (write_observations, "observations", EVERY_HOURS)
        )
        write(self.folder / name, arrival.of, hours, arrival.fault, self.now)
        clear_away(self.folder / name, self.now)

    @contextmanager
    def _state_of_the_disk(self) -> Iterator[None]:
        """The databases locked, the disk full or away, while such a fault lasts."""
        if self._fault_now(FaultKind.DATABASE_AWAY) is not None:
            with self._disk_away():
                yield
        elif self._fault_now(FaultKind.DATABASE_LOCKED) is not None:
            with self._locked():
                yield
        elif self._fault_now(FaultKind.DISK_FULL) is not None:
            self._close_all()
            before = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
            try:
                yield
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, before)
        else:
            yield

    @contextmanager
    def _disk_away(self) -> Iterator[None]:
        if not self.archive.is_dir():
            yield
            return
        self._close_all()
        aside = self.archive.with_name("archive.away")
        self.archive.rename(aside)
        self.archive.touch()
        try:
            yield
        finally:
            self._close_all()
            self.archive.unlink()
            aside.rename(self.archive)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        file = self.archive / LEDGER_NAME
        if not file.exists():
            yield
            return
        holder = sqlite3.connect(file, isolation_level=None, timeout=LOCK_PATIENCE_MS / 1000)
        try:
            holder.execute("BEGIN IMMEDIATE")
            yield
        finally:
            holder.close()

    def _make_rounds(self) -> None:
        """The first machine's; the second's too where two are at once, or in its place while it sleeps."""
        two, sleeps = self._fault_now(FaultKind.TWO_AT_ONCE), self._fault_now(FaultKind.SLEEPS)
        with suppress(HazecastError):  # a machine that cannot be started is tried again at the next step
            if self._first is None:
                self._first = self._started("first")
            if (two or sleeps) and self._second is None:
                self._second = self._started("second")
        if self._first is not None and sleeps is None:
            self._first = self._round_or_death(self._first)
        if self._second is not None:
            if two or sleeps:
                self._second.round()
            else:
                self._second.leave()
                self._second = None

    def _round_or_death(self, one: OneMachine) -> OneMachine | None:
        """A round; or half of one in a process that is then dead, and its workers with it."""
        death = self._next(FaultKind.MAIN_KILLED)
        if death is None:
            one.round()
            return one
        self._close_all()
        self._run(one.round, self.folder, dies_at=1 + death.number % 8)
        self.played.struck.append(death)
        return None

    def _started(self, name: str) -> OneMachine:
        self._began += 1
        return new_machine(f"{name}:{self._began}", self.settings, self.clock, lambda: self.now, self._spawn)

    def _spawn(self, task: Task) -> Worker:
        hang = self._next(FaultKind.WORKER_HANGS, isinstance(task, CycleTask))
        if hang is not None:
            self.played.struck.append(hang)
        return Worker(task, self.now + WORK_TAKES, lambda: self.now, self._do, hang is not None)

    def _do(self, task: Task) -> int:
        """The task in a child process, which dies where a fault says so."""
        if not does_anything(task):
            return 0
        self._close_all()
        death = self._next(FaultKind.WORKER_KILLED, isinstance(task, CycleTask))
        dies_at = None if death is None else 1 + death.number % MOST_CHANGES_OF_A_TASK
        status = self._run(
            partial(do_task, task, Given(self.settings, self.clock(), self._mail())), self.folder, dies_at=dies_at, disk_full=self._is_full
        )
        if death is not None:
            if status == -9:
                self.played.struck.append(death)
            else:
                self._did_not_strike(death)
        if isinstance(task, CycleTask):
            self.played.cycle_runs += 1
            if status == 0:
                self.played.announced[task.claim.cycle.key] = task.announces
        return status

    @property
    def _is_full(self) -> bool:
        return self._fault_now(FaultKind.DISK_FULL) is not None

    def _mail(self, lost: Fault | None = None) -> MailServer:
        away = self._fault_now(FaultKind.MAIL_AWAY)
        return MailServer(self.mail_log, self.clock(), away.kind if away else lost.kind if lost else None)

    def _deliver(self) -> None:
        """What is due, by one process, or by two at once; one may die at it."""
        if not self._is_due():
            return
        self._close_all()
        lost = None if self._fault_now(FaultKind.MAIL_AWAY) else self._next(FaultKind.ANSWER_LOST)
        if lost is not None:
            self.played.struck.append(lost)
        work = partial(self._drain, self._mail(lost))
        other = start_apart(work, self.folder, disk_full=self._is_full) if self._fault_now(FaultKind.TWO_AT_ONCE) else None
        death = self._next(FaultKind.DELIVERER_KILLED)
        status = self._run(
            work, self.folder, dies_at=None if death is None else 1 + death.number % MOST_CHANGES_OF_A_DELIVERER, disk_full=self._is_full
        )
        if death is not None:
            if status == -9:
                self.played.struck.append(death)
            else:
                self._did_not_strike(death)
        if other is not None:
            wait_for(other)

    def _is_due(self) -> bool:
        if self._first is None:
            return False
        try:
            return bool(due_deliveries(self._first.machine.ledger, self.clock()))
        except HazecastError:
            return False

    def _drain(self, mail: MailServer) -> None:
        database = open_database(self.archive)
        try:
            drain(database, {CHANNEL: mail}, partial(load_bulletin, self.archive), self.clock())
        finally:
            database.dispose()

    def _close_all(self) -> None:
        """Before a child process begins, and before files are moved: a database that is open must not be shared by two."""
        for one in (self._first, self._second):
            if one is not None:
                one.close()

    def _end_machines(self) -> None:
        for one in (self._first, self._second):
            if one is not None:
                one.leave()
        shutil.rmtree(self.folder / "outbox", ignore_errors=True)
