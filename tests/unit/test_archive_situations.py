"""What is kept for later cycles to be likened to."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hazecast.archive.database import open_database
from hazecast.archive.ledger import CycleResults, claim_cycle, finish_cycle
from hazecast.archive.situations import SITUATIONS_FILE, Situations, past_situations, situations_json
from hazecast.records import Came, Cycle, Level, Situation

HOUR = timedelta(hours=1)
NOW = Cycle(datetime(2030, 3, 2, 0, tzinfo=UTC), datetime(2030, 3, 2, 1, tzinfo=UTC), 24 * HOUR)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path / "archive")
    yield engine
    engine.dispose()


def done(database: Engine, folder: Path, hours_before: float, came: tuple[Came, ...] = (), as_of_after: float = 1) -> Situation:
    init_time = NOW.init_time - hours_before * HOUR
    claim = claim_cycle(database, Cycle(init_time, init_time + as_of_after * HOUR, 24 * HOUR), "one", "settings", NOW.as_of)
    finish_cycle(database, claim, CycleResults((), (), (), (), "1"), NOW.as_of)
    expected = Situation(claim.cycle.key, "町", init_time, init_time + 24 * HOUR, Level.UNKNOWN, Level.RED, None, 0.5, None, 71.0, None)
    (folder / claim.cycle.key).mkdir()
    (folder / claim.cycle.key / SITUATIONS_FILE).write_bytes(situations_json(Situations((expected,), came)))
    return expected


def test_the_past_is_of_cycles_before_alone_and_the_last_word_on_a_window_holds(database: Engine, tmp_path: Path) -> None:
    first = done(database, tmp_path, 72)
    early, late = (Came(first.cycle_key, "町", value, hours) for value, hours in ((90.0, 18), (95.0, 24)))
    second = done(database, tmp_path, 48, (early,))
    third = done(database, tmp_path, 24, (late,))
    done(database, tmp_path, 12, as_of_after=20)  # not known yet by the cycle's as_of
    done(database, tmp_path, -24)
    assert past_situations(database, tmp_path, NOW) == Situations((first, second, third), (late,))


@pytest.mark.parametrize("content", [b"", b"{}", b'{"expected": 3, "came": []}', None])
def test_a_cycle_whose_file_cannot_be_read_is_passed_over(database: Engine, tmp_path: Path, content: bytes | None) -> None:
    broken, whole = done(database, tmp_path, 72), done(database, tmp_path, 48)
    file = tmp_path / broken.cycle_key / SITUATIONS_FILE
    file.unlink() if content is None else file.write_bytes(content)
    assert past_situations(database, tmp_path, NOW) == Situations((whole,), ())
