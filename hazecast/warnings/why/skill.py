"""How warnings of a kind fared in a backtest: what its folder tells of each level, at leads like that of now."""

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hazecast.errors import SettingsError
from hazecast.records import Level, WarningSkill, utc
from hazecast.warnings.edition import load_edition
from hazecast.warnings.hourly_edition import HourlyEdition

SCORES_FILE, RECORD_FILE = "scores.csv", "backtest.json"
COUNTS = ("hits", "misses", "false_alarms", "correct_negatives")
CHOSEN = {"forecast": "hazecast", "kind": "lead", "days": "all", "pairs": "same"}

Leads = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Counts:
    """What was forecast held against what came, in hours or days at stations; the last None in scores of before it was kept."""

    hits: int
    misses: int
    false_alarms: int
    correct_negatives: int | None

    @property
    def tell(self) -> bool:
        """Whether anything was forecast or came."""
        return any((self.hits, self.misses, self.false_alarms))


@dataclass(frozen=True, slots=True)
class BacktestScores:
    """Counts by level and group of leads (hours), of a backtest by one edition, on hours or `of_days`."""

    edition: str
    start: datetime
    end: datetime
    sha256: str
    counts: Mapping[tuple[Level, Leads], Counts]
    of_days: bool = False

    def of(self, level: Level, lead: int) -> WarningSkill | None:
        """Of a level or a higher one at leads among which that of so many hours is; None where none was scored, or nothing happened."""
        found = next(((leads, counts) for (of, leads), counts in self.counts.items() if of is level and leads[0] <= lead <= leads[1]), None)
        if found is None or not found[1].tell:
            return None
        (first, last), n = found
        return WarningSkill(
            level, first, last, n.hits, n.misses, n.false_alarms, self.start, self.end, self.sha256, n.correct_negatives, self.of_days
        )


def backtest_scores(folder: Path, edition: str, as_of: datetime) -> BacktestScores | None:
    """What the backtest in a folder tells by `as_of`.

    None where it is of another edition, reaches beyond that, or cannot be read: no warning is lost for want of a score.
    """
    try:
        record = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
        content = (folder / SCORES_FILE).read_bytes()
        start, end = (utc(datetime.fromisoformat(record[name])) for name in ("start", "end"))
        if record["edition"] != edition or end > as_of:
            return None
        counts, of_days = _counts(content.decode("utf-8")), not isinstance(load_edition(edition), HourlyEdition)
        return BacktestScores(edition, start, end, hashlib.sha256(content).hexdigest(), counts, of_days)
    except (OSError, ValueError, KeyError, TypeError, SettingsError):
        return None


def _counts(text: str) -> dict[tuple[Level, Leads], Counts]:
    found: dict[tuple[Level, Leads], dict[str, int]] = {}
    events = {f"{level.name.lower()} or above": level for level in Level if level > Level.NONE}
    for row in csv.DictReader(io.StringIO(text)):
        if row["score"] in COUNTS and row["event"] in events and all(row[key] == wanted for key, wanted in CHOSEN.items()):
            first, last = row["slice"].split("-")
            found.setdefault((events[row["event"]], (int(first), int(last))), {})[row["score"]] = round(float(row["value"]))
    return {key: Counts(n["hits"], n["misses"], n["false_alarms"], n.get("correct_negatives")) for key, n in found.items()}
