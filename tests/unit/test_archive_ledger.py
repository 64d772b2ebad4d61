import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from hazecast.archive.database import open_database
from hazecast.archive.deliveries import Delivery, delivery_states
from hazecast.archive.inputs_log import fingerprint
from hazecast.archive.ledger import (
    LEASE,
    Claim,
    CycleResults,
    Standing,
    State,
    claim_cycle,
    cycle_states,
    cycle_status,
    expire_cycle,
    fail_cycle,
    finish_cycle,
    first_tick,
    recorded_products,
    renew_lease,
)
from hazecast.archive.manifest import Product
from hazecast.archive.warning_log import cycle_warnings
from hazecast.errors import ArchiveError, CycleError
from hazecast.records import Action, Cycle, HazeWarning, InputFile, Level

INIT = datetime(2018, 4, 27, 0, tzinfo=UTC)
NOW = INIT + timedelta(minutes=30)
CYCLE = Cycle(INIT, NOW, timedelta(hours=24))
NOTHING = CycleResults((), (), (), (), "0.1.0")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(tmp_path)
    yield opened
    opened.dispose()


def claim(database: Engine, owner: str = "one", now: datetime = NOW, as_of: datetime = NOW) -> Claim:
    return claim_cycle(database, Cycle(INIT, as_of, CYCLE.horizon), owner, "settings", now)


def results(warning_level: Level = Level.YELLOW) -> CycleResults:
    message = HazeWarning(
        id="w1",
        area_id="beijing",
        edition="cma-haze-2013",
        action=Action.ISSUE,
        level=warning_level,
        valid_from=INIT,
        valid_until=INIT + timedelta(hours=24),
        issued_at=NOW,
        cycle_key=CYCLE.key,
        condition="yellow (3)",
        probability=0.625,
        replaces=(),
    )
    return CycleResults(
        inputs=(InputFile(Path("/data/era5.nc"), "aa", 10, "meteorology"), InputFile(Path("/data/obs.csv"), "bb", 5, "observations")),
        products=(Product("stations.nc", "cc", 7), Product("bulletin/report.txt", "dd", 8)),
        messages=(message,),
        deliveries=(Delivery("b1/folder/all", "b1", CYCLE.key, "all", "folder", INIT + timedelta(hours=12)),),
        software_version="0.1.0",
    )


def test_a_new_cycle_is_claimed_as_asked(database: Engine) -> None:
    assert claim(database) == Claim(Standing.CLAIMED, CYCLE, "one", 1, "settings")


def test_a_cycle_that_runs_is_busy_for_everybody_else(database: Engine) -> None:
    claim(database, "one")
    other = claim(database, "two", now=NOW + LEASE - timedelta(seconds=1))
    assert (other.standing, other.owner) == (Standing.BUSY, "one")


def test_the_same_owner_started_again_does_not_run_beside_itself(database: Engine) -> None:
    claim(database, "one")
    assert claim(database, "one", now=NOW + timedelta(minutes=1)).standing is Standing.BUSY


def test_a_cycle_whose_owner_died_is_taken_up_as_of_its_first_claim(database: Engine) -> None:
    claim(database, "one")
    later = NOW + timedelta(hours=2)
    assert claim(database, "two", now=later, as_of=later) == Claim(Standing.CLAIMED, CYCLE, "two", 2, "settings")


def test_a_cycle_that_failed_is_claimed_anew_with_what_has_arrived_by_then(database: Engine) -> None:
    fail_cycle(database, claim(database), "No weather.", NOW)
    later = NOW + timedelta(hours=2)
    again = claim(database, now=later, as_of=later)
    assert (again.standing, again.cycle.as_of, again.attempt) == (Standing.CLAIMED, later, 2)


def test_a_done_cycle_stays_done_as_it_was(database: Engine) -> None:
    finish_cycle(database, claim(database), NOTHING, NOW)
    later = NOW + timedelta(days=3)
    again = claim(database, "two", now=later, as_of=later)
    assert (again.standing, again.cycle, again.owner) == (Standing.DONE, CYCLE, "one")


def test_an_expired_cycle_can_still_be_run_by_hand(database: Engine) -> None:
    assert expire_cycle(database, CYCLE, "too late", NOW)
    assert claim(database).standing is Standing.CLAIMED
    assert cycle_states(database)[0].error is None


def test_a_renewed_lease_holds_longer(database: Engine) -> None:
    held = claim(database, "one")
    renew_lease(database, held, NOW + LEASE)
    assert claim(database, "two", now=NOW + LEASE + timedelta(minutes=1)).standing is Standing.BUSY


