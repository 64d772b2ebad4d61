"""One round of the outbox: every delivery that is due is attempted once, and no channel waits for another."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from queue import Empty, SimpleQueue
from threading import Thread

from sqlalchemy import Engine

from hazecast.archive.deliveries import (
    Delivery,
    begin_attempt,
    due_deliveries,
    record_failure,
    record_refusal,
    record_success,
    settle_deliveries,
)
from hazecast.delivery.channel import Channel, Parcel
from hazecast.delivery.choosing import title_of
from hazecast.errors import ArchiveError, DeliveryFailed, DeliveryRefused, HazecastError, SettingsError
from hazecast.records import Bulletin, Receipt

ATTEMPT_SECONDS = 120.0  # what takes longer is given up; together with ROUND_SECONDS well below ATTEMPT_TIME, so that no other begins
ROUND_SECONDS = 60.0  # a channel begins no further attempt after that; what it did not come to stays due

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Round:
    """What every attempt of a round needs."""

    database: Engine
    channels: Mapping[str, Channel]
    load_bulletin: Callable[[str], Bulletin]
    now: datetime
    begun: float
    attempt_seconds: float


def drain(
    database: Engine,
    channels: Mapping[str, Channel],
    load_bulletin: Callable[[str], Bulletin],
    now: datetime,
    attempt_seconds: float = ATTEMPT_SECONDS,
) -> tuple[Receipt, ...]:
    """Attempt every delivery that is due, once; returns the receipts of those that arrived.

    `load_bulletin` takes a cycle key, or the id of a bulletin that is not its cycle's first. A failure is recorded, waits before the
    next attempt, and does not keep the others back; a bulletin past its time is not delivered any more. Channels work at the same
    time, each on one delivery after the other.
    A fault of ours in one of them is recorded, and raised when all are through.
    """
    settle_deliveries(database, now)
    due = sorted(due_deliveries(database, now), key=lambda delivery: delivery.channel)  # stable: what expires first stays first
    queues = [tuple(own) for _, own in groupby(due, key=lambda delivery: delivery.channel)]
    if not queues:
        return ()
    this = _Round(database, channels, load_bulletin, now, time.monotonic(), attempt_seconds)
    with ThreadPoolExecutor(len(queues), "delivery") as pool:
        made = [made for queue in pool.map(lambda queue: list(_attempts(this, queue)), queues) for made in queue]
    for fault in made:
        if isinstance(fault, Exception):
            raise fault
    return tuple(receipt for receipt in made if isinstance(receipt, Receipt))


def _attempts(this: _Round, queue: tuple[Delivery, ...]) -> Iterator[Receipt | Exception | None]:
    for delivery in queue:
        if time.monotonic() - this.begun > ROUND_SECONDS:
            return
        try:
            yield _attempt(this, delivery)
        except Exception as fault:
            yield fault


def _attempt(this: _Round, delivery: Delivery) -> Receipt | None:
    attempt_id = begin_attempt(this.database, delivery, this.now)
    if attempt_id is None:
        return None
    try:
        place = _within(this.attempt_seconds, lambda: _delivered(this, delivery))
    except DeliveryRefused as refusal:
        _LOGGER.error("Delivery %s is refused: %s", delivery.key, refusal)
        record_refusal(this.database, delivery, attempt_id, str(refusal))
        return None
    except (OSError, HazecastError) as failure:
        _LOGGER.warning("Delivery %s failed: %s", delivery.key, failure)
        least_wait = timedelta(seconds=failure.wait_seconds or 0.0) if isinstance(failure, DeliveryFailed) else timedelta(0)
        record_failure(this.database, delivery, attempt_id, str(failure), this.now, least_wait)
        return None
    except Exception as fault:
        record_failure(this.database, delivery, attempt_id, f"a fault of hazecast: {type(fault).__name__}", this.now)
        raise
    record_success(this.database, delivery, attempt_id, place)
    return Receipt(delivery.key, delivery.bulletin_id, delivery.recipient, delivery.channel, this.now, place)


def _within(seconds: float, work: Callable[[], str]) -> str:
    """What `work` gives; raises DeliveryFailed when it takes longer. It is then left to itself: a thread cannot be ended."""
    outcome: SimpleQueue[str | Exception] = SimpleQueue()

    def run() -> None:
        try:
            outcome.put(work())
        except Exception as failure:
            outcome.put(failure)

    Thread(target=run, name="attempt", daemon=True).start()
    try:
        came = outcome.get(timeout=seconds)
    except Empty as late:
        raise DeliveryFailed(f"There was no answer within {seconds:g} s.", "See whether the other side is there.") from late
    if isinstance(came, Exception):
        raise came
    return came


def _delivered(this: _Round, delivery: Delivery) -> str:
    if delivery.channel not in this.channels:
        raise SettingsError(
            f"There is no channel {delivery.channel!r}; there are {', '.join(sorted(this.channels)) or 'none'}.",
            "Bring it back into the settings, or let the delivery expire.",
        )
    return this.channels[delivery.channel](_parcel(delivery, _bulletin(this, delivery)))


def _bulletin(this: _Round, delivery: Delivery) -> Bulletin:
    """The cycle's own bulletin, or the one that was released in its place."""
    own = this.load_bulletin(delivery.cycle_key)
    return own if own.id == delivery.bulletin_id else this.load_bulletin(delivery.bulletin_id)


def _parcel(delivery: Delivery, bulletin: Bulletin) -> Parcel:
    if bulletin.id != delivery.bulletin_id:
        raise ArchiveError(
            f"Cycle {delivery.cycle_key} holds bulletin {bulletin.id}; delivery {delivery.key} is of another.",
            "Restore the cycle's folder from a backup.",
        )
    named = {d.name: d for d in bulletin.documents}
    names = tuple(named) if delivery.documents is None else delivery.documents
    if lacking := sorted(set(names) - set(named)):
        raise ArchiveError(f"Bulletin {bulletin.id} lacks the documents {', '.join(lacking)}.", "Restore the cycle's folder from a backup.")
    documents = tuple(named[name] for name in names)
    language = next((d.language for d in documents if d.language), "")
    return Parcel(delivery, replace(bulletin, documents=documents), title_of(bulletin, language))
