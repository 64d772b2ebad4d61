"""When a cycle runs. The clock only ticks; the ledger says what is due, being run, done, or too late to matter."""

import logging
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice, takewhile
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.job import Job
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine

from hazecast.archive.ledger import CycleStatus, State, cycle_states, expire_cycle, first_tick, lease_holds
from hazecast.config import Settings
from hazecast.config.schedule import ScheduleSettings
from hazecast.errors import HazecastError
from hazecast.records import Cycle

TICK = timedelta(minutes=1)
LONGEST_TICK = timedelta(hours=2)
HUNG_STATUS = 75
LOOK_BACK_CYCLES = 48
MOST_ATTEMPTS = 5
FIRST_RETRY_WAIT = timedelta(minutes=5)

_LOGGER = logging.getLogger(__name__)


class Verdict(StrEnum):
    """What is to be done with a cycle. One that WAITs lacks inputs, and its deadline has not come."""

    RUN = "run"
    WAIT = "wait"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class Decision:
    """A cycle that something is to be done with. Only one that `announces` may warn: a later one has not spoken yet."""

    init_time: datetime
    verdict: Verdict
    announces: bool
    reason: str


Lacking = Callable[[datetime], tuple[str, ...]]
"""What the cycle of an init_time waits for and has not come yet."""


class RunCycle(Protocol):
    """Claims and runs one cycle, or has another process run it; returns at once when it is done already or somebody else is at it."""

    def __call__(self, cycle: Cycle, *, announces: bool) -> object:
        """Run `cycle`; without `announces` it is kept in the archive, and no warning and no bulletin goes out."""
        ...


@dataclass(frozen=True, slots=True)
class Beat:
    """Something that is done at once and then `every` so often. When it takes longer than `longest`, it hangs."""

    name: str
    work: Callable[[], object]
    every: timedelta
    longest: timedelta = LONGEST_TICK


def nothing_lacking(_init_time: datetime) -> tuple[str, ...]:
    """Of a schedule that waits for nothing."""
    return ()


def due_cycles(
    now: datetime, schedule: ScheduleSettings, states: tuple[CycleStatus, ...], since: datetime, lacking: Lacking = nothing_lacking
) -> tuple[Decision, ...]:
    """What is to be done at `now`, the newest cycle first.

    Looks back to the cycle that was the newest at `since`, and over no more than LOOK_BACK_CYCLES. A cycle is not run before
    a later one that is still being run, so that what is sent never goes back in time.
    """
    known = {s.cycle.init_time: s for s in states}
    decisions = []
    for init_time in _due_times(now, schedule, since):
        status = known.get(init_time)
        if status is not None and status.state is State.RUNNING and lease_holds(status.lease_until, now):
            break
        decision = _decide(init_time, status, now, schedule, lacking)
        if decision is not None:
            decisions.append(Decision(init_time, decision[0], _may_announce(init_time, states, now, schedule), decision[1]))
    return tuple(decisions)


def tick(
    database: Engine, settings: Settings, run_cycle: RunCycle, clock: Callable[[], datetime], lacking: Lacking = nothing_lacking
) -> tuple[Decision, ...]:
    """One round: give up what is too late, run the newest cycle that is due; returns what was decided.

    One cycle a round: when it is through, a newer one may be due. Errors that a user can mend are logged; the next round goes on.
    """
    with errors_logged("looking for cycles that are due"):
        return _run_newest(database, settings, run_cycle, clock(), lacking)
    return ()


def run_schedule(beats: Sequence[Beat], clock: Callable[[], datetime], stopping: Callable[[], object] = lambda: None) -> None:
    """Do each beat at once and then every so often, until SIGTERM or SIGINT; those that are at it are finished first.

    A second signal does what it would do without hazecast; `stopping` is called at the end. A beat that hangs ends the
    process with status 75, for its supervisor to start it again. To be called from the main thread.
    """
    logging.getLogger("apscheduler.executors.default").setLevel(logging.WARNING)  # that a beat was done is no news
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # a beat that is still at its work is no cause for a warning
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(len(beats))})
    watched = [(beat, _Stopwatch(beat.work)) for beat in beats]
    jobs = [(beat, _added(scheduler, beat, stopwatch, clock())) for beat, stopwatch in watched]
    shortest = min(beat.every for beat in beats)
    with _stop_signals() as signals:
        scheduler.start()
        try:
            while not _arrives_within(shortest, signals):
                for beat, job in jobs:
                    _wake_after_clock_was_set_back(job, clock(), beat.every)
                for beat, stopwatch in watched:
                    if stopwatch.elapsed() > beat.longest:
                        _LOGGER.critical("%s has hung for %s; ending, to be started again.", beat.name.capitalize(), stopwatch.elapsed())
                        os._exit(HUNG_STATUS)
        finally:
            scheduler.shutdown(wait=True)
            stopping()


def _added(scheduler: BackgroundScheduler, beat: Beat, stopwatch: "_Stopwatch", now: datetime) -> Job:
    trigger = IntervalTrigger(seconds=max(1, int(beat.every.total_seconds())), timezone=UTC)
    return scheduler.add_job(
        stopwatch.tick, trigger, id=beat.name, next_run_time=now, coalesce=True, max_instances=1, misfire_grace_time=None
    )


