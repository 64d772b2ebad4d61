"""One file, fetched whole or not at all: continued where it broke off, tried again, and looked over before it gets its name."""

from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from hazecast.errors import FetchError, WrongDelivery
from hazecast.fetch.answers import require_success
from hazecast.fetch.arrival import Damaged, Whole, look_over, require_whole, unpacked_if_packed
from hazecast.fetch.kinds import Kind
from hazecast.fetch.partial import Origin, bytes_kept, discard, origin_of, partial_path, put_in_place, told_of_the_disk
from hazecast.fetch.patience import Interrupted, patiently
from hazecast.fetch.ranges import Span, is_other_version, part_sent, range_headers, validator_of, whole_length
from hazecast.fetch.receiving import Delivery, Told, receive
from hazecast.fetch.secrecy import NO_SECRETS, Secrets
from hazecast.fetch.web import Question, Web, answered

MOST_BYTES = 64 * 2**30
MOST_DAMAGED = 2


class Changed(FetchError):
    """The file out there is another than when its spans were found; they must be found again."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A file out there, as its source describes it. `spans` are the parts of it that are wanted; none means all of it.

    `size_bytes` and the hashes, in hexadecimal, are those of the bytes as they are sent; None and empty where they are not known.
    """

    url: str
    kind: Kind
    secrets: Secrets = field(default=NO_SECRETS, repr=False)
    size_bytes: int | None = None
    md5: str = ""
    sha256: str = ""
    spans: tuple[Span, ...] = ()
    most_bytes: int = MOST_BYTES

    def question(self, start: int = 0, stop: int | None = None, validator: str = "") -> Question:
        """What asks for all of it or, with bounds, for a part."""
        part = range_headers(start, stop, validator) if start or stop is not None else ()
        return Question(self.url, headers=part, secrets=self.secrets)

    @property
    def shown(self) -> str:
        """Its address as a message may name it."""
        return self.question().shown

    @property
    def what(self) -> str:
        """The bytes that are wanted, so written that another wish reads differently."""
        return ",".join(f"{span.start}-{span.stop}" for span in self.spans) or "all"


def download(web: Web, remote: Remote, target: Path, told: Told = lambda _share: None) -> Whole:
    """Fetch `remote` to `target`, which holds all of it afterwards or else what it held before; returns its size and hash.

    A part that came stays in a hidden file beside it for the next time. Raises FetchError; WrongDelivery when the file is not there,
    is a web page, grows without end, or comes damaged twice; Changed when the spans are no longer those of the file.
    """
    bring = _bring_spans if remote.spans else _bring_rest
    damages: list[Damaged] = []
    with told_of_the_disk(target):
        while len(damages) < MOST_DAMAGED:
            patiently(web, lambda: bring(web, remote, target, told))
            try:
                return _accepted(remote, target)
            except Damaged as damaged:
                discard(target)
                damages.append(damaged)
    raise WrongDelivery(
        f"{remote.shown} came damaged {MOST_DAMAGED} times: {damages[-1]}.", "Try again later, or another mirror; nothing of it was kept."
    ) from damages[-1]


def _accepted(remote: Remote, target: Path) -> Whole:
    partial, origin = partial_path(target), origin_of(target)
    as_sent = look_over(partial, remote.size_bytes, remote.md5, remote.sha256)
    with unpacked_if_packed(partial, origin.encoding if origin else "", remote.kind, remote.most_bytes) as file:
        require_whole(file, remote.kind)
        whole = as_sent if file == partial else look_over(file, None, "", "")
        put_in_place(file, target)
    return whole


def _kept(remote: Remote, target: Path) -> tuple[int, Origin | None]:
    """How much has come of just this version of just these bytes, and which version that is."""
    origin = origin_of(target)
    known = origin is not None and (origin.url, origin.what) == (remote.shown, remote.what) and bool(origin.validator)
    return (bytes_kept(target), origin) if known else (0, None)


def _bring_rest(web: Web, remote: Remote, target: Path, told: Told) -> None:
    """One request for all that is lacking of a whole file."""
    have, origin = _kept(remote, target)
    if have and have == remote.size_bytes:
        return
    question = remote.question(have, validator=origin.validator if origin else "")
    with answered(web, question) as response:
        if have and response.status_code == 416 and whole_length(response) == have:
            return
        if response.status_code in (206, 416) and not (origin and _continues(response, have, origin)):
            discard(target)
            raise Interrupted(f"{remote.shown} sent another part than the one that was asked for, or has changed.")
        require_success(web, question, response)
        position = have if response.status_code == 206 else 0
        end = _end(remote, response)
        receive(web, response, _delivery(remote, response, position, end), target, told)


def _end(remote: Remote, response: httpx2.Response) -> int | None:
    length = whole_length(response)
    if None not in (length, remote.size_bytes) and length != remote.size_bytes:
        raise WrongDelivery(
            f"{remote.shown} has {length:,} bytes, and was said to have {remote.size_bytes:,}.",
            "Run the same command again: it may have changed.",
        )
    return remote.size_bytes if length is None else length


def _continues(response: httpx2.Response, have: int, origin: Origin) -> bool:
    return (
        response.status_code == 206
        and part_sent(response).start == have
        and _encoding(response) == origin.encoding
        and not is_other_version(response, origin.validator)
    )


def _bring_spans(web: Web, remote: Remote, target: Path, told: Told) -> None:
    """One request for what is lacking of each span."""
    have, origin = _kept(remote, target)
    validator, before = origin.validator if origin else "", 0
    for span in remote.spans:
        done = min(max(have - before, 0), span.length)
        if done < span.length:
            validator = _bring_span(web, remote, Span(span.start + done, span.stop), before + done, validator, target, told)
            have = before + span.length
        before += span.length


def _bring_span(web: Web, remote: Remote, span: Span, position: int, validator: str, target: Path, told: Told) -> str:
    """Request `span` and add it to the `position` bytes that there are; returns the version that it is of."""
    question = remote.question(span.start, span.stop, validator)
    with answered(web, question) as response:
        if _is_no_longer(response, span, validator):
            discard(target)
            raise Changed(f"{remote.shown} has changed since it was looked up.", "Run the same command again.")
        require_success(web, question, response)
        sent = part_sent(response)
        if response.status_code != 206 or (sent.start, sent.stop) != (span.start, span.stop) or _encoding(response):
            raise FetchError(
                f"{remote.shown} does not give the bytes {span.start:,} to {span.stop:,} alone.", "Use a mirror that sends parts of files."
            )
        receive(web, response, _delivery(remote, response, position, position + span.length), target, told)
        return validator or validator_of(response)


def _is_no_longer(response: httpx2.Response, span: Span, validator: str) -> bool:
    """Whether the file is surely another than the one in which `span` was found: of another version, or too short for it."""
    if response.status_code not in (200, 206):
        return response.status_code == 416
    length = whole_length(response)
    return is_other_version(response, validator) or (length is not None and length < span.stop)


def _delivery(remote: Remote, response: httpx2.Response, position: int, end: int | None) -> Delivery:
    origin = Origin(remote.shown, remote.what, validator_of(response), _encoding(response))
    most = remote.most_bytes if end is None else min(end, remote.most_bytes)
    return Delivery(remote.shown, remote.kind, origin, position, end, most)


def _encoding(response: httpx2.Response) -> str:
    packing = str(response.headers.get("Content-Encoding", "")).strip().lower()
    return "" if packing == "identity" else packing
