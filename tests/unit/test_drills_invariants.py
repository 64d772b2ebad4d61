"""Each invariant of a drill finds the breach that is planted for it, and nothing where all is well."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from hazecast.archive.bulletin_files import bulletin_files
from hazecast.archive.database import open_database, writing
from hazecast.archive.deliveries import DeliveryState, begin_attempt, record_failure, record_success
from hazecast.archive.ledger import CycleResults, claim_cycle, expire_cycle, finish_cycle
from hazecast.archive.products import store_products
from hazecast.archive.tables import deliveries
from hazecast.archive.warning_log import append_warnings
from hazecast.delivery.routing import Occasion, deliveries_of
from hazecast.drills.invariants import INVARIANTS, Evidence
from hazecast.drills.mailbox import ANSWER_LOST, Taken
from hazecast.drills.stand_in import NOT_KNOWN
from hazecast.drills.worker import RECIPIENTS
from hazecast.records import Action, Bulletin, Cycle, Document, HazeWarning, Level

INIT = datetime(2024, 2, 29, tzinfo=UTC)
DAY = timedelta(days=1)
CYCLE = Cycle(INIT, INIT, DAY)
TEXT = "town 29 00:00 to 01 00:00 UTC: NONE\n"


def warning(id: str, until: timedelta = DAY) -> HazeWarning:
    return HazeWarning(id, "town", "cma-haze-2013", Action.ISSUE, Level.YELLOW, INIT, INIT + until, INIT, CYCLE.key, "yellow-1", 0.7, ())


@dataclass
class Played:
    """One cycle that went well: done, stored, and delivered to both recipients; the one before it expired."""

    folder: Path
    database: Engine

    def __post_init__(self) -> None:
        claim = claim_cycle(self.database, CYCLE, "one", "settings", INIT)
        bulletin = Bulletin(
            f"{CYCLE.key}-0123456789", CYCLE.key, INIT + DAY, (Document("bulletin.en.txt", "text/plain", "en", TEXT.encode()),)
        )
        products = store_products(self.database, self.folder, claim, bulletin_files(bulletin))
        self.rows = deliveries_of(bulletin, RECIPIENTS, Occasion((), INIT, lambda _recipient, _channel: None))
        finish_cycle(self.database, claim, CycleResults((), products, (warning("a"),), self.rows, "0.1.0"), INIT)
        for row in self.rows:
            attempt = begin_attempt(self.database, row, INIT)
            assert attempt is not None
            record_success(self.database, row, attempt, "the mailbox")
        expire_cycle(self.database, Cycle(INIT - DAY, INIT, DAY), "not run within 16 hours", INIT)

    @property
    def evidence(self) -> Evidence:
        taken = tuple(Taken(row.key, CYCLE.key, row.recipient, INIT) for row in self.rows)
        announced = {CYCLE.key: True}
        return Evidence(self.database, self.folder, taken, (INIT - DAY, INIT), announced, INIT + 2 * DAY, (), 200.0, 205.0)


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    database = open_database(tmp_path / "archive")
    yield Played(tmp_path / "archive", database)
    database.dispose()


def broken(evidence: Evidence) -> list[str]:
    return [one.name for one in INVARIANTS if one.breaches(evidence)]


def test_nothing_is_broken_where_all_went_well(played: Played) -> None:
    assert broken(played.evidence) == []


def lack_a_cycle(played: Played) -> Evidence:
    return replace(played.evidence, init_times=(*played.evidence.init_times, INIT + DAY))


def leave_a_cycle_running(played: Played) -> Evidence:
    claim_cycle(played.database, Cycle(INIT + DAY, INIT + DAY, DAY), "one", "settings", INIT + DAY)
    return lack_a_cycle(played)


def expire_without_a_reason(played: Played) -> Evidence:
    expire_cycle(played.database, Cycle(INIT + DAY, INIT + DAY, DAY), "", INIT + DAY)
    return lack_a_cycle(played)


def lose_a_copy(played: Played) -> Evidence:
    return replace(played.evidence, taken=played.evidence.taken[:1])


def leave_pending(played: Played) -> Evidence:
    with writing(played.database) as connection:
        connection.execute(update(deliveries).where(deliveries.c.key == played.rows[0].key).values(state=DeliveryState.PENDING))
    return played.evidence


def announce_and_queue_nothing(played: Played) -> Evidence:
    cycle = Cycle(INIT + DAY, INIT + DAY, DAY)
    claim = claim_cycle(played.database, cycle, "one", "settings", INIT + DAY)
    products = store_products(played.database, played.folder, claim, {"a": lambda path: path.write_bytes(b"a")})
    finish_cycle(played.database, claim, CycleResults((), products, (), (), "0.1.0"), INIT + DAY)
    return replace(played.evidence, announced={CYCLE.key: True, cycle.key: True})


def send_a_second_copy(played: Played) -> Evidence:
    return replace(played.evidence, taken=(*played.evidence.taken, played.evidence.taken[0]))


def send_two_bulletins(played: Played) -> Evidence:
    other = replace(played.evidence.taken[0], delivery_key=f"{CYCLE.key}-ffffffffff/post/mayor")
    return replace(played.evidence, taken=(*played.evidence.taken, other))


def warn_for_ever(played: Played) -> Evidence:
    with writing(played.database) as connection:
        append_warnings(connection, (warning("b", until=timedelta(days=400)),))
    return played.evidence


def warn_twice(played: Played) -> Evidence:
    with writing(played.database) as connection:
        append_warnings(connection, (warning("b"),))
    return played.evidence


def change_a_file(played: Played) -> Evidence:
    (played.folder / CYCLE.key / "bulletin" / "bulletin.en.txt").write_text("something else", encoding="utf-8")
    return played.evidence


def leave_a_partial(played: Played) -> Evidence:
    (played.folder / f".{CYCLE.key}.partial-00").mkdir()
    return played.evidence


def call_it_clean(played: Played) -> Evidence:
    (played.folder / CYCLE.key / "bulletin" / "bulletin.en.txt").write_text(TEXT + NOT_KNOWN, encoding="utf-8")
    return played.evidence


def be_surprised(played: Played) -> Evidence:
    return replace(played.evidence, surprises=("Traceback\nKeyError: 'pm25'",))


def grow(played: Played) -> Evidence:
    return replace(played.evidence, memory_late_mb=400.0)


@pytest.mark.parametrize(
    ("breach", "name"),
    [
        (lack_a_cycle, "every cycle is done, or expired or failed by name"),
        (leave_a_cycle_running, "every cycle is done, or expired or failed by name"),
        (expire_without_a_reason, "every cycle is done, or expired or failed by name"),
        (lose_a_copy, "no bulletin is lost"),
        (leave_pending, "no bulletin is lost"),
        (announce_and_queue_nothing, "no bulletin is lost"),
        (send_a_second_copy, "no bulletin is doubled"),
        (send_two_bulletins, "no bulletin is doubled"),
        (warn_for_ever, "every warning ends, and an area has one at a time"),
        (warn_twice, "every warning ends, and an area has one at a time"),
        (change_a_file, "the archive is what its manifests say"),
        (leave_a_partial, "the archive is what its manifests say"),
        (call_it_clean, "what is not known is never called clean"),
        (be_surprised, "nothing failed but what was made to fail"),
        (grow, "memory has not grown"),
    ],
)
def test_a_breach_that_is_planted_is_found(played: Played, breach: Callable[[Played], Evidence], name: str) -> None:
    assert name in broken(breach(played))


def test_a_second_copy_whose_answer_was_lost_is_no_breach(played: Played) -> None:
    row = played.rows[0]
    with writing(played.database) as connection:
        connection.execute(update(deliveries).where(deliveries.c.key == row.key).values(state=DeliveryState.PENDING, next_attempt_at=None))
    attempt = begin_attempt(played.database, row, INIT + timedelta(hours=1))
    assert attempt is not None
    record_failure(played.database, row, attempt, ANSWER_LOST, INIT + timedelta(hours=1))
    with writing(played.database) as connection:
        connection.execute(update(deliveries).where(deliveries.c.key == row.key).values(state=DeliveryState.DELIVERED))
    assert broken(send_a_second_copy(played)) == []
