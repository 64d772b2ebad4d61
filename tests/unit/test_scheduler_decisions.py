from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazecast.archive.ledger import LEASE, CycleStatus, State
from hazecast.config.schedule import ScheduleSettings
from hazecast.records import Cycle
from hazecast.scheduler import FIRST_RETRY_WAIT, LOOK_BACK_CYCLES, MOST_ATTEMPTS, Decision, Verdict, due_cycles

START = datetime(2018, 4, 20, 0, 30, tzinfo=UTC)
DAILY = ScheduleSettings(every="24h", delay_minutes=30, expire_hours=12)
SIX_HOURLY = ScheduleSettings(every="6h", delay_minutes=30, expire_hours=12)


def at(day: int, hour: float = 0.0, month: int = 4, year: int = 2018) -> datetime:
    return datetime(year, month, day, tzinfo=UTC) + timedelta(hours=hour)


def status(
    init_time: datetime,
    state: State,
    attempts: int = 1,
    lease_until: datetime | None = None,
    finished_at: datetime | None = None,
) -> CycleStatus:
    cycle = Cycle(init_time, init_time, timedelta(hours=24))
    return CycleStatus(cycle, state, attempts, "one", lease_until, init_time, finished_at, "settings", None, None, None)


def decide(now: datetime, schedule: ScheduleSettings, *states: CycleStatus, since: datetime = START) -> list[tuple[str, datetime]]:
    return [(d.verdict.value, d.init_time) for d in due_cycles(now, schedule, states, since)]


def done_but(*lacking: datetime, until: datetime, every_hours: int = 24) -> list[CycleStatus]:
    count = int((until - at(20)) / timedelta(hours=every_hours)) + 1
    times = [at(20) + timedelta(hours=every_hours * n) for n in range(count)]
    return [status(t, State.DONE) for t in times if t not in lacking]


def test_a_cycle_is_due_its_delay_after_its_init_time() -> None:
    done = done_but(until=at(26))
    assert decide(at(27, 0.49), DAILY, *done) == []
    assert decide(at(27, 0.5), DAILY, *done) == [("run", at(27))]


@pytest.mark.parametrize("every_hours", [1, 3, 6, 7, 24])
def test_cycles_start_at_midnight_utc_and_every_so_many_hours_after(every_hours: int) -> None:
    schedule = ScheduleSettings(every=f"{every_hours}h", delay_minutes=0, expire_hours=240)
    decisions = due_cycles(at(22), schedule, (), at(21))
    assert [d.init_time for d in decisions] == [at(22), *(at(21, h) for h in reversed(range(0, 24, every_hours)))]


def test_a_done_cycle_is_not_run_again() -> None:
    assert decide(at(27, 5), DAILY, *done_but(until=at(27))) == []


def test_nothing_is_due_from_before_the_first_start_but_the_cycle_of_that_time() -> None:
    assert decide(at(27, 9), DAILY, since=at(27, 9)) == [("run", at(27))]
    assert decide(at(27, 15), DAILY, since=at(27, 15)) == [("expire", at(27))]
    assert decide(at(28, 1), DAILY, since=at(27, 9)) == [("run", at(28)), ("expire", at(27))]


def test_after_an_outage_the_newest_cycle_comes_first_then_what_still_matters_and_the_rest_is_expired_by_name() -> None:
    done = done_but(until=at(25, 18), every_hours=6)
    assert decide(at(27, 1), SIX_HOURLY, *done) == [
        ("run", at(27)),
        ("run", at(26, 18)),
        ("expire", at(26, 12)),
        ("expire", at(26, 6)),
        ("expire", at(26)),
    ]


def test_a_cycle_expires_when_it_is_later_than_allowed_and_not_before() -> None:
    done = done_but(at(27), until=at(27))
    assert decide(at(27, 12.5), DAILY, *done) == [("run", at(27))]
    assert decide(at(27, 12.51), DAILY, *done) == [("expire", at(27))]


def test_an_expired_cycle_is_left_alone() -> None:
    assert decide(at(27, 13), DAILY, *done_but(at(27), until=at(27)), status(at(27), State.EXPIRED)) == []


def test_a_long_outage_is_looked_back_on_only_so_far() -> None:
    decisions = due_cycles(at(1, 1, year=2021), SIX_HOURLY, (), START)
    assert len(decisions) == LOOK_BACK_CYCLES
    assert decisions[-1].init_time == at(1, year=2021) - timedelta(hours=6 * (LOOK_BACK_CYCLES - 1))


def test_a_cycle_that_runs_is_waited_for_and_no_older_one_goes_before_it() -> None:
    done = done_but(at(26, 18), at(27), until=at(27), every_hours=6)
    running = status(at(27), State.RUNNING, lease_until=at(27, 1) + LEASE)
    assert decide(at(27, 1), SIX_HOURLY, *done, running) == []


def test_a_cycle_whose_run_died_is_taken_up() -> None:
    died = status(at(27), State.RUNNING, lease_until=at(27, 1))
    (decision,) = due_cycles(at(27, 1), DAILY, (*done_but(at(27), until=at(27)), died), START)
    assert decision == Decision(at(27), Verdict.RUN, True, "its run died")


def test_a_cycle_that_kills_its_runs_is_given_up_by_name() -> None:
    died = status(at(27), State.RUNNING, attempts=MOST_ATTEMPTS, lease_until=at(27, 1))
    (decision,) = due_cycles(at(27, 1), DAILY, (*done_but(at(27), until=at(27)), died), START)
    assert (decision.verdict, decision.reason) == (Verdict.EXPIRE, f"given up: {MOST_ATTEMPTS} runs of it died")


