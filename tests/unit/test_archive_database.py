import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError, StatementError

from hazecast.archive.database import LEDGER_NAME, open_database, reading, writing
from hazecast.archive.tables import cycles, schedule, warnings
from hazecast.errors import ArchiveError

NOON = datetime(2018, 4, 27, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(tmp_path)
    yield opened
    opened.dispose()


def add_schedule_row(database: Engine, moment: datetime) -> None:
    with writing(database) as connection:
        connection.execute(insert(schedule).values(id=1, first_tick_at=moment))


def first_ticks(database: Engine) -> list[datetime]:
    with reading(database) as connection:
        return list(connection.execute(select(schedule.c.first_tick_at)).scalars())


def test_a_ledger_keeps_what_it_holds_when_opened_again(tmp_path: Path) -> None:
    first = open_database(tmp_path / "archive")
    add_schedule_row(first, NOON)
    first.dispose()
    second = open_database(tmp_path / "archive")
    assert first_ticks(second) == [NOON]
    second.dispose()


def test_times_come_back_aware_and_in_utc(database: Engine) -> None:
    add_schedule_row(database, NOON)
    assert first_ticks(database)[0].tzinfo is UTC


def test_times_are_kept_so_that_text_order_is_time_order(database: Engine) -> None:
    add_schedule_row(database, NOON)
    with reading(database) as connection:
        assert connection.exec_driver_sql("SELECT first_tick_at FROM schedule").scalar_one() == "2018-04-27T12:00:00.000000+00:00"


@pytest.mark.parametrize("moment", [NOON.replace(tzinfo=None), NOON.astimezone(ZoneInfo("Asia/Shanghai"))])
def test_a_time_that_is_not_aware_utc_is_refused(database: Engine, moment: datetime) -> None:
    with pytest.raises(StatementError, match="aware and in UTC"):
        add_schedule_row(database, moment)


def test_the_ledger_writes_ahead_and_syncs_fully(database: Engine) -> None:
    with reading(database) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_a_ledger_of_a_newer_schema_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    open_database(tmp_path).dispose()
    with sqlite3.connect(tmp_path / LEDGER_NAME) as file:
        file.execute("PRAGMA user_version = 7")
    file.close()
    with pytest.raises(ArchiveError, match="schema version 7; this hazecast knows versions up to 6"):
        open_database(tmp_path)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / LEDGER_NAME) as file:
        file.execute("CREATE TABLE recipes (name TEXT)")
    file.close()
    with pytest.raises(ArchiveError, match="another program"):
        open_database(tmp_path)


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / LEDGER_NAME).write_text("<html>" * 1000)
    with pytest.raises(ArchiveError, match="is not a ledger of hazecast"):
        open_database(tmp_path)
    assert (tmp_path / LEDGER_NAME).read_text() == "<html>" * 1000


def test_an_archive_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match="cannot be made"):
        open_database(tmp_path / "file" / "archive")


def test_a_reader_does_not_wait_for_a_writer_and_sees_nothing_of_it_before_it_is_through(database: Engine) -> None:
    with writing(database) as connection:
        connection.execute(insert(schedule).values(id=1, first_tick_at=NOON))
        assert first_ticks(database) == []
    assert first_ticks(database) == [NOON]


def test_a_full_disk_is_told_and_changes_nothing(database: Engine) -> None:
    def fill(rows: int) -> None:
        with writing(database) as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 40")
            values = {"init_time": NOON, "as_of": NOON, "horizon_hours": 6, "state": "failed", "attempts": 1, "error": "x" * 4000}
            connection.execute(insert(cycles), [{"key": str(row)} | values for row in range(rows)])

    with pytest.raises(ArchiveError, match="database or disk is full"):
        fill(100)
    with reading(database) as connection:
        assert connection.execute(select(cycles)).all() == []


@pytest.mark.parametrize("change", ["UPDATE warnings SET level = 1", "DELETE FROM warnings"])
def test_a_warning_in_the_ledger_can_be_neither_changed_nor_removed(database: Engine, change: str) -> None:
    with writing(database) as connection:
        connection.execute(insert(cycles).values(key="20180427T00Z", init_time=NOON, as_of=NOON, horizon_hours=6, state="done", attempts=1))
        connection.execute(
            insert(warnings).values(
                id="w1",
                area_id="beijing",
                edition="cma-haze-2013",
                action="issue",
                level=2,
                valid_from=NOON,
                valid_until=NOON.replace(hour=18),
                issued_at=NOON,
                cycle_key="20180427T00Z",
                condition="",
            )
        )
    with pytest.raises(IntegrityError, match="never changed"), writing(database) as connection:
        connection.exec_driver_sql(change)
