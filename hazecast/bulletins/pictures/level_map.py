"""The map of the haze-warning levels of the first validity window."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from hazecast.bulletins.founding import weak_areas, weakness
from hazecast.bulletins.outlines import ground_of
from hazecast.bulletins.palette import STYLES
from hazecast.bulletins.pictures.canvas import INK, figure
from hazecast.bulletins.pictures.ground import HEAD, WIDTH, Domain, Frame, domain_of, draw_ground, draw_insets, fill, map_axes
from hazecast.bulletins.pictures.map_words import area_points, foot_height, write_foot, write_head, write_places
from hazecast.bulletins.pictures.picture import Copy, Picture
from hazecast.bulletins.pictures.projection import lines
from hazecast.bulletins.pictures.sheet import Sheet
from hazecast.bulletins.rows import chance_levels
from hazecast.bulletins.situation import AreaView
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.window_levels import highest_levels
from hazecast.records import BulletinFacts, Level

NAME = "map"
EDGES = {Level.NONE: "#9aa29c", Level.UNKNOWN: "#85898d"}
HAZE_EDGE = "#3b3b3b"
ROUNDING = 0.42  # of a cell: corners of haze areas are rounded off so far, while the middle of each cell keeps its level
LEGEND_COLUMNS = 3
RING: Mapping[str, Any] = MappingProxyType({"s": 230, "facecolors": "none", "edgecolors": INK, "linestyles": "--", "linewidths": 1.3})
"""Round the mark of an area whose level is weakly founded."""


def draw(facts: BulletinFacts, copies: Sequence[Copy]) -> Iterator[Picture]:
    """The highest level of every cell as areas over land and borders, the areas of the bulletin with their levels, and what it shows."""
    telling = copies[0].telling
    domain = domain_of(facts)
    frame = Frame.around(domain)
    foot = foot_height(telling, ceil((len(_legend_levels(telling)) + 1 + _has_weak(telling)) / LEGEND_COLUMNS))
    with figure(WIDTH, frame.height + HEAD + foot) as drawn:
        axes = map_axes(drawn, frame, foot)
        land = draw_ground(axes, domain, frame)
        levels = window_levels(telling)
        shown = {level: shapely.intersection(shape, land) for level, shape in _shapes(levels, domain, frame).items()}
        for level, shape in shown.items():
            fill(axes, shape, STYLES[level].fill, EDGES.get(level, HAZE_EDGE), STYLES[level].hatch, 2 + _order(level) / 10)
        _mark_areas(axes, frame, telling)
        draw_insets(axes, domain, frame.plane, facts.stations)
        sheet = Sheet(drawn)
        for copy in copies:
            sheet.speak(copy.telling.wording.language)
            _write(sheet, axes, domain, frame, copy)
            yield sheet.picture(NAME, copy.telling.wording.language, alt(copy, levels, facts))


def _write(sheet: Sheet, axes: Axes, domain: Domain, frame: Frame, copy: Copy) -> None:
    say = copy.telling.wording.say
    write_places(sheet, axes, domain, frame, copy.telling)
    expected = say("Highest level expected in each cell, %(period)s", period=copy.page.period)
    write_head(sheet, copy, say("Warning levels: %(title)s", title=copy.page.title), expected)
    dot = Line2D([], [], linestyle="", marker=".", markersize=4, color=INK)
    entries: list[tuple[tuple[Artist, ...], str]] = [
        *(_legend_entry(level, copy.telling) for level in _legend_levels(copy.telling)),
        ((dot,), say("station")),
    ]
    if _has_weak(copy.telling):
        entries.append(((axes.scatter([], [], **RING),), say("weakly founded")))
    write_foot(sheet, copy, [handles for handles, _ in entries], [label for _, label in entries], LEGEND_COLUMNS)


def window_levels(telling: Telling) -> NDArray[np.int8]:
    """The highest level of each cell in the first window, latitudes and longitudes ascending."""
    levels = telling.facts.assessment.grid_level.sortby(["latitude", "longitude"])
    if telling.period is None:
        return np.full(levels.isel(lead_time=0).shape, Level.UNKNOWN, dtype=np.int8)
    return highest_levels(levels, telling.facts.forecast.grid["valid_time"].values, telling.period)


def _order(level: Level) -> int:
    """Higher levels above lower ones, and what is unknown above all: nothing may cover it."""
    return max(Level) + 1 if level is Level.UNKNOWN else level


def _shapes(levels: NDArray[np.int8], domain: Domain, frame: Frame) -> Mapping[Level, Any]:
    """In metres, each level with those above it; what is unknown has the corners of its cells."""
    ground = frame.plane.flat(shapely.box(*domain.bounds))
    cell = np.sqrt(ground.area / levels.size)
    padded = np.pad(levels, 1, mode="edge")
    x, y = (_padded(edges) for edges in (domain.longitude_edges, domain.latitude_edges))
    boxes = shapely.box(x[None, :-1], y[:-1, None], x[None, 1:], y[1:, None])
    shapes = {}
    for level in Level:
        if level is Level.UNKNOWN:
            cells = frame.plane.flat(shapely.coverage_union_all(boxes[padded == level]))
        else:
            cells = _rounded(frame.plane.flat(shapely.coverage_union_all(boxes[padded >= level])), ROUNDING * cell)
        if (levels == level).any():
            shapes[level] = shapely.intersection(cells, ground)
    return shapes


def _padded(edges: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([[2 * edges[0] - edges[1]], edges, [2 * edges[-1] - edges[-2]]])


def _rounded(shape: Any, radius: float) -> Any:
    for distance in (-radius, 2 * radius, -radius):
        shape = shapely.buffer(shape, distance, quad_segs=6)
    return shape


def _mark_areas(axes: Axes, frame: Frame, telling: Telling) -> None:
    stations = {station.id: station for station in telling.facts.stations}
    for territory in (area.territory for area in telling.facts.areas if area.territory is not None):
        border = lines(frame.plane.flat(shapely.boundary(ground_of(territory))))
        axes.add_collection(LineCollection(border, colors=INK, linewidths=1.1, linestyles=(0, (5, 2)), zorder=8), autolim=False)
    for view, (x, y) in area_points(telling, frame):
        own = [stations[i] for i in view.area.station_ids if i in stations]
        if len(own) > 1:  # the mark of the area would hide a single one
            points = frame.plane.xy([s.longitude for s in own], [s.latitude for s in own])
            axes.plot(points[:, 0], points[:, 1], ".", color=INK, markersize=2.5, zorder=9)
        style = STYLES[view.level]
        axes.plot(x, y, style.marker, color=style.fill, markeredgecolor=INK, markeredgewidth=1.0, markersize=8.5, zorder=10)
        if weakness(view, telling):
            axes.scatter([x], [y], **RING, zorder=10)


def _has_weak(telling: Telling) -> bool:
    return any(weakness(view, telling) for view in telling.views)


def _legend_levels(telling: Telling) -> list[Level]:
    return [Level.NONE, *chance_levels(telling), Level.UNKNOWN]


def _legend_entry(level: Level, telling: Telling) -> tuple[tuple[Patch | Line2D, ...], str]:
    """The look of a level as cells and as the mark of an area, and its words."""
    style = STYLES[level]
    patch = Patch(facecolor=style.fill, edgecolor=EDGES.get(level, HAZE_EDGE), hatch=style.hatch, linewidth=0.6)
    mark = Line2D([], [], linestyle="", marker=style.marker, markersize=7.5, color=style.fill, markeredgecolor=INK, markeredgewidth=1.0)
    return (patch, mark), _level_words(level, telling)


def _level_words(level: Level, telling: Telling) -> str:
    words = {Level.NONE: telling.wording.say("no warning level"), Level.UNKNOWN: telling.wording.say("unknown: input lacking")}
    return words[level] if level in words else telling.haze(level)


def alt(copy: Copy, levels: NDArray[np.int8], facts: BulletinFacts) -> str:
    """How much of the domain has each level, and which areas have it, the highest first; then the areas whose levels are weakly founded."""
    telling, say = copy.telling, copy.telling.wording.say
    weight = np.broadcast_to(np.cos(np.deg2rad(np.sort(facts.forecast.grid["latitude"].values)))[:, None], levels.shape)
    parts = []
    for level in sorted(Level, key=_order, reverse=True):
        share = float(weight[levels == level].sum() / weight.sum())
        areas = [view.area.id for view in _views_of(level, telling.views)]
        if not share and not areas:
            continue
        percent = say("%(percent)d%%", percent=round(100 * share))
        words = say("%(level)s: %(share)s of the domain", level=_level_words(level, telling), share=percent)
        parts.append(say("%(what)s (%(areas)s)", what=words, areas=telling.areas(areas)) if areas else words)
    if weak := weak_areas(telling):
        parts.append(say("weakly founded – %(areas)s", areas=weak))
    return say("Map of the highest level expected, %(period)s. %(levels)s.", period=copy.page.period, levels=telling.wording.clauses(parts))


def _views_of(level: Level, views: Sequence[AreaView]) -> list[AreaView]:
    return [view for view in views if view.level is level]
