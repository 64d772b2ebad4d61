from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hazecast.archive.database import open_database, writing
from hazecast.archive.ledger import claim_cycle
from hazecast.archive.warning_log import append_warnings, cycle_warnings, warning_history, warnings_in_force
from hazecast.errors import ArchiveError
from hazecast.records import Action, Cycle, HazeWarning, Level

START = datetime(2018, 4, 27, 0, tzinfo=UTC)
ISSUED = HazeWarning(
    id="beijing-1",
    area_id="beijing",
    edition="cma-haze-2013",
    action=Action.ISSUE,
    level=Level.YELLOW,
    valid_from=START,
    valid_until=START + timedelta(hours=24),
    issued_at=START,
    cycle_key="20180427T00Z",
    condition="yellow (3)",
    probability=0.1 + 0.2,
    replaces=(),
    sender="haze@example.org",
    time_zone="Asia/Shanghai",
)


def hours(count: float) -> datetime:
    return START + timedelta(hours=count)


def follow(before: HazeWarning, action: Action, level: Level, at: float, until: float) -> HazeWarning:
    number = int(before.id.rpartition("-")[2]) + 1
    return replace(
        before,
        id=f"{before.area_id}-{number}",
        action=action,
        level=level,
        issued_at=hours(at),
        valid_from=hours(at),
        valid_until=hours(until),
        replaces=(before.id,),
    )


CONTINUED = follow(ISSUED, Action.CONTINUE, Level.YELLOW, at=12, until=36)
UPGRADED = follow(CONTINUED, Action.UPGRADE, Level.RED, at=24, until=48)
DOWNGRADED = follow(UPGRADED, Action.DOWNGRADE, Level.BLUE, at=30, until=40)
LIFTED = follow(DOWNGRADED, Action.LIFT, Level.NONE, at=36, until=40)
LIFE = (ISSUED, CONTINUED, UPGRADED, DOWNGRADED, LIFTED)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(tmp_path)
    claim_cycle(opened, Cycle(START, START, timedelta(hours=24)), "one", "settings", START)
    yield opened
    opened.dispose()


def append(database: Engine, *messages: HazeWarning) -> None:
    with writing(database) as connection:
        append_warnings(connection, messages)


def test_a_warning_comes_back_as_it_was_sent(database: Engine) -> None:
    append(database, ISSUED)
    assert warnings_in_force(database, hours(1)) == (ISSUED,)


@pytest.mark.parametrize(
    ("at", "in_force"),
    [(-1, ()), (0, (ISSUED,)), (11, (ISSUED,)), (12, (CONTINUED,)), (24, (UPGRADED,)), (30, (DOWNGRADED,)), (36, ()), (100, ())],
)
def test_at_each_time_in_the_life_of_a_warning_its_latest_message_holds(
    database: Engine, at: float, in_force: tuple[HazeWarning, ...]
) -> None:
    append(database, *LIFE)
    assert warnings_in_force(database, hours(at)) == in_force


def test_a_warning_ends_by_itself_at_its_end(database: Engine) -> None:
    append(database, ISSUED)
    assert warnings_in_force(database, hours(23.99)) == (ISSUED,)
    assert warnings_in_force(database, hours(24)) == ()


def test_a_replaced_warning_does_not_come_back_when_its_replacement_ends_first(database: Engine) -> None:
    append(database, ISSUED, follow(ISSUED, Action.DOWNGRADE, Level.BLUE, at=2, until=6))
    assert warnings_in_force(database, hours(7)) == ()


def test_a_warning_that_is_issued_ahead_holds_from_its_issue(database: Engine) -> None:
    ahead = replace(ISSUED, valid_from=hours(12))
    append(database, ahead)
    assert warnings_in_force(database, hours(1)) == (ahead,)


def test_one_message_can_replace_several_and_keeps_their_order(database: Engine) -> None:
    second = replace(ISSUED, id="beijing-7", valid_from=hours(24), valid_until=hours(48))
    both = replace(follow(ISSUED, Action.UPGRADE, Level.ORANGE, at=3, until=48), replaces=("beijing-7", "beijing-1"))
    append(database, ISSUED, second, both)
    assert warnings_in_force(database, hours(2)) == (ISSUED, second)
    assert warnings_in_force(database, hours(4)) == (both,)


def test_areas_do_not_touch_each_other(database: Engine) -> None:
    tianjin = replace(ISSUED, id="tianjin-1", area_id="tianjin")
    append(database, tianjin, *LIFE)
    assert warnings_in_force(database, hours(12)) == (CONTINUED, tianjin)
    assert warning_history(database, "tianjin") == (tianjin,)


def test_the_history_of_an_area_is_its_messages_in_order(database: Engine) -> None:
    append(database, *LIFE)
    assert warning_history(database, "beijing") == LIFE
    assert cycle_warnings(database, "20180427T00Z") == LIFE
    assert cycle_warnings(database, "20180428T00Z") == ()


@pytest.mark.parametrize("start", [datetime(2020, 2, 28, 12, tzinfo=UTC), datetime(2018, 12, 31, 12, tzinfo=UTC)])
def test_a_warning_holds_over_the_end_of_a_month_and_of_a_year(database: Engine, start: datetime) -> None:
    message = replace(ISSUED, issued_at=start, valid_from=start, valid_until=start + timedelta(days=2))
    append(database, message)
    assert [len(warnings_in_force(database, start + timedelta(hours=h))) for h in (0, 12, 36, 47, 48)] == [1, 1, 1, 1, 0]


def test_the_same_message_again_is_no_second_message(database: Engine) -> None:
    append(database, *LIFE)
    append(database, *LIFE)
    assert warning_history(database, "beijing") == LIFE


@pytest.mark.parametrize(
    "changed",
    [
        replace(CONTINUED, level=Level.RED),
        replace(CONTINUED, valid_until=hours(37)),
        replace(CONTINUED, probability=None),
        replace(CONTINUED, replaces=()),
    ],
)
def test_a_sent_message_cannot_become_another(database: Engine, changed: HazeWarning) -> None:
    append(database, *LIFE)
    with pytest.raises(ArchiveError, match="Warning beijing-2 was sent as"):
        append(database, changed)
    assert warning_history(database, "beijing") == LIFE


def test_a_message_cannot_replace_one_that_was_never_sent(database: Engine) -> None:
    with pytest.raises(ArchiveError, match="replaces beijing-1, which the ledger does not hold"):
        append(database, CONTINUED)
    assert warning_history(database, "beijing") == ()


def test_what_held_is_asked_with_an_aware_time(database: Engine) -> None:
    with pytest.raises(ValueError, match="aware and in UTC"):
        warnings_in_force(database, START.replace(tzinfo=None))
