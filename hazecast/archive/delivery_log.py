"""The outbox as somebody who asks sees it: deliveries found, and one made due again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select, update

from hazecast.archive.database import reading, writing
from hazecast.archive.deliveries import ATTEMPT_TIME, Delivery, DeliveryState, DeliveryStatus, Outcome, delivery_status
from hazecast.archive.review_tables import releases
from hazecast.archive.tables import deliveries
from hazecast.errors import ArchiveError
from hazecast.records import require_utc

SENT_AGAIN = (DeliveryState.PENDING, DeliveryState.REFUSED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries are looked for: None is all. `most` are given."""

    state: DeliveryState | None
    recipients: tuple[str, ...] | None
    most: int


def deliveries_found(database: Engine, wanted: Wanted) -> tuple[DeliveryStatus, ...]:
    """The deliveries that are wanted, the newest cycle first."""
    chosen = select(deliveries).order_by(deliveries.c.cycle_key.desc(), deliveries.c.key).limit(wanted.most)
    if wanted.state is not None:
        chosen = chosen.where(deliveries.c.state == wanted.state)
    if wanted.recipients is not None:
        chosen = chosen.where(deliveries.c.recipient.in_(wanted.recipients))
    with reading(database) as connection:
        return tuple(delivery_status(connection, row) for row in connection.execute(chosen).all())


def deliveries_since(database: Engine, cycle_key: str) -> tuple[DeliveryStatus, ...]:
    """The deliveries of a cycle and of all later ones, the oldest cycle first."""
    chosen = select(deliveries).where(deliveries.c.cycle_key >= cycle_key).order_by(deliveries.c.cycle_key, deliveries.c.key)
    with reading(database) as connection:
        return tuple(delivery_status(connection, row) for row in connection.execute(chosen).all())


def newest_bulletin(database: Engine) -> Delivery | None:
    """A delivery of the bulletin that went out last, of the newest cycle whose bulletin did; None where none ever did."""
    newest = select(func.max(deliveries.c.cycle_key)).scalar_subquery()
    last = select(releases.c.bulletin_id).where(releases.c.cycle_key == newest).order_by(releases.c.number.desc()).limit(1)
    with reading(database) as connection:
        released = connection.execute(last).scalar_one_or_none()
        chosen = select(deliveries).where(deliveries.c.cycle_key == newest)
        chosen = chosen if released is None else chosen.where(deliveries.c.bulletin_id == released)
        row = connection.execute(chosen.limit(1)).one_or_none()
        return None if row is None else delivery_status(connection, row).delivery


def delivery_found(database: Engine, key: str) -> DeliveryStatus:
    """One delivery; raises ArchiveError where there is none of this key."""
    with reading(database) as connection:
        return delivery_status(connection, _row(connection, key))


def make_due(database: Engine, key: str, now: datetime) -> None:
    """Let a delivery be attempted at once, a refused one too.

    Raises ArchiveError for one that arrived, was replaced by a newer one, or is past its time: nobody is told twice or too late.
    """
    require_utc("now", now)
    with writing(database) as connection:
        row = _row(connection, key)
        if row.state not in SENT_AGAIN:
            raise ArchiveError(f"Delivery {key} is {row.state}.", "Only pending and refused ones are tried again.")
        if row.expires_at <= now:
            raise ArchiveError(f"Delivery {key} expired at {row.expires_at:%Y-%m-%d %H:%M} UTC.", "Run a newer cycle.")
        _require_at_rest(delivery_status(connection, row), now)
        due = {"state": DeliveryState.PENDING, "next_attempt_at": None, "not_before": None}
        connection.execute(update(deliveries).where(deliveries.c.key == key).values(due))


def _require_at_rest(status: DeliveryStatus, now: datetime) -> None:
    until = status.next_attempt_at
    begun = status.attempts and status.attempts[-1].outcome is Outcome.STARTED
    if begun and until is not None and now < until <= now + ATTEMPT_TIME:
        raise ArchiveError(
            f"Delivery {status.delivery.key} is being attempted by another process.",
            f"Wait until {until:%H:%M:%S} UTC: by then it is over.",
        )


def _row(connection: Connection, key: str) -> Row[Any]:
    row = connection.execute(select(deliveries).where(deliveries.c.key == key)).one_or_none()
    if row is None:
        raise ArchiveError(f"There is no delivery {key!r}.", "See `hazecast outbox list` for the keys.")
    return row
