"""What each cycle expected of its areas and what came of what earlier ones had: the past that a situation is likened to."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter
from sqlalchemy import Engine

from hazecast.archive.decisions import named, numbered
from hazecast.archive.ledger import State, cycle_states
from hazecast.records import Came, Cycle, Situation

SITUATIONS_FILE = "situations.json"
REMEMBERED = timedelta(days=4 * 366)


@dataclass(frozen=True, slots=True)
class Situations:
    """What a cycle expected, and what by then had come in windows that earlier cycles had spoken of."""

    expected: tuple[Situation, ...]
    came: tuple[Came, ...]


_situations = TypeAdapter(Situations)


def situations_json(situations: Situations) -> bytes:
    """As JSON, levels by name."""
    plain = _situations.dump_python(situations)
    return (json.dumps(named(plain), default=datetime.isoformat, ensure_ascii=False, indent=1) + "\n").encode()


def past_situations(database: Engine, archive_folder: Path, cycle: Cycle) -> Situations:
    """Of all cycles that started before `cycle` and were done by then, the earliest first.

    What came in a window is as the last of them knew it. A cycle that kept nothing of it, or whose file cannot be read, is passed over.
    """
    done = [
        status.cycle
        for status in cycle_states(database, cycle.init_time - REMEMBERED)
        if status.state is State.DONE and status.cycle.init_time < cycle.init_time and status.cycle.as_of <= cycle.as_of
    ]
    read = [found for one in sorted(done, key=lambda c: c.init_time) if (found := _read(archive_folder / one.key / SITUATIONS_FILE))]
    return Situations(tuple(s for part in read for s in part.expected), latest(c for part in read for c in part.came))


def latest(came: Iterable[Came]) -> tuple[Came, ...]:
    """The last word on each window."""
    return tuple({(one.cycle_key, one.area_id): one for one in came}.values())


def _read(file: Path) -> Situations | None:
    try:
        return _situations.validate_python(numbered(json.loads(file.read_bytes())))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
