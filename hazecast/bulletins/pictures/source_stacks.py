"""PM2.5 of the areas over time, divided by where it comes from: stacked curves."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil

import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path

from hazecast.bulletins.pictures import plot
from hazecast.bulletins.pictures.canvas import INK, SOFT, figure
from hazecast.bulletins.pictures.cautions import cautions
from hazecast.bulletins.pictures.layers import Layer, layers_of, name_layers, with_own_apart
from hazecast.bulletins.pictures.panels import (
    EDGE,
    FOOT_LINE,
    WIDTH,
    Grid,
    columns_of,
    day_of,
    days_of,
    midnights,
    name_days,
    panels_of,
    write_foot,
)
from hazecast.bulletins.pictures.picture import Copy, Picture
from hazecast.bulletins.pictures.plot import Array, Panel
from hazecast.bulletins.pictures.pm25_panel import hatch_unknown, say_unknown
from hazecast.bulletins.pictures.sheet import Sheet
from hazecast.bulletins.source_sentences import clause
from hazecast.bulletins.source_series import SourceSeries, source_series
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import Wording
from hazecast.records import Attribution, BulletinFacts

NAME = "sources"
MOST_PANELS = 12
GRID = Grid(head=1.3, height=1.75, between=0.85)
FOOT = 0.68
LEGEND_COLUMNS, LEGEND_LINE = 5, 0.19
LEAST_TOP = 25.0  # µg m-3, of an axis: little haze shall not look like much
OWN_LINE = 1.8
CAP = 0.05  # inches, half the width of the ends of a range
_RANGE = Path([(-0.4, -1), (0.4, -1), (0, -1), (0, 1), (-0.4, 1), (0.4, 1)], [1, 2, 1, 2, 1, 2])


def draw(facts: BulletinFacts, copies: Sequence[Copy]) -> Iterator[Picture]:
    """The stacks: one panel for each area, the highest levels first and at most twelve. Raises ValueError without attribution."""
    if facts.attribution is None:
        raise ValueError("Stacks of sources need an attribution; these facts have none.")
    told = [_told(copy.telling, facts.attribution) for copy in copies]
    series, layers = told[0]
    telling, columns = copies[0].telling, columns_of(len(series))
    rows = ceil(len(series) / columns)
    foot = FOOT + LEGEND_LINE * ceil((len(layers) + 3) / LEGEND_COLUMNS) + FOOT_LINE * max(len(cautions(facts, telling.wording)) - 1, 0)
    days = (day_of(facts.cycle.init_time), float(days_of(series[0].valid_times)[-1]))
    tops = [_top(series[row : row + columns]) for row in range(0, len(series), columns)]
    with figure(WIDTH, GRID.head + GRID.needs(rows) + foot) as drawn:
        panels = panels_of(drawn, len(series), days, tops, GRID)
        for number, (panel, one) in enumerate(zip(panels, series, strict=True)):
            plot.scale(panel, 5, numbers=number % columns == 0)
            _draw_stack(panel, one, layers, telling)
            plot.uprights(panel, midnights(*days, telling.clock.zone), colors="white", linewidths=0.8, alpha=0.55, zorder=4)
        sheet = Sheet(drawn)
        for copy, (spoken, named) in zip(copies, told, strict=True):
            sheet.speak(copy.telling.wording.language)
            _write(sheet, copy, panels, spoken, named)
            yield sheet.picture(NAME, copy.telling.wording.language, _alt(copy.telling, spoken))


def _told(telling: Telling, attribution: Attribution) -> tuple[list[SourceSeries], tuple[Layer, ...]]:
    series = [source_series(view, attribution, telling) for view in telling.views[:MOST_PANELS]]
    return series, layers_of(series, attribution, telling.wording)


def _top(row: Sequence[SourceSeries]) -> float:
    """The upper end of the axes of one row."""
    return 1.12 * max(LEAST_TOP, float(np.nanmax(np.concatenate([[0.0], *(one.total for one in row)]))))


def _draw_stack(panel: Panel, one: SourceSeries, layers: Sequence[Layer], telling: Telling) -> None:
    days = days_of(one.valid_times)
    for layer, low, high in _bands(one, layers, telling):
        plot.band(panel, days, low, high, facecolors=layer.colour, edgecolors=layer.edge, hatch=layer.hatch or None, zorder=3)
        plot.line(panel, days, high, colors="white", linewidths=0.7, zorder=3.5)
        if layer.source_id == one.own:
            for colour, width in (("white", 2 * OWN_LINE), (INK, OWN_LINE)):
                plot.line(panel, days, high, colors=colour, linewidths=width, zorder=5)
    plot.line(panel, days, one.total, colors=INK, linewidths=0.9, zorder=4.5)
    hatch_unknown(panel, days, one.total)
    _mark_peak(panel, one)


def _bands(one: SourceSeries, layers: Sequence[Layer], telling: Telling) -> Iterator[tuple[Layer, Array, Array]]:
    """Each layer with its lower and upper edge (hour), the area's own region at the bottom."""
    assert telling.facts.attribution is not None
    apart = with_own_apart(layers, one.own, telling.facts.attribution, telling.wording)
    low = np.zeros(len(one.valid_times))
    for layer in sorted(apart, key=lambda layer: layer.source_id != one.own):
        high = low + one.parts[list(layer.numbers)].sum(axis=0)
        yield layer, low, high
        low = high


