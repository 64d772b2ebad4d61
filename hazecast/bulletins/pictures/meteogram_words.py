"""What is written on a meteogram, and what is said of it to those who do not see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from hazecast.bulletins.area_series import AreaSeries
from hazecast.bulletins.area_weather import AreaWeather
from hazecast.bulletins.pictures.canvas import INK, SOFT
from hazecast.bulletins.pictures.map_words import foot_lines
from hazecast.bulletins.pictures.panels import name_days
from hazecast.bulletins.pictures.picture import Copy
from hazecast.bulletins.pictures.plot import Array, Panel, draw_key
from hazecast.bulletins.pictures.pm25_panel import keys, name_levels, remark_on, say_unknown
from hazecast.bulletins.pictures.sheet import Sheet
from hazecast.bulletins.situation import AreaView
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import N_

LEFT, RIGHT, MARGIN = 0.62, 0.2, 0.3  # inches
HEAD, BETWEEN, DAYS = 1.2, 0.27, 0.42
FOOT_LINE, LOWEST_LINE, LEGEND_ROW, LEGEND_ROWS = 0.16, 0.12, 0.185, 5
AT_STATIONS = (2, 4)  # the panels of wind and mixing height, which no bulletin has of the ground between stations
KEY, KEY_COLUMN = (0.27, 0.1), 2.75  # a sign of the legend, and the width of its columns


@dataclass(frozen=True, slots=True)
class Sizes:
    """Where the panels stand, in inches."""

    height: float
    left: float
    width: float
    bottoms: tuple[float, ...]


def sizes(telling: Telling, heights: Sequence[float], width: float = 7.6) -> Sizes:
    """The panels from the top down, with room for what is written."""
    foot = _legend_bottom(telling) + LEGEND_ROW * LEGEND_ROWS + DAYS
    height = foot + HEAD + sum(heights) + BETWEEN * (len(heights) - 1)
    bottoms, top = [], height - HEAD
    for one in heights:
        bottoms.append(top - one)
        top -= one + BETWEEN
    return Sizes(height, LEFT, width - LEFT - RIGHT, tuple(bottoms))


def draw_keys(drawn: Figure, signs: Sequence[Artist], telling: Telling) -> None:
    """The signs of the legend, which are the same in every language."""
    for sign, (left, middle) in zip(signs, _key_places(telling), strict=True):
        draw_key(drawn, sign, left, middle, *KEY)


def _key_places(telling: Telling) -> list[tuple[float, float]]:
    """Left and middle of each sign, column by column."""
    top = _legend_bottom(telling) + LEGEND_ROW * (LEGEND_ROWS - 0.5)
    places = (divmod(number, LEGEND_ROWS) for number in range(len(keys(telling))))
    return [(MARGIN + column * KEY_COLUMN, top - LEGEND_ROW * row) for column, row in places]


def _legend_bottom(telling: Telling) -> float:
    return LOWEST_LINE + FOOT_LINE * len(foot_lines(telling))


def write_shared_words(sheet: Sheet, copy: Copy, panels: Sequence[Panel], titles: Sequence[str]) -> None:
    """The words of one language that are the same for every area."""
    telling, height = copy.telling, float(sheet.figure.get_figheight())
    below = telling.wording.clauses([copy.page.title, copy.page.zone])
    sheet.shrunk(sheet.text(MARGIN, height - 0.64, below, fontsize=9.5, va="center", color=SOFT), 7.6 - 2 * MARGIN)
    for panel, title in zip(panels, titles, strict=True):
        sheet.text(panel.left, panel.top + 0.11, title, fontsize=8.8, va="center", color=INK)
    name_days(sheet, panels[-1], telling, weekdays=True)
    for (left, middle), (_, words) in zip(_key_places(telling), keys(telling), strict=True):
        sheet.text(left + KEY[0] + 0.1, middle, words, fontsize=8.8, va="center")
    for number, (line, colour) in enumerate(reversed(foot_lines(telling))):
        written = sheet.text(MARGIN, LOWEST_LINE + FOOT_LINE * number, line, fontsize=8.5, va="center", color=colour)
        sheet.shrunk(written, 7.6 - 2 * MARGIN)
    if copy.page.exercise_mark:
        sheet.watermark(telling.wording.say("EXERCISE"))


def write_own_words(sheet: Sheet, copy: Copy, view: AreaView, panels: Sequence[Panel], unknown: Sequence[bool]) -> None:
    """The words of one area in one language; `unknown` tells of each panel whether its forecast is."""
    telling, height = copy.telling, float(sheet.figure.get_figheight())
    sheet.heading(MARGIN, height - 0.32, copy.page.exercise_mark + telling.area(view.area))
    name_levels(sheet, panels[0], view, telling)
    at_stations = () if view.area.station_ids else AT_STATIONS
    for row, (panel, lacks) in enumerate(zip(panels, unknown, strict=True)):
        if lacks:
            why = N_("told at stations alone, and none lies here") if row in at_stations else N_("unknown: input lacking")
            say_unknown(sheet, panel, telling.wording.say(why), telling)
    if not unknown[0]:
        remark_on(sheet, panels[0], view, telling)


def alt(telling: Telling, series: AreaSeries, weather: AreaWeather) -> str:
    """The numbers of a meteogram in one sentence for each quantity."""
    say, wording, facts = telling.wording.say, telling.wording, telling.facts
    ahead = weather.times >= series.valid_times[0]
    observed = series.observed_median[~np.isnan(series.observed_median)]
    said = [
        say("Meteogram of %(area)s.", area=telling.area(series.view.area)),
        say("PM2.5, last observed: %(range)s.", range=_range(observed[-1:], "µg/m³", telling)),
        _peak(series, telling),
        say("Visibility ahead: %(range)s.", range=_range(weather.visibility[ahead], "km", telling, 1)),
        say("Wind: %(range)s.", range=_range(weather.wind_speed[ahead], "m/s", telling, 1)),
        say("Relative humidity: %(range)s.", range=_range(weather.humidity[ahead], "%", telling)),
        say("Mixing height: %(range)s.", range=_range(weather.mixing_height[ahead], "m", telling)),
    ]
    words = [
        say("%(level)s %(span)s", level=telling.level(w.level), span=telling.clock.span(w.valid_from, w.valid_until))
        for w in facts.assessment.windows
        if w.area_id == series.view.area.id
    ]
    return " ".join([*said, say("Levels: %(levels)s.", levels=wording.clauses(words))])


def _peak(series: AreaSeries, telling: Telling) -> str:
    median = series.at(0.5)
    if np.isnan(median).all():
        return telling.wording.say("Highest PM2.5 ahead: unknown.")
    at = int(np.nanargmax(median))
    return telling.wording.say(
        "Highest PM2.5 ahead: %(peak)s µg/m³ (90%% band %(low)s–%(high)s), %(moment)s.",
        peak=telling.concentration(float(median[at])),
        low=telling.concentration(_known(series.at(0.05)[at])),
        high=telling.concentration(_known(series.at(0.95)[at])),
        moment=telling.moment(_moment(series.valid_times[at])),
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _moment(time: np.datetime64) -> datetime:
    return datetime.fromtimestamp(int(time.astype("datetime64[s]").astype(np.int64)), UTC)


def _range(values: Array, unit: str, telling: Telling, decimals: int = 0) -> str:
    known = values[~np.isnan(values)]
    if not known.size:
        return telling.wording.unknown()
    low, high = (telling.wording.number(float(value), decimals) for value in (known.min(), known.max()))
    return f"{low} {unit}" if low == high else f"{low}–{high} {unit}"
