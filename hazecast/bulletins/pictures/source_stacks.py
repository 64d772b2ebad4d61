"""PM2.5 of the areas over time, divided by where it comes from: stacked curves."""

from collections.abc import Iterator, Sequence
from math import ceil

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path
from numpy.typing import NDArray

from hazecast.bulletins.page import Page
from hazecast.bulletins.pictures.canvas import EXERCISE, INK, SOFT, figure, heading, png, watermark
from hazecast.bulletins.pictures.cautions import cautions
from hazecast.bulletins.pictures.layers import Layer, layers_of, name_layers, with_own_apart
from hazecast.bulletins.pictures.panels import FOOT_LINE, LEFT, WIDTH, columns_of, day_of, days_of, label_axes, midnights, write_foot
from hazecast.bulletins.source_sentences import clause
from hazecast.bulletins.source_series import SourceSeries, source_series
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import Wording
from hazecast.records import BulletinFacts

MOST_PANELS = 12
PANEL_HEIGHT, HEAD, FOOT = 2.5, 1.3, 0.68
LEGEND_COLUMNS, LEGEND_LINE = 5, 0.19
LEAST_TOP = 25.0  # µg m-3, of an axis: little haze shall not look like much
OWN_LINE = 1.8
_RANGE = Path([(-0.4, -1), (0.4, -1), (0, -1), (0, 1), (-0.4, 1), (0.4, 1)], [1, 2, 1, 2, 1, 2])
Array = NDArray[np.float64]


def draw(facts: BulletinFacts, page: Page, wording: Wording) -> bytes:
    """The stacks as PNG: one panel for each area, the highest levels first and at most twelve. Raises ValueError without attribution."""
    if facts.attribution is None:
        raise ValueError("Stacks of sources need an attribution; these facts have none.")
    telling = Telling(facts, wording)
    series = [source_series(view, facts.attribution, telling) for view in telling.views[:MOST_PANELS]]
    layers = layers_of(series, facts.attribution, wording)
    columns = columns_of(len(series))
    rows, cautioned, legend = ceil(len(series) / columns), cautions(facts, wording), _legend(layers, wording)
    foot = FOOT + LEGEND_LINE * ceil(len(legend) / LEGEND_COLUMNS) + FOOT_LINE * max(len(cautioned) - 1, 0)
    height = HEAD + foot + rows * PANEL_HEIGHT
    with figure(WIDTH, height) as drawn:
        panels = drawn.subplots(rows, columns, sharex=True, sharey="row", squeeze=False).ravel()
        drawn.subplots_adjust(left=0.065, right=0.985, top=1 - HEAD / height, bottom=foot / height, wspace=0.06, hspace=0.52)
        for row in range(0, len(series), columns):
            top = _top(series[row : row + columns])
            for axes, one in zip(panels[row:], series[row : row + columns], strict=False):
                _draw_panel(axes, one, layers, top, telling)
        for axes in panels[len(series) :]:
            axes.remove()
        label_axes(panels, len(series), columns, telling)
        _write_head(drawn, height, len(series), page, telling)
        write_foot(drawn, height, legend, LEGEND_COLUMNS, cautioned, telling)
        if page.exercise_mark:
            watermark(drawn, wording.say("EXERCISE"))
        return png(drawn)


def _top(row: Sequence[SourceSeries]) -> float:
    """The upper end of the axes of one row."""
    return 1.12 * max(LEAST_TOP, float(np.nanmax(np.concatenate([[0.0], *(one.total for one in row)]))))


def _draw_panel(axes: Axes, one: SourceSeries, layers: Sequence[Layer], top: float, telling: Telling) -> None:
    init_time, days = day_of(telling.facts.cycle.init_time), days_of(one.valid_times)
    axes.set(ylim=(0, top), xlim=(init_time, days[-1]))
    assert telling.facts.attribution is not None
    bands = list(_bands(one, with_own_apart(layers, one.own, telling.facts.attribution, telling.wording)))
    for layer, low, high in bands:
        axes.fill_between(days, low, high, facecolor=layer.colour, edgecolor=layer.edge, hatch=layer.hatch, linewidth=0, zorder=3)
        axes.plot(days, high, color="white", linewidth=0.7, zorder=3.5)
        if layer.source_id == one.own:
            for colour, width in (("white", 2 * OWN_LINE), (INK, OWN_LINE)):
                axes.plot(days, high, color=colour, linewidth=width, zorder=5)
    axes.plot(days, one.total, color=INK, linewidth=0.9, zorder=4.5)
    for midnight in midnights(init_time, float(days[-1]), telling.clock.zone):
        axes.axvline(midnight, color="white", linewidth=0.8, alpha=0.55, zorder=4)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=2.5, labelsize=8)
    axes.set_title(telling.area(one.view.area), loc="left", fontsize=11, pad=19)
    _mark_peak(axes, one, telling)
    _remark(axes, one, telling)
    peak_time = one.peak.window.peak_time if one.peak else None
    name_layers(axes, days, bands, day_of(peak_time) if peak_time else None)


