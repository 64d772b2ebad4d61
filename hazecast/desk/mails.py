"""Mails of local mailboxes as the desk shows them: their heads, and their parts by number."""

import html
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from hazecast.delivery.maildir import key_of, mail_file, mail_files


@dataclass(frozen=True, slots=True)
class MailHead:
    """What a list of mails shows of one."""

    key: str
    sender: str
    reader: str
    subject: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class MailPart:
    """A part of a mail by its number in the order of the message; `name` is empty for what is no attachment."""

    number: int
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A whole mail; `text` and `page` are what it says as plain text and as HTML, None where it does not."""

    head: MailHead
    text: MailPart | None
    page: MailPart | None
    parts: tuple[MailPart, ...]

    @property
    def attachments(self) -> tuple[MailPart, ...]:
        """What is neither its text nor shown inside its page."""
        return tuple(part for part in self.parts if part.name)


def newest_heads(mailboxes: Iterable[Path], most: int) -> tuple[MailHead, ...]:
    """The heads of the mails that came last, the newest first."""
    files = sorted((file for folder in mailboxes for file in mail_files(folder)), key=lambda file: (-file.stat().st_mtime_ns, file.name))
    return tuple(_head(key_of(file), _read(file, head_alone=True)) for file in files[:most])


def mail_of(mailboxes: Iterable[Path], key: str, address: str) -> Mail | None:
    """The mail of a delivery; its page finds its pictures at `address`/number. None where there is no such mail."""
    file = next((file for folder in mailboxes if (file := mail_file(folder, key)) is not None), None)
    if file is None:
        return None
    message = _read(file, head_alone=False)
    found = {id(part): _part(number, part) for number, part in enumerate(message.walk()) if not part.is_multipart()}
    inside = {part["Content-ID"].strip("<>"): found[id(part)].number for part in message.walk() if part["Content-ID"]}
    text, page = (found.get(id(message.get_body((kind,)))) for kind in ("plain", "html"))
    shown = None if page is None else MailPart(page.number, "", page.media_type, _with_pictures_at(page.content, inside, address))
    parts = tuple(shown if page is not None and shown is not None and part is page else part for part in found.values())
    return Mail(_head(key, message), text, shown, parts)


def _with_pictures_at(page: bytes, inside: dict[str, int], address: str) -> bytes:
    for content_id, number in inside.items():
        page = page.replace(f'"cid:{html.escape(content_id)}"'.encode(), f'"{address}/{number}"'.encode())
    return page


def _read(file: Path, *, head_alone: bool) -> EmailMessage:
    with file.open("rb") as opened:
        message = BytesParser(policy=default).parse(opened, headersonly=head_alone)
    assert isinstance(message, EmailMessage)
    return message


def _head(key: str, message: EmailMessage) -> MailHead:
    return MailHead(key, str(message["From"]), str(message["To"]), str(message["Subject"]), message["Date"].datetime)


def _part(number: int, part: EmailMessage) -> MailPart:
    content = part.get_content()
    name = part.get_filename() or "" if part.get_content_disposition() == "attachment" else ""
    return MailPart(number, name, part.get_content_type(), content.encode() if isinstance(content, str) else content)