def test_a_died_run_that_is_too_late_is_closed() -> None:
    died = status(at(27), State.RUNNING, lease_until=at(27, 1))
    assert decide(at(27, 20), DAILY, *done_but(at(27), until=at(27)), died) == [("expire", at(27))]


def test_a_failed_cycle_is_tried_again_after_waits_that_grow_and_not_for_ever() -> None:
    done = done_but(at(27), until=at(27))
    for attempts in range(1, MOST_ATTEMPTS):
        failed = status(at(27), State.FAILED, attempts, finished_at=at(27, 1))
        wait = FIRST_RETRY_WAIT * 2 ** (attempts - 1)
        assert decide(at(27, 1) + wait - timedelta(seconds=1), DAILY, *done, failed) == []
        assert decide(at(27, 1) + wait, DAILY, *done, failed) == [("run", at(27))]
    last = status(at(27), State.FAILED, MOST_ATTEMPTS, finished_at=at(27, 1))
    assert decide(at(27, 12), DAILY, *done, last) == []


def test_a_failed_cycle_that_is_too_late_stays_failed() -> None:
    failed = status(at(27), State.FAILED, finished_at=at(27, 1))
    assert decide(at(27, 13), DAILY, *done_but(at(27), until=at(27)), failed) == []


def test_while_the_newest_waits_for_a_retry_an_older_one_may_speak() -> None:
    done = done_but(at(26, 18), at(27), until=at(27), every_hours=6)
    failed = status(at(27), State.FAILED, finished_at=at(27, 1))
    (decision,) = due_cycles(at(27, 1), SIX_HOURLY, (*done, failed), START)
    assert (decision.init_time, decision.announces) == (at(26, 18), True)


def test_an_older_cycle_keeps_silent_once_a_later_one_is_done() -> None:
    done = done_but(at(26, 18), until=at(27), every_hours=6)
    (decision,) = due_cycles(at(27, 1), SIX_HOURLY, tuple(done), START)
    assert (decision.init_time, decision.announces) == (at(26, 18), False)


def test_a_clock_set_back_runs_nothing_twice_and_nothing_is_sent_that_is_older_than_what_was_sent() -> None:
    done = done_but(at(26, 18), until=at(27), every_hours=6)
    (decision,) = due_cycles(at(26, 20), SIX_HOURLY, tuple(done), START)
    assert (decision.init_time, decision.announces) == (at(26, 18), False)


def test_a_cycle_done_under_a_clock_years_ahead_does_not_silence_those_of_today() -> None:
    states = (*done_but(at(27), until=at(27)), status(at(1, year=2099), State.DONE))
    (decision,) = due_cycles(at(27, 1), DAILY, states, START)
    assert (decision.init_time, decision.announces) == (at(27), True)


def test_a_clock_set_back_does_not_hold_a_retry_up() -> None:
    failed = status(at(27), State.FAILED, finished_at=at(29))
    assert decide(at(27, 1), DAILY, *done_but(at(27), until=at(27)), failed) == [("run", at(27))]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(29, 1, 2, 2020), [at(29, 0, 2, 2020), at(28, 18, 2, 2020), at(28, 12, 2, 2020)]),
        (at(1, 1, 3, 2020), [at(1, 0, 3, 2020), at(29, 18, 2, 2020), at(29, 12, 2, 2020)]),
        (at(1, 1, 3, 2019), [at(1, 0, 3, 2019), at(28, 18, 2, 2019), at(28, 12, 2, 2019)]),
        (at(1, 1, 1, 2019), [at(1, 0, 1, 2019), at(31, 18, 12, 2018), at(31, 12, 12, 2018)]),
        (at(1, 1, 5), [at(1, 0, 5), at(30, 18), at(30, 12)]),
        (at(25, 4, 3), [at(25, 0, 3), at(24, 18, 3), at(24, 12, 3)]),
    ],
    ids=["29 February", "after 29 February", "after 28 February", "new year", "1 May", "clocks go forward in Europe"],
)
def test_cycles_go_on_over_ends_of_months_leap_days_and_changes_of_the_clocks(now: datetime, expected: list[datetime]) -> None:
    assert [d.init_time for d in due_cycles(now, SIX_HOURLY, (), now - timedelta(hours=12))] == expected


@given(
    every_hours=st.integers(1, 24),
    delay_minutes=st.integers(0, 1440),
    expire_hours=st.integers(1, 240),
    minutes=st.integers(-20_000, 400_000),
)
def test_decisions_are_newest_first_distinct_bounded_and_never_early(
    every_hours: int, delay_minutes: int, expire_hours: int, minutes: int
) -> None:
    schedule = ScheduleSettings(every=f"{every_hours}h", delay_minutes=delay_minutes, expire_hours=expire_hours)
    now = START + timedelta(minutes=minutes)
    decisions = due_cycles(now, schedule, (), START)
    times = [d.init_time for d in decisions]
    assert times == sorted(set(times), reverse=True)
    assert len(times) <= LOOK_BACK_CYCLES
    for decision in decisions:
        late = now - decision.init_time - timedelta(minutes=delay_minutes)
        assert late >= timedelta(0)
        assert (decision.verdict is Verdict.EXPIRE) == (late > timedelta(hours=expire_hours))
    if minutes >= 0:
        assert times, "from the first start on there is always a cycle that was due last"
