"""The map of the haze-warning levels of the first validity window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from numpy.typing import NDArray

from hazecast.bulletins.page import Page
from hazecast.bulletins.palette import STYLES
from hazecast.bulletins.pictures.borders import Borders, borders, land
from hazecast.bulletins.pictures.canvas import EXERCISE, INK, SOFT, figure, heading, png, watermark
from hazecast.bulletins.pictures.cautions import cautions
from hazecast.bulletins.pictures.graticule import draw_graticule, draw_scale
from hazecast.bulletins.pictures.labels import Label, write_labels
from hazecast.bulletins.pictures.projection import METRES_PER_DEGREE, Plane, filled, lines
from hazecast.bulletins.rows import chance_levels
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.window_levels import highest_levels
from hazecast.bulletins.wording import Wording
from hazecast.records import BulletinFacts, Level, Station

SEA, OUTSIDE = "#dfeaf3", "#f6f3ec"
EDGES = {Level.NONE: "#9aa29c", Level.UNKNOWN: "#85898d"}
WIDTH, HEAD, FOOT, SIDE = 7.6, 0.95, 0.93, 0.45
FOOT_LINE, LOWEST_LINE = 0.16, 0.1  # the foot holds the legend and, below it, as many lines as there are
FLATTEST, STEEPEST = 0.66, 0.92  # height of the map by its width
MARGIN = 0.8  # of the domain; what of it the frame shows depends on its shape
MOST_CELLS_OUTLINED = 900
LOCATOR_BELOW, LOCATOR_REACH = 3.0, 5.0  # degrees


@dataclass(frozen=True, slots=True)
class Domain:
    """The cells of the forecast by their edges in degrees, ascending."""

    latitude_edges: NDArray[np.float64]
    longitude_edges: NDArray[np.float64]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        (west, east), (south, north) = ((float(e[0]), float(e[-1])) for e in (self.longitude_edges, self.latitude_edges))
        return west, south, east, north

    @property
    def extent(self) -> float:
        """The longer side."""
        west, south, east, north = self.bounds
        return max(east - west, north - south)

    def wider(self, share: float) -> tuple[float, float, float, float]:
        """The bounds with a margin on all sides."""
        west, south, east, north = self.bounds
        x, y = share * (east - west), share * (north - south)
        return west - x, max(south - y, -89.0), east + x, min(north + y, 89.0)


def draw(facts: BulletinFacts, page: Page, wording: Wording) -> bytes:
    """The map as PNG: the highest level of every cell over land, borders, the areas with their levels, and what it shows."""
    telling = Telling(facts, wording)
    domain = _domain(facts)
    plane = Plane.around(*domain.bounds)
    left, bottom, right, top = _frame(domain, plane)
    map_width = WIDTH - 2 * SIDE
    map_height = map_width * (top - bottom) / (right - left)
    foot_lines = ((_origin(telling), SOFT), *((sentence, EXERCISE) for sentence in cautions(facts, wording)))
    foot = FOOT + FOOT_LINE * len(foot_lines)
    height = map_height + HEAD + foot
    with figure(WIDTH, height) as drawn:
        axes = drawn.add_axes((SIDE / WIDTH, foot / height, map_width / WIDTH, map_height / height))
        axes.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[], facecolor=SEA)
        _draw_ground(axes, domain, plane, telling)
        _draw_areas(axes, plane, telling)
        if domain.extent < LOCATOR_BELOW:
            _draw_locator(axes, domain, plane, facts.stations)
        _write_head(drawn, height, page, telling)
        _write_foot(drawn, height, foot_lines, telling)
        if page.exercise_mark:
            watermark(drawn, wording.say("EXERCISE"))
        return png(drawn)


def _domain(facts: BulletinFacts) -> Domain:
    grid = facts.forecast.grid
    return Domain(_edges(np.sort(grid["latitude"].values)), _edges(np.sort(grid["longitude"].values)))


def _edges(centres: NDArray[np.float64]) -> NDArray[np.float64]:
    between = (centres[:-1] + centres[1:]) / 2
    return np.concatenate([[2 * centres[0] - between[0]], between, [2 * centres[-1] - between[-1]]])


def _frame(domain: Domain, plane: Plane) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of the map in metres: the domain, widened to a handy shape."""
    left, bottom, right, top = plane.flat(shapely.box(*domain.wider(0.02))).bounds
    width, height = right - left, top - bottom
    more_width, more_height = max(0.0, height / STEEPEST - width) / 2, max(0.0, width * FLATTEST - height) / 2
    return left - more_width, bottom - more_height, right + more_width, top + more_height


