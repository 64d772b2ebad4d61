import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import Engine

from hazecast.archive.database import open_database
from hazecast.archive.ledger import LEASE, CycleResults, Standing, State, claim_cycle, cycle_states, fail_cycle, finish_cycle
from hazecast.config import (
    DomainSettings,
    MeteorologySettings,
    ObservationSettings,
    OutputSettings,
    ScheduleSettings,
    Settings,
    SiteSettings,
)
from hazecast.config.places import AreaSettings, StationSettings
from hazecast.errors import CycleError, NoDataInPeriod
from hazecast.records import Cycle, MeteorologyKind
from hazecast.scheduler import HUNG_STATUS, Decision, run_schedule, tick

INIT = datetime(2018, 4, 27, 0, tzinfo=UTC)
SETTINGS = Settings(
    site=SiteSettings(titles={"en": "Test"}, time_zone="Asia/Shanghai"),
    domain=DomainSettings(south=30, north=31, west=110, east=111, spacing=0.1),
    meteorology=MeteorologySettings(path=Path("weather.nc"), kind=MeteorologyKind.FORECAST),
    observations=ObservationSettings(path=Path("observations")),
    schedule=ScheduleSettings(every_hours=6, delay_minutes=30, expire_hours=12),
    output=OutputSettings(archive=Path("archive"), outbox=Path("outbox")),
    stations=(StationSettings(id="1", name="One", latitude=30.5, longitude=110.5),),
    areas=(AreaSettings(id="a", names={"en": "A"}, stations=("1",)),),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(tmp_path)
    yield opened
    opened.dispose()


@dataclass
class Runner:
    """Runs cycles through the ledger as a process would, on a clock that is set by hand."""

    database: Engine
    now: datetime = INIT + timedelta(minutes=30, microseconds=7)
    error: BaseException | None = None
    ran: list[tuple[str, bool]] = field(default_factory=list)
    delivered_at: list[datetime] = field(default_factory=list)

    def run(self, cycle: Cycle, *, announces: bool) -> None:
        claim = claim_cycle(self.database, cycle, "one", "settings", self.now)
        if claim.standing is not Standing.CLAIMED:
            return
        self.ran.append((claim.cycle.key, announces))
        if isinstance(self.error, NoDataInPeriod):
            fail_cycle(self.database, claim, str(self.error), self.now)
        if self.error is not None:
            raise self.error
        finish_cycle(self.database, claim, CycleResults((), (), (), (), "0.1.0"), self.now)

    def tick(self, after: timedelta = timedelta(minutes=1)) -> tuple[Decision, ...]:
        self.now += after
        return tick(self.database, SETTINGS, self.run, self.delivered_at.append, lambda: self.now)


def test_a_due_cycle_is_run_once_with_the_second_it_was_started_as_its_as_of(database: Engine) -> None:
    runner = Runner(database)
    for _ in range(5):
        runner.tick()
    assert runner.ran == [("20180427T00Z", True)]
    assert [(s.state, s.cycle.as_of) for s in cycle_states(database)] == [(State.DONE, INIT + timedelta(minutes=31))]
    assert cycle_states(database)[0].cycle.horizon == timedelta(hours=SETTINGS.forecast.horizon_hours)


def test_a_restart_does_not_run_a_cycle_twice(tmp_path: Path) -> None:
    ran = []
    for _ in range(3):
        database = open_database(tmp_path)
        runner = Runner(database)
        runner.tick()
        ran.append(runner.ran)
        database.dispose()
    assert ran == [[("20180427T00Z", True)], [], []]


def test_a_restart_after_a_run_that_died_takes_the_same_cycle_up(database: Engine) -> None:
    with pytest.raises(KeyboardInterrupt):
        Runner(database, error=KeyboardInterrupt()).tick()
    restarted = Runner(database)
    restarted.tick()
    assert restarted.ran == [], "the lease of the run that died still holds"
    restarted.tick(after=LEASE)
    assert restarted.ran == [("20180427T00Z", True)]
    assert cycle_states(database)[0].cycle.as_of == INIT + timedelta(minutes=31), "that of the first claim"


def test_what_waits_is_delivered_at_every_tick_whether_a_cycle_is_due_or_not(database: Engine) -> None:
    runner = Runner(database)
    runner.tick()
    runner.tick()
    assert runner.delivered_at == [INIT + timedelta(minutes=31, microseconds=7), INIT + timedelta(minutes=32, microseconds=7)]


def test_after_an_outage_the_newest_cycle_is_run_first_and_speaks_the_older_ones_are_silent(database: Engine) -> None:
    runner = Runner(database)
    runner.tick()
    runner.ran.clear()
    runner.tick(after=timedelta(hours=37))
    runner.tick()
    runner.tick()
    runner.tick()
    assert runner.ran == [("20180428T12Z", True), ("20180428T06Z", False)]
    assert [(s.cycle.key, s.state) for s in cycle_states(database)] == [
        ("20180427T00Z", State.DONE),
        ("20180427T06Z", State.EXPIRED),
        ("20180427T12Z", State.EXPIRED),
        ("20180427T18Z", State.EXPIRED),
        ("20180428T00Z", State.EXPIRED),
        ("20180428T06Z", State.DONE),
        ("20180428T12Z", State.DONE),
    ]


def test_an_expired_cycle_says_why_and_is_logged_by_name(database: Engine, caplog: pytest.LogCaptureFixture) -> None:
    runner = Runner(database)
    runner.tick()
    runner.tick(after=timedelta(hours=25))
    assert cycle_states(database)[1].error == "not run within 12 hours after it was due"
    assert "Cycle 20180427T06Z expired: not run within 12 hours after it was due." in caplog.messages


def test_a_cycle_that_fails_is_logged_retried_later_and_does_not_stop_deliveries(
    database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    runner = Runner(database, error=NoDataInPeriod("There is no weather.", "Wait for it."))
    runner.tick()
    assert "While cycle 20180427T00Z: There is no weather. Wait for it." in caplog.messages
    runner.error = None
    runner.tick()
    assert len(runner.ran) == 1, "it waits before the next attempt"
    runner.tick(after=timedelta(minutes=5))
    assert len(runner.ran) == 2
    assert cycle_states(database)[0].state is State.DONE
    assert cycle_states(database)[0].cycle.as_of == runner.now.replace(microsecond=0), "with what has arrived by then"
    assert len(runner.delivered_at) == 3


def test_a_delivery_that_fails_does_not_stop_the_cycle(database: Engine, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_now: datetime) -> None:
        raise CycleError("The outbox is broken.", "Mend it.")

    runner = Runner(database)
    tick(database, SETTINGS, runner.run, broken, lambda: runner.now)
    assert runner.ran == [("20180427T00Z", True)]
    assert "While delivering: The outbox is broken. Mend it." in caplog.messages


def test_a_fault_of_ours_is_not_hidden(database: Engine) -> None:
    with pytest.raises(ZeroDivisionError):
        Runner(database, error=ZeroDivisionError()).tick()


def test_a_clock_set_back_a_day_runs_no_cycle_again(database: Engine) -> None:
    runner = Runner(database)
    for _ in range(9):
        runner.tick(after=timedelta(hours=6))
    ran = list(runner.ran)
    runner.tick(after=-timedelta(days=1))
    runner.tick(after=timedelta(hours=12))
    assert runner.ran == ran
    runner.tick(after=timedelta(hours=18))
    assert runner.ran == [*ran, ("20180429T12Z", True)]


def test_two_schedulers_on_one_ledger_run_each_cycle_once(database: Engine) -> None:
    one, two = Runner(database), Runner(database)
    for _ in range(12):
        one.tick(after=timedelta(hours=2))
        two.tick(after=timedelta(hours=2))
    assert sorted(one.ran + two.ran) == sorted({*one.ran, *two.ran})
    assert len(one.ran + two.ran) == 5


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


@pytest.fixture
def schedule() -> Iterator[None]:
    """Ends a schedule that does not end by itself, so that a fault fails and does not hang."""
    deadline = threading.Timer(20, os.kill, (os.getpid(), signal.SIGTERM))
    deadline.start()
    yield
    deadline.cancel()
    logging.getLogger("apscheduler.scheduler").setLevel(logging.NOTSET)


@pytest.mark.usefixtures("schedule")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_schedule_ticks_at_once_and_stops_on_a_signal(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    ticks: list[int] = []

    def stop_after_a_tick() -> None:
        wait_until(lambda: bool(ticks))
        os.kill(os.getpid(), number)

    stopper = threading.Thread(target=stop_after_a_tick)
    stopper.start()
    run_schedule(lambda: ticks.append(1), lambda: datetime.now(UTC), timedelta(hours=1))
    stopper.join()
    assert ticks == [1]
    assert signal.getsignal(number) is before


@pytest.mark.usefixtures("schedule")
def test_a_cycle_that_is_being_run_is_finished_before_the_schedule_stops() -> None:
    finished = []

    def long_tick() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.3)
        finished.append(True)

    run_schedule(long_tick, lambda: datetime.now(UTC), timedelta(hours=1))
    assert finished == [True]


@pytest.mark.usefixtures("schedule")
def test_a_fault_in_one_tick_does_not_end_the_schedule(caplog: pytest.LogCaptureFixture) -> None:
    ticks: list[int] = []

    def faulty() -> None:
        ticks.append(1)
        if len(ticks) == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        raise ZeroDivisionError

    run_schedule(faulty, lambda: datetime.now(UTC), timedelta(seconds=1))
    assert len(ticks) >= 2
    assert any("raised an exception" in message for message in caplog.messages), "and it is not hidden"


@pytest.mark.usefixtures("schedule")
def test_the_schedule_goes_on_ticking_when_the_clock_is_set_back() -> None:
    ticks: list[int] = []

    def set_back_then_stop() -> None:
        ticks.append(1)
        if len(ticks) == 1:
            traveller.move_to(datetime(2018, 4, 26, tzinfo=UTC))
        elif len(ticks) == 2:  # a second signal would end this process
            os.kill(os.getpid(), signal.SIGTERM)

    with time_machine.travel(datetime(2018, 4, 27, tzinfo=UTC)) as traveller:
        run_schedule(set_back_then_stop, lambda: datetime.now(UTC), timedelta(seconds=1))
    assert len(ticks) >= 2


TICK_FOR_EVER = """
import sys, time
from datetime import UTC, datetime, timedelta
from hazecast.scheduler import run_schedule
def long_tick():
    print("ticked", flush=True)
    time.sleep(60)
run_schedule(long_tick, lambda: datetime.now(UTC), timedelta(seconds=1))
"""


def test_a_second_signal_ends_a_schedule_that_waits_for_its_cycle() -> None:
    process = subprocess.Popen([sys.executable, "-c", TICK_FOR_EVER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ticked\n"
    process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    assert process.poll() is None, "it waits for the cycle"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == -signal.SIGTERM
    process.stdout.close()


HANG = """
import time
from datetime import UTC, datetime, timedelta
from hazecast.scheduler import run_schedule
run_schedule(lambda: time.sleep(60), lambda: datetime.now(UTC), timedelta(seconds=0.1), longest_tick=timedelta(seconds=0.3))
"""


def test_a_tick_that_hangs_ends_the_process_for_its_supervisor_to_start_it_again() -> None:
    process = subprocess.run([sys.executable, "-c", HANG], timeout=30, check=False, capture_output=True, text=True)
    assert process.returncode == HUNG_STATUS
    assert "A tick has hung for" in process.stderr
