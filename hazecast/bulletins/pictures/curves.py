"""PM2.5 of the areas over time at a glance: what was observed, and the forecast with its bands."""

from collections.abc import Iterator, Sequence
from math import ceil

import numpy as np

from hazecast.bulletins.area_series import HOURS_BEFORE, AreaSeries, area_series
from hazecast.bulletins.pictures import plot
from hazecast.bulletins.pictures.canvas import SOFT, figure
from hazecast.bulletins.pictures.cautions import cautions
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
from hazecast.bulletins.pictures.plot import Panel
from hazecast.bulletins.pictures.pm25_panel import (
    draw_levels,
    draw_pm25,
    hatch_unknown,
    keys,
    mark_start,
    name_levels,
    remark_on,
    say_unknown,
    top_of,
)
from hazecast.bulletins.pictures.sheet import Sheet
from hazecast.bulletins.telling import Telling
from hazecast.records import BulletinFacts

NAME = "stations"
MOST_PANELS = 12
GRID = Grid(head=1.4, height=1.65, between=0.85)
FOOT, LEGEND_ROW, LEGEND_COLUMNS = 0.68, 0.19, 4


def draw(facts: BulletinFacts, copies: Sequence[Copy]) -> Iterator[Picture]:
    """The curves: one panel for each area, the highest levels first and at most twelve."""
    telling = copies[0].telling
    series = [area_series(view, facts) for view in telling.views[:MOST_PANELS]]
    rows = ceil(len(series) / columns_of(len(series)))
    foot = FOOT + LEGEND_ROW * ceil(len(keys(telling)) / LEGEND_COLUMNS) + FOOT_LINE * max(len(cautions(facts, telling.wording)) - 1, 0)
    init_time = day_of(facts.cycle.init_time)
    days = (init_time - HOURS_BEFORE / 24, float(days_of(series[0].valid_times)[-1]))
    with figure(WIDTH, GRID.head + GRID.needs(rows) + foot) as drawn:
        panels = panels_of(drawn, len(series), days, [top_of(series, telling)] * rows, GRID)
        for number, (panel, one) in enumerate(zip(panels, series, strict=True)):
            plot.scale(panel, 5, numbers=number % columns_of(len(series)) == 0)
            plot.uprights(panel, midnights(*days, telling.clock.zone), colors=plot.MIDNIGHT, linewidths=0.6, zorder=1.5)
            draw_pm25(panel, one, telling)
            hatch_unknown(panel, days_of(one.valid_times), one.at(0.5))
            draw_levels(panel, one.view, facts)
            mark_start(panel, facts)
        sheet = Sheet(drawn)
        for copy in copies:
            sheet.speak(copy.telling.wording.language)
            _write(sheet, copy, panels, series)
            yield sheet.picture(NAME, copy.telling.wording.language, _alt(copy.telling, series))


def _write(sheet: Sheet, copy: Copy, panels: Sequence[Panel], series: Sequence[AreaSeries]) -> None:
    telling, say = copy.telling, copy.telling.wording.say
    height = float(sheet.figure.get_figheight())
    sheet.heading(EDGE, height - 0.3, copy.page.exercise_mark + say("PM2.5, observed and forecast: %(title)s", title=copy.page.title))
    sheet.text(EDGE, height - 0.58, _subtitle(len(series), copy), fontsize=9.5, va="center", color=SOFT)
    columns = columns_of(len(series))
    for number, (panel, one) in enumerate(zip(panels, series, strict=True)):
        views = {view.area.id: view for view in telling.views}
        view = views[one.view.area.id]
        sheet.text(panel.left, panel.top + 0.36, telling.area(view.area), fontsize=11, va="bottom")
        if number % columns == 0:
            sheet.text(panel.left, panel.top + 0.12, "µg/m³", fontsize=8, va="center", color=SOFT)
        name_levels(sheet, panel, view, telling)
        if np.isnan(one.at(0.5)).all():
            say_unknown(sheet, panel, say("No forecast"), telling)
        else:
            remark_on(sheet, panel, view, telling)
        if number >= len(series) - columns:
            name_days(sheet, panel, telling)
    write_foot(sheet, keys(telling), LEGEND_COLUMNS, cautions(telling.facts, telling.wording), telling)
    if copy.page.exercise_mark:
        sheet.watermark(say("EXERCISE"))


def _subtitle(count: int, copy: Copy) -> str:
    wording = copy.telling.wording
    strip = wording.say("Strip above each panel: the level of each validity window")
    if count < len(copy.telling.views):
        all_areas = len(copy.telling.views)
        strip = wording.clauses([wording.say("%(count)d of %(all)d areas, the highest levels first", count=count, all=all_areas), strip])
    return f"{strip} · {copy.page.zone}"


def _alt(telling: Telling, series: Sequence[AreaSeries]) -> str:
    """The highest median ahead of each area that is shown."""
    said = []
    for one in series:
        known = one.at(0.5)[~np.isnan(one.at(0.5))]
        peak = telling.concentration(float(known.max()) if known.size else None)
        said.append(telling.wording.say("%(area)s: %(peak)s", area=telling.area(one.view.area), peak=peak))
    return telling.wording.say(
        "Curves of PM2.5, observed and forecast. Highest median ahead, µg/m³: %(peaks)s.", peaks=telling.wording.clauses(said)
    )
