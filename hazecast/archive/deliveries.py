"""The outbox as the ledger keeps it: what is to be delivered to whom, and every attempt at it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, Row, Update, exists, func, insert, or_, select, update

from hazecast.archive.database import reading, writing
from hazecast.archive.review_tables import releases
from hazecast.archive.tables import attempts, deliveries
from hazecast.errors import ArchiveError
from hazecast.records import Level, require_utc

ATTEMPT_TIME = timedelta(minutes=5)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
SPREAD = 0.25  # of a wait, by which those of several deliveries differ


class DeliveryState(StrEnum):
    """Where a delivery stands. Nothing but PENDING is attempted; SUPERSEDED waited for the end of quiet hours, and a newer one came."""

    PENDING = "pending"
    DELIVERED = "delivered"
    EXPIRED = "expired"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


class Outcome(StrEnum):
    """What became of an attempt. One that stays at STARTED died on the way; whether it arrived is not known."""

    STARTED = "started"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One bulletin for one recipient through one channel; `key` is the same whenever the three are.

    Until `not_before` it waits for the end of quiet hours. `level` is the highest of what its recipient asked for, UNKNOWN where
    it could be any; `documents` are the names of those to send, in order, None for all.
    """

    key: str
    bulletin_id: str
    cycle_key: str
    recipient: str
    channel: str
    expires_at: datetime
    not_before: datetime | None = None
    level: Level | None = None
    exercise: bool = False
    documents: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        require_utc("expires_at", self.expires_at)
        if self.not_before is not None:
            require_utc("not_before", self.not_before)

    @property
    def idempotency_key(self) -> str:
        """32 hexadecimal digits that every attempt at this delivery bears, and no other delivery."""
        return sha256(self.key.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a delivery."""

    id: int
    delivery_key: str
    started_at: datetime
    outcome: Outcome
    place: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """What the ledger knows of a delivery, with its attempts in order."""

    delivery: Delivery
    state: DeliveryState
    next_attempt_at: datetime | None
    attempts: tuple[Attempt, ...]


def queue_deliveries(connection: Connection, queued: tuple[Delivery, ...]) -> None:
    """Add deliveries to be made; one that is already there is left alone, and raises ArchiveError when it differs."""
    for delivery in queued:
        row = connection.execute(select(deliveries).where(deliveries.c.key == delivery.key)).one_or_none()
        if row is None:
            connection.execute(insert(deliveries).values(**_row_of(delivery), state=DeliveryState.PENDING))
        elif _delivery_from(row) != delivery:
            raise ArchiveError(f"Delivery {delivery.key} is queued as {_delivery_from(row)}.", "Give the new bulletin an id of its own.")


def settle_deliveries(database: Engine, now: datetime) -> None:
    """Give up every pending delivery that is past its time, or waited for the end of quiet hours until a newer one came."""
    require_utc("now", now)
    pending = deliveries.c.state == DeliveryState.PENDING
    with reading(database) as connection:
        if connection.execute(select(deliveries.c.key).where(pending).limit(1)).one_or_none() is None:
            return
    newer = deliveries.alias("newer")
    tried = select(attempts.c.id).where(attempts.c.delivery_key == deliveries.c.key)
    overtaken = (
        select(newer.c.key)
        .where(newer.c.recipient == deliveries.c.recipient, newer.c.channel == deliveries.c.channel)
        .where(newer.c.cycle_key > deliveries.c.cycle_key, newer.c.exercise == deliveries.c.exercise)
    )
    superseded = pending & deliveries.c.not_before.is_not(None) & ~exists(tried) & exists(overtaken)
    with writing(database) as connection:
        connection.execute(update(deliveries).where(superseded).values(state=DeliveryState.SUPERSEDED))
        connection.execute(update(deliveries).where(pending & (deliveries.c.expires_at <= now)).values(state=DeliveryState.EXPIRED))


def due_deliveries(database: Engine, now: datetime) -> tuple[Delivery, ...]:
    """The pending deliveries that may be attempted now, those that expire first before the others, and of a bulletin that was changed
    after it went out the first release before the second.
    """
    require_utc("now", now)
    with_release = select(deliveries).outerjoin(releases, releases.c.bulletin_id == deliveries.c.bulletin_id)
    number = func.coalesce(releases.c.number, 0)
    with reading(database) as connection:
        rows = connection.execute(with_release.where(*_due(now)).order_by(deliveries.c.expires_at, number, deliveries.c.key)).all()
    return tuple(_delivery_from(row) for row in rows)


def begin_attempt(database: Engine, delivery: Delivery, now: datetime) -> int | None:
    """Record that an attempt starts, and keep others off it for a while; None if another process was first."""
    require_utc("now", now)
    ours = update(deliveries).where(deliveries.c.key == delivery.key, *_due(now))
    with writing(database) as connection:
        if not connection.execute(ours.values(next_attempt_at=now + ATTEMPT_TIME)).rowcount:
            return None
        attempt = insert(attempts).values(delivery_key=delivery.key, started_at=now, outcome=Outcome.STARTED)
        return int(connection.execute(attempt.returning(attempts.c.id)).scalar_one())


def record_success(database: Engine, delivery: Delivery, attempt_id: int, place: str) -> None:
    """Record that the attempt arrived at `place`."""
    with writing(database) as connection:
        connection.execute(update(attempts).where(attempts.c.id == attempt_id).values(outcome=Outcome.DELIVERED, place=place))
        done = {"state": DeliveryState.DELIVERED, "next_attempt_at": None}
        connection.execute(update(deliveries).where(deliveries.c.key == delivery.key).values(done))


def record_failure(
    database: Engine, delivery: Delivery, attempt_id: int, error: str, now: datetime, least_wait: timedelta = timedelta(0)
) -> None:
    """Record why the attempt failed, and when the next may be made: after a minute, then twice as long each time, an hour at most.

    `least_wait` is what the other side asked for; of that too an hour counts at most.
    """
    require_utc("now", now)
    with writing(database) as connection:
        made = _failed(connection, delivery, attempt_id, error)
        wait = min(max(wait_after(delivery.key, made), least_wait), LONGEST_WAIT)
        connection.execute(_still_pending(delivery).values(next_attempt_at=now + wait))


def record_refusal(database: Engine, delivery: Delivery, attempt_id: int, error: str) -> None:
    """Record that the attempt failed, and that no other will be made."""
    with writing(database) as connection:
        _failed(connection, delivery, attempt_id, error)
        connection.execute(_still_pending(delivery).values(state=DeliveryState.REFUSED, next_attempt_at=None))


def last_level(database: Engine, recipient: str, channel: str, exercise: bool = False) -> Level | None:
    """The level of the newest bulletin for this recipient and channel; None where there is none, or its level was not kept."""
    kind = deliveries.c.exercise == exercise
    theirs = select(deliveries.c.level).where(deliveries.c.recipient == recipient, deliveries.c.channel == channel, kind)
    with reading(database) as connection:
        level = connection.execute(theirs.order_by(deliveries.c.cycle_key.desc()).limit(1)).scalar_one_or_none()
    return None if level is None else Level(level)


def delivery_states(database: Engine, cycle_key: str) -> tuple[DeliveryStatus, ...]:
    """Every delivery of a cycle's bulletin, with what was tried."""
    with reading(database) as connection:
        rows = connection.execute(select(deliveries).where(deliveries.c.cycle_key == cycle_key).order_by(deliveries.c.key)).all()
        return tuple(delivery_status(connection, row) for row in rows)


def wait_after(key: str, attempts_made: int) -> timedelta:
    """How long a delivery waits after so many failures: at most a quarter less than the full wait, always the same for the same key."""
    full = min(FIRST_WAIT * (1 << min(attempts_made - 1, 10)), LONGEST_WAIT)
    share = int.from_bytes(sha256(f"{key}#{attempts_made}".encode()).digest()[:4]) / (1 << 32)
    return full * (1 - SPREAD * share)


def _failed(connection: Connection, delivery: Delivery, attempt_id: int, error: str) -> int:
    """Close the attempt; how many have been made."""
    connection.execute(update(attempts).where(attempts.c.id == attempt_id).values(outcome=Outcome.FAILED, error=error))
    made: int = connection.execute(select(func.count()).where(attempts.c.delivery_key == delivery.key)).scalar_one()
    return made


def _still_pending(delivery: Delivery) -> Update:
    return update(deliveries).where(deliveries.c.key == delivery.key, deliveries.c.state == DeliveryState.PENDING)


def _due(now: datetime) -> tuple[Any, ...]:
    """Pending, not late, and not waiting; a wait that ends too far ahead was written before the clock was set back."""
    waits_no_more = or_(
        deliveries.c.next_attempt_at.is_(None),
        deliveries.c.next_attempt_at <= now,
        deliveries.c.next_attempt_at > now + LONGEST_WAIT,
    )
    loud = or_(deliveries.c.not_before.is_(None), deliveries.c.not_before <= now)
    return deliveries.c.state == DeliveryState.PENDING, deliveries.c.expires_at > now, waits_no_more, loud


def _row_of(delivery: Delivery) -> dict[str, Any]:
    names = None if delivery.documents is None else json.dumps(delivery.documents, ensure_ascii=False)
    return asdict(delivery) | {"documents": names}


def _delivery_from(row: Row[Any]) -> Delivery:
    return Delivery(
        key=row.key,
        bulletin_id=row.bulletin_id,
        cycle_key=row.cycle_key,
        recipient=row.recipient,
        channel=row.channel,
        expires_at=row.expires_at,
        not_before=row.not_before,
        level=None if row.level is None else Level(row.level),
        exercise=row.exercise,
        documents=None if row.documents is None else tuple(json.loads(row.documents)),
    )


def delivery_status(connection: Connection, row: Row[Any]) -> DeliveryStatus:
    """A row of the outbox, with what was tried."""
    made = connection.execute(select(attempts).where(attempts.c.delivery_key == row.key).order_by(attempts.c.id)).all()
    tries = tuple(Attempt(a.id, a.delivery_key, a.started_at, Outcome(a.outcome), a.place, a.error) for a in made)
    return DeliveryStatus(_delivery_from(row), DeliveryState(row.state), row.next_attempt_at, tries)
