"""What pictures of several panels over time share: their axes in local days, and what is written below them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

import numpy as np
from babel.dates import format_datetime
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter
from numpy.typing import NDArray

from hazecast.bulletins.pictures.canvas import EXERCISE, SOFT
from hazecast.bulletins.telling import Telling

WIDTH = 11.0
FOOT_LINE, LOWEST_LINE = 0.16, 0.14  # the foot has one line below its legend, and more where there are more cautions
LEFT = 0.02  # of what is written around the panels, as a share of the width
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


def label_axes(panels: NDArray[np.object_], count: int, columns: int, telling: Telling) -> None:
    """Write local dates below the lowest panel of each column, and the unit beside the first of each row."""
    zone, locale = telling.clock.zone, telling.wording.locale
    pattern = telling.wording.say_as("day pattern", "d MMM")
    (first, last), axis = panels[0].get_xlim(), panels[0].xaxis
    axis.set_major_locator(FixedLocator(midnights(first, last, zone)))
    axis.set_major_formatter(FuncFormatter(lambda day, _: str(format_datetime(_moment(day, zone), pattern, tzinfo=zone, locale=locale))))
    lowest: list[Axes] = list(panels[max(0, count - columns) : count])
    for axes in lowest:
        axes.tick_params(labelbottom=True)
    for axes in panels[:count:columns]:
        axes.set_ylabel("µg/m³", fontsize=8.5)


def write_foot(drawn: Figure, height: float, legend: Sequence[Artist], columns: int, cautioned: Sequence[str], telling: Telling) -> None:
    """The legend, and below it where the picture comes from on the left and the cautions on the right, one a line."""
    highest_line = LOWEST_LINE + FOOT_LINE * max(len(cautioned) - 1, 0)
    drawn.legend(
        handles=list(legend),
        loc="lower left",
        bbox_to_anchor=(LEFT, (highest_line + 0.14) / height),
        bbox_transform=drawn.transFigure,
        ncols=columns,
        fontsize=8.8,
        frameon=False,
        borderaxespad=0,
        columnspacing=1.6,
        handlelength=2.2,
    )
    origin = telling.wording.say(
        "Cycle %(key)s, forecast from %(moment)s. Automatic product.",
        key=telling.facts.cycle.key,
        moment=telling.clock.stamp(telling.facts.cycle.init_time),
    )
    drawn.text(LEFT, highest_line / height, origin, fontsize=8.5, va="center", color=SOFT)
    for number, sentence in enumerate(cautioned):
        line = (highest_line - FOOT_LINE * number) / height
        drawn.text(1 - LEFT, line, sentence, fontsize=8.5, va="center", ha="right", color=EXERCISE)
