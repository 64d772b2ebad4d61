from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hazecast.archive.jobs import JobKind, claim_job, fail_job, job_states
from hazecast.archive.leases import LEADER, lease_held
from hazecast.archive.ledger import State, cycle_states
from hazecast.archive.source_log import Brought, note_brought, note_newest
from hazecast.errors import CycleError
from hazecast.records import InputRole
from hazecast.scheduler import MOST_ATTEMPTS
from hazecast.serving.alarms import raise_alarms, troubles_of
from hazecast.serving.crew import LEASE, LONGEST_SILENCE, CycleTask, JobTask
from hazecast.serving.job_plan import ingest_again, ingest_job
from hazecast.serving.rounds import LEADERSHIP, LOOK
from hazecast.serving.status import status_of
from tests.serving_case import INIT, Case, Worker, databases_in, settings_in

HOUR = timedelta(hours=1)


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    opened = databases_in(tmp_path)
    yield opened
    for database in opened:
        database.dispose()


@pytest.fixture
def case(databases: tuple[Engine, Engine], tmp_path: Path) -> Case:
    return Case(*databases, settings_in(tmp_path))


def at_the_cycle(case: Case) -> Case:
    """Up to where the first cycle is being run."""
    case.round()
    case.finish_jobs()
    case.rounds_until(lambda: bool(case.cycles))
    return case


def brought(first: datetime, last: datetime, run: datetime, sha256: str = "aa") -> Brought:
    hours = tuple(first + n * HOUR for n in range(int((last - first) / HOUR) + 1))
    return Brought(sha256, InputRole.METEOROLOGY, run, run, hours)


def test_what_has_come_is_taken_in_before_a_cycle_runs_and_then_both_models_and_checks_follow(case: Case) -> None:
    case.round()
    assert [name.split()[0] for name in case.at_work] == ["ingest", "verify"], "no cycle before what is there is known"
    case.finish_jobs()
    case.round()
    assert case.at_work == ["20180427T00Z"]
    case.finish(case.cycles[0])
    case.rounds_until(lambda: any(name.startswith("train") for name in case.at_work))
    assert [s.state for s in cycle_states(case.ledger)] == [State.DONE]


def test_a_cycle_runs_once_and_waits_no_longer_than_ten_minutes_for_what_is_being_taken_in(case: Case) -> None:
    case.round()
    assert not case.cycles
    case.round(after=timedelta(minutes=10))
    assert case.at_work[-1] == "20180427T00Z"
    for _ in range(5):
        case.round()
    assert len(case.cycles) == 1


def test_the_lease_of_a_worker_that_lives_is_renewed_for_as_long_as_it_may_take(case: Case) -> None:
    at_the_cycle(case)
    for _ in range(50):
        case.round(after=timedelta(minutes=1))
    (status,) = cycle_states(case.ledger)
    assert status.lease_until is not None
    assert status.lease_until == case.now + LEASE
    assert (status.state, status.attempts) == (State.RUNNING, 1)


def test_a_worker_that_is_killed_has_its_cycle_taken_up_at_once_as_the_same_cycle_and_once(case: Case) -> None:
    at_the_cycle(case)
    as_of = cycle_states(case.ledger)[0].cycle.as_of
    case.cycles[0].status = -9
    case.round()
    assert [worker.task.claim.attempt for worker in case.cycles] == [1, 2]
    case.round()
    assert len(case.cycles) == 2
    assert cycle_states(case.ledger)[0].cycle.as_of == as_of


def test_a_worker_that_hangs_is_ended_and_its_cycle_tried_again_later(case: Case) -> None:
    at_the_cycle(case)
    hung = case.cycles[0]
    hung.speaks = False
    case.round(after=LONGEST_SILENCE - timedelta(minutes=1))
    assert not hung.killed
    case.round(after=timedelta(minutes=2))
    assert hung.killed
    assert cycle_states(case.ledger)[0].error == "stopped: no sign of life for 20 minutes"
    case.round(after=timedelta(minutes=6))
    assert len(case.cycles) == 2


