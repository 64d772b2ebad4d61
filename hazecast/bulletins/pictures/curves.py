"""PM2.5 of the areas over time: what was observed, and the forecast with its bands."""

from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke

from hazecast.bulletins.area_series import HOURS_BEFORE, AreaSeries, area_series
from hazecast.bulletins.editions import edition
from hazecast.bulletins.page import Page
from hazecast.bulletins.palette import STYLES
from hazecast.bulletins.pictures.canvas import EXERCISE, INK, SOFT, figure, heading, png, watermark
from hazecast.bulletins.pictures.cautions import cautions
from hazecast.bulletins.pictures.panels import FOOT_LINE, LEFT, WIDTH, columns_of, day_of, days_of, label_axes, write_foot
from hazecast.bulletins.rows import rung_remarks
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import Wording
from hazecast.records import BulletinFacts, Level

MOST_PANELS = 12
PANEL_HEIGHT, HEAD, FOOT = 2.3, 1.35, 1.25
LINE, WIDE_BAND, NARROW_BAND = "#0b4f7d", "#b9d3e6", "#7fb0d3"
STRIP_EDGE = "#6b7177"
STRIP = 0.11  # height of the strip of levels above a panel, as a share of the panel


def draw(facts: BulletinFacts, page: Page, wording: Wording) -> bytes:
    """The curves as PNG: one panel for each area, the highest levels first and at most twelve."""
    telling = Telling(facts, wording)
    series = [area_series(view, facts) for view in telling.views[:MOST_PANELS]]
    columns = columns_of(len(series))
    rows = ceil(len(series) / columns)
    cautioned = cautions(facts, wording)
    more_foot = FOOT_LINE * max(len(cautioned) - 1, 0)
    height = HEAD + FOOT + more_foot + rows * PANEL_HEIGHT
    with figure(WIDTH, height) as drawn:
        panels = drawn.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        drawn.subplots_adjust(left=0.065, right=0.985, top=1 - HEAD / height, bottom=(FOOT + more_foot) / height, wspace=0.06, hspace=0.5)
        highest = _top(series, telling)
        for axes, one in zip(panels, series, strict=False):
            _draw_panel(axes, one, highest, telling)
        for axes in panels[len(series) :]:
            axes.remove()
        label_axes(panels, len(series), columns, telling)
        _write_head(drawn, height, _subtitle(len(series), page, telling), page, telling)
        write_foot(drawn, height, _legend(telling), 4, cautioned, telling)
        if page.exercise_mark:
            watermark(drawn, wording.say("EXERCISE"))
        return png(drawn)


def _top(series: list[AreaSeries], telling: Telling) -> float:
    """The upper end of the common axis: all curves, the first limit, and the bands unless they dwarf the rest."""
    curves = np.concatenate([[50.0], *(part for one in series for part in (one.observed_median, one.at(0.5)))])
    bands = np.concatenate([[0.0], *(one.at(0.95) for one in series)])
    limits = edition(telling.facts.edition).pm25_limits
    middle = max(float(np.nanmax(curves)), min(limits.values(), default=0.0))
    return 1.08 * max(middle, min(float(np.nanmax(bands)), 1.8 * middle))


def _draw_panel(axes: Axes, one: AreaSeries, top: float, telling: Telling) -> None:
    init_time, past, ahead = day_of(telling.facts.cycle.init_time), days_of(one.observed_times), days_of(one.valid_times)
    axes.set(ylim=(0, top), xlim=(init_time - HOURS_BEFORE / 24, ahead[-1]))
    _shade_limits(axes, top, telling)
    for low, high, colour in ((0.05, 0.95, WIDE_BAND), (0.25, 0.75, NARROW_BAND)):
        axes.fill_between(ahead, one.at(low), one.at(high), color=colour, linewidth=0, zorder=3)
    axes.plot(ahead, one.at(0.5), color=LINE, linewidth=1.7, zorder=5)
    axes.plot(past, one.observed.T, color="#8b949c", linewidth=0.5, zorder=4)
    axes.plot(past, one.observed_median, color=INK, linewidth=1.4, zorder=6)
    axes.axvline(init_time, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=7)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=2.5, labelsize=8)
    axes.set_title(telling.area(one.view.area), loc="left", fontsize=11, pad=16)
    _draw_levels(axes, one, telling)
    _remark(axes, one, telling)


