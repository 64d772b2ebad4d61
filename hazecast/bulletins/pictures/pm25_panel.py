"""A panel of PM2.5 over time: observed, the forecast with its bands, the limits of the levels, and the level of each window."""

from collections.abc import Sequence

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hazecast.bulletins.area_series import AreaSeries
from hazecast.bulletins.editions import pm25_limits
from hazecast.bulletins.palette import STYLES
from hazecast.bulletins.pictures import plot
from hazecast.bulletins.pictures.canvas import EXERCISE, INK
from hazecast.bulletins.pictures.panels import day_of, days_of
from hazecast.bulletins.pictures.plot import Array, Panel
from hazecast.bulletins.pictures.sheet import Sheet
from hazecast.bulletins.rows import rung_remarks
from hazecast.bulletins.situation import AreaView
from hazecast.bulletins.telling import Telling
from hazecast.records import BulletinFacts, Level

LINE, WIDE_BAND, NARROW_BAND, STATION = "#0b4f7d", "#b9d3e6", "#7fb0d3", "#8b949c"
UNKNOWN_FILL, UNKNOWN_EDGE = "#eceeef", "#b9bec3"
LEVEL_STRIP = (0.05, 0.22)  # inches above the panel: how far, and how high
Key = tuple[Line2D | Patch, str]


def top_of(series: Sequence[AreaSeries], telling: Telling) -> float:
    """The upper end of an axis for `series`: all curves and the first limit; the bands unless they dwarf the rest."""
    limits = pm25_limits(telling.facts.assessment.standard)
    curves = [part for one in series for part in (one.observed_median, one.at(0.5))]
    middle = max(50.0, highest(*curves), min(limits.values(), default=0.0))
    return 1.08 * max(middle, min(highest(*(one.at(0.95) for one in series)), 1.8 * middle))


def highest(*values: Array) -> float:
    """The highest of all, 0 where there is none."""
    return float(np.nanmax(np.concatenate([[0.0], *values])))


def draw_pm25(panel: Panel, series: AreaSeries, telling: Telling) -> None:
    """Draw the limits as coloured levels, what was observed, and what is forecast."""
    limits = sorted(pm25_limits(telling.facts.assessment.standard).items())
    ends = [*(value for _, value in limits[1:]), np.inf]
    for (level, start), end in zip(limits, ends, strict=False):
        if start >= panel.values[1]:
            break
        plot.box(panel, panel.days, (start, min(end, panel.values[1])), facecolor=STYLES[level].fill, alpha=0.16, linewidth=0, zorder=0.5)
        plot.levels(panel, start, colors=STYLES[level].fill, linewidths=1.2, zorder=2)
    past, ahead = days_of(series.observed_times), days_of(series.valid_times)
    for low, high, colour in ((0.05, 0.95, WIDE_BAND), (0.25, 0.75, NARROW_BAND)):
        plot.band(panel, ahead, series.at(low), series.at(high), facecolors=colour, zorder=3)
    for station in series.observed:
        plot.line(panel, past, station, colors=STATION, linewidths=0.5, zorder=4)
    plot.line(panel, past, series.observed_median, colors=INK, linewidths=1.5, zorder=6)
    plot.line(panel, ahead, series.at(0.5), colors=LINE, linewidths=1.8, zorder=5)


def hatch_unknown(panel: Panel, days: Array, values: Array) -> bool:
    """Hatch the hours of which nothing is known; whether that is all of them is returned for the words."""
    for run in plot.known_runs(np.isnan(values)):
        first, last = days[max(run.start - 1, 0)], days[min(run.stop, days.size - 1)]
        look = {"facecolor": UNKNOWN_FILL, "edgecolor": UNKNOWN_EDGE, "hatch": STYLES[Level.UNKNOWN].hatch}
        plot.box(panel, (first, last), panel.values, linewidth=0, zorder=2.5, **look)
    return bool(np.isnan(values).all())