def _draw_ground(axes: Axes, domain: Domain, plane: Plane, telling: Telling) -> None:
    seen = borders(*domain.wider(MARGIN))
    _fill(axes, plane.flat(seen.land), OUTSIDE, "none", "", 1)
    for level, cells in _cells_by_level(telling, domain).items():
        style = STYLES[level]
        _fill(
            axes, plane.flat(shapely.intersection(cells, seen.land)), style.fill, EDGES.get(level, "#3b3b3b"), style.hatch, 2 + level / 10
        )
    _outline_cells(axes, domain, plane, seen)
    _draw_borders(axes, plane, seen)
    draw_graticule(axes, plane, domain.wider(MARGIN), domain.extent / 5)
    draw_scale(axes, telling.wording)


def _outline_cells(axes: Axes, domain: Domain, plane: Plane, seen: Borders) -> None:
    """Show the cells where they are few and large; elsewhere the lines would hide the levels."""
    x, y = domain.longitude_edges, domain.latitude_edges
    if (x.size - 1) * (y.size - 1) > MOST_CELLS_OUTLINED:
        return
    meridians = [shapely.LineString([(value, y[0]), (value, y[-1])]) for value in x]
    parallels = [shapely.LineString([(x[0], value), (x[-1], value)]) for value in y]
    cells = shapely.intersection(shapely.union_all([*meridians, *parallels]), seen.land)
    axes.add_collection(LineCollection(lines(plane.flat(cells)), colors="white", linewidths=0.8, alpha=0.75, zorder=3.5), autolim=False)


def _cells_by_level(telling: Telling, domain: Domain) -> Mapping[Level, Any]:
    """The cells of each level as one geometry, in degrees."""
    levels = telling.facts.assessment.grid_level.sortby(["latitude", "longitude"])
    valid_times = telling.facts.forecast.grid["valid_time"].values
    if telling.period is None:
        highest = np.full(levels.isel(lead_time=0).shape, Level.UNKNOWN, dtype=np.int8)
    else:
        highest = highest_levels(levels, valid_times, telling.period)
    x, y = domain.longitude_edges, domain.latitude_edges
    boxes = shapely.box(x[None, :-1], y[:-1, None], x[None, 1:], y[1:, None])
    return {level: shapely.union_all(boxes[highest == level]) for level in Level if (highest == level).any()}


def _fill(axes: Axes, geometry: Any, colour: str, edge: str, hatch: str, order: float) -> None:
    path = filled(geometry)
    if path is not None:
        axes.add_patch(PathPatch(path, facecolor=colour, edgecolor=edge, hatch=hatch, linewidth=0.5, zorder=order))


def _draw_borders(axes: Axes, plane: Plane, seen: Borders) -> None:
    for geometry, colour, width in (
        (seen.coast, "#4f6b84", 0.8),
        (seen.inner, "#8d8d8d", 0.4),
        (seen.provinces, "#4d4d4d", 0.8),
        (seen.countries, "#1c1c1c", 1.3),
    ):
        axes.add_collection(LineCollection(lines(plane.flat(geometry)), colors=colour, linewidths=width, zorder=5), autolim=False)


def _draw_areas(axes: Axes, plane: Plane, telling: Telling) -> None:
    stations = {station.id: station for station in telling.facts.stations}
    labels = []
    for view in telling.views:
        own = [stations[i] for i in view.area.station_ids if i in stations]
        if not own:
            continue
        points = plane.xy([s.longitude for s in own], [s.latitude for s in own])
        x, y = (float(value) for value in points.mean(axis=0))
        style = STYLES[view.level]
        if len(own) > 1:  # the mark of the area would hide a single one
            axes.plot(points[:, 0], points[:, 1], ".", color=INK, markersize=2.5, zorder=9)
        axes.plot(x, y, style.marker, color=style.fill, markeredgecolor=INK, markeredgewidth=1.0, markersize=8.5, zorder=10)
        labels.append(Label(telling.area(view.area), x, y))
    write_labels(axes, labels, 10.5)