def _shade_limits(axes: Axes, top: float, telling: Telling) -> None:
    limits = sorted(edition(telling.facts.edition).pm25_limits.items())
    ends = [*(value for _, value in limits[1:]), max(top, *(value for _, value in limits), 0.0)] if limits else []
    for (level, start), end in zip(limits, ends, strict=True):
        axes.axhspan(start, end, color=STYLES[level].fill, alpha=0.12, linewidth=0, zorder=1)
        axes.axhline(start, color=STYLES[level].fill, linewidth=1.0, zorder=2)


def _draw_levels(axes: Axes, one: AreaSeries, telling: Telling) -> None:
    """A strip above the panel: the area's level in each validity window, with its word."""
    across = axes.get_xaxis_transform()
    windows = [w for w in telling.facts.assessment.windows if w.area_id == one.view.area.id]
    size = min(7.5, max(5.0, 36 / max(1, len(windows))))  # points: the words must fit into ever narrower boxes
    for window in windows:
        start, end = (day_of(moment) for moment in (window.valid_from, window.valid_until))
        style = STYLES[window.level]
        hatch = style.hatch if window.level is Level.UNKNOWN else ""
        box = Rectangle(
            (start, 1.02), end - start, STRIP, transform=across, facecolor=style.fill, edgecolor=STRIP_EDGE, hatch=hatch, linewidth=0.6
        )
        box.set_clip_on(False)
        axes.add_patch(box)
        word = axes.text(
            (start + end) / 2, 1.015 + STRIP / 2, telling.level(window.level), transform=across, color=style.ink, fontsize=size
        )
        word.set(ha="center", va="center", clip_on=False)
        if hatch:
            word.set_path_effects([withStroke(linewidth=2.5, foreground="white")])


def _remark(axes: Axes, one: AreaSeries, telling: Telling) -> None:
    """Say in the panel where there is no forecast, or one without all that it should rest on."""
    remarks = rung_remarks(one.view, telling)
    if np.isnan(one.at(0.5)).all():
        start = day_of(telling.facts.cycle.init_time)
        axes.axvspan(start, axes.get_xlim()[1], facecolor="#eceeef", edgecolor="#c3c7ca", hatch="xx", linewidth=0, zorder=2.5)
        remark, place, size = telling.wording.say("No forecast"), (0.66, 0.56), 11
    elif remarks:
        remark, place, size = "\n".join(remarks), (0.66, 0.95), 7
    else:
        return
    paper = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2}
    axes.text(*place, remark, transform=axes.transAxes, ha="center", va="top", color=EXERCISE, fontsize=size, zorder=8, bbox=paper)


def _write_head(drawn: Figure, height: float, subtitle: str, page: Page, telling: Telling) -> None:
    title = telling.wording.say("PM2.5, observed and forecast: %(title)s", title=page.title)
    heading(drawn, LEFT, 1 - 0.3 / height, page.exercise_mark + title)
    drawn.text(LEFT, 1 - 0.58 / height, subtitle, fontsize=9.5, va="center", color=SOFT)


def _subtitle(count: int, page: Page, telling: Telling) -> str:
    strip = telling.wording.say("Strip above each panel: the level of each validity window")
    if count < len(telling.views):
        strip = telling.wording.clauses(
            [telling.wording.say("%(count)d of %(all)d areas, the highest levels first", count=count, all=len(telling.views)), strip]
        )
    return f"{strip} · {page.zone}"


def _legend(telling: Telling) -> list[Line2D | Patch]:
    say = telling.wording.say
    limits = sorted(edition(telling.facts.edition).pm25_limits.items())
    return [
        Line2D([], [], color=INK, linewidth=1.4, label=say("observed, median of the stations")),
        Line2D([], [], color="#8b949c", linewidth=0.6, label=say("observed, each station")),
        Line2D([], [], color=LINE, linewidth=1.7, label=say("forecast, median")),
        Patch(facecolor=NARROW_BAND, label=say("50%% band")),
        Patch(facecolor=WIDE_BAND, label=say("90%% band")),
        Line2D([], [], color=INK, linewidth=0.9, linestyle=(0, (4, 2)), label=say("start of the forecast")),
        *(_limit_patch(level, limit, telling) for level, limit in limits),
    ]


def _limit_patch(level: Level, limit: float, telling: Telling) -> Patch:
    label = telling.wording.say("above %(limit)d µg/m³: %(level)s, if visibility is low too", limit=int(limit), level=telling.level(level))
    return Patch(facecolor=STYLES[level].fill, alpha=0.45, label=label)