def test_a_lapsed_lease_can_be_renewed_while_nobody_took_the_cycle_up(database: Engine) -> None:
    held = claim(database, "one")
    renew_lease(database, held, NOW + 3 * LEASE)
    assert claim(database, "two", now=NOW + 3 * LEASE).standing is Standing.BUSY


def test_a_run_that_was_overtaken_can_neither_renew_nor_finish_nor_fail(database: Engine) -> None:
    slow = claim(database, "one")
    fast = claim(database, "one", now=NOW + 2 * LEASE)
    with pytest.raises(CycleError, match="no longer held by one, attempt 1"):
        renew_lease(database, slow, NOW + 2 * LEASE)
    with pytest.raises(CycleError, match="no longer held"):
        finish_cycle(database, slow, results(), NOW + 2 * LEASE)
    fail_cycle(database, slow, "came too late", NOW + 2 * LEASE)
    assert cycle_states(database)[0].state is State.RUNNING
    finish_cycle(database, fast, NOTHING, NOW + 2 * LEASE)
    assert cycle_states(database)[0].state is State.DONE
    assert recorded_products(database, CYCLE.key) == ()


def test_a_lease_from_before_the_clock_was_set_back_does_not_hold_for_ever(database: Engine) -> None:
    claim(database, "one", now=NOW + timedelta(days=30 * 365))
    taken_up = claim(database, "two", now=NOW)
    assert (taken_up.standing, taken_up.attempt) == (Standing.CLAIMED, 2)


def test_a_clock_set_back_a_little_leaves_the_owner_alone(database: Engine) -> None:
    claim(database, "one")
    assert claim(database, "two", now=NOW - timedelta(minutes=10)).standing is Standing.BUSY


def test_a_finished_cycle_can_be_traced(database: Engine) -> None:
    made = results()
    finish_cycle(database, claim(database), made, NOW + timedelta(minutes=2))
    status = cycle_status(database, CYCLE.key)
    assert status is not None
    assert (status.state, status.finished_at, status.lease_until) == (State.DONE, NOW + timedelta(minutes=2), None)
    assert (status.software_version, status.settings_sha256) == ("0.1.0", "settings")
    assert status.inputs_sha256 == fingerprint(made.inputs)
    assert recorded_products(database, CYCLE.key) == tuple(sorted(made.products, key=lambda p: p.name))
    assert cycle_warnings(database, CYCLE.key) == made.messages
    assert [d.delivery for d in delivery_states(database, CYCLE.key)] == list(made.deliveries)


def test_finishing_twice_is_refused(database: Engine) -> None:
    held = claim(database)
    finish_cycle(database, held, results(), NOW)
    with pytest.raises(CycleError, match="it is done under one"):
        finish_cycle(database, held, results(), NOW)


