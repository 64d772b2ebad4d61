"""The databases of the archive on a real PostgreSQL: the same tables, the same locks, the same promises."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from hazecast.archive.backup import make_backup
from hazecast.archive.database import LEDGER, open_database, reading, writing
from hazecast.archive.leases import take_lease
from hazecast.archive.ledger import CycleResults, Standing, State, claim_cycle, cycle_states, fail_cycle, finish_cycle, first_tick
from hazecast.archive.manifest import verify_products
from hazecast.archive.memory import open_memory
from hazecast.archive.memory_copy import copy_memory
from hazecast.archive.observations.holdings import holdings
from hazecast.archive.observations.watch import Watching
from hazecast.archive.warning_log import warning_history
from hazecast.errors import ArchiveError
from hazecast.intake.ingesting import ingest
from hazecast.records import Action, Cycle, HazeWarning, Level
from tests.postgres_server import running_postgres
from tests.serving_case import INIT, Case, databases_in, settings_in
from tests.small_case import HOURS, STATIONS, write_small_case

pytestmark = pytest.mark.debian("postgresql")
NOW = datetime(2018, 4, 27, 0, 30, tzinfo=UTC)
CYCLE = Cycle(INIT, NOW, timedelta(hours=24))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_postgres() as address:
        yield address


@pytest.fixture
def address(server: str) -> str:
    """The server with nothing of hazecast in it."""
    with psycopg.connect(server) as connection:
        for name in ("ledger", "operations", "catalogue"):
            connection.execute(f"DROP SCHEMA IF EXISTS hazecast_{name} CASCADE")
    return server


@pytest.fixture
def ledger(address: str, tmp_path: Path) -> Iterator[Engine]:
    database = open_database(tmp_path, address=address)
    yield database
    database.dispose()


def warning(valid_until: datetime) -> HazeWarning:
    return HazeWarning(
        "a-1", "a", "cma-haze-2013", Action.ISSUE, Level.ORANGE, NOW, valid_until, NOW, CYCLE.key, "orange (3)", 0.7, ()
    )  # fmt: skip


def test_of_many_processes_one_gets_the_cycle_and_what_it_leaves_is_read_back(ledger: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda n: claim_cycle(ledger, CYCLE, f"process {n}", "settings", NOW), range(16)))
    (claim,) = [claim for claim in claims if claim.standing is Standing.CLAIMED]
    finish_cycle(ledger, claim, CycleResults((), (), (warning(NOW + timedelta(days=1)),), (), "0.1.0"), NOW)
    assert [(s.state, s.cycle, s.owner) for s in cycle_states(ledger)] == [(State.DONE, CYCLE, claim.owner)]
    assert [w.id for w in warning_history(ledger, "a")] == ["a-1"]
    assert first_tick(ledger, NOW) == first_tick(ledger, NOW + timedelta(days=1)) == NOW


def test_of_many_processes_one_leads(address: str, tmp_path: Path) -> None:
    opened, operations = databases_in(tmp_path, address)
    opened.dispose()
    with ThreadPoolExecutor(8) as pool:
        leases = list(pool.map(lambda n: take_lease(operations, "leader", f"machine {n}", NOW, timedelta(minutes=1)), range(16)))
    operations.dispose()
    assert sum(lease is not None for lease in leases) == 1


def test_what_was_sent_is_never_changed(ledger: Engine) -> None:
    claim = claim_cycle(ledger, CYCLE, "one", "settings", NOW)
    finish_cycle(ledger, claim, CycleResults((), (), (warning(NOW + timedelta(days=1)),), (), "0.1.0"), NOW)
    for change in ("UPDATE warnings SET level = 1", "DELETE FROM warnings"):
        with pytest.raises(IntegrityError, match="what is in warnings is never changed"), writing(ledger) as connection:
            connection.execute(text(change))


def test_reading_sees_one_state_and_waits_for_no_writer(ledger: Engine) -> None:
    count = text("SELECT count(*) FROM cycles")
    with reading(ledger) as early:
        assert early.execute(count).scalar_one() == 0
        claim_cycle(ledger, CYCLE, "one", "settings", NOW)
        assert early.execute(count).scalar_one() == 0
    with reading(ledger) as late:
        assert late.execute(count).scalar_one() == 1


def test_keys_are_ordered_by_their_bytes_whatever_the_server_s_language(ledger: Engine) -> None:
    with reading(ledger) as connection:
        columns = "FROM information_schema.columns WHERE table_schema = 'hazecast_ledger' AND data_type IN ('text', 'character varying')"
        assert connection.execute(text(f"SELECT DISTINCT collation_name {columns}")).scalars().all() == ["C"]


def test_a_ledger_is_opened_again_as_it_was_and_one_of_a_newer_hazecast_is_refused(address: str, tmp_path: Path) -> None:
    first = open_database(tmp_path, address=address)
    claim_cycle(first, CYCLE, "one", "settings", NOW)
    first.dispose()
    second = open_database(tmp_path, address=address)
    assert len(cycle_states(second)) == 1
    with writing(second) as connection:
        connection.execute(text(f"INSERT INTO schema_version VALUES ({LEDGER.version + 1})"))
    second.dispose()
    with pytest.raises(ArchiveError, match=f"has schema version {LEDGER.version + 1}; this hazecast knows versions up to {LEDGER.version}"):
        open_database(tmp_path, address=address)


def test_a_server_that_does_not_answer_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"cannot be opened: .*See that the server runs"):
        open_database(tmp_path, address=f"postgresql://haze@/postgres?host={tmp_path}")


def test_observations_are_taken_in_with_their_catalogue_on_the_server(address: str, tmp_path: Path) -> None:
    write_small_case(tmp_path)
    with open_memory(tmp_path / "archive", address) as memory:
        came = ingest(settings_in(tmp_path), memory, Watching.LIVE, lambda: NOW)
        held = holdings(memory.observations)
        again = ingest(settings_in(tmp_path), memory, Watching.LIVE, lambda: NOW + timedelta(hours=1))
    assert came.observations.read == len(STATIONS)
    assert (held.stations, held.facts) == (len(STATIONS), len(STATIONS) * HOURS)
    assert again.observations.read == 0
    assert not list((tmp_path / "archive").rglob("*.sqlite"))
    copy_memory(tmp_path / "archive", tmp_path / "copy", address)
    with open_memory(tmp_path / "copy") as copied:
        assert holdings(copied.observations) == held


def test_a_copy_holds_what_the_server_s_own_program_gives_and_comes_back_from_it(ledger: Engine, address: str, tmp_path: Path) -> None:
    claim_cycle(ledger, CYCLE, "one", "settings", NOW)
    made = make_backup(tmp_path, tmp_path.parent / f"{tmp_path.name}-backup", NOW, 1, address)
    assert [product.name for product in verify_products(made)] == ["postgres.dump"]
    fail_cycle(ledger, claim_cycle(ledger, CYCLE, "two", "settings", NOW + timedelta(days=1)), "lost", NOW + timedelta(days=1))
    ledger.dispose()
    subprocess.run(["pg_restore", "--clean", "--if-exists", f"--dbname={address}", made / "postgres.dump"], check=True)
    assert [(s.state, s.owner) for s in cycle_states(ledger)] == [(State.RUNNING, "one")]


def test_a_server_that_cannot_be_dumped_is_told_and_leaves_no_copy(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="pg_dump ended with status 1"):
        make_backup(tmp_path / "archive", tmp_path / "backup", NOW, 1, f"postgresql://haze@/postgres?host={tmp_path}")
    assert list((tmp_path / "backup").iterdir()) == []


def test_two_machines_on_one_server_have_one_leader_and_run_each_cycle_once(address: str, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    one, two = (Case(*databases_in(tmp_path, address), settings, owner=owner) for owner in ("one", "two"))
    led = []
    for turn in range(30):
        one.now = two.now = INIT + timedelta(minutes=31) + timedelta(minutes=30) * turn
        if turn != 12:  # one is away for a round, and comes back
            led.append((one.round(timedelta(0)), two.round(timedelta(seconds=5))))
        else:
            led.append((False, two.round(timedelta(seconds=5))))
        for machine in (one, two):
            machine.finish_jobs()
            for worker in machine.cycles:
                if worker.status is None:
                    machine.finish(worker)
    for machine in (one, two):
        machine.machine.ledger.dispose()
        machine.machine.operations.dispose()
    assert not any(all(both) for both in led)
    assert set(led) == {(True, False), (False, True)}
    ran = sorted(worker.task.name for machine in (one, two) for worker in machine.cycles)
    assert ran == ["20180427T00Z", "20180427T06Z", "20180427T12Z"]
