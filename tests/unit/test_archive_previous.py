"""Which cycle a bulletin compares itself with."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import xarray as xr
from sqlalchemy import Engine

from hazecast.archive.database import open_database
from hazecast.archive.decisions import DECISIONS_FILE, decisions_json
from hazecast.archive.ledger import CycleResults, claim_cycle, fail_cycle, finish_cycle
from hazecast.archive.netcdf import write_dataset
from hazecast.archive.previous import DRIVERS_FILE, last_cycle, last_decisions, last_drivers, previous_bulletin
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


def test_the_last_cycle_is_the_latest_that_reaches_into_this_one_and_was_done_by_then(database: Engine, tmp_path: Path) -> None:
    assert last_cycle(database, NOW) is None
    for hours in (24, 30):  # over when this one begins
        done(database, tmp_path, hours)
    assert last_cycle(database, NOW) is None
    done(database, tmp_path, 12)
    done(database, tmp_path, 6, as_of_after=8)  # known too late
    done(database, tmp_path, -6)
    last = last_cycle(database, NOW)
    assert last is not None
    assert last.init_time == NOW.init_time - 12 * HOUR


def test_what_drove_the_last_cycle_is_read_where_it_was_kept_and_whole(database: Engine, tmp_path: Path) -> None:
    key = done(database, tmp_path, 6)
    last = last_cycle(database, NOW)
    assert (last_drivers(tmp_path, None), last_decisions(tmp_path, None)) == (None, None)
    assert last_drivers(tmp_path, last) is None
    decisions = last_decisions(tmp_path, last)
    assert decisions is not None
    assert decisions.windows == ASSESSMENT.windows
    drivers = xr.Dataset({"base": (("station", "lead_time"), [[1.0, 2.0]])}, {"station": ["a"], "lead_time": [1, 2]})
    write_dataset(drivers, tmp_path / key / DRIVERS_FILE)
    found = last_drivers(tmp_path, last)
    assert found is not None
    assert found.cycle == last
    xr.testing.assert_equal(found.drivers, drivers)
    (tmp_path / key / DRIVERS_FILE).write_bytes(b"broken")
    assert last_drivers(tmp_path, last) is None