def _bands(one: SourceSeries, layers: Sequence[Layer]) -> Iterator[tuple[Layer, Array, Array]]:
    """Each layer with its lower and upper edge (hour), the area's own region at the bottom."""
    low = np.zeros(len(one.valid_times))
    for layer in sorted(layers, key=lambda layer: layer.source_id != one.own):
        high = low + one.parts[list(layer.numbers)].sum(axis=0)
        yield layer, low, high
        low = high


def _mark_peak(axes: Axes, one: SourceSeries, telling: Telling) -> None:
    """Point at the hour the bulletin tells of, and show how sure the own share is there."""
    if one.peak is None or one.peak.window.peak_time is None:
        return
    day, total = day_of(one.peak.window.peak_time), one.at(one.peak.window.peak_time)
    if not np.isnan(total):
        axes.annotate(
            "", (day, total), (0, 9), textcoords="offset points", arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1.2}, zorder=7
        )
    if one.peak.shares:
        told = f"▼ {clause(one.peak.shares[0], one.view.area, telling)}"
        axes.text(0, 1.045, told, transform=axes.transAxes, fontsize=8.5, color=SOFT)
    own = next((share for share in one.peak.shares if share.own), None)
    if own is not None and own.low is not None and own.high is not None and not np.isnan(total):
        ends = [[total * (own.percent - own.low) / 100], [total * (own.high - own.percent) / 100]]
        for colour, width in (("white", 3.4), (INK, 1.3)):
            axes.errorbar(day, total * own.percent / 100, ends, color=colour, linewidth=width, capsize=3, capthick=width, zorder=6)


def _remark(axes: Axes, one: SourceSeries, telling: Telling) -> None:
    """Say in the panel where nothing is known."""
    if np.isnan(one.total).all():
        axes.axvspan(*axes.get_xlim(), facecolor="#eceeef", edgecolor="#c3c7ca", hatch="xx", linewidth=0, zorder=2.5)
        remark = telling.wording.say("No forecast")
    elif np.isnan(one.parts).all():
        remark = telling.wording.say("Sources not known")
    else:
        return
    paper = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2}
    axes.text(0.5, 0.22, remark, transform=axes.transAxes, ha="center", va="center", color=EXERCISE, fontsize=11, zorder=8, bbox=paper)


def _write_head(drawn: Figure, height: float, count: int, page: Page, telling: Telling) -> None:
    say = telling.wording.say
    heading(drawn, LEFT, 1 - 0.3 / height, page.exercise_mark + say("Where the haze comes from: %(title)s", title=page.title))
    said = [say("PM2.5 forecast (median), divided by the shares of the transport model"), say("each row has its own scale")]
    if count < len(telling.views):
        said.append(say("%(count)d of %(all)d areas, the highest levels first", count=count, all=len(telling.views)))
    line = f"{telling.wording.clauses(said)} · {page.zone}"
    drawn.text(LEFT, 1 - 0.58 / height, line, fontsize=9.5, va="center", color=SOFT)


def _legend(layers: Sequence[Layer], wording: Wording) -> list[Artist]:
    say = wording.say
    return [
        Line2D([], [], color=INK, linewidth=OWN_LINE, label=say("below it: the area's own region")),
        Line2D(
            [],
            [],
            color=INK,
            linewidth=0,
            marker=_RANGE,
            markerfacecolor="none",
            markeredgewidth=1.3,
            markersize=10,
            label=say("range of the own share"),
        ),
        Line2D([], [], color=INK, linewidth=0, marker="v", markersize=6, label=say("peak that the text tells of")),
        *(Patch(facecolor=layer.colour, edgecolor=layer.edge, hatch=layer.hatch, linewidth=0, label=layer.name) for layer in layers),
    ]
