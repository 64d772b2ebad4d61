"""The mailbox channel: the mail that a server would carry, in a Maildir on this machine. No server is asked, and nothing leaves."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email.headerregistry import Address
from pathlib import Path

from hazecast.archive.disk import sync
from hazecast.config import Settings
from hazecast.config.delivery import MailboxChannelSettings
from hazecast.delivery.channel import Channel, Parcel
from hazecast.delivery.mail_message import mail_message, mailbox, reader_of

ROOMS = ("new", "cur")  # a reader's program moves what was read from the one to the other, and adds marks to the name
_KEY = re.compile(r"[0-9a-f]{32}")


def mailbox_channel(settings: MailboxChannelSettings, readers: Mapping[str, Address], clock: Callable[[], datetime]) -> Channel:
    """The channel that puts mails into `path`/recipient; `readers` are the recipients' addresses by id."""
    sender = mailbox(settings.sender_name, settings.sender)

    def deliver(parcel: Parcel) -> str:
        reader, folder = reader_of(parcel, readers), settings.path / parcel.recipient
        there = mail_file(folder, parcel.key)
        if there is not None:
            return str(there)
        message = mail_message(parcel, sender, reader, clock())
        return str(_put(message.as_bytes(policy=message.policy.clone(linesep="\n")), folder, parcel.key))

    return deliver


def mailboxes_of(settings: Settings) -> tuple[Path, ...]:
    """The Maildirs of all recipients that have one, whether something came or not."""
    return tuple(
        channel.path / one.id
        for one in settings.recipients
        for name in one.channels
        if isinstance(channel := settings.channels[name], MailboxChannelSettings)
    )


def mail_files(folder: Path) -> Iterator[Path]:
    """The mails of a Maildir, in no order."""
    for room in ROOMS:
        yield from (file for file in folder.glob(f"{room}/*") if _KEY.fullmatch(key_of(file)))


def mail_file(folder: Path, key: str) -> Path | None:
    """The mail of a delivery, by the key that it can be known by; None where it is not there."""
    return next((file for file in mail_files(folder) if key_of(file) == key), None)


def key_of(file: Path) -> str:
    """The key of the delivery that a mail came by."""
    return file.name.partition(".")[0]


def _put(content: bytes, folder: Path, key: str) -> Path:
    for room in ("tmp", *ROOMS):
        (folder / room).mkdir(parents=True, exist_ok=True)
    partial, final = folder / "tmp" / f"{key}.{secrets.token_hex(4)}", folder / "new" / f"{key}.hazecast"
    try:
        partial.write_bytes(content)
        sync(partial)
        partial.rename(final)
    finally:
        partial.unlink(missing_ok=True)
    sync(final.parent)
    return final
