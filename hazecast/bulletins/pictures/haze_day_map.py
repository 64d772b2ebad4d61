"""The map of a year's days of haze, as yearbooks have it: each station with its count, in classes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from hazecast.bulletins.palette import STYLES, VISIBILITY, Classes
from hazecast.bulletins.pictures.canvas import EXERCISE, INK, SOFT, figure
from hazecast.bulletins.pictures.ground import HEAD, SIDE, WIDTH, Domain, Frame, draw_ground, draw_insets, map_axes
from hazecast.bulletins.pictures.labels import Label, write_labels
from hazecast.bulletins.pictures.picture import Picture
from hazecast.bulletins.pictures.sheet import Sheet
from hazecast.bulletins.text_layout import plain
from hazecast.bulletins.wording import N_, Wording
from hazecast.records import Area, Level, PlaceName, Station, name_in
from hazecast.records.haze_days import HazeDays
from hazecast.vocabulary import HazeRule

CLASSES = Classes((0.0, 10.0, 30.0, 50.0, 100.0, 150.0), VISIBILITY.colours[::-1])
RULES = {
    HazeRule.VISIBILITY: N_("Days with a mean visibility below 10 km that is not of fog"),
    HazeRule.PM25: N_("Days with a mean PM2.5 above 75 µg/m³"),
}
LEAST_EXTENT, MARGIN = 0.6, 0.18  # degrees, and a share of the extent
FOOT, LEGEND_COLUMNS = 1.15, 4
NUMBERED, FEW, MANY = 60, 15.0, 8.0  # up to so many stations have their count written; sizes of the marks, in points
LIGHT_FROM = 50.0  # days from which the marks are so dark that their numbers are white


@dataclass(frozen=True, slots=True)
class Year:
    """What the map is of: titles by language, the year, and how many days a count needs."""

    titles: tuple[PlaceName, ...]
    year: int
    rule: HazeRule
    least_days: int
    exercise: bool


def draw(year: Year, stations: Sequence[HazeDays], areas: Sequence[HazeDays], spoken: Sequence[Wording]) -> Iterator[Picture]:
    """The map in every language. Raises ValueError without a station."""
    places = [count.place for count in stations if isinstance(count.place, Station)]
    if not places:
        raise ValueError("A map of days of haze needs a station; there is none.")
    domain = _domain(places)
    frame = Frame.around(domain)
    with figure(WIDTH, frame.height + HEAD + FOOT) as drawn:
        axes = map_axes(drawn, frame, FOOT)
        draw_ground(axes, domain, frame)
        points = frame.plane.xy([place.longitude for place in places], [place.latitude for place in places])
        _draw_marks(axes, points, stations)
        draw_insets(axes, domain, frame.plane, tuple(places))
        sheet = Sheet(drawn)
        for wording in spoken:
            sheet.speak(wording.language)
            _name_areas(sheet, axes, points, places, areas, wording)
            _write(sheet, year, wording)
            yield sheet.picture(f"haze-days-{year.year}", wording.language, _alt(year, stations, areas, wording))


def _domain(places: Sequence[Station]) -> Domain:
    edges = []
    for values in ([place.latitude for place in places], [place.longitude for place in places]):
        middle, half = (max(values) + min(values)) / 2, (max(values) - min(values)) / 2
        reach = max(LEAST_EXTENT / 2, half * (1 + 2 * MARGIN))
        edges.append(np.array([middle - reach, middle + reach]))
    return Domain(edges[0], edges[1])


def _draw_marks(axes: Axes, points: NDArray[np.float64], counts: Sequence[HazeDays]) -> None:
    """The fewest days at the bottom; what is unknown has a mark of its own."""
    size = FEW if len(counts) <= NUMBERED else MANY
    order = sorted(range(len(counts)), key=lambda number: (counts[number].enough, counts[number].haze))
    for rank, number in enumerate(order):
        count, (x, y) = counts[number], points[number]
        if not count.enough:
            style = STYLES[Level.UNKNOWN]
            axes.plot(x, y, style.marker, color=style.fill, markeredgecolor=INK, markeredgewidth=0.9, markersize=0.6 * size, zorder=9)
            continue
        colour = CLASSES.colours[int(np.searchsorted(CLASSES.starts, count.haze, side="right")) - 1]
        axes.plot(x, y, "o", color=colour, markeredgecolor=INK, markeredgewidth=0.8, markersize=size, zorder=10 + rank / len(counts))
        if size == FEW:
            ink = "white" if count.haze >= LIGHT_FROM else INK
            above = 10 + (rank + 0.5) / len(counts)
            axes.text(x, y, str(count.haze), fontsize=7, color=ink, ha="center", va="center_baseline", zorder=above)


def _name_areas(
    sheet: Sheet, axes: Axes, points: NDArray[np.float64], places: Sequence[Station], areas: Sequence[HazeDays], wording: Wording
) -> None:
    """The names of areas below their stations, so that no count is covered."""
    row = {place.id: number for number, place in enumerate(places)}
    labels = []
    for count in areas:
        assert isinstance(count.place, Area)
        own = [row[i] for i in count.place.station_ids if i in row]
        if own:
            x, y = points[own].mean(axis=0)
            labels.append(Label(plain(name_in(wording.language, count.place.names)), float(x), float(y)))
    half = FEW / 72 / 2
    inches = axes.transData.transform(points) / sheet.figure.dpi
    write_labels(sheet, axes, labels, 10.5, taken=[(x - half, y - half, x + half, y + half) for x, y in inches.tolist()], reach=half)


def _write(sheet: Sheet, year: Year, wording: Wording) -> None:
    say, height = wording.say, float(sheet.figure.get_figheight())
    mark = say("EXERCISE") + wording.say_as("after a mark", ": ") if year.exercise else ""
    title = say("Days of haze in %(year)d: %(title)s", year=year.year, title=plain(name_in(wording.language, year.titles)))
    sheet.heading(SIDE, height - 0.36, mark + title)
    sheet.shrunk(sheet.text(SIDE, height - 0.72, say(RULES[year.rule]), fontsize=11.5, va="center"), WIDTH - 2 * SIDE)
    handles, labels = _legend(wording)
    sheet.legend(SIDE, 0.3, handles, labels, LEGEND_COLUMNS, 9.5, columnspacing=1.6, handlelength=1.6)
    foot = say("Unknown: fewer than %(days)d days with at least 20 hours of observations.", days=year.least_days)
    sheet.shrunk(sheet.text(SIDE, 0.14, foot, fontsize=8.5, va="center", color=SOFT), WIDTH - 2 * SIDE)
    if year.exercise:
        sheet.text(WIDTH - SIDE, 0.14, say("EXERCISE"), fontsize=8.5, va="center", ha="right", color=EXERCISE)
        sheet.watermark(say("EXERCISE"))


def _legend(wording: Wording) -> tuple[list[Line2D], list[str]]:
    handles = [_mark("o", colour, 9) for colour in CLASSES.colours]
    labels = [f"{low:g}–{high - 1:g}" for low, high in pairwise(CLASSES.starts)]
    labels.append(wording.say("≥ %(days)d days", days=int(CLASSES.starts[-1])))
    handles.append(_mark(STYLES[Level.UNKNOWN].marker, STYLES[Level.UNKNOWN].fill, 8))
    return handles, [*labels, wording.unknown()]


def _mark(shape: str, colour: str, size: float) -> Line2D:
    return Line2D([], [], linestyle="", marker=shape, color=colour, markersize=size, markeredgecolor=INK, markeredgewidth=0.8)


def _alt(year: Year, stations: Sequence[HazeDays], areas: Sequence[HazeDays], wording: Wording) -> str:
    say = wording.say
    counted = [count for count in stations if count.enough]
    sentence = N_("Map of the days of haze in %(year)d at %(all)d stations; unknown at %(unknown)d of them.")
    said = [say(sentence, year=year.year, all=len(stations), unknown=len(stations) - len(counted))]
    if counted:
        days = [count.haze for count in counted]
        said.append(say("From %(low)d to %(high)d days.", low=min(days), high=max(days)))
    if areas:
        parts = []
        for count in areas:
            assert isinstance(count.place, Area)
            value = str(count.haze) if count.enough else wording.unknown()
            parts.append(f"{plain(name_in(wording.language, count.place.names))} {value}")
        said.append(say("Areas: %(areas)s.", areas=wording.clauses(parts)))
    return " ".join(said)
