"""Trying again: how often, after how long a wait, and what is worth it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

import tenacity

from hazecast.errors import FetchError

if TYPE_CHECKING:
    from hazecast.fetch.web import Web

LATER = "Run the same command again later: what came is kept, and it goes on from there."
Result = TypeVar("Result")


class Interrupted(FetchError):
    """It did not work this time and may the next; `retry_after` is the wait in seconds that the other side asked for."""

    def __init__(self, problem: str, retry_after: float | None = None) -> None:
        super().__init__(problem, LATER)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds, and how often tried.

    The wait doubles from `first_wait` to `longest_wait`, with a random part. A source that asks for a wait beyond `longest_asked` is
    left alone. A body is given up on when within `stalled_seconds` fewer than `fewest_bytes` come.
    """

    attempts: int = 8
    first_wait: float = 1.0
    longest_wait: float = 120.0
    longest_asked: float = 900.0
    connect_seconds: float = 20.0
    read_seconds: float = 60.0
    stalled_seconds: float = 120.0
    fewest_bytes: int = 4096

    def __post_init__(self) -> None:
        if self.attempts < 1 or not 0 < self.first_wait <= self.longest_wait:
            raise ValueError(f"A patience of {self.attempts} attempts and waits from {self.first_wait} to {self.longest_wait} s is none.")


def patiently(web: "Web", work: Callable[[], Result]) -> Result:
    """What `work` gives, tried again after a wait whenever it raises Interrupted; the last such is raised as a FetchError."""
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Interrupted),
        stop=tenacity.stop_after_attempt(web.patience.attempts),
        wait=lambda state: _wait(web, state),
        sleep=web.sleep,
        before=lambda _state: require_going_on(web),
        reraise=True,
    )
    try:
        return retrying(work)
    except Interrupted as last:
        raise FetchError(f"{last.problem} That was attempt {web.patience.attempts} of {web.patience.attempts}.", last.remedy) from last


def require_going_on(web: "Web") -> None:
    """Raise FetchError when somebody wants us to stop."""
    if web.stop.is_set():
        raise FetchError("The download was stopped.", LATER)


def _wait(web: "Web", state: tenacity.RetryCallState) -> float:
    patience, failed = web.patience, state.outcome.exception() if state.outcome else None
    spread = web.jitter() * patience.first_wait
    if isinstance(failed, Interrupted) and failed.retry_after is not None:
        return failed.retry_after + spread
    return float(min(patience.first_wait * 2.0 ** (state.attempt_number - 1), patience.longest_wait) + spread)


def seconds_asked_for(retry_after: str | None, date: str | None, now: datetime) -> float | None:
    """The wait that a Retry-After header asks for, in seconds from 0 on: a number, or a date held against the answer's own Date.

    None where there is none or it cannot be read.
    """
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(min(int(retry_after.strip()[:12]), 10**9))
    until, since = _moment(retry_after), _moment(date) or now
    return None if until is None else max(0.0, (until - since).total_seconds())


def _moment(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError, TypeError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