class _Stopwatch:
    """How long the present beat has been at it, by a clock that nobody sets."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._started: float | None = None

    def tick(self) -> None:
        self._started = time.monotonic()
        try:
            self._work()
        finally:
            self._started = None

    def elapsed(self) -> timedelta:
        started = self._started
        return timedelta(0) if started is None else timedelta(seconds=time.monotonic() - started)


def _due_times(now: datetime, schedule: ScheduleSettings, since: datetime) -> list[datetime]:
    delay = timedelta(minutes=schedule.delay_minutes)
    first = next(_init_times_until(since - delay, schedule.every_hours))
    newest = islice(_init_times_until(now - delay, schedule.every_hours), LOOK_BACK_CYCLES)
    return list(takewhile(lambda init_time: init_time >= first, newest))


def _init_times_until(moment: datetime, every_hours: int) -> Iterator[datetime]:
    """Init times up to `moment`, newest first: 00 UTC of each day and every so many hours after it."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    while True:
        times = (midnight + timedelta(hours=hour) for hour in reversed(range(0, 24, every_hours)))
        yield from (t for t in times if t <= moment)
        midnight -= timedelta(days=1)


def _decide(
    init_time: datetime, status: CycleStatus | None, now: datetime, schedule: ScheduleSettings, lacking: Lacking
) -> tuple[Verdict, str] | None:
    state = None if status is None else status.state
    tried = 0 if status is None else status.attempts
    hours_late = (now - init_time - timedelta(minutes=schedule.delay_minutes)) / timedelta(hours=1)
    too_late = hours_late > schedule.expire_hours
    if state in (State.DONE, State.EXPIRED):
        return None
    if state is State.FAILED:
        waits = status is not None and _waits_for_retry(status, now)
        return None if too_late or waits or tried >= MOST_ATTEMPTS else (Verdict.RUN, f"after {tried} failed attempts")
    if too_late:
        return Verdict.EXPIRE, f"not run within {schedule.expire_hours} hours after it was due"
    if tried >= MOST_ATTEMPTS:
        return Verdict.EXPIRE, f"given up: {tried} runs of it died"
    if state is not None:
        return Verdict.RUN, "its run died"
    return _when_whole(schedule.deadline_of(init_time), now, lacking(init_time))


def _when_whole(deadline: datetime, now: datetime, lacking: tuple[str, ...]) -> tuple[Verdict, str]:
    if not lacking:
        return Verdict.RUN, "due"
    names = ", ".join(lacking)
    if now < deadline:
        return Verdict.WAIT, f"waits for {names} until {deadline:%Y-%m-%d %H:%M} UTC"
    return Verdict.RUN, f"its deadline came without {names}"


def _waits_for_retry(failed: CycleStatus, now: datetime) -> bool:
    wait = FIRST_RETRY_WAIT * (1 << max(0, failed.attempts - 1))
    return failed.finished_at is not None and failed.finished_at <= now < failed.finished_at + wait


def _may_announce(init_time: datetime, states: tuple[CycleStatus, ...], now: datetime, schedule: ScheduleSettings) -> bool:
    """Whether no later cycle is done. One far ahead of `now` was run under a clock that was wrong, and does not count."""
    ahead = now + timedelta(hours=schedule.expire_hours)
    return not any(s.state is State.DONE and init_time < s.cycle.init_time <= ahead for s in states)


def oldest_looked_at(now: datetime, schedule: ScheduleSettings) -> datetime:
    """The init_time before which no cycle is of concern any more."""
    return now - timedelta(days=1, hours=LOOK_BACK_CYCLES * schedule.every_hours)


def _run_newest(database: Engine, settings: Settings, run_cycle: RunCycle, now: datetime, lacking: Lacking) -> tuple[Decision, ...]:
    states = cycle_states(database, since=oldest_looked_at(now, settings.schedule))
    decisions = due_cycles(now, settings.schedule, states, first_tick(database, now), lacking)
    for decision in decisions:
        if decision.verdict is Verdict.EXPIRE and expire_cycle(database, _cycle(decision, settings, now), decision.reason, now):
            _LOGGER.warning("Cycle %s expired: %s.", _cycle(decision, settings, now).key, decision.reason)
    to_run = next((d for d in decisions if d.verdict is Verdict.RUN), None)
    if to_run is not None:
        cycle = _cycle(to_run, settings, now)
        if to_run.reason.startswith("its deadline"):
            _LOGGER.warning("Cycle %s: %s.", cycle.key, to_run.reason)
        with errors_logged(f"cycle {cycle.key}"):
            run_cycle(cycle, announces=to_run.announces)
    return decisions


def _cycle(decision: Decision, settings: Settings, now: datetime) -> Cycle:
    return Cycle(decision.init_time, now.replace(microsecond=0), timedelta(hours=settings.forecast.horizon_hours))


@contextmanager
def errors_logged(what: str) -> Iterator[None]:
    """Log what a user can mend, and go on."""
    try:
        yield
    except HazecastError as error:
        _LOGGER.error("While %s: %s", what, error)


@contextmanager
def _stop_signals() -> Iterator["SimpleQueue[int]"]:
    arrived: SimpleQueue[int] = SimpleQueue()  # its put is safe in a signal handler; an Event's set is not
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def stop(number: int, _frame: FrameType | None) -> None:
        restore()
        arrived.put(number)

    for number in before:
        signal.signal(number, stop)
    try:
        yield arrived
    finally:
        restore()


def _arrives_within(interval: timedelta, signals: "SimpleQueue[int]") -> bool:
    try:
        signals.get(timeout=interval.total_seconds())
    except Empty:
        return False
    return True


def _wake_after_clock_was_set_back(job: Job, now: datetime, interval: timedelta) -> None:
    """APScheduler would wait until the clock reaches the old time again."""
    if job.next_run_time is not None and job.next_run_time > now + 2 * interval:
        job.modify(next_run_time=now)
