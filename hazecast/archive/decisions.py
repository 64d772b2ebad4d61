"""What was decided and from what, as JSON beside the forecast: for people, for programs, and to trace a number back."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from hazecast.archive.manifest import RESTORE_REMEDY
from hazecast.errors import ArchiveError
from hazecast.records import AnsweredQuestion, AreaStatus, Assessment, Cycle, HazeWarning, InputFile, Level, Note, Why, WindowAssessment

DECISIONS_FILE = "decisions.json"
ORIGIN_FILE = "origin.json"
_windows = TypeAdapter(list[WindowAssessment])
_warnings = TypeAdapter(list[HazeWarning])
_statuses = TypeAdapter(list[AreaStatus])
_reasons = TypeAdapter(list[Why])
_notes = TypeAdapter(list[Note])


def decisions_json(assessment: Assessment, notes: tuple[Note, ...] = ()) -> bytes:
    """Every area's windows with their chances, the messages of this cycle, the warnings in force after it, how each
    area stands, why, and the remarks on it all.
    """
    return _json(
        {
            "cycle": assessment.cycle.key,
            "edition": assessment.edition,
            "windows": [asdict(w) for w in assessment.windows],
            "messages": [asdict(m) for m in assessment.messages],
            "in_force": [asdict(w) for w in assessment.in_force],
            "statuses": [asdict(s) for s in assessment.statuses],
            "reasons": [asdict(r) for r in assessment.reasons],
            "notes": [asdict(n) for n in notes],
        }
    )


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a stored cycle decided."""

    windows: tuple[WindowAssessment, ...]
    messages: tuple[HazeWarning, ...]
    in_force: tuple[HazeWarning, ...]
    statuses: tuple[AreaStatus, ...] = ()
    reasons: tuple[Why, ...] = ()


def load_decisions(folder: Path) -> Decisions:
    """Read back what `decisions_json` wrote into a cycle's folder; raises ArchiveError where it cannot be read."""
    file = folder / DECISIONS_FILE
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        parts = {"statuses": [], "reasons": [], **stored}  # older ones have none
        stored = {part: [numbered(item) for item in parts[part]] for part in ("windows", "messages", "in_force", "statuses", "reasons")}
        return Decisions(
            windows=tuple(_windows.validate_python(stored["windows"])),
            messages=tuple(_warnings.validate_python(stored["messages"])),
            in_force=tuple(_warnings.validate_python(stored["in_force"])),
            statuses=tuple(_statuses.validate_python(stored["statuses"])),
            reasons=tuple(_reasons.validate_python(stored["reasons"])),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as broken:
        raise _unreadable(file, broken) from broken


def origin_json(
    cycle: Cycle,
    software_version: str,
    settings_sha256: str,
    inputs: tuple[InputFile, ...],
    notes: tuple[Note, ...],
    asked: AnsweredQuestion | None = None,
    forecaster: str = "",
) -> bytes:
    """What a cycle was made from: times, software, settings, every input file with its hash, what was asked of the observations with the
    hash of the answer, the remarks on them, and the forecaster who answers for it; empty without one.
    """
    return _json(
        {
            "cycle": cycle.key,
            "init_time": cycle.init_time,
            "as_of": cycle.as_of,
            "horizon_hours": len(cycle.lead_hours),
            "software_version": software_version,
            "settings_sha256": settings_sha256,
            "inputs": [asdict(i) for i in inputs],
            "observations": None if asked is None else asdict(asked),
            "notes": [asdict(n) for n in notes],
            "forecaster": forecaster,
        }
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """What a stored cycle was made by, and the remarks on its inputs."""

    settings_sha256: str
    notes: tuple[Note, ...]


def load_origin(file: Path) -> Origin:
    """Read back what `origin_json` wrote; raises ArchiveError where it cannot be read."""
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        return Origin(str(stored["settings_sha256"]), tuple(_notes.validate_python(stored["notes"])))
    except (OSError, ValueError, KeyError, TypeError) as broken:
        raise _unreadable(file, broken) from broken


def _unreadable(file: Path, reason: Exception) -> ArchiveError:
    return ArchiveError(
        f"{file} cannot be read: {reason}.",
        RESTORE_REMEDY,
    )


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(named(content), default=_plain, ensure_ascii=False, indent=1) + "\n").encode()


def named(value: Any) -> Any:
    """Levels by name: a number would say nothing to a reader."""
    if isinstance(value, dict):
        return {k: named(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [named(v) for v in value]
    return value.name.lower() if isinstance(value, IntEnum) else value


def numbered(value: Any) -> Any:
    """The reverse of `named`, for the fields that hold levels."""
    if isinstance(value, dict):
        return {k: Level[v.upper()] if k.endswith("level") and v is not None else numbered(v) for k, v in value.items()}
    return [numbered(v) for v in value] if isinstance(value, list) else value


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g} s"
    raise TypeError(f"{value!r} has no place in a JSON product.")
