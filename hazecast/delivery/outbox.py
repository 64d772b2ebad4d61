"""The outbox: what a bulletin's deliveries are, and one round of making those that are due."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from hazecast.archive.deliveries import Delivery, begin_attempt, due_deliveries, expire_deliveries, record_failure, record_success
from hazecast.delivery.folder import deliver_to_folder
from hazecast.errors import ArchiveError, HazecastError, SettingsError
from hazecast.records import Bulletin, Receipt

FOLDER_CHANNEL = "folder"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets every bulletin, and the channel by which."""

    name: str
    channel: str


class Channel(Protocol):
    """Brings a bulletin to a recipient and says where it is now; raises OSError or HazecastError when it cannot."""

    def __call__(self, bulletin: Bulletin, recipient: str) -> str:
        """Deliver once; doing it again after a run that died must do no harm."""
        ...


def folder_channel(folder: Path) -> Channel:
    """The channel that puts bulletins into `folder`."""

    def deliver(bulletin: Bulletin, recipient: str) -> str:  # noqa: ARG001
        return str(deliver_to_folder(bulletin, folder))

    return deliver


def outbox_rows(bulletin: Bulletin, recipients: tuple[Recipient, ...]) -> tuple[Delivery, ...]:
    """The deliveries of `bulletin`, keyed so that the same bulletin, recipient and channel are always one delivery."""
    return tuple(
        Delivery(
            key=f"{bulletin.id}/{recipient.channel}/{recipient.name}",
            bulletin_id=bulletin.id,
            cycle_key=bulletin.cycle_key,
            recipient=recipient.name,
            channel=recipient.channel,
            expires_at=bulletin.expires_at,
        )
        for recipient in recipients
    )


def drain(
    database: Engine, channels: Mapping[str, Channel], load_bulletin: Callable[[str], Bulletin], now: datetime
) -> tuple[Receipt, ...]:
    """Attempt every delivery that is due, once; returns the receipts of those that arrived.

    `load_bulletin` takes a cycle key. A failure is recorded, waits before the next attempt, and does not keep the others back;
    a bulletin past its time is not delivered any more.
    """
    expire_deliveries(database, now)
    tried = [_attempt(database, channels, load_bulletin, delivery, now) for delivery in due_deliveries(database, now)]
    return tuple(receipt for receipt in tried if receipt is not None)


def _attempt(
    database: Engine, channels: Mapping[str, Channel], load_bulletin: Callable[[str], Bulletin], delivery: Delivery, now: datetime
) -> Receipt | None:
    attempt_id = begin_attempt(database, delivery, now)
    if attempt_id is None:
        return None
    try:
        bulletin = _bulletin_of(delivery, load_bulletin)
        place = _channel_of(delivery, channels)(bulletin, delivery.recipient)
    except (OSError, HazecastError) as failure:
        record_failure(database, delivery, attempt_id, str(failure), now)
        return None
    record_success(database, delivery, attempt_id, place)
    return Receipt(delivery.key, delivery.bulletin_id, delivery.recipient, delivery.channel, now, place)


def _bulletin_of(delivery: Delivery, load_bulletin: Callable[[str], Bulletin]) -> Bulletin:
    bulletin = load_bulletin(delivery.cycle_key)
    if bulletin.id != delivery.bulletin_id:
        raise ArchiveError(
            f"Cycle {delivery.cycle_key} holds bulletin {bulletin.id}; delivery {delivery.key} is of another.",
            "Restore the cycle's folder from a backup.",
        )
    return bulletin


def _channel_of(delivery: Delivery, channels: Mapping[str, Channel]) -> Channel:
    if delivery.channel not in channels:
        raise SettingsError(
            f"There is no channel {delivery.channel!r}; there are {', '.join(sorted(channels)) or 'none'}.",
            "Bring it back into the settings, or let the delivery expire.",
        )
    return channels[delivery.channel]
