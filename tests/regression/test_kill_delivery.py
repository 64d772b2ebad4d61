"""The process dies while it delivers, at any moment, among channels that fail and lose answers: nothing is lost, and what comes twice
comes so because its answer was lost, with the same key.

HAZECAST_KILLS says how many deaths there shall be, and HAZECAST_KILLS_SEED which.
"""

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, event

from hazecast.archive.database import open_database, writing
from hazecast.archive.deliveries import ATTEMPT_TIME, Delivery, DeliveryState, DeliveryStatus, Outcome, delivery_states, queue_deliveries
from hazecast.archive.ledger import claim_cycle
from hazecast.delivery.channel import Parcel
from hazecast.delivery.outbox import drain
from hazecast.delivery.routing import Occasion, Recipient, deliveries_of
from hazecast.records import Bulletin, Cycle, Document

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")

KILLS = int(os.environ.get("HAZECAST_KILLS", "25"))
SEED = os.environ.get("HAZECAST_KILLS_SEED", "2013")
INIT = datetime(2020, 2, 29, 18, tzinfo=UTC)
KILLED = 9
LIFE = ATTEMPT_TIME + timedelta(minutes=1)
MOST_LIVES = 40
RECIPIENTS = tuple(Recipient(name, channel) for channel in ("mail", "hook") for name in ("mayor", "school"))
FAULTS = ("", "", "refused", "dies before", "taken, answer lost", "taken, dies after", "dies in the ledger")


def bulletin(cycle: Cycle) -> Bulletin:
    documents = (Document("report.txt", "text/plain", "en", f"haze of {cycle.key}".encode()),)
    return Bulletin(f"b-{cycle.key}", cycle.key, cycle.init_time + timedelta(days=2), documents)


def queue(folder: Path, cycle: Cycle) -> tuple[Delivery, ...]:
    database = open_database(folder)
    claim_cycle(database, cycle, "one", "settings", cycle.as_of)
    rows = deliveries_of(bulletin(cycle), RECIPIENTS, Occasion((), cycle.as_of, lambda _recipient, _channel: None))
    with writing(database) as connection:
        queue_deliveries(connection, rows)
    database.dispose()
    return rows


def take(folder: Path, now: datetime, faults: dict[str, str], parcel: Parcel) -> str:
    """A channel: what it takes is written down at once, by whom and when, as a mailbox elsewhere would."""
    fault = faults[parcel.delivery.key]
    if fault == "refused":
        raise OSError("connection refused")
    if fault == "dies before":
        os._exit(KILLED)
    with (folder / "taken").open("a") as log:
        log.write(f"{parcel.delivery.key} {now.isoformat()} {parcel.key} {parcel.documents[0].content.decode().replace(' ', '_')}\n")
    if fault == "taken, answer lost":
        raise OSError("connection reset")
    if fault == "taken, dies after":
        os._exit(KILLED)
    return "there"


def die_in_the_ledger(database: Engine, step: int) -> None:
    """End the process just before or after the `step`-th change."""
    taken = 0

    def count(*_anything: object) -> None:
        nonlocal taken
        taken += 1
        if taken == step:
            os._exit(KILLED)

    event.listen(
        database, "before_cursor_execute", lambda _c, _x, statement, *_r: count() if statement[:6] in ("INSERT", "UPDATE") else None
    )
    event.listen(database, "commit", count)


def live(folder: Path, cycle: Cycle, now: datetime, rows: tuple[Delivery, ...], dice: Random) -> bool:
    """One process that drains the outbox; whether it died."""
    faults = {row.key: dice.choice(FAULTS) for row in rows}
    step = dice.randrange(1, 24) if "dies in the ledger" in faults.values() else 0
    child = os.fork()
    if child == 0:
        try:
            database = open_database(folder)
            if step:
                die_in_the_ledger(database, step)
            channel = partial(take, folder, now, faults)
            drain(database, {"mail": channel, "hook": channel}, {cycle.key: bulletin(cycle)}.__getitem__, now)
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in {0, KILLED}
    return status == KILLED


def states(folder: Path, cycle: Cycle) -> tuple[DeliveryStatus, ...]:
    database = open_database(folder)
    found = delivery_states(database, cycle.key)
    database.dispose()
    return found


def check(folder: Path, cycle: Cycle, found: tuple[DeliveryStatus, ...]) -> Counter[str]:
    """Nothing lost, and each copy explained; returns how often each key was taken."""
    log = [line.split() for line in (folder / "taken").read_text().splitlines() if cycle.key in line]
    for status in found:
        own = [(datetime.fromisoformat(when), key, content) for name, when, key, content in log if name == status.delivery.key]
        outcomes = {attempt.started_at: attempt for attempt in status.attempts}
        assert status.state is DeliveryState.DELIVERED
        assert [a.outcome for a in status.attempts].count(Outcome.DELIVERED) == 1
        assert own, f"{status.delivery.key} was never taken"
        assert {(key, content) for _, key, content in own} == {(status.delivery.idempotency_key, f"haze_of_{cycle.key}")}
        *earlier, last = own
        assert outcomes[last[0]].outcome is Outcome.DELIVERED, "nothing is sent after a delivery that is known"
        for when, _, _ in earlier:
            attempt = outcomes[when]
            assert attempt.outcome is Outcome.STARTED or attempt.error == "connection reset", "a copy whose answer had come"
    return Counter(name for name, *_ in log)


def test_whenever_the_process_dies_nothing_is_lost_and_only_a_lost_answer_makes_a_second_copy(tmp_path: Path) -> None:
    dice, kills, copies, rounds = Random(SEED), 0, Counter[int](), 0
    while kills < KILLS:
        now = INIT + timedelta(days=rounds)
        cycle = Cycle(now, now, timedelta(hours=24))
        rows = queue(tmp_path, cycle)
        for _ in range(MOST_LIVES):
            kills += live(tmp_path, cycle, now, rows, dice)
            found = states(tmp_path, cycle)
            if all(s.state is DeliveryState.DELIVERED for s in found):
                break
            now = max([now + LIFE, *(s.next_attempt_at for s in found if s.next_attempt_at is not None)])
        copies.update(check(tmp_path, cycle, found).values())
        rounds += 1
    print(f"{kills} deaths, {sum(copies.values())} deliveries of {rounds} bulletins; copies of each: {dict(sorted(copies.items()))}")
    assert copies[1] > 0
    assert sum(copies[number] for number in copies if number > 1) > 0, "no answer was lost: the test has lost sight of them"
