"""A parcel as a mail for one reader: text and HTML in the main language with its pictures inside, all else attached."""

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from hazecast.delivery.channel import Parcel
from hazecast.delivery.choosing import media_type
from hazecast.errors import SettingsError
from hazecast.records import Document

BODIES = ("text/plain", "text/html")
_PLAIN = str.maketrans(dict.fromkeys('\\"<>,;:@()[]', " "))


def mail_message(parcel: Parcel, sender: Address, reader: Address, sent_at: datetime) -> EmailMessage:
    """The mail. Its Message-ID comes from the delivery's key, so that a second copy can be told; nobody else is named in it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = reader
    message["Subject"] = parcel.title
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = f"<{parcel.key}@{sender.domain}>"
    message["Expires"] = format_datetime(parcel.delivery.expires_at)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Hazecast-Delivery"] = parcel.key
    message["X-Hazecast-Exercise"] = "yes" if parcel.bulletin.exercise else "no"
    _fill(message, parcel)
    return message


def mailbox(name: str, address: str) -> Address:
    """An address with a name to show, from which is taken whatever means something in a header."""
    shown = "".join(sign if sign.isprintable() else " " for sign in name.translate(_PLAIN))
    return Address(display_name=" ".join(shown.split())[:60], addr_spec=address)


def reader_of(parcel: Parcel, readers: Mapping[str, Address]) -> Address:
    """The address of a parcel's recipient among `readers`, by id; raises SettingsError where it is not one of them any more."""
    reader = readers.get(parcel.recipient)
    if reader is None:
        raise SettingsError(f"There is no recipient {parcel.recipient!r} with a mail address.", "Bring it back, or let it expire.")
    return reader


def _fill(message: EmailMessage, parcel: Parcel) -> None:
    language = next((d.language for d in parcel.documents if d.language), "")
    text, page = (_body(parcel.documents, language, kind) for kind in BODIES)
    shown = tuple(d for d in parcel.documents if page is not None and media_type(d).startswith("image/") and _shows(page, d))
    message.set_content(_decoded(text) if text else f"{parcel.title}\n")
    if page is not None:
        message.add_alternative(_with_pictures_inside(page, shown, parcel.key), subtype="html")
        html_part = message.get_payload()[1]  # type: ignore[index]
        for picture in shown:
            _add_picture(html_part, picture, parcel.key)  # type: ignore[arg-type]
    for document in parcel.documents:
        if document not in (text, page, *shown):
            main, _, sub = media_type(document).partition("/")
            message.add_attachment(document.content, maintype=main, subtype=sub or "octet-stream", filename=document.name)


def _body(documents: tuple[Document, ...], language: str, kind: str) -> Document | None:
    return next((d for d in documents if d.language == language and media_type(d) == kind), None)


def _decoded(document: Document) -> str:
    return document.content.decode("utf-8", errors="replace")


def _shows(page: Document, picture: Document) -> bool:
    return f'src="{picture.name}"'.encode() in page.content


def _with_pictures_inside(page: Document, shown: tuple[Document, ...], key: str) -> str:
    html = _decoded(page)
    for picture in shown:
        html = html.replace(f'src="{picture.name}"', f'src="cid:{picture.name}.{key}"')
        html = html.replace(f'<a href="{picture.name}">', "<a>")  # a mail has no file of that name beside it
    return html


def _add_picture(part: EmailMessage, picture: Document, key: str) -> None:
    sub = media_type(picture).partition("/")[2]
    part.add_related(
        picture.content, maintype="image", subtype=sub, cid=f"<{picture.name}.{key}>", filename=picture.name, disposition="inline"
    )
