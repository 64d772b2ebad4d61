"""Which cycle a bulletin compares itself with."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hazecast.archive.database import open_database
from hazecast.archive.decisions import DECISIONS_FILE, decisions_json
from hazecast.archive.ledger import CycleResults, claim_cycle, fail_cycle, finish_cycle
from hazecast.archive.previous import previous_bulletin
from hazecast.records import Cycle
from tests.bulletin_facts import calm_facts

HOUR = timedelta(hours=1)
NOW = Cycle(datetime(2030, 3, 2, 0, tzinfo=UTC), datetime(2030, 3, 2, 1, tzinfo=UTC), 24 * HOUR)
ASSESSMENT = calm_facts().assessment


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path / "archive")
    yield engine
    engine.dispose()


def done(database: Engine, folder: Path, hours_before: float, as_of_after: float = 1, content: bytes = decisions_json(ASSESSMENT)) -> str:
    init_time = NOW.init_time - hours_before * HOUR
    claim = claim_cycle(database, Cycle(init_time, init_time + as_of_after * HOUR, 24 * HOUR), "one", "settings", NOW.as_of)
    finish_cycle(database, claim, CycleResults((), (), (), (), "1"), NOW.as_of)
    (folder / claim.cycle.key).mkdir(parents=True)
    (folder / claim.cycle.key / DECISIONS_FILE).write_bytes(content)
    return claim.cycle.key


def test_the_cycle_nearest_to_a_day_before_is_taken(database: Engine, tmp_path: Path) -> None:
    for hours in (6, 12, 37, 48):
        done(database, tmp_path, hours)
    previous = previous_bulletin(database, tmp_path, NOW)
    assert previous is not None
    assert (previous.init_time, previous.windows) == (NOW.init_time - 12 * HOUR, ASSESSMENT.windows)
    key = done(database, tmp_path, 24)
    done(database, tmp_path, 30)
    found = previous_bulletin(database, tmp_path, NOW)
    assert found is not None
    assert found.cycle_key == key


def test_nothing_is_compared_with_what_was_not_there(database: Engine, tmp_path: Path) -> None:
    assert previous_bulletin(database, tmp_path, NOW) is None
    done(database, tmp_path, 23, as_of_after=30)
    failed = Cycle(NOW.init_time - 24 * HOUR, NOW.init_time - 24 * HOUR, 24 * HOUR)
    fail_cycle(database, claim_cycle(database, failed, "one", "settings", NOW.as_of), "no weather", NOW.as_of)
    done(database, tmp_path, 6)
    assert previous_bulletin(database, tmp_path, NOW) is None


def test_a_broken_file_costs_the_comparison_and_not_the_bulletin(database: Engine, tmp_path: Path) -> None:
    done(database, tmp_path, 24, content=b"{")
    assert previous_bulletin(database, tmp_path, NOW) is None