def test_a_cycle_that_takes_longer_than_it_may_is_ended_though_it_shows_that_it_lives(case: Case) -> None:
    at_the_cycle(case)
    case.round(after=timedelta(minutes=59))
    assert not case.cycles[0].killed
    case.round(after=timedelta(minutes=2))
    assert case.cycles[0].killed
    assert cycle_states(case.ledger)[0].error == "stopped: it took longer than 60 minutes"


def test_a_cycle_that_kills_every_worker_is_given_up_by_name(case: Case) -> None:
    at_the_cycle(case)
    for _ in range(3 * MOST_ATTEMPTS):
        case.cycles[-1].status = -11
        case.round()
    assert len(case.cycles) == MOST_ATTEMPTS
    assert (cycle_states(case.ledger)[0].state, cycle_states(case.ledger)[0].error) == (State.EXPIRED, "given up: 5 runs of it died")


def test_a_cycle_that_fails_is_tried_again_with_growing_waits(case: Case) -> None:
    at_the_cycle(case)
    waits = []
    for attempt in range(1, 4):
        case.fail(case.cycles[-1], "There is no weather.")
        failed_at = case.now
        while len(case.cycles) == attempt:
            case.round(after=timedelta(minutes=1))
        waits.append(case.now - failed_at)
    assert [round(wait / timedelta(minutes=1)) for wait in waits] == [5, 10, 20]


