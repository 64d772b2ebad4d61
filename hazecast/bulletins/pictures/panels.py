"""What pictures of several panels over time share: their axes in local days, and what is written below them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

import numpy as np
from babel.dates import format_datetime
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hazecast.bulletins.pictures.canvas import EXERCISE, SOFT
from hazecast.bulletins.pictures.plot import Panel
from hazecast.bulletins.pictures.sheet import Sheet
from hazecast.bulletins.telling import Telling

WIDTH = 11.0
FOOT_LINE, LOWEST_LINE = 0.16, 0.14  # the foot has one line below its legend, and more where there are more cautions
EDGE, LEFT_EDGE, RIGHT_EDGE = 0.22, 0.62, 0.17  # inches: of what is written around the panels, and of the panels
SECONDS_A_DAY = 86_400


def columns_of(count: int) -> int:
    """How many panels of `count` stand side by side."""
    return 2 if count == 4 else min(3, count)


def day_of(moment: datetime) -> float:
    """A moment as days since 1970, as matplotlib's axes have them."""
    return moment.timestamp() / SECONDS_A_DAY


def days_of(times: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Times in UTC as days since 1970."""
    return np.asarray(times.astype("datetime64[s]").astype(np.float64) / SECONDS_A_DAY)


def _moment(day: float, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(round(day * SECONDS_A_DAY), zone)


def midnights(first: float, last: float, zone: ZoneInfo) -> list[float]:
    """The local beginnings of days, about eight at most."""
    start = _moment(first, zone).replace(hour=0, minute=0, second=0)
    found = [day_of(start + timedelta(days=number)) for number in range(1, ceil(last - first) + 2)]
    return [day for day in found if day <= last][:: max(1, ceil((last - first) / 8))]


@dataclass(frozen=True, slots=True)
class Grid:
    """Of panels in rows, in inches: what is above them, their height, and the room between rows and between columns."""

    head: float
    height: float
    between: float
    aside: float = 0.14

    def needs(self, rows: int) -> float:
        """The height of all rows, without what stands above and below them."""
        return rows * self.height + (rows - 1) * self.between


def panels_of(drawn: Figure, count: int, days: tuple[float, float], tops: Sequence[float], sizes: Grid) -> list[Panel]:
    """Panels side by side from the upper left corner; `tops` are the upper ends of the values of each row."""
    columns = columns_of(count)
    width = (WIDTH - LEFT_EDGE - RIGHT_EDGE - (columns - 1) * sizes.aside) / columns
    panels = []
    for number in range(count):
        row, column = divmod(number, columns)
        bottom = float(drawn.get_figheight()) - sizes.head - row * (sizes.height + sizes.between) - sizes.height
        left = LEFT_EDGE + column * (width + sizes.aside)
        panels.append(Panel(drawn, left, bottom, width, sizes.height, days, (0.0, tops[row])))
    return panels


def name_days(sheet: Sheet, panel: Panel, telling: Telling, weekdays: bool = False) -> None:
    """The date in the middle of each local day that is mostly in the picture, with its day of the week below where wished."""
    zone, wording = telling.clock.zone, telling.wording
    patterns = [wording.say_as("day pattern", "d MMM"), *(["EEE"] if weekdays else [])]
    first = _moment(panel.days[0], zone).replace(hour=12, minute=0, second=0)
    for number in range(int(panel.days[1] - panel.days[0]) + 3):
        noon = first + timedelta(days=number)
        if panel.days[0] + 0.3 < day_of(noon) < panel.days[1] - 0.3:
            for line, pattern in enumerate(patterns):
                told = str(format_datetime(noon, pattern, tzinfo=zone, locale=wording.locale))
                x, y = float(panel.x(day_of(noon))), panel.bottom - 0.12 - 0.14 * line
                sheet.text(x, y, told, fontsize=8, ha="center", va="center", color=SOFT)


def write_foot(sheet: Sheet, legend: Sequence[tuple[Artist, str]], columns: int, cautioned: Sequence[str], telling: Telling) -> None:
    """The legend, and below it where the picture comes from on the left and the cautions on the right, one a line."""
    highest_line = LOWEST_LINE + FOOT_LINE * max(len(cautioned) - 1, 0)
    handles, labels = [handle for handle, _ in legend], [label for _, label in legend]
    sheet.legend(EDGE, highest_line + 0.14, handles, labels, columns, 8.8, columnspacing=1.6, handlelength=2.2)
    origin = telling.wording.say(
        "Cycle %(key)s, forecast from %(moment)s. Automatic product.",
        key=telling.facts.cycle.key,
        moment=telling.clock.stamp(telling.facts.cycle.init_time),
    )
    sheet.text(EDGE, highest_line, origin, fontsize=8.5, va="center", color=SOFT)
    for number, sentence in enumerate(cautioned):
        sheet.text(WIDTH - EDGE, highest_line - FOOT_LINE * number, sentence, fontsize=8.5, va="center", ha="right", color=EXERCISE)
