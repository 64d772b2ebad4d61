"""The tables of the plain-text bulletin."""

from hazecast.bulletins.page import Page
from hazecast.bulletins.rows import AreaRow, OutlookDay
from hazecast.bulletins.text_layout import table, wrapped
from hazecast.bulletins.trace import Trace
from hazecast.bulletins.wording import Wording


def area_table(page: Page, wording: Wording) -> str:
    """The areas in the first window, each with its air quality index and its remarks below it."""
    say = wording.say
    headings = [say("Area"), say("Level"), say("Chance, %%"), say("Peak (90%%)"), say("Peak hour"), say("Visib.")]
    head, *lines = table(headings, [_area_cells(row) for row in page.rows])
    remarks = ([wrapped(remark, "    > ", "      ") for remark in _below(row, wording)] for row in page.rows)
    return "\n".join([head, *(part for line, below in zip(lines, remarks, strict=True) for part in (line, *below))])


def _below(row: AreaRow, wording: Wording) -> list[str]:
    return [*([row.level.weak] if row.level.weak else []), _air_quality(row, wording), *row.remarks]


def _air_quality(row: AreaRow, wording: Wording) -> str:
    return wording.say("AQI of PM2.5 alone (HJ 633): %(quality)s", quality=row.air_quality)


def _area_cells(row: AreaRow) -> list[str]:
    return [row.area, row.level.word, _chances(row), row.peak, row.peak_time, row.visibility]


def _chances(row: AreaRow) -> str:
    texts = tuple(chance.text for chance in row.chances)
    return texts[0] if len(set(texts)) == 1 else "/".join(text.removesuffix("%") for text in texts)


def outlook_table(day: OutlookDay, wording: Wording) -> str:
    """The areas on one later day."""
    headings = [wording.say("Area"), wording.say("Level"), wording.say("Chance"), wording.say("Peak")]
    return "\n".join(table(headings, [[entry.area, entry.level.word, entry.chance, entry.peak] for entry in day.entries]))


def input_table(trace: Trace, wording: Wording) -> str:
    """The input files."""
    headings = [wording.say("Role"), wording.say("File"), wording.say("Bytes"), "SHA-256"]
    return "\n".join(table(headings, [[row.role, row.name, row.size, row.sha256] for row in trace.inputs]))
