import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hazecast.archive.database import open_database, writing
from hazecast.archive.deliveries import (
    ATTEMPT_TIME,
    Delivery,
    DeliveryState,
    DeliveryStatus,
    Outcome,
    begin_attempt,
    delivery_states,
    wait_after,
)
from hazecast.archive.deliveries import queue_deliveries as queue
from hazecast.archive.ledger import claim_cycle
from hazecast.delivery.channel import Channel, Parcel
from hazecast.delivery.folder import folder_channel
from hazecast.delivery.outbox import drain
from hazecast.delivery.routing import Occasion, Recipient, deliveries_of
from hazecast.errors import ArchiveError, DeliveryFailed, DeliveryRefused
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

    def __call__(self, parcel: Parcel) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.delivered.append((parcel.bulletin.id, parcel.recipient))
        return f"inbox of {parcel.recipient}"


def outbox_rows(bulletin: Bulletin, recipients: tuple[Recipient, ...]) -> tuple[Delivery, ...]:
    return deliveries_of(bulletin, recipients, Occasion((), INIT, lambda _recipient, _channel: None))


def put(database: Engine, *recipients: Recipient) -> None:
    with writing(database) as connection:
        queue(connection, outbox_rows(BULLETIN, recipients))


def run(database: Engine, channels: dict[str, Channel], hours: float = 0.0) -> tuple[Receipt, ...]:
    return drain(database, channels, {CYCLE.key: BULLETIN}.__getitem__, INIT + timedelta(hours=hours))


def status(database: Engine, recipient: Recipient) -> DeliveryStatus:
    return next(d for d in delivery_states(database, CYCLE.key) if d.delivery.recipient == recipient.id)


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
    full = [1, 2, 4, 8, 16, 32, 60, 60]
    assert all(0.75 * longest < wait <= longest for wait, longest in zip(waits, full, strict=True))
    assert waits == [wait_after("b1/folder/all", made) / timedelta(minutes=1) for made in range(1, 9)], "the same at each run"
    assert wait_after("b1/folder/all", 5) != wait_after("b1/mail/mayor", 5), "and not the same for all"
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


def test_a_fault_of_ours_in_a_channel_is_not_hidden_and_holds_up_nobody(database: Engine) -> None:
    put(database, ALL, Recipient("mayor", "folder"))
    folder = RecordingChannel(TypeError("a fault"))
    with pytest.raises(TypeError, match="a fault"):
        run(database, {"folder": folder})
    assert folder.delivered == [("b1", "mayor")]
    assert [a.error for a in status(database, ALL).attempts] == ["a fault of hazecast: TypeError"]


def test_a_channel_that_hangs_is_given_up_and_holds_up_no_other(database: Engine) -> None:
    put(database, ALL, MAYOR)
    hung = threading.Event()

    def hangs(_parcel: Parcel) -> str:
        hung.wait(10)
        return "too late"

    channels: dict[str, Channel] = {"folder": hangs, "mail": RecordingChannel()}
    receipts = drain(database, channels, {CYCLE.key: BULLETIN}.__getitem__, INIT, attempt_seconds=0.05)
    hung.set()
    assert [r.recipient for r in receipts] == ["mayor"]
    assert [(a.outcome, a.error) for a in status(database, ALL).attempts] == [
        (Outcome.FAILED, "There was no answer within 0.05 s. See whether the other side is there.")
    ]


def test_what_the_other_side_refuses_for_good_is_not_tried_again(database: Engine) -> None:
    put(database, ALL)
    folder = RecordingChannel(DeliveryRefused("It is gone.", "Remove it."))
    assert run(database, {"folder": folder}) == ()
    assert run(database, {"folder": folder}, hours=5) == ()
    assert (folder.delivered, status(database, ALL).state) == ([], DeliveryState.REFUSED)


def test_a_wait_that_the_other_side_asks_for_is_kept(database: Engine) -> None:
    put(database, ALL)
    folder = RecordingChannel(DeliveryFailed("Too many.", "Wait.", wait_seconds=1800), DeliveryFailed("Too many.", "Wait.", 10**7))
    run(database, {"folder": folder})
    assert status(database, ALL).next_attempt_at == INIT + timedelta(minutes=30)
    run(database, {"folder": folder}, hours=0.5)
    assert status(database, ALL).next_attempt_at == INIT + timedelta(hours=1.5), "an hour at most"


def test_what_waits_for_the_end_of_quiet_hours_goes_out_then_unless_a_newer_one_came(database: Engine) -> None:
    newer = Cycle(INIT + timedelta(hours=6), INIT + timedelta(hours=6), timedelta(hours=24))
    claim_cycle(database, newer, "one", "settings", INIT)
    bulletins = {CYCLE.key: BULLETIN, newer.key: replace(BULLETIN, id="b2", cycle_key=newer.key)}
    end = INIT + timedelta(hours=8)
    held = [replace(row, not_before=end) for told in bulletins.values() for row in outbox_rows(told, (ALL,))]
    with writing(database) as connection:
        queue(connection, tuple(held))
    folder = RecordingChannel()
    assert drain(database, {"folder": folder}, bulletins.__getitem__, end - timedelta(minutes=1)) == ()
    assert len(drain(database, {"folder": folder}, bulletins.__getitem__, end)) == 1
    assert folder.delivered == [("b2", "all")]
    assert status(database, ALL).state is DeliveryState.SUPERSEDED


def test_two_drains_at_once_do_not_deliver_twice(database: Engine) -> None:
    put(database, ALL)
    inner = RecordingChannel()

    def while_another_drains(parcel: Parcel) -> str:  # noqa: ARG001
        assert run(database, {"folder": inner}) == ()
        return "here"

    assert len(run(database, {"folder": while_another_drains})) == 1
    assert inner.delivered == []


def test_a_delivery_that_another_drain_made_meanwhile_is_not_made_again(database: Engine) -> None:
    put(database, ALL, Recipient("mayor", "folder"))
    inner = RecordingChannel()
    seen = []

    def while_another_drains(parcel: Parcel) -> str:
        assert [r.recipient for r in run(database, {"folder": inner})] == ["mayor"]
        seen.append(parcel.recipient)
        return "here"

    assert [r.recipient for r in run(database, {"folder": while_another_drains})] == ["all"]
    assert (inner.delivered, seen) == ([("b1", "mayor")], ["all"])


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
