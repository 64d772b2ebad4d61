"""The meteogram of an area: PM2.5 observed and forecast, the level of each window, visibility, and the weather behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from hazecast.bulletins.area_series import AreaSeries, area_series
from hazecast.bulletins.area_weather import AreaWeather, area_weather
from hazecast.bulletins.palette import VISIBILITY
from hazecast.bulletins.pictures import plot
from hazecast.bulletins.pictures.canvas import figure
from hazecast.bulletins.pictures.meteogram_words import Sizes, alt, draw_keys, sizes, write_own_words, write_shared_words
from hazecast.bulletins.pictures.panels import day_of, days_of, midnights
from hazecast.bulletins.pictures.picture import Copy, Picture
from hazecast.bulletins.pictures.plot import Array, Panel
from hazecast.bulletins.pictures.pm25_panel import draw_levels, draw_pm25, hatch_unknown, highest, keys, mark_start, top_of
from hazecast.bulletins.pictures.sheet import Layer, Sheet
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import N_
from hazecast.records import BulletinFacts

WIDTH = 7.6
HUMIDITY, MIXING, WIND, SIGHT, SIGHT_BAND = "#1f7a6d", "#8a5a12", "#40474e", "#6b3a8c", "#d9c9e4"
HUMID = 80.0  # % from which on the haze standards ask for PM2.5 beside visibility
ARROW_HOURS = 6
ARROW = 0.1  # inches, half its length
LEAST_TOPS = {"wind": 6.0, "mixing": 1000.0, "sight": 12.0}
FARTHEST = 30.0  # km; what lies beyond stands at the edge


@dataclass(frozen=True, slots=True)
class Row:
    """One panel's place: its height in inches, and its words."""

    height: float
    words: str


ROWS = (
    Row(2.1, N_("PM2.5, µg/m³")),
    Row(0.85, N_("Visibility, km")),
    Row(0.8, N_("Wind, m/s, and where it blows to")),
    Row(0.65, N_("Relative humidity, %%")),
    Row(0.75, N_("Mixing height, m above the ground")),
)


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """What the meteogram of one area shows, in whatever language."""

    name: str
    series: AreaSeries
    weather: AreaWeather


def contents(facts: BulletinFacts, telling: Telling) -> list[Contents]:
    """Of each area, in the order of the facts."""
    views = {view.area.id: view for view in telling.views}
    shown = (views[area.id] for area in facts.areas)
    return [  # the id of an area may hold what no file name may
        Contents(f"meteogram-{number + 1:02d}", area_series(view, facts), area_weather(view, facts)) for number, view in enumerate(shown)
    ]


def draw(facts: BulletinFacts, copies: Sequence[Copy]) -> Iterator[Picture]:
    """One meteogram for each area, in the order of the facts, in every language."""
    return draw_contents(contents(facts, copies[0].telling), facts, copies)


def draw_contents(shown: Sequence[Contents], facts: BulletinFacts, copies: Sequence[Copy]) -> Iterator[Picture]:
    """The same of what they show; of the facts, no fields are needed any more."""
    layers: dict[str, Layer] = {}
    for one in shown:
        yield from _draw(one, facts, copies, layers)


def _draw(shown: Contents, facts: BulletinFacts, copies: Sequence[Copy], layers: dict[str, Layer]) -> Iterator[Picture]:
    """One area in every language; `layers` keeps by language what all areas share, for words take most of the time."""
    series, weather, view = shown.series, shown.weather, shown.series.view
    page = sizes(copies[0].telling, [row.height for row in ROWS])
    with figure(WIDTH, page.height) as drawn:
        panels = _panels(drawn, page, series, weather, copies[0].telling)
        plot.scale(panels[0], 6)
        draw_pm25(panels[0], series, copies[0].telling)
        _draw_visibility(panels[1], weather)
        _draw_wind(panels[2], weather)
        _draw_humidity(panels[3], weather)
        _draw_mixing_height(panels[4], weather)
        unknown = [hatch_unknown(panel, *what) for panel, what in zip(panels, _ahead(series, weather), strict=True)]
        for panel in panels:
            plot.uprights(panel, midnights(*panel.days, copies[0].telling.clock.zone), colors=plot.MIDNIGHT, linewidths=0.7, zorder=1.5)
            mark_start(panel, facts)
        draw_levels(panels[0], view, facts)
        legend = keys(copies[0].telling)
        draw_keys(drawn, [key for key, _ in legend], copies[0].telling)
        sheet = Sheet(drawn)
        for copy in copies:
            language = copy.telling.wording.language
            sheet.speak(language)
            if language not in layers:
                write_shared_words(sheet, copy, panels, [copy.telling.wording.say(row.words) for row in ROWS])
                layers[language] = sheet.lifted()
            write_own_words(sheet, copy, view, panels, unknown)
            drawing = sheet.picture(shown.name, language, alt(copy.telling, series, weather), layers[language])
            yield replace(drawing, area=copy.telling.area(view.area))


