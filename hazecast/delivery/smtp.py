"""The mail channel: one message to one reader, over a connection whose certificate was verified."""

import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage

from hazecast.config.delivery import SmtpChannelSettings
from hazecast.delivery.channel import Channel, Parcel
from hazecast.delivery.mail_message import mail_message, mailbox, reader_of
from hazecast.delivery.secret import read_secret
from hazecast.errors import DeliveryFailed, DeliveryRefused

NO_SUCH_READER = (550, 551, 553)


def smtp_channel(
    settings: SmtpChannelSettings, readers: Mapping[str, Address], clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Channel:
    """The channel that mails; `readers` are the recipients' addresses by id."""
    sender = mailbox(settings.sender_name, settings.sender)

    def deliver(parcel: Parcel) -> str:
        reader = reader_of(parcel, readers)
        message = mail_message(parcel, sender, reader, clock())
        with _connected(settings) as server:
            return _sent(server, message, sender.addr_spec, reader.addr_spec)

    return deliver


@contextmanager
def _connected(settings: SmtpChannelSettings) -> Iterator[smtplib.SMTP]:
    """A connection, secured and logged in; however it ends is no matter any more once the message is taken."""
    password = None if settings.password is None else read_secret(settings.password)
    context = ssl.create_default_context(cafile=settings.ca_file)
    server = (
        smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout_seconds, context=context)
        if settings.security == "tls"
        else smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)
    )
    try:
        if settings.security == "starttls":
            server.starttls(context=context)
        if password is not None:
            server.login(settings.user, password)
        yield server
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def _sent(server: smtplib.SMTP, message: EmailMessage, sender: str, reader: str) -> str:
    try:
        server.send_message(message, sender, [reader])
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = refused.recipients[reader]
        kind = DeliveryRefused if code in NO_SUCH_READER else DeliveryFailed
        raise kind(f"The mail server does not take mail for {reader}: {code} {_words(said)}.", "Correct the address.") from refused
    except smtplib.SMTPResponseException as refused:
        raise DeliveryFailed(
            f"The mail server does not take the message: {refused.smtp_code} {_words(refused.smtp_error)}.", "It is tried again."
        ) from refused
    return f"{reader} as {message['Message-ID']}"


def _words(said: bytes | str) -> str:
    return said.decode("utf-8", errors="replace") if isinstance(said, bytes) else said
