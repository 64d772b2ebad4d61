"""Maps of PM2.5 and of visibility in the first validity window, by classes with lines between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from hazecast.bulletins.palette import STYLES, VISIBILITY, Classes, pm25_classes
from hazecast.bulletins.pictures.canvas import INK, figure
from hazecast.bulletins.pictures.ground import HEAD, WIDTH, Domain, Frame, domain_of, draw_ground, draw_insets, fill, map_axes
from hazecast.bulletins.pictures.map_words import area_points, foot_height, write_foot, write_head, write_places
from hazecast.bulletins.pictures.picture import Copy, Picture
from hazecast.bulletins.pictures.sheet import Sheet
from hazecast.bulletins.situation import Period, hours_within
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import N_
from hazecast.records import BulletinFacts, Level

FINER = 4  # of this many points along each side of a cell the lines between classes are drawn
LEGEND_COLUMNS = 4
LINE = "#2d343a"
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a map shows: its name in files, its words, its values on the cells (NaN where unknown), and its classes."""

    name: str
    title: str
    below: str
    alt: str
    unit: str
    values: Array
    classes: Classes


def draw(facts: BulletinFacts, copies: Sequence[Copy]) -> Iterator[Picture]:
    """The mean of PM2.5 and the lowest visibility of each cell, each as one picture in every language."""
    domain = domain_of(facts)
    frame = Frame.around(domain)
    for quantity in _quantities(copies[0].telling):
        yield from _draw(quantity, domain, frame, facts, copies)


def _quantities(telling: Telling) -> tuple[Quantity, Quantity]:
    grid = telling.facts.forecast.grid
    fields = (grid[name].transpose("lead_time", "latitude", "longitude") for name in ("pm25", "visibility"))
    pm25, visibility = (field.sortby(["latitude", "longitude"]) for field in fields)
    hours = hours_within(grid["valid_time"].values, telling.period) if telling.period else np.zeros(grid.sizes["lead_time"], dtype=bool)
    start = (telling.period or Period(telling.facts.cycle.init_time, telling.facts.cycle.end_time)).start
    return (
        Quantity(
            "pm25",
            N_("Mean PM2.5: %(title)s"),
            N_("Mean PM2.5 by the classes of the air quality index, %(period)s"),
            N_("Map of the mean PM2.5, %(period)s: %(values)s; unknown in %(unknown)s of the domain."),
            "µg/m³",
            pm25.values[hours].mean(axis=0) if hours.any() else np.full(pm25.shape[1:], np.nan),
            pm25_classes(start),
        ),
        Quantity(
            "visibility",
            N_("Lowest visibility: %(title)s"),
            N_("Lowest visibility expected, %(period)s"),
            N_("Map of the lowest visibility, %(period)s: %(values)s; unknown in %(unknown)s of the domain."),
            "km",
            visibility.values[hours].min(axis=0) / 1000 if hours.any() else np.full(visibility.shape[1:], np.nan),
            VISIBILITY,
        ),
    )


def _draw(quantity: Quantity, domain: Domain, frame: Frame, facts: BulletinFacts, copies: Sequence[Copy]) -> Iterator[Picture]:
    foot = foot_height(copies[0].telling, 2)
    with figure(WIDTH, frame.height + HEAD + foot) as drawn:
        axes = map_axes(drawn, frame, foot)
        draw_ground(axes, domain, frame)
        unknown = STYLES[Level.UNKNOWN]
        fill(axes, frame.plane.flat(shapely.box(*domain.bounds)), unknown.fill, "#85898d", unknown.hatch, 2)
        _draw_values(axes, quantity, domain, frame)
        for _, (x, y) in area_points(copies[0].telling, frame):
            axes.plot(x, y, "o", color="white", markeredgecolor=INK, markeredgewidth=1.0, markersize=5, zorder=10)
        draw_insets(axes, domain, frame.plane, facts.stations)
        sheet = Sheet(drawn)
        for copy in copies:
            say, language = copy.telling.wording.say, copy.telling.wording.language
            sheet.speak(language)
            write_places(sheet, axes, domain, frame, copy.telling)
            write_head(sheet, copy, say(quantity.title, title=copy.page.title), say(quantity.below, period=copy.page.period))
            patches, labels = _legend(quantity, copy)
            write_foot(sheet, copy, patches, labels, LEGEND_COLUMNS)
            yield sheet.picture(quantity.name, language, _alt(quantity, copy, facts))


