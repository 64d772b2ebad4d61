"""The webhook channel: a POST, signed in the manner of Standard Webhooks (https://www.standardwebhooks.com).

The receiver checks `webhook-signature` over id, timestamp and body, turns away old timestamps, and keeps the ids it has seen: they stay
the same at each attempt.
"""

import base64
import binascii
import hashlib
import hmac
import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

from hazecast import __version__
from hazecast.config.delivery import WebhookChannelSettings
from hazecast.delivery.channel import Channel, Parcel
from hazecast.delivery.secret import read_secret
from hazecast.errors import DeliveryFailed, DeliveryRefused, SettingsError
from hazecast.records import Document

SECRET_PREFIX = "whsec_"
GONE = 410


def webhook_channel(settings: WebhookChannelSettings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Channel:
    """The channel that posts. Any 2xx is a delivery, 410 is final, everything else is tried again; redirections are not followed."""

    def deliver(parcel: Parcel) -> str:
        key, now = signing_key(read_secret(settings.secret)), clock()
        message_id, body = f"msg_{parcel.key}", payload(parcel)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"hazecast/{__version__}",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature(key, message_id, int(now.timestamp()), body),
        }
        with (
            httpx2.Client(timeout=settings.timeout_seconds, verify=_trust(settings), follow_redirects=False) as client,
            client.stream("POST", settings.url, headers=headers, content=body) as answer,  # its body is not read: it says nothing
        ):
            _require_taken(answer, now)
        return f"{httpx2.URL(settings.url).host} as {message_id}"

    def explained(parcel: Parcel) -> str:
        try:
            return deliver(parcel)
        except httpx2.HTTPError as broken:
            raise DeliveryFailed(
                f"The webhook gave no answer: {type(broken).__name__} {broken}.", "See whether it is there, with a valid certificate."
            ) from broken

    return explained


def payload(parcel: Parcel) -> bytes:
    """The body: what the bulletin is, and the documents. The same parcel gives the same bytes."""
    bulletin = parcel.bulletin
    told = {
        "type": "hazecast.bulletin",
        "data": {
            "id": bulletin.id,
            "cycle": bulletin.cycle_key,
            "recipient": parcel.recipient,
            "exercise": bulletin.exercise,
            "title": parcel.title,
            "level": None if parcel.delivery.level is None else parcel.delivery.level.name.lower(),
            "expires_at": parcel.delivery.expires_at.isoformat(),
            "documents": [_document(d) for d in parcel.documents],
        },
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def signing_key(secret: str) -> bytes:
    """The key that a secret stands for; raises SettingsError unless it is `whsec_` and base64 of 24 to 64 bytes."""
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(SECRET_PREFIX) or not 24 <= len(key) <= 64:
        raise SettingsError(
            "The secret of a webhook is not as expected: 'whsec_' and base64 of 24 to 64 bytes.",
            "Make one with: echo whsec_$(head -c 32 /dev/urandom | base64)",
        )
    return key


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and base64 of HMAC-SHA256 over id, timestamp and body, joined by dots."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _document(document: Document) -> dict[str, str]:
    told = {
        "name": document.name,
        "media_type": document.media_type,
        "language": document.language,
        "sha256": hashlib.sha256(document.content).hexdigest(),
    }
    try:
        return told | {"encoding": "utf-8", "content": document.content.decode()}
    except UnicodeDecodeError:
        return told | {"encoding": "base64", "content": base64.b64encode(document.content).decode()}


def _trust(settings: WebhookChannelSettings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.ca_file)


def _require_taken(answer: httpx2.Response, now: datetime) -> None:
    status = answer.status_code
    if 200 <= status < 300:
        return
    if status == GONE:
        raise DeliveryRefused("The webhook answers 410: it is gone.", "Take the channel out of the settings, or correct its address.")
    problem = f"The webhook answers {status}."
    if 300 <= status < 400:
        raise DeliveryFailed(problem, "It sends us elsewhere, and bulletins are not sent after it: give the address it has now.")
    raise DeliveryFailed(problem, "It is tried again.", seconds_asked_for(answer.headers.get("Retry-After"), now))


def seconds_asked_for(retry_after: str | None, now: datetime) -> float | None:
    """The wait that a Retry-After header asks for, a number of seconds or a date; None where there is none or it cannot be read."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(min(int(retry_after.strip()[:9]), 10**6))
    try:
        until = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError):
        return None
    until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    return max(0.0, (until - now).total_seconds())