def mark_start(panel: Panel, facts: BulletinFacts) -> None:
    """Draw the start of the forecast."""
    plot.uprights(panel, day_of(facts.cycle.init_time), colors=INK, linewidths=1.0, linestyles=(0, (4, 2)), zorder=7)


def draw_levels(panel: Panel, view: AreaView, facts: BulletinFacts) -> None:
    """A strip above the panel: the area's level in each validity window."""
    for window in facts.assessment.windows:
        if window.area_id == view.area.id:
            start, end = (float(panel.x(day_of(moment))) for moment in (window.valid_from, window.valid_until))
            style = STYLES[window.level]
            hatch = style.hatch if window.level is Level.UNKNOWN else ""
            look = {"facecolor": style.fill, "edgecolor": "#6b7177", "hatch": hatch, "linewidth": 0.6}
            plot.rectangle(panel.figure, start, panel.top + LEVEL_STRIP[0], end - start, LEVEL_STRIP[1], zorder=3, **look)


def name_levels(sheet: Sheet, panel: Panel, view: AreaView, telling: Telling) -> None:
    """The words of the strip."""
    for window in telling.facts.assessment.windows:
        if window.area_id != view.area.id:
            continue
        start, end = (float(panel.x(day_of(moment))) for moment in (window.valid_from, window.valid_until))
        middle, height = (start + end) / 2, panel.top + LEVEL_STRIP[0] + LEVEL_STRIP[1] / 2
        ink, unknown = STYLES[window.level].ink, window.level is Level.UNKNOWN
        word = sheet.text(middle, height, telling.level(window.level), halo=unknown, fontsize=9, ha="center", va="center", color=ink)
        sheet.shrunk(word, 0.92 * (end - start))


def remark_on(sheet: Sheet, panel: Panel, view: AreaView, telling: Telling) -> None:
    """Say in the panel where the forecast lacks something that it should rest on."""
    for number, remark in enumerate(rung_remarks(view, telling)):
        x, y = panel.left + panel.width - 0.06, panel.top - 0.1 - 0.15 * number
        words = sheet.text(x, y, remark, halo=True, fontsize=8, ha="right", va="center", color=EXERCISE)
        sheet.shrunk(words, panel.width - 0.12)


def say_unknown(sheet: Sheet, panel: Panel, words: str, telling: Telling) -> None:
    """Write `words` over the forecast that is not known."""
    middle = float(panel.x((day_of(telling.facts.cycle.init_time) + panel.days[1]) / 2))
    sheet.text(middle, panel.bottom + panel.height / 2, words, halo=True, fontsize=10, ha="center", va="center", color=EXERCISE)


def keys(telling: Telling) -> list[Key]:
    """The legend."""
    say = telling.wording.say
    limits = sorted(pm25_limits(telling.facts.assessment.standard).items())
    unknown = Patch(facecolor=UNKNOWN_FILL, edgecolor=UNKNOWN_EDGE, hatch=STYLES[Level.UNKNOWN].hatch, linewidth=0)
    return [
        (Line2D([], [], color=INK, linewidth=1.5), say("observed, median of the stations")),
        (Line2D([], [], color=STATION, linewidth=0.6), say("observed, each station")),
        (Line2D([], [], color=LINE, linewidth=1.8), say("forecast, median")),
        (Patch(facecolor=NARROW_BAND), say("50%% band")),
        (Patch(facecolor=WIDE_BAND), say("90%% band")),
        (Line2D([], [], color=INK, linewidth=1.0, linestyle=(0, (4, 2))), say("start of the forecast")),
        (unknown, say("unknown: input lacking")),
        *((Patch(facecolor=STYLES[level].fill, alpha=0.5), _limit_words(level, limit, telling)) for level, limit in limits),
    ]


def _limit_words(level: Level, limit: float, telling: Telling) -> str:
    return telling.wording.say("above %(limit)d µg/m³: %(level)s, if visibility is low too", limit=int(limit), level=telling.level(level))
