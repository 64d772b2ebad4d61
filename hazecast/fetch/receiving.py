"""The body of an answer, on its way to the disk."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import httpx2

from hazecast.errors import WrongDelivery
from hazecast.fetch.kinds import Kind, looks_like_markup
from hazecast.fetch.partial import Origin, append, begin, bytes_kept, require_room
from hazecast.fetch.patience import Interrupted, require_going_on
from hazecast.fetch.web import Web

HEAD = 16
PAGES = ("text/html", "application/xhtml+xml")
NO_PACKING = ("", "identity")
Told = Callable[[float], None]
"""Is told what share of a file has come."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an answer's body is for: the bytes of `origin` from `position` on, up to `end` if that is known."""

    shown: str
    kind: Kind
    origin: Origin
    position: int
    end: int | None
    most_bytes: int


def receive(web: Web, response: httpx2.Response, delivery: Delivery, target: Path, told: Told) -> None:
    """Add a body to the part of `target` that is there; a body from the beginning replaces it, once it looks like what is wanted.

    Raises Interrupted when it breaks off, WrongDelivery for a web page, another kind of file, or a body without end.
    """
    pieces = _steady(web, response.iter_raw(), delivery.shown)
    if delivery.position == 0:
        _require_no_page(response, delivery)
        head = _head(pieces)
        _require_beginning(head, delivery)
        pieces = chain((head,), pieces)
    if delivery.end is not None:
        require_room(target, delivery.end - delivery.position)
    if delivery.position == 0:
        begin(target, delivery.origin)
    append(target, _counted(pieces, delivery, told), delivery.most_bytes)
    if delivery.end is not None and bytes_kept(target) < delivery.end:
        raise Interrupted(f"{delivery.shown}: the body broke off at byte {bytes_kept(target):,} of {delivery.end:,}.")


def _require_no_page(response: httpx2.Response, delivery: Delivery) -> None:
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    if media_type in PAGES:
        raise _not_data(delivery, f"a web page ({media_type})")
    if packing not in (*NO_PACKING, "gzip"):
        raise _not_data(delivery, f"a body packed as {packing[:40]!r}, which was not asked for")


def _require_beginning(head: bytes, delivery: Delivery) -> None:
    if delivery.origin.encoding == "gzip" and head.startswith(b"\x1f\x8b"):
        return
    if looks_like_markup(head):
        raise _not_data(delivery, f"a web page or a message that begins {head!r}")
    if not head:
        raise _not_data(delivery, "nothing")
    if not delivery.kind.begins(head):
        raise _not_data(delivery, f"something that begins {head!r}")


def _not_data(delivery: Delivery, what: str) -> WrongDelivery:
    return WrongDelivery(
        f"{delivery.shown} sent {what}; {delivery.kind.name} was expected.",
        "Open the address in a browser: a login page, a notice or a proxy may stand in its place.",
    )


def _head(pieces: Iterator[bytes]) -> bytes:
    head = b""
    while len(head) < HEAD and (piece := next(pieces, None)) is not None:
        head += piece
    return head


def _steady(web: Web, pieces: Iterable[bytes], shown: str) -> Iterator[bytes]:
    """The pieces, as long as they come at more than a trickle and nobody wants to stop."""
    since, came = web.monotonic(), 0
    for piece in pieces:
        require_going_on(web)
        came += len(piece)
        elapsed = web.monotonic() - since
        if elapsed > web.patience.stalled_seconds and came < web.patience.fewest_bytes:
            raise Interrupted(f"{shown} sends next to nothing: {came} bytes in {elapsed:.0f} s.")
        if elapsed > web.patience.stalled_seconds:
            since, came = web.monotonic(), 0
        yield piece


def _counted(pieces: Iterable[bytes], delivery: Delivery, told: Told) -> Iterator[bytes]:
    come = delivery.position
    for piece in pieces:
        yield piece
        come += len(piece)
        told(min(come / delivery.end, 1.0) if delivery.end else 0.0)