def _free_corner(axes: Axes, points: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Left, bottom, width and height, in shares of the axes, of a square in a corner that covers no point if one can be had."""
    ratio = axes.bbox.width / axes.bbox.height
    width, margin = 0.21, 0.01
    height, margin_above = width * ratio, margin * ratio
    shares = axes.transAxes.inverted().transform(axes.transData.transform(points))
    right, top = 1 - width - margin, 1 - height - margin_above
    corners = [(right, top), (margin, top), (margin, margin_above)]
    free = (c for c in corners if not (np.abs(shares - np.add(c, (width / 2, height / 2))) < (0.7 * width, 0.6 * height)).all(axis=1).any())
    return (*next(free, corners[0]), width, height)


def _draw_locator(axes: Axes, domain: Domain, plane: Plane, stations: tuple[Station, ...]) -> None:
    """Show in a corner where a small domain lies."""
    west, south, east, north = domain.bounds
    x, y = plane.xy([(west + east) / 2], [(south + north) / 2])[0]
    reach = LOCATOR_REACH * METRES_PER_DEGREE
    points = plane.xy([station.longitude for station in stations], [station.latitude for station in stations])
    inset = axes.inset_axes(_free_corner(axes, points), zorder=30)
    inset.set(xlim=(x - reach, x + reach), ylim=(y - reach, y + reach), xticks=[], yticks=[], aspect="equal", facecolor=SEA)
    around = (
        west - 2.5 * LOCATOR_REACH,
        max(south - 1.5 * LOCATOR_REACH, -89.0),
        east + 2.5 * LOCATOR_REACH,
        min(north + 1.5 * LOCATOR_REACH, 89.0),
    )
    _fill(inset, plane.flat(land(*around)), OUTSIDE, "#4f6b84", "", 1)
    _fill(inset, plane.flat(shapely.box(*domain.bounds)), EXERCISE, EXERCISE, "", 2)


def _origin(telling: Telling) -> str:
    return telling.wording.say(
        "Cycle %(key)s, forecast from %(moment)s. Automatic product.",
        key=telling.facts.cycle.key,
        moment=telling.clock.stamp(telling.facts.cycle.init_time),
    )


def _write_head(drawn: Figure, height: float, page: Page, telling: Telling) -> None:
    say, left = telling.wording.say, SIDE / WIDTH
    heading(drawn, left, 1 - 0.36 / height, page.exercise_mark + say("Haze-warning levels: %(title)s", title=page.title))
    expected = say("Highest level expected in each cell, %(period)s", period=page.period)
    drawn.text(left, 1 - 0.7 / height, expected, fontsize=10.5, va="center", color=SOFT)


def _write_foot(drawn: Figure, height: float, foot_lines: Sequence[tuple[str, str]], telling: Telling) -> None:
    """The legend and, below it, lines of text, each in its colour."""
    left = SIDE / WIDTH
    levels = [Level.NONE, *chance_levels(telling), Level.UNKNOWN]
    dot = Line2D([], [], linestyle="", marker=".", markersize=4, color=INK)
    entries: list[tuple[Any, str]] = [*(_legend_entry(level, telling) for level in levels), ((dot,), telling.wording.say("station"))]
    drawn.legend(
        [handles for handles, _ in entries],
        [label for _, label in entries],
        loc="lower left",
        bbox_to_anchor=(left, (LOWEST_LINE + FOOT_LINE * len(foot_lines)) / height),
        bbox_transform=drawn.transFigure,
        ncols=3,
        fontsize=9.5,
        frameon=False,
        borderaxespad=0,
        handlelength=2.4,
        handleheight=1.2,
        columnspacing=1.8,
    )
    for number, (line, colour) in enumerate(reversed(foot_lines)):
        drawn.text(left, (LOWEST_LINE + FOOT_LINE * number) / height, line, fontsize=8.5, va="center", color=colour)


def _legend_entry(level: Level, telling: Telling) -> tuple[tuple[Patch | Line2D, ...], str]:
    """The look of a level as cells and as the mark of an area, and its words."""
    style = STYLES[level]
    patch = Patch(facecolor=style.fill, edgecolor=EDGES.get(level, "#3b3b3b"), hatch=style.hatch, linewidth=0.6)
    mark = Line2D([], [], linestyle="", marker=style.marker, markersize=7.5, color=style.fill, markeredgecolor=INK, markeredgewidth=1.0)
    words = {Level.NONE: telling.wording.say("no haze of warning level"), Level.UNKNOWN: telling.wording.say("unknown: input lacking")}
    return (patch, mark), words[level] if level in words else telling.haze(level)
