"""The index beside a GRIB file of NOAA: one line a message, `number:first byte:d=run:variable:level:time:`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hazecast.fetch.ranges import Span

_LINE = re.compile(r"\d+(?:\.\d+)?:(\d{1,15}):d=(\d{10}):([^:]*):([^:]*):([^:]*):.*", re.ASCII)
_SINCE_START = re.compile(r"0-\d+ (?:hour|day) acc fcst")
_AT_A_MOMENT = re.compile(r"anl|\d+ (?:hour|day) fcst")


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its bytes, `stop` being None for the last one, and what it holds as the index words it."""

    start: int
    stop: int | None
    run: str
    variable: str
    level: str
    time: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is wanted, by its variable and level in the index."""

    variable: str
    level: str

    def __str__(self) -> str:
        return f"{self.variable}:{self.level}"


def read_index(text: str, run: datetime) -> tuple[Message, ...]:
    """The messages of an index, in order; raises ValueError unless it is one, of just this run."""
    lines = [(_LINE.fullmatch(line), line) for line in text.splitlines() if line.strip()]
    if not lines or any(found is None for found, _ in lines):
        raise ValueError(f"it reads {next((line for found, line in lines if found is None), '')[:60]!r}")
    found = [match for match, _ in lines if match is not None]
    starts = [int(match[1]) for match in found]
    if starts != sorted(starts) or starts[0] != 0:
        raise ValueError("its messages are not in order")
    if runs := sorted({match[2] for match in found} - {f"{run:%Y%m%d%H}"}):
        raise ValueError(f"it is of the run {runs[0]}")
    following = [next((later for later in starts[i + 1 :] if later > start), None) for i, start in enumerate(starts)]
    return tuple(Message(start, stop, *match.groups()[1:]) for start, stop, match in zip(starts, following, found, strict=True))


def chosen(messages: Sequence[Message], fields: Sequence[Field]) -> tuple[tuple[Message, ...], tuple[Field, ...]]:
    """The message of each field, in the order of the file, and the fields that there are none of.

    Of several for one field that of a moment is taken, or else what was accumulated since the run began, or else the first.
    """
    found = {field: _best([m for m in messages if (m.variable, m.level) == (field.variable, field.level)]) for field in fields}
    picked = sorted((message for message in found.values() if message is not None), key=lambda message: message.start)
    return tuple(picked), tuple(field for field, message in found.items() if message is None)


def _best(candidates: Sequence[Message]) -> Message | None:
    for pattern in (_AT_A_MOMENT, _SINCE_START):
        for message in candidates:
            if pattern.fullmatch(message.time):
                return message
    return candidates[0] if candidates else None


def spans_of(messages: Sequence[Message], file_bytes: int | None) -> tuple[Span, ...]:
    """The bytes of the messages, neighbours joined; `file_bytes` is needed for the last message of a file only."""
    joined: list[Span] = []
    for message in messages:
        stop = message.stop if message.stop is not None else file_bytes
        if stop is None:
            raise ValueError("where the last message ends is not known")
        if joined and message.start <= joined[-1].stop:
            joined[-1] = Span(joined[-1].start, max(stop, joined[-1].stop))
        else:
            joined.append(Span(message.start, stop))
    return tuple(joined)