def _draw_values(axes: Axes, quantity: Quantity, domain: Domain, frame: Frame) -> None:
    """Classes and the lines between them; a point is known where all the cells about it are."""
    x, y, values = _finer(quantity.values, domain)
    if np.isnan(values).all():
        return
    points = frame.plane.xy(*np.meshgrid(x, y))
    masked = np.ma.masked_invalid(values)
    ends = [*quantity.classes.starts, max(1e9, float(masked.max()))]
    axes.contourf(points[..., 0], points[..., 1], masked, levels=ends, colors=quantity.classes.colours, zorder=3)
    limits = [start for start in quantity.classes.starts[1:] if masked.min() < start < masked.max()]
    if limits:
        lines = axes.contour(points[..., 0], points[..., 1], masked, levels=limits, colors=LINE, linewidths=0.7, zorder=6)
        for text in axes.clabel(lines, fontsize=8, fmt=lambda value: f"{value:g}", colors=INK, inline=False):
            text.set(path_effects=[withStroke(linewidth=2.4, foreground="white")], zorder=7)


def _finer(values: Array, domain: Domain) -> tuple[Array, Array, Array]:
    """The cells' values at points closer together and out to the edges, linear between the middles; NaN about cells that are unknown."""
    y, x = (_steps(edges) for edges in (domain.latitude_edges, domain.longitude_edges))
    middles = [(edges[:-1] + edges[1:]) / 2 for edges in (domain.latitude_edges, domain.longitude_edges)]
    rows = np.stack([np.interp(y, middles[0], column) for column in values.T], axis=1)
    finer = np.stack([np.interp(x, middles[1], row) for row in rows])
    known = _nearest_known(values, domain, y, x)
    return x, y, np.where(known, finer, np.nan)


def _steps(edges: Array) -> Array:
    return np.interp(np.arange(0, (edges.size - 1) * FINER + 1) / FINER, np.arange(edges.size), edges)


def _nearest_known(values: Array, domain: Domain, y: Array, x: Array) -> NDArray[np.bool_]:
    row = np.clip(np.searchsorted(domain.latitude_edges, y, side="right") - 1, 0, values.shape[0] - 1)
    column = np.clip(np.searchsorted(domain.longitude_edges, x, side="right") - 1, 0, values.shape[1] - 1)
    return ~np.isnan(values[np.ix_(row, column)])


def _legend(quantity: Quantity, copy: Copy) -> tuple[list[Patch], list[str]]:
    starts, colours = quantity.classes.starts, quantity.classes.colours
    patches = [Patch(facecolor=colour, edgecolor=LINE, linewidth=0.5) for colour in colours]
    labels = [f"{low:g}–{high:g}" for low, high in pairwise(starts)] + [f"≥ {starts[-1]:g} {quantity.unit}"]
    unknown = STYLES[Level.UNKNOWN]
    patches.append(Patch(facecolor=unknown.fill, edgecolor="#85898d", hatch=unknown.hatch, linewidth=0.5))
    return patches, [*labels, copy.telling.wording.say("unknown: input lacking")]


def _alt(quantity: Quantity, copy: Copy, facts: BulletinFacts) -> str:
    say, wording = copy.telling.wording.say, copy.telling.wording
    known = ~np.isnan(quantity.values)
    decimals = 1 if quantity.unit == "km" else 0
    weight = np.broadcast_to(np.cos(np.deg2rad(np.sort(facts.forecast.grid["latitude"].values)))[:, None], known.shape)
    unknown = say("%(percent)d%%", percent=round(100 * float(weight[~known].sum() / weight.sum())))
    if known.any():
        numbers = quantity.values[known]
        mean = float((numbers * weight[known]).sum() / weight[known].sum())
        low, high, middle = (wording.number(float(value), decimals) for value in (numbers.min(), numbers.max(), mean))
        values = say("%(low)s to %(high)s %(unit)s, on average %(mean)s", low=low, high=high, mean=middle, unit=quantity.unit)
    else:
        values = wording.unknown()
    return say(quantity.alt, period=copy.page.period, values=values, unknown=unknown)