def test_a_process_that_cannot_be_started_is_a_failure_with_its_reason(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    case.round()
    case.finish_jobs()

    def refuse(_task: object) -> None:
        raise OSError("no memory")

    monkeypatch.setattr(case.machine.crew, "_spawn", refuse)
    case.round()
    (status,) = cycle_states(case.ledger)
    assert (status.state, status.error) == (State.FAILED, "no process can be started for it: no memory")


def test_a_cycle_waits_for_its_weather_and_starts_when_the_run_is_whole(databases: tuple[Engine, Engine], tmp_path: Path) -> None:
    case = Case(*databases, settings_in(tmp_path, wait_for="gfs"))
    case.round()
    case.finish_jobs()
    case.round()
    end = INIT + timedelta(hours=case.settings.forecast.horizon_hours)
    assert not case.cycles
    assert case.seen.waiting == ("20180427T00Z waits for gfs until 2018-04-27 05:00 UTC",)
    note_brought(case.operations, [brought(INIT - 6 * HOUR, end, INIT - 6 * HOUR, "old")], case.now)
    note_brought(case.operations, [brought(INIT, INIT + 12 * HOUR, INIT, "half")], case.now)
    case.round()
    assert not case.cycles, "an older run and half of the new one are not the new one"
    note_brought(case.operations, [brought(INIT + 15 * HOUR, end, INIT, "rest")], case.now)
    case.round()
    assert [worker.task.name for worker in case.cycles] == ["20180427T00Z"]


def test_at_its_deadline_a_cycle_starts_with_what_there_is_and_says_what_is_lacking(
    databases: tuple[Engine, Engine], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    case = Case(*databases, settings_in(tmp_path, wait_for=("gfs", "observations"), deadline="12:00 Asia/Shanghai"))
    case.round()
    case.finish_jobs()
    note_newest(case.operations, InputRole.OBSERVATIONS, INIT, case.now)
    case.round(after=INIT + 4 * HOUR - case.now - timedelta(seconds=6))
    case.finish_jobs()
    case.round(after=timedelta(seconds=1))
    assert not case.cycles
    case.round(after=timedelta(seconds=10))
    assert len(case.cycles) == 1
    assert "Cycle 20180427T00Z: its deadline came without gfs." in caplog.messages


def test_while_the_newest_cycle_waits_an_older_one_that_was_missed_is_run(databases: tuple[Engine, Engine], tmp_path: Path) -> None:
    case = Case(*databases, settings_in(tmp_path, wait_for="gfs"))
    case.round()
    case.finish_jobs()
    case.round()
    note_brought(case.operations, [brought(INIT, INIT + 240 * HOUR, INIT)], case.now)
    case.round(after=6 * HOUR)
    case.finish_jobs()
    case.rounds_until(lambda: bool(case.cycles))
    assert case.at_work[-1] == "20180427T00Z"
    assert isinstance(case.cycles[0].task, CycleTask)
    assert case.cycles[0].task.announces


def test_two_machines_have_one_leader_and_run_each_cycle_once(databases: tuple[Engine, Engine], tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    one, two = Case(*databases, settings, owner="one"), Case(*databases, settings, owner="two")
    led = []
    for turn in range(134):
        one.now = two.now = INIT + timedelta(minutes=15 * turn)
        led.append((one.round(timedelta(0)), two.round(timedelta(seconds=5))))
        for machine in (one, two):
            machine.finish_jobs()
            for worker in machine.cycles:
                if worker.status is None:
                    machine.finish(worker)
    assert not any(all(both) for both in led), "never two at once"
    ran = [worker.task.name for machine in (one, two) for worker in machine.cycles]
    assert sorted(ran) == [f"{INIT + n * 6 * HOUR:%Y%m%dT%HZ}" for n in range(-1, 6)]


def test_when_the_leader_is_lost_another_leads_after_its_lease_and_takes_its_cycle_up(
    databases: tuple[Engine, Engine], tmp_path: Path
) -> None:
    one, two = (Case(*databases, settings_in(tmp_path), owner=owner) for owner in ("one", "two"))
    at_the_cycle(one)
    two.now = one.now
    assert not two.round()
    assert two.round(after=LEADERSHIP)
    two.finish_jobs()
    two.round()
    assert not two.cycles, "the lease of the cycle still holds"
    two.round(after=LEASE)
    two.finish_jobs()
    two.rounds_until(lambda: bool(two.cycles))
    one.finish(one.cycles[0])
    assert one.cycles[0].status == 2, "who was thought dead and comes back keeps nothing"
    two.finish(two.cycles[0])
    (status,) = cycle_states(two.ledger)
    assert (status.state, status.owner, status.attempts) == (State.DONE, "two", 2)
    lease = lease_held(two.operations, LEADER)
    assert lease is not None
    assert (lease.owner, lease.token) == ("two", 2)


def test_a_machine_that_stops_ends_its_workers_and_the_next_leads_at_once(databases: tuple[Engine, Engine], tmp_path: Path) -> None:
    one, two = (Case(*databases, settings_in(tmp_path), owner=owner) for owner in ("one", "two"))
    at_the_cycle(one)
    one.leave()
    assert one.cycles[0].killed
    two.now = one.now
    assert two.round()
    two.finish_jobs()
    two.rounds_until(lambda: bool(two.cycles))
    assert two.cycles[0].task.claim.cycle == one.cycles[0].task.claim.cycle  # type: ignore[union-attr]


def test_what_comes_later_is_seen_and_taken_in_again_and_so_is_what_could_not_be(case: Case, tmp_path: Path) -> None:
    at_the_cycle(case)
    case.round(after=LOOK)
    assert not any(name.startswith("ingest") for name in case.at_work)
    (tmp_path / "observations").mkdir()
    (tmp_path / "observations" / "new.csv").write_text("x")
    case.round(after=LOOK)
    ingest = case.workers[-1]
    assert ingest.task.name.startswith("ingest")
    ingest.status = 2
    case.round(after=LOOK)
    case.round(after=LOOK)
    assert [w.task.name.startswith("ingest") for w in case.workers if w.status is None][-1]


def test_what_cannot_be_taken_in_is_tried_ever_more_seldom_and_what_comes_new_is_taken_in_at_once(case: Case, tmp_path: Path) -> None:
    def ingests() -> list[Worker]:
        return [worker for worker in case.workers if worker.task.name.startswith("ingest")]

    case.round()
    ingests()[0].status = 2
    case.round(after=LOOK)
    case.round(after=LOOK)
    assert [worker.task.claim.token for worker in ingests() if isinstance(worker.task, JobTask)] == [1, 2], "once more without a wait"
    ingests()[1].status = 2
    case.round(after=LOOK)
    case.round(after=timedelta(minutes=9))
    assert len(ingests()) == 2
    case.round(after=2 * LOOK)
    assert len(ingests()) == 3
    ingests()[2].status = 2
    case.round(after=LOOK)
    (tmp_path / "observations").mkdir()
    (tmp_path / "observations" / "new.csv").write_text("x")
    case.round(after=LOOK)
    assert len(ingests()) == 4


def test_taking_in_is_never_given_up_and_operators_are_told_once(case: Case) -> None:
    job, told, waits = ingest_job(case.now), [], []
    for _ in range(8):
        claim = claim_job(case.operations, job, "one", case.now, LEASE)
        assert claim is not None
        told += raise_alarms(case.operations, status_of(case.ledger, case.operations, case.settings, case.now), case.now)
        fail_job(case.operations, claim, "the disk is full", case.now)
        told += raise_alarms(case.operations, status_of(case.ledger, case.operations, case.settings, case.now), case.now)
        states = job_states(case.operations)
        waits.append(next(minutes for minutes in range(100) if ingest_again(states, case.now + timedelta(minutes=minutes)) == job))
        case.now += timedelta(minutes=waits[-1])
    assert waits == [0, 10, 20, 40, 60, 60, 60, 60]
    assert [one.text for one in told if one.subject == "taking in"] == ["What has come could not be taken in 5 times: the disk is full."]


def test_a_job_that_fails_is_tried_five_times_that_day_and_then_let_be(case: Case) -> None:
    for _ in range(100):
        case.round(after=timedelta(minutes=20))
        for worker in case.workers:
            if worker.status is None:
                if worker.task.name.startswith("verify 2018-04-27"):
                    worker.status = 1
                else:
                    case.finish(worker)
    tried = [w for w in case.workers if w.task.name == "verify 2018-04-27"]
    assert len(tried) == 5
    (failed,) = [s for s in job_states(case.operations) if s.job.key == "verify 2018-04-27"]
    assert (failed.state, failed.error) == (State.FAILED, "its process ended with status 1")
    told = troubles_of(status_of(case.ledger, case.operations, case.settings, INIT + 10 * HOUR))
    assert "Job verify 2018-04-27 is given up after 5 attempts: its process ended with status 1." in [one.text for one in told]


def test_jobs_of_a_day_are_done_once_a_day_and_training_when_the_model_is_old(case: Case) -> None:
    for _ in range(24 * 4):
        case.round(after=timedelta(hours=1))
        for worker in case.workers:
            if worker.status is None:
                case.finish(worker)
    names = [w.task.name for w in case.workers if not isinstance(w.task, CycleTask)]
    verified = [name for name in names if name.startswith(JobKind.VERIFY)]
    assert verified == [f"verify 2018-{day}" for day in ("04-27", "04-28", "04-29", "04-30", "05-01")]
    assert sum(name.startswith(JobKind.TRAIN) for name in names) == 1
    assert not any(name.startswith(JobKind.BACKUP) for name in names), "no folder for copies is named"


def test_a_database_that_is_away_is_logged_and_the_rounds_go_on(
    case: Case, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_cycle(case)

    def away(*_given: object) -> None:
        raise CycleError("The ledger is away.", "Bring it back.")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("hazecast.serving.crew.renew_lease", away)
        meanwhile.setattr("hazecast.serving.rounds.take_lease", away)
        assert not case.round()
    assert "While asking who leads: The ledger is away. Bring it back." in caplog.messages
    assert case.round()
