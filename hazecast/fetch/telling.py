"""What came of a fetch, for a person in a few lines and for a program as facts."""

from typing import Any

from hazecast.archive.fetched import MANIFEST_NAME
from hazecast.errors import WrongDelivery
from hazecast.fetch.folder import Outcome, Standing

FAILURES_TOLD = 3


def outcome_facts(outcome: Outcome, source: str) -> dict[str, Any]:
    """The same in JSON's types."""
    return {
        "source": source,
        "folder": str(outcome.folder),
        "manifest": str(outcome.folder / MANIFEST_NAME),
        "fetched": [one.entry.name for one in outcome.done if one.standing is Standing.FETCHED],
        "held": [one.entry.name for one in outcome.done if one.standing is Standing.HELD],
        "bytes": sum(one.entry.size_bytes for one in outcome.done),
        "failed": [{"name": failure.name, "problem": failure.error.problem} for failure in outcome.failures],
        "not_begun": outcome.not_begun,
        "notes": list(outcome.notes),
    }


def outcome_lines(outcome: Outcome, title: str) -> list[str]:
    """How many files came and were there already, where they are, and what else there is to know."""
    fetched = [one.entry.size_bytes for one in outcome.done if one.standing is Standing.FETCHED]
    held = len(outcome.done) - len(fetched)
    said = f"{title}: {_files(len(fetched))} fetched ({_size(sum(fetched))})"
    return [
        f"{said}, {held} there already." if held else f"{said}.",
        f"They are in {outcome.folder}, listed in {MANIFEST_NAME}.",
        *outcome.notes,
    ]


def failure_of(outcome: Outcome) -> WrongDelivery | None:
    """One error that tells of all files that could not be had; None where there are none."""
    if not outcome.failures:
        return None
    first = outcome.failures[:FAILURES_TOLD]
    more = len(outcome.failures) - len(first)
    told = " ".join(f"{failure.name}: {failure.error.problem}" for failure in first) + (f" And {more} more." if more else "")
    left_out = f" {_files(outcome.not_begun)} were not begun then." if outcome.not_begun else ""
    return WrongDelivery(f"{_files(len(outcome.failures))} could not be had. {told}{left_out}", first[0].error.remedy)


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"


def _size(count: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"
