from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hazecast.archive.database import open_database, writing
from hazecast.archive.deliveries import ATTEMPT_TIME, Delivery, DeliveryState, DeliveryStatus, Outcome, begin_attempt, delivery_states
from hazecast.archive.deliveries import queue_deliveries as queue
from hazecast.archive.ledger import claim_cycle
from hazecast.delivery.outbox import Channel, Recipient, drain, folder_channel, outbox_rows
from hazecast.errors import ArchiveError
from hazecast.records import Bulletin, Cycle, Document, Receipt

INIT = datetime(2018, 4, 27, 0, tzinfo=UTC)
CYCLE = Cycle(INIT, INIT, timedelta(hours=24))
BULLETIN = Bulletin("b1", CYCLE.key, INIT + timedelta(hours=12), (Document("report.txt", "text/plain", "zh", b"haze"),))
ALL = Recipient("all", "folder")
MAYOR = Recipient("mayor", "mail")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(tmp_path / "archive")
    claim_cycle(opened, CYCLE, "one", "settings", INIT)
    yield opened
    opened.dispose()


class RecordingChannel:
    """Remembers who got what; fails as often as asked."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.delivered: list[tuple[str, str]] = []

    def __call__(self, bulletin: Bulletin, recipient: str) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.delivered.append((bulletin.id, recipient))
        return f"inbox of {recipient}"


def put(database: Engine, *recipients: Recipient) -> None:
    with writing(database) as connection:
        queue(connection, outbox_rows(BULLETIN, recipients))


def run(database: Engine, channels: dict[str, Channel], hours: float = 0.0) -> tuple[Receipt, ...]:
    return drain(database, channels, {CYCLE.key: BULLETIN}.__getitem__, INIT + timedelta(hours=hours))


def status(database: Engine, recipient: Recipient) -> DeliveryStatus:
    return next(d for d in delivery_states(database, CYCLE.key) if d.delivery.recipient == recipient.name)


def test_a_delivery_has_the_same_key_whenever_bulletin_recipient_and_channel_are_the_same() -> None:
    rows = outbox_rows(BULLETIN, (ALL, MAYOR, Recipient("all", "mail")))
    assert rows == outbox_rows(BULLETIN, (ALL, MAYOR, Recipient("all", "mail")))
    assert [r.key for r in rows] == ["b1/folder/all", "b1/mail/mayor", "b1/mail/all"]
    assert {(r.bulletin_id, r.cycle_key, r.expires_at) for r in rows} == {("b1", CYCLE.key, BULLETIN.expires_at)}


def test_everybody_gets_the_bulletin_once_and_a_receipt_says_so(database: Engine) -> None:
    put(database, ALL, MAYOR)
    folder, mail = RecordingChannel(), RecordingChannel()
    receipts = run(database, {"folder": folder, "mail": mail}, hours=1)
    assert set(receipts) == {
        Receipt("b1/folder/all", "b1", "all", "folder", INIT + timedelta(hours=1), "inbox of all"),
        Receipt("b1/mail/mayor", "b1", "mayor", "mail", INIT + timedelta(hours=1), "inbox of mayor"),
    }
    assert run(database, {"folder": folder, "mail": mail}, hours=2) == ()
    assert (folder.delivered, mail.delivered) == ([("b1", "all")], [("b1", "mayor")])
    assert status(database, ALL).state is DeliveryState.DELIVERED


def test_a_row_that_is_queued_twice_is_delivered_once(database: Engine) -> None:
    put(database, ALL)
    folder = RecordingChannel()
    run(database, {"folder": folder})
    put(database, ALL)
    run(database, {"folder": folder}, hours=1)
    assert folder.delivered == [("b1", "all")]


def test_a_key_cannot_come_to_mean_another_delivery(database: Engine) -> None:
    put(database, ALL)
    other = Delivery("b1/folder/all", "b1", CYCLE.key, "all", "folder", INIT + timedelta(hours=13))
    with pytest.raises(ArchiveError, match="b1/folder/all is queued as"), writing(database) as connection:
        queue(connection, (other,))


def test_the_folder_channel_says_where_the_documents_are(tmp_path: Path, database: Engine) -> None:
    put(database, ALL)
    (receipt,) = run(database, {"folder": folder_channel(tmp_path / "outbox")})
    assert (Path(receipt.place) / "report.txt").read_bytes() == b"haze"
    assert Path(receipt.place) == tmp_path / "outbox" / "b1"


def test_one_channel_that_fails_does_not_stop_the_others(database: Engine) -> None:
    put(database, ALL, MAYOR)
    receipts = run(database, {"folder": RecordingChannel(OSError(111, "Connection refused")), "mail": RecordingChannel()})
    assert [r.recipient for r in receipts] == ["mayor"]
    failed = status(database, ALL)
    assert failed.state is DeliveryState.PENDING
    assert [(a.outcome, a.error, a.started_at) for a in failed.attempts] == [(Outcome.FAILED, "[Errno 111] Connection refused", INIT)]


def test_each_failure_is_a_row_and_waits_longer_than_the_one_before(database: Engine) -> None:
    put(database, ALL)
    channel = RecordingChannel(*(OSError("away") for _ in range(8)))
    now, waits = INIT, []
    while not drain(database, {"folder": channel}, {CYCLE.key: BULLETIN}.__getitem__, now):
        waiting = status(database, ALL).next_attempt_at
        assert waiting is not None
        assert drain(database, {"folder": channel}, {CYCLE.key: BULLETIN}.__getitem__, waiting - timedelta(seconds=1)) == ()
        waits.append((waiting - now) / timedelta(minutes=1))
        now = waiting
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert [a.outcome for a in status(database, ALL).attempts] == [*[Outcome.FAILED] * 8, Outcome.DELIVERED]


def test_a_bulletin_past_its_time_is_not_delivered_any_more(database: Engine) -> None:
    put(database, ALL)
    folder = RecordingChannel(OSError("away"))
    run(database, {"folder": folder}, hours=11)
    assert run(database, {"folder": folder}, hours=12) == ()
    assert (folder.delivered, status(database, ALL).state) == ([], DeliveryState.EXPIRED)
    assert run(database, {"folder": folder}, hours=11.5) == (), "expired is final, even when the clock is set back"


def test_a_channel_that_is_not_there_is_recorded_as_a_failure(database: Engine) -> None:
    put(database, MAYOR)
    assert run(database, {"folder": RecordingChannel()}) == ()
    assert [a.error for a in status(database, MAYOR).attempts if a.error and "no channel 'mail'; there are folder" in a.error]


def test_a_bulletin_that_cannot_be_read_is_recorded_as_a_failure(database: Engine) -> None:
    put(database, ALL)

    def tampered(_cycle_key: str) -> Bulletin:
        raise ArchiveError("report.txt is not as it was stored.", "Restore it.")

    folder = RecordingChannel()
    assert drain(database, {"folder": folder}, tampered, INIT) == ()
    assert [a.error for a in status(database, ALL).attempts] == ["report.txt is not as it was stored. Restore it."]
    assert folder.delivered == []


def test_another_bulletin_under_the_cycle_is_not_delivered_in_its_place(database: Engine) -> None:
    put(database, ALL)
    other = Bulletin("b2", CYCLE.key, BULLETIN.expires_at, BULLETIN.documents)
    folder = RecordingChannel()
    assert drain(database, {"folder": folder}, lambda _: other, INIT) == ()
    assert folder.delivered == []


def test_a_fault_of_ours_in_a_channel_is_not_hidden(database: Engine) -> None:
    put(database, ALL)
    with pytest.raises(TypeError, match="a fault"):
        run(database, {"folder": RecordingChannel(TypeError("a fault"))})


def test_two_drains_at_once_do_not_deliver_twice(database: Engine) -> None:
    put(database, ALL)
    inner = RecordingChannel()

    def while_another_drains(bulletin: Bulletin, recipient: str) -> str:  # noqa: ARG001
        assert run(database, {"folder": inner}) == ()
        return "here"

    assert len(run(database, {"folder": while_another_drains})) == 1
    assert inner.delivered == []


def test_a_delivery_that_another_drain_made_meanwhile_is_not_made_again(database: Engine) -> None:
    put(database, ALL, MAYOR)
    inner = RecordingChannel()

    def while_another_drains(bulletin: Bulletin, recipient: str) -> str:  # noqa: ARG001
        assert [r.recipient for r in run(database, {"mail": inner})] == ["mayor"]
        return "here"

    outer = RecordingChannel()
    assert [r.recipient for r in run(database, {"folder": while_another_drains, "mail": outer})] == ["all"]
    assert (inner.delivered, outer.delivered) == ([("b1", "mayor")], [])


def test_an_attempt_that_died_is_visible_and_made_again_after_a_while(database: Engine) -> None:
    put(database, ALL)
    (delivery,) = (d.delivery for d in delivery_states(database, CYCLE.key))
    begin_attempt(database, delivery, INIT)
    folder = RecordingChannel()
    assert run(database, {"folder": folder}) == ()
    assert len(run(database, {"folder": folder}, hours=ATTEMPT_TIME / timedelta(hours=1))) == 1
    assert [a.outcome for a in status(database, ALL).attempts] == [Outcome.STARTED, Outcome.DELIVERED]


def test_a_wait_from_before_the_clock_was_set_back_does_not_hold_for_ever(database: Engine) -> None:
    put(database, ALL)
    folder = RecordingChannel(OSError("away"))
    run(database, {"folder": folder}, hours=11)
    assert len(run(database, {"folder": folder}, hours=1)) == 1
