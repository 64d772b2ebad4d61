"""The areas of the first window as a table (CSV, RFC 4180) that spreadsheets open as it is."""

import csv
import io
import math
from datetime import datetime
from zoneinfo import ZoneInfo

from hazecast.bulletins.air_quality import air_quality_of
from hazecast.bulletins.rows import chance_levels, warning_in_words
from hazecast.bulletins.situation import AreaView
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.text_layout import plain
from hazecast.records import Document, LevelChance, WindowAssessment

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets take Chinese and Japanese for something else
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def table(telling: Telling, bulletin_id: str) -> Document:
    """One row for each area, the highest level first; a cell is empty where nothing is known."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([text_cell(heading) for heading in _headings(telling)])
    for view in telling.views:
        writer.writerow([*_row(view, telling), bulletin_id])
    return Document(
        f"cities.{telling.wording.language}.csv", MEDIA_TYPE, telling.wording.language, (BYTE_ORDER_MARK + file.getvalue()).encode("utf-8")
    )


def text_cell(text: str) -> str:
    """Text that stays text: a spreadsheet takes nothing behind an apostrophe for a formula."""
    shown = plain(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def _headings(telling: Telling) -> list[str]:
    say = telling.wording.say
    return [
        *([say("EXERCISE")] if telling.facts.exercise else []),
        say("Area"),
        say("Level expected"),
        say("Warning"),
        say("From"),
        say("Until"),
        *(say("Chance of %(level)s or higher", level=telling.level(level)) for level in chance_levels(telling)),
        say("Peak PM2.5, µg/m³"),
        say("90%% band from"),
        say("90%% band to"),
        say("Peak hour"),
        say("Lowest visibility, m"),
        say("Mean PM2.5, µg/m³"),
        say("AQI of PM2.5 alone (HJ 633)"),
        say("Class"),
        say("Bulletin"),
    ]


def _row(view: AreaView, telling: Telling) -> list[str]:
    window, zone = view.window, telling.clock.zone
    return [
        *([telling.wording.say("EXERCISE – this is not a real warning")] if telling.facts.exercise else []),
        text_cell(telling.area(view.area)),
        text_cell(telling.level(view.level)),
        text_cell(warning_in_words(view, telling)),
        *_times(window, zone),
        *_chances(window, telling),
        *(_number(value) for value in _peak(window)),
        _moment(window.peak_time if window else None, zone),
        "" if window is None or window.lowest_visibility is None else str(math.floor(window.lowest_visibility)),
        *_air_quality(view, telling),
    ]


def _times(window: WindowAssessment | None, zone: ZoneInfo) -> tuple[str, str]:
    return ("", "") if window is None else (_moment(window.valid_from, zone), _moment(window.valid_until, zone))


def _chances(window: WindowAssessment | None, telling: Telling) -> list[str]:
    known: tuple[LevelChance, ...] = window.chances if window else ()
    by_level = {chance.level: chance.probability for chance in known}
    chances = (by_level.get(level) for level in chance_levels(telling))
    return ["" if chance is None else f"{chance:.3f}" for chance in chances]


def _peak(window: WindowAssessment | None) -> tuple[float | None, ...]:
    return (None, None, None) if window is None else (window.peak_pm25, window.peak_pm25_low, window.peak_pm25_high)


def _air_quality(view: AreaView, telling: Telling) -> tuple[str, str, str]:
    quality = air_quality_of(view.area, view.window, telling.facts) if view.window else None
    if quality is None:
        return "", "", ""
    return _number(quality.mean), str(quality.index), text_cell(quality.class_in(telling.wording.language))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def _moment(moment: datetime | None, zone: ZoneInfo) -> str:
    """ISO 8601 with the offset."""
    return "" if moment is None else moment.astimezone(zone).isoformat(timespec="minutes")