def _panels(drawn: Figure, page: Sizes, series: AreaSeries, weather: AreaWeather, telling: Telling) -> list[Panel]:
    init_time = day_of(telling.facts.cycle.init_time)
    days = (init_time - 2.0, float(days_of(series.valid_times)[-1]))
    tops = (
        top_of([series], telling),
        min(FARTHEST, max(LEAST_TOPS["sight"], 1.1 * highest(weather.visibility))),
        max(LEAST_TOPS["wind"], 1.45 * highest(weather.wind_speed)),
        100.0,
        max(LEAST_TOPS["mixing"], 1.12 * highest(weather.mixing_height)),
    )
    rows = zip(page.bottoms, ROWS, tops, strict=True)
    return [Panel(drawn, page.left, bottom, page.width, row.height, days, (0.0, top)) for bottom, row, top in rows]


def _draw_visibility(panel: Panel, weather: AreaWeather) -> None:
    plot.scale(panel, 4)
    days = days_of(weather.times)
    worse = [end for end in VISIBILITY.starts[1:-1] if end < panel.values[1]]
    for start, end, colour in zip((0.0, *worse), worse, VISIBILITY.colours, strict=False):
        plot.box(panel, panel.days, (start, end), facecolor=colour, alpha=0.5, linewidth=0, zorder=0.5)
    plot.band(panel, days, weather.visibility_low, weather.visibility_high, facecolors=SIGHT_BAND, zorder=3)
    plot.line(panel, days, weather.visibility, colors=SIGHT, linewidths=1.6, zorder=5)


def _draw_wind(panel: Panel, weather: AreaWeather) -> None:
    plot.scale(panel, 3)
    days = days_of(weather.times)
    plot.line(panel, days, weather.wind_speed, colors=WIND, linewidths=1.4, zorder=5)
    hours = weather.times.astype("datetime64[h]").astype(np.int64)
    for hour in np.flatnonzero((hours % ARROW_HOURS == 0) & ~np.isnan(weather.wind_speed) & (weather.wind_speed > 0.2)):
        towards = np.array([weather.eastward[hour], weather.northward[hour]]) / weather.wind_speed[hour]
        middle = np.array([panel.x(days[hour]), panel.top - 0.13])
        if not panel.left + ARROW < middle[0] < panel.left + panel.width - ARROW:
            continue
        tail, head = (middle + share * ARROW * towards for share in (-1, 1))
        arrow = FancyArrowPatch(
            tail,
            head,
            arrowstyle="-|>,head_length=0.28,head_width=0.16",
            color=WIND,
            linewidth=0.9,
            shrinkA=0,
            shrinkB=0,
            transform=panel.figure.dpi_scale_trans,
            mutation_scale=9,
            zorder=6,
        )
        panel.figure.add_artist(arrow)


def _draw_humidity(panel: Panel, weather: AreaWeather) -> None:
    plot.scale(panel, 3)
    plot.levels(panel, HUMID, colors=HUMIDITY, linewidths=0.8, linestyles=(0, (3, 2)), zorder=2)
    plot.line(panel, days_of(weather.times), weather.humidity, colors=HUMIDITY, linewidths=1.5, zorder=5)


def _draw_mixing_height(panel: Panel, weather: AreaWeather) -> None:
    plot.scale(panel, 3)
    days = days_of(weather.times)
    plot.band(panel, days, np.zeros_like(days) + 0 * weather.mixing_height, weather.mixing_height, facecolors=MIXING, alpha=0.18, zorder=3)
    plot.line(panel, days, weather.mixing_height, colors=MIXING, linewidths=1.4, zorder=5)


def _ahead(series: AreaSeries, weather: AreaWeather) -> list[tuple[Array, Array]]:
    """Of each panel, the days and values of the forecast that it should show."""
    ahead = weather.times >= series.valid_times[0]
    days = days_of(weather.times)[ahead]
    shown = (weather.visibility, weather.wind_speed, weather.humidity, weather.mixing_height)
    return [(days_of(series.valid_times), series.at(0.5)), *((days, values[ahead]) for values in shown)]
