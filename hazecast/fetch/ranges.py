"""Parts of a file out there: asking for them, and telling whether the answer is the part that was asked for (RFC 9110, 13 and 14)."""

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx2

from hazecast.fetch.secrecy import Pairs

_CONTENT_RANGE = re.compile(r"bytes\s+(?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18}|\*)\s*")
_UNCHANGED_SECONDS = 60  # a time of change is a sure sign of the version once so much has passed since


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from `start` up to, but without, `stop`."""

    start: int
    stop: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.stop:
            raise ValueError(f"There are no bytes from {self.start} to {self.stop}.")

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class PartSent:
    """What a Content-Range header says: the first byte, the one after the last, and the size of all; None for what it leaves open."""

    start: int | None
    stop: int | None
    total: int | None


def part_sent(response: httpx2.Response) -> PartSent:
    """The part that an answer says it holds."""
    said = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if said is None:
        return PartSent(None, None, None)
    first, last, total = said.groups()
    return PartSent(None if first is None else int(first), None if last is None else int(last) + 1, None if total == "*" else int(total))


def whole_length(response: httpx2.Response) -> int | None:
    """How long the whole file is, as an answer with all or a part of it says; None where it does not."""
    if response.status_code in (206, 416):
        return part_sent(response).total
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() and len(length) < 19 else None


def range_headers(start: int, stop: int | None, validator: str) -> Pairs:
    """The headers that ask for a part; with a validator, for all of it if it has changed since."""
    wanted = ("Range", f"bytes={start}-{'' if stop is None else stop - 1}")
    return (wanted, ("If-Range", validator)) if validator else (wanted,)


def validator_of(response: httpx2.Response) -> str:
    """What tells this version from any other: the strong ETag, or a time of change that lies well before the answer; or nothing."""
    etag = response.headers.get("ETag", "").strip()
    if etag and not etag.startswith("W/"):
        return str(etag)
    changed = response.headers.get("Last-Modified", "")
    try:
        age = parsedate_to_datetime(response.headers.get("Date", "")) - parsedate_to_datetime(changed)
    except (ValueError, TypeError, OverflowError):
        return ""
    return str(changed) if age.total_seconds() >= _UNCHANGED_SECONDS else ""


def is_other_version(response: httpx2.Response, validator: str) -> bool:
    """Whether an answer is surely of another version than `validator` names."""
    now = validator_of(response)
    return bool(now and validator and now != validator)