@pytest.mark.parametrize("table", ["cycle_inputs", "products", "warnings", "outbox", "UPDATE cycles"])
def test_a_finish_that_fails_anywhere_leaves_nothing(database: Engine, table: str) -> None:
    held = claim(database)

    def fail(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith((f"INSERT INTO {table} ", table)):
            raise OSError(28, "No space left on device")

    event.listen(database, "before_cursor_execute", fail)
    with pytest.raises(OSError, match="No space left"):
        finish_cycle(database, held, results(), NOW)
    event.remove(database, "before_cursor_execute", fail)
    assert cycle_states(database)[0].state is State.RUNNING
    assert recorded_products(database, CYCLE.key) == ()
    assert cycle_warnings(database, CYCLE.key) == ()
    assert delivery_states(database, CYCLE.key) == ()
    finish_cycle(database, held, results(), NOW)
    assert cycle_states(database)[0].state is State.DONE


def test_a_warning_id_that_was_sent_with_other_content_is_refused_and_the_cycle_stays_open(database: Engine) -> None:
    finish_cycle(database, claim(database), results(), NOW)
    next_day = Cycle(INIT + timedelta(days=1), NOW + timedelta(days=1), CYCLE.horizon)
    held = claim_cycle(database, next_day, "one", "settings", NOW + timedelta(days=1))
    other = CycleResults((), (), results(Level.RED).messages, (), "0.1.0")
    with pytest.raises(ArchiveError, match="Warning w1 was sent as"):
        finish_cycle(database, held, other, NOW + timedelta(days=1))
    assert [s.state for s in cycle_states(database)] == [State.DONE, State.RUNNING]


def test_a_failed_cycle_says_why(database: Engine) -> None:
    fail_cycle(database, claim(database), "No weather.", NOW)
    status = cycle_status(database, CYCLE.key)
    assert status is not None
    assert (status.state, status.error, status.finished_at, status.attempts) == (State.FAILED, "No weather.", NOW, 1)


def test_expiring_touches_no_cycle_that_runs_failed_or_is_done(database: Engine) -> None:
    held = claim(database)
    assert not expire_cycle(database, CYCLE, "too late", NOW)
    fail_cycle(database, held, "No weather.", NOW)
    assert not expire_cycle(database, CYCLE, "too late", NOW)
    finish_cycle(database, claim(database), NOTHING, NOW)
    assert not expire_cycle(database, CYCLE, "too late", NOW)
    assert cycle_states(database)[0].state is State.DONE


def test_expiring_closes_a_cycle_whose_run_died(database: Engine) -> None:
    claim(database)
    assert expire_cycle(database, CYCLE, "too late", NOW + 2 * LEASE)
    status = cycle_states(database)[0]
    assert (status.state, status.error, status.cycle.as_of) == (State.EXPIRED, "too late", NOW)


@pytest.mark.parametrize(
    "init_times",
    [
        (datetime(2020, 2, 28, 18, tzinfo=UTC), datetime(2020, 2, 29, 0, tzinfo=UTC), datetime(2020, 3, 1, 0, tzinfo=UTC)),
        (datetime(2018, 12, 31, 18, tzinfo=UTC), datetime(2019, 1, 1, 0, tzinfo=UTC), datetime(2019, 1, 31, 0, tzinfo=UTC)),
    ],
)
def test_cycles_are_listed_in_order_over_ends_of_months_and_years(database: Engine, init_times: tuple[datetime, ...]) -> None:
    for init_time in reversed(init_times):
        claim_cycle(database, Cycle(init_time, init_time, CYCLE.horizon), "one", "settings", init_time)
    assert [s.cycle.init_time for s in cycle_states(database)] == list(init_times)
    assert [s.cycle.init_time for s in cycle_states(database, since=init_times[1])] == list(init_times[1:])


def test_a_naive_now_is_refused(database: Engine) -> None:
    with pytest.raises(ValueError, match="aware and in UTC"):
        claim(database, now=NOW.replace(tzinfo=None))


def test_the_first_tick_is_kept_and_only_ever_moves_back(database: Engine) -> None:
    assert first_tick(database, NOW) == NOW
    assert first_tick(database, NOW + timedelta(days=1)) == NOW
    assert first_tick(database, NOW - timedelta(days=1)) == NOW - timedelta(days=1)
    assert first_tick(database, NOW) == NOW - timedelta(days=1)


def test_the_fingerprint_knows_contents_and_roles_but_not_folders_or_order() -> None:
    weather, observed = results().inputs
    moved = InputFile(Path("/elsewhere/era5.nc"), weather.sha256, weather.size_bytes, weather.role)
    corrected = InputFile(observed.path, "ff", observed.size_bytes, observed.role)
    assert fingerprint((observed, moved)) == fingerprint((weather, observed))
    assert fingerprint((weather, corrected)) != fingerprint((weather, observed))
    assert fingerprint((weather,)) != fingerprint((weather, observed))


CLAIM_MANY = """
import sys, time
from datetime import datetime, timedelta, UTC
from pathlib import Path
from hazecast.archive.database import open_database
from hazecast.archive.ledger import claim_cycle
from hazecast.records import Cycle
folder, owner = Path(sys.argv[1]), sys.argv[2]
(folder / owner).touch()
while len(list(folder.glob("owner-*"))) < 2:
    time.sleep(0.001)
database = open_database(folder)
now = datetime(2018, 4, 27, tzinfo=UTC)
for hour in range(40):
    cycle = Cycle(now + timedelta(hours=hour), now, timedelta(hours=6))
    print(cycle.key, claim_cycle(database, cycle, owner, "settings", now).standing)
database.dispose()
"""


def test_of_two_processes_that_claim_at_once_exactly_one_gets_each_cycle(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CLAIM_MANY, str(tmp_path)]
    both = [subprocess.Popen([*command, f"owner-{n}"], stdout=subprocess.PIPE, text=True) for n in (1, 2)]
    answers = [dict(line.split() for line in process.communicate(timeout=60)[0].splitlines()) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert all({first, second} == {"claimed", "busy"} for first, second in zip(*(a.values() for a in answers), strict=True))
    assert len(answers[0]) == 40
