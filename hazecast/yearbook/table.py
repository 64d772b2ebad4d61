"""The counts of a year as CSV."""

import csv
from collections.abc import Sequence
from io import StringIO

from hazecast.records import Area, Station, name_in
from hazecast.records.haze_days import HazeDays
from hazecast.vocabulary import HazeRule

HEADER = ("kind", "id", "name", "latitude", "longitude", "rule", "haze_days", "known_days", "missing_days", "status")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def haze_days_csv(counts: Sequence[HazeDays], rule: HazeRule, language: str) -> str:
    """One line for each place; with too few days `haze_days` is what was counted, and `status` is unknown."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for count in counts:
        writer.writerow((*_place(count.place, language), rule, count.haze, count.known, count.missing, "ok" if count.enough else "unknown"))
    return text.getvalue()


def _place(place: Station | Area, language: str) -> tuple[str, str, str, str, str]:
    if isinstance(place, Area):
        return "area", _plain(place.id), _plain(name_in(language, place.names)), "", ""
    return "station", _plain(place.id), _plain(place.name), f"{place.latitude:.4f}", f"{place.longitude:.4f}"


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
