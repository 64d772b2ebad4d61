"""The outbox as the ledger keeps it: what is to be delivered to whom, and every attempt at it."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, or_, select, update

from hazecast.archive.database import reading, writing
from hazecast.archive.tables import attempts, deliveries
from hazecast.errors import ArchiveError
from hazecast.records import require_utc

ATTEMPT_TIME = timedelta(minutes=5)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    EXPIRED = "expired"


class Outcome(StrEnum):
    """What became of an attempt. One that stays at STARTED died on the way; whether it arrived is not known."""

    STARTED = "started"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One bulletin for one recipient through one channel; `key` is the same whenever the three are."""

    key: str
    bulletin_id: str
    cycle_key: str
    recipient: str
    channel: str
    expires_at: datetime

    def __post_init__(self) -> None:
        require_utc("expires_at", self.expires_at)


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
            connection.execute(insert(deliveries).values(**asdict(delivery), state=DeliveryState.PENDING))
        elif _delivery_from(row) != delivery:
            raise ArchiveError(f"Delivery {delivery.key} is queued as {_delivery_from(row)}.", "Give the new bulletin an id of its own.")


def expire_deliveries(database: Engine, now: datetime) -> int:
    """Give up every pending delivery that is past its time; returns how many."""
    require_utc("now", now)
    late = (deliveries.c.state == DeliveryState.PENDING) & (deliveries.c.expires_at <= now)
    with writing(database) as connection:
        return connection.execute(update(deliveries).where(late).values(state=DeliveryState.EXPIRED)).rowcount


def due_deliveries(database: Engine, now: datetime) -> tuple[Delivery, ...]:
    """The pending deliveries that may be attempted now, those that expire first before the others."""
    require_utc("now", now)
    with reading(database) as connection:
        rows = connection.execute(select(deliveries).where(*_due(now)).order_by(deliveries.c.expires_at, deliveries.c.key)).all()
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


def record_failure(database: Engine, delivery: Delivery, attempt_id: int, error: str, now: datetime) -> None:
    """Record why the attempt failed, and when the next may be made: after a minute, then twice as long each time, an hour at most."""
    require_utc("now", now)
    with writing(database) as connection:
        connection.execute(update(attempts).where(attempts.c.id == attempt_id).values(outcome=Outcome.FAILED, error=error))
        made = connection.execute(select(func.count()).where(attempts.c.delivery_key == delivery.key)).scalar_one()
        still_pending = (deliveries.c.key == delivery.key) & (deliveries.c.state == DeliveryState.PENDING)
        connection.execute(update(deliveries).where(still_pending).values(next_attempt_at=now + _wait_after(made)))


def delivery_states(database: Engine, cycle_key: str) -> tuple[DeliveryStatus, ...]:
    """Every delivery of a cycle's bulletin, with what was tried."""
    with reading(database) as connection:
        rows = connection.execute(select(deliveries).where(deliveries.c.cycle_key == cycle_key).order_by(deliveries.c.key)).all()
        return tuple(_delivery_status(connection, row) for row in rows)


def _wait_after(attempts_made: int) -> timedelta:
    return min(FIRST_WAIT * (1 << min(attempts_made - 1, 10)), LONGEST_WAIT)


def _due(now: datetime) -> tuple[Any, ...]:
    """Pending, not late, and not waiting; a wait that ends too far ahead was written before the clock was set back."""
    waits_no_more = or_(
        deliveries.c.next_attempt_at.is_(None),
        deliveries.c.next_attempt_at <= now,
        deliveries.c.next_attempt_at > now + LONGEST_WAIT,
    )
    return deliveries.c.state == DeliveryState.PENDING, deliveries.c.expires_at > now, waits_no_more


def _delivery_from(row: Row[Any]) -> Delivery:
    return Delivery(row.key, row.bulletin_id, row.cycle_key, row.recipient, row.channel, row.expires_at)


def _delivery_status(connection: Connection, row: Row[Any]) -> DeliveryStatus:
    made = connection.execute(select(attempts).where(attempts.c.delivery_key == row.key).order_by(attempts.c.id)).all()
    tries = tuple(Attempt(a.id, a.delivery_key, a.started_at, Outcome(a.outcome), a.place, a.error) for a in made)
    return DeliveryStatus(_delivery_from(row), DeliveryState(row.state), row.next_attempt_at, tries)
