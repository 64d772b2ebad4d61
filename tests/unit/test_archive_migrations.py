"""A ledger of an older version is brought up, and what was in it stays."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

from hazecast.archive.database import LEDGER, LEDGER_NAME, open_database, reading, writing
from hazecast.archive.deliveries import Delivery, due_deliveries
from hazecast.archive.inputs_log import recorded_inputs, recorded_question
from hazecast.archive.ledger import CycleResults, Standing, claim_cycle, cycle_status, finish_cycle
from hazecast.records import AnsweredQuestion, Cycle, ObservationQuestion

INIT = datetime(2020, 2, 29, 18, tzinfo=UTC)
NEW_TABLES = (
    *("arrivals", "cycle_observations"),
    *("sessions", "tokens", "login_failures", "audit", "identities", "logins_begun", "accounts"),
    *("reviews", "drafts", "signatures", "releases", "decisions"),
)
NEW_COLUMNS = ("not_before", "level", "exercise", "documents")
DONE_BEFORE = (
    "INSERT INTO cycles (key, init_time, as_of, horizon_hours, state, attempts) VALUES "
    "('20200228T18Z', '2020-02-28T18:00:00.000000+00:00', '2020-02-28T18:00:00.000000+00:00', 6, 'done', 1)"
)
QUEUED_BEFORE = (
    "INSERT INTO outbox (key, bulletin_id, cycle_key, recipient, channel, expires_at, state) VALUES "
    "('b/folder/outbox', 'b', '20200228T18Z', 'outbox', 'folder', '2020-02-29T06:00:00.000000+00:00', 'pending')"
)


def as_version_1(folder: Path) -> None:
    """A ledger as it was before gridded files and questions were noted, with a cycle in it."""
    open_database(folder).dispose()
    connection = sqlite3.connect(folder / LEDGER_NAME)
    for table in NEW_TABLES:
        connection.execute(f"DROP TABLE {table}")
    for column in NEW_COLUMNS:
        connection.execute(f"ALTER TABLE outbox DROP COLUMN {column}")
    for column in ("sender", "time_zone"):
        connection.execute(f"ALTER TABLE warnings DROP COLUMN {column}")
    connection.execute("PRAGMA user_version = 1")
    connection.execute(DONE_BEFORE)
    connection.execute(QUEUED_BEFORE)
    connection.commit()
    connection.close()


def layout(folder: Path) -> dict[str, list[tuple[str, str, bool]]]:
    """The columns of each table, their kinds and whether they may be empty."""
    database = open_database(folder)
    told = inspect(database)
    columns = {
        table: [(c["name"], str(c["type"]), bool(c["nullable"])) for c in told.get_columns(table)] for table in told.get_table_names()
    }
    database.dispose()
    return columns


def test_a_ledger_of_version_1_is_as_a_new_one_and_keeps_its_cycles(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    as_version_1(old)
    open_database(new).dispose()
    assert layout(old) == layout(new)
    database = open_database(old)
    status = cycle_status(database, "20200228T18Z")
    assert status is not None
    assert status.state == "done"
    assert recorded_question(database, "20200228T18Z") is None
    assert recorded_inputs(database, "20200228T18Z") == ()
    with reading(database) as connection:
        assert connection.exec_driver_sql("PRAGMA user_version").scalar_one() == LEDGER.version == 6
    expires = datetime(2020, 2, 29, 6, tzinfo=UTC)
    queued = Delivery("b/folder/outbox", "b", "20200228T18Z", "outbox", "folder", expires)
    assert due_deliveries(database, expires - timedelta(hours=1)) == (queued,)
    database.dispose()


def test_a_ledger_that_was_brought_up_takes_cycles_with_their_questions_and_never_changes_them(tmp_path: Path) -> None:
    as_version_1(tmp_path)
    database = open_database(tmp_path)
    cycle = Cycle(INIT, INIT, timedelta(hours=6))
    claim = claim_cycle(database, cycle, "me", "settings", INIT)
    assert claim.standing is Standing.CLAIMED
    question = ObservationQuestion(INIT, 7, timedelta(hours=1.5), INIT - timedelta(days=2), INIT, ("1", "北京"), ("pm25", "o3"))
    asked = AnsweredQuestion(question, "ab" * 32)
    finish_cycle(database, claim, CycleResults((), (), (), (), "1", asked), INIT)
    assert recorded_question(database, cycle.key) == asked
    for change in ("UPDATE cycle_observations SET newest_batch = 8", "DELETE FROM cycle_observations"):
        with pytest.raises(IntegrityError, match="never changed"), writing(database) as connection:
            connection.exec_driver_sql(change)
    database.dispose()


def test_a_migration_that_breaks_off_leaves_the_old_version(tmp_path: Path) -> None:
    as_version_1(tmp_path)
    connection = sqlite3.connect(tmp_path / LEDGER_NAME)
    connection.execute("CREATE TABLE cycle_observations (x INTEGER)")  # in the way of the second statement
    connection.commit()
    connection.close()
    with pytest.raises(Exception, match="cycle_observations already exists"):
        open_database(tmp_path)
    connection = sqlite3.connect(tmp_path / LEDGER_NAME)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert "arrivals" not in tables
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    connection.close()