def _peak(one: SourceSeries) -> tuple[float, float] | None:
    """The day and the PM2.5 of the hour that the bulletin tells of."""
    if one.peak is None or one.peak.window.peak_time is None:
        return None
    total = one.at(one.peak.window.peak_time)
    return None if np.isnan(total) else (day_of(one.peak.window.peak_time), total)


def _mark_peak(panel: Panel, one: SourceSeries) -> None:
    """Point at the hour the bulletin tells of, and show how sure the own share is there."""
    peak = _peak(one)
    if peak is None or one.peak is None:
        return
    day, total = peak
    place = panel.figure.dpi_scale_trans
    tip = Line2D([float(panel.x(day))], [float(panel.y(total)) + 0.07], marker="v", markersize=6, color=INK, zorder=7, transform=place)
    panel.figure.add_artist(tip)
    own = next((share for share in one.peak.shares if share.own), None)
    if own is not None and own.low is not None and own.high is not None:
        x, low, high = float(panel.x(day)), *(float(panel.y(total * share / 100)) for share in (own.low, own.high))
        for colour, width in (("white", 3.4), (INK, 1.3)):
            for xs, ys in (((x, x), (low, high)), ((x - CAP, x + CAP), (low, low)), ((x - CAP, x + CAP), (high, high))):
                panel.figure.add_artist(Line2D(xs, ys, color=colour, linewidth=width, zorder=6, transform=place))


def _write(sheet: Sheet, copy: Copy, panels: Sequence[Panel], series: Sequence[SourceSeries], layers: Sequence[Layer]) -> None:
    telling, say = copy.telling, copy.telling.wording.say
    height, columns = float(sheet.figure.get_figheight()), columns_of(len(series))
    sheet.heading(EDGE, height - 0.3, copy.page.exercise_mark + say("Where the haze comes from: %(title)s", title=copy.page.title))
    sheet.text(EDGE, height - 0.58, _subtitle(len(series), copy), fontsize=9.5, va="center", color=SOFT)
    for number, (panel, one) in enumerate(zip(panels, series, strict=True)):
        sheet.text(panel.left, panel.top + 0.29, telling.area(one.view.area), fontsize=11, va="bottom")
        if one.peak is not None and one.peak.shares:
            told = f"▼ {clause(one.peak.shares[0], one.view.area, telling)}"
            sheet.shrunk(sheet.text(panel.left, panel.top + 0.13, told, fontsize=8.5, va="center", color=SOFT), panel.width)
        if np.isnan(one.total).all():
            say_unknown(sheet, panel, say("No forecast"), telling)
        elif np.isnan(one.parts).all():
            say_unknown(sheet, replace(panel, height=panel.height / 2), say("Sources not known"), telling)
        peak = _peak(one)
        name_layers(sheet, panel, days_of(one.valid_times), list(_bands(one, layers, telling)), peak[0] if peak else None)
        if number >= len(series) - columns:
            name_days(sheet, panel, telling)
    write_foot(sheet, _legend(layers, telling.wording), LEGEND_COLUMNS, cautions(telling.facts, telling.wording), telling)
    if copy.page.exercise_mark:
        sheet.watermark(say("EXERCISE"))


def _subtitle(count: int, copy: Copy) -> str:
    say = copy.telling.wording.say
    said = [say("PM2.5 forecast (median), divided by the shares of the transport model"), "µg/m³", say("each row has its own scale")]
    if count < len(copy.telling.views):
        said.append(say("%(count)d of %(all)d areas, the highest levels first", count=count, all=len(copy.telling.views)))
    return f"{copy.telling.wording.clauses(said)} · {copy.page.zone}"


def _legend(layers: Sequence[Layer], wording: Wording) -> list[tuple[Artist, str]]:
    say = wording.say
    span = Line2D([], [], color=INK, linewidth=0, marker=_RANGE, markerfacecolor="none", markeredgewidth=1.3, markersize=10)
    return [
        (Line2D([], [], color=INK, linewidth=OWN_LINE), say("below it: the area's own region")),
        (span, say("range of the own share")),
        (Line2D([], [], color=INK, linewidth=0, marker="v", markersize=6), say("peak that the text tells of")),
        *((Patch(facecolor=layer.colour, edgecolor=layer.edge, hatch=layer.hatch, linewidth=0), layer.name) for layer in layers),
    ]


def _alt(telling: Telling, series: Sequence[SourceSeries]) -> str:
    """The largest share of each area at its peak."""
    said = []
    for one in series:
        share = clause(one.peak.shares[0], one.view.area, telling) if one.peak and one.peak.shares else telling.wording.unknown()
        said.append(telling.wording.say("%(area)s: %(share)s", area=telling.area(one.view.area), share=share))
    shares = telling.wording.clauses(said)
    return telling.wording.say("Stacked curves of the PM2.5 forecast by where it comes from. At the peaks: %(shares)s.", shares=shares)
