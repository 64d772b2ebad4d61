"""The map of a footprint: how long the air of a place was over each cell, and some of its paths."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Patch, PathPatch
from numpy.typing import NDArray

from hazecast.bulletins.pictures.borders import borders
from hazecast.bulletins.pictures.canvas import INK, SOFT, figure
from hazecast.bulletins.pictures.graticule import draw_graticule, draw_scale
from hazecast.bulletins.pictures.labels import Label, write_labels
from hazecast.bulletins.pictures.projection import Plane, filled, lines
from hazecast.bulletins.pictures.sheet import Sheet
from hazecast.bulletins.wording import SOURCE_LANGUAGE, wording

SEA, LAND = "#dfeaf3", "#f6f3ec"
MINUTES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)  # of residence, from which on each colour stands
COLOURS = ("#fde9c9", "#fbc98b", "#f39c5f", "#dd6a4b", "#b03a4e", "#6a1f4f")
WIDTH, HEAD, FOOT, SIDE = 7.6, 0.95, 0.85, 0.45
FLATTEST, STEEPEST = 0.66, 0.92  # height of the map by its width
MOST_PATHS = 40
MARGIN = 0.6  # of the domain, drawn about it where the frame shows it
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Titles:
    """What stands over the map, below that, and at its foot; and the name of the place."""

    head: str
    below: str
    foot: str
    place: str


def draw(footprint: xr.DataArray, paths: xr.Dataset, titles: Titles) -> bytes:
    """The map as PNG.

    footprint   (latitude, longitude) residence time in s of one start on average;  paths  (trajectory, time) latitude and longitude
    """
    rows, columns = _edges(footprint["latitude"].values), _edges(footprint["longitude"].values)
    bounds = float(columns[0]), float(rows[0]), float(columns[-1]), float(rows[-1])
    plane = Plane.around(*bounds)
    left, bottom, right, top = _frame(bounds, plane)
    map_width = WIDTH - 2 * SIDE
    map_height = map_width * (top - bottom) / (right - left)
    height = map_height + HEAD + FOOT
    with figure(WIDTH, height) as drawn:
        axes = drawn.add_axes((SIDE / WIDTH, FOOT / height, map_width / WIDTH, map_height / height))
        axes.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[], facecolor=SEA)
        _draw_ground(axes, plane, bounds)
        _draw_cells(axes, plane, footprint, rows, columns)
        label = _draw_paths(axes, plane, paths, titles.place)
        sheet = Sheet(drawn)
        write_labels(sheet, axes, [label], 10.5)
        _write(sheet, titles)
        return sheet.png()


def _edges(centres: Array) -> Array:
    half = (centres[-1] - centres[0]) / (centres.size - 1) / 2
    return np.append(centres - half, centres[-1] + half)


def _frame(bounds: tuple[float, float, float, float], plane: Plane) -> tuple[float, float, float, float]:
    """Left, bottom, right, top in metres: the domain, widened to a handy shape."""
    left, bottom, right, top = plane.flat(shapely.box(*bounds)).bounds
    width, height = right - left, top - bottom
    aside, above = max(0.0, height / STEEPEST - width) / 2, max(0.0, width * FLATTEST - height) / 2
    return left - aside, bottom - above, right + aside, top + above


def _draw_ground(axes: Axes, plane: Plane, bounds: tuple[float, float, float, float]) -> None:
    west, south, east, north = bounds
    x, y = MARGIN * (east - west), MARGIN * (north - south)
    wider = west - x, max(south - y, -89.0), east + x, min(north + y, 89.0)
    seen = borders(*wider)
    if (ground := filled(plane.flat(seen.land))) is not None:
        axes.add_patch(PathPatch(ground, facecolor=LAND, edgecolor="none", zorder=1))
    for geometry, colour, width in (
        (seen.coast, "#4f6b84", 0.8),
        (seen.inner, "#8d8d8d", 0.4),
        (seen.provinces, "#4d4d4d", 0.7),
        (seen.countries, "#1c1c1c", 1.2),
        (shapely.boundary(shapely.box(*bounds)), SOFT, 0.6),
    ):
        axes.add_collection(LineCollection(lines(plane.flat(geometry)), colors=colour, linewidths=width, zorder=5), autolim=False)
    draw_graticule(axes, plane, wider, max(east - west, north - south) / 5)
    draw_scale(axes, wording(SOURCE_LANGUAGE))


def _draw_cells(axes: Axes, plane: Plane, footprint: xr.DataArray, rows: Array, columns: Array) -> None:
    minutes = footprint.transpose("latitude", "longitude").values / 60.0
    boxes = shapely.box(columns[None, :-1], rows[:-1, None], columns[None, 1:], rows[1:, None])
    for low, high, colour in zip(MINUTES, (*MINUTES[1:], np.inf), COLOURS, strict=True):
        cells = boxes[(minutes >= low) & (minutes < high)]
        path = filled(plane.flat(shapely.coverage_union_all(cells))) if cells.size else None
        if path is not None:
            axes.add_patch(PathPatch(path, facecolor=colour, edgecolor="none", zorder=2))


def _draw_paths(axes: Axes, plane: Plane, paths: xr.Dataset, place: str) -> Label:
    """Some of them, each as far as it goes, and the place that they are of."""
    latitude, longitude = (paths[name].transpose("trajectory", "time").values for name in ("latitude", "longitude"))
    chosen = np.unique(np.linspace(0, latitude.shape[0] - 1, min(MOST_PATHS, latitude.shape[0])).astype(int))
    known = [np.isfinite(latitude[number]) for number in chosen]
    flat = [plane.xy(longitude[number, inside], latitude[number, inside]) for number, inside in zip(chosen, known, strict=True)]
    axes.add_collection(LineCollection(flat, colors=INK, linewidths=0.5, alpha=0.45, zorder=6), autolim=False)
    [(x, y)] = plane.xy([longitude[:, 0].mean()], [latitude[:, 0].mean()])
    axes.plot(x, y, "o", color="white", markeredgecolor=INK, markeredgewidth=1.2, markersize=7, zorder=10)
    return Label(place, float(x), float(y))


def _write(sheet: Sheet, titles: Titles) -> None:
    height = float(sheet.figure.get_figheight())
    sheet.heading(SIDE, height - 0.36, titles.head)
    sheet.text(SIDE, height - 0.7, titles.below, fontsize=10.5, va="center", color=SOFT)
    patches = [Patch(facecolor=colour, edgecolor=SOFT, linewidth=0.4) for colour in COLOURS]
    labels = [f"{low:g}–{high:g}" for low, high in pairwise(MINUTES)] + [f"≥ {MINUTES[-1]:g} min"]
    sheet.legend(SIDE, 0.25, patches, labels, len(COLOURS), 9, columnspacing=1.2, handlelength=1.6)
    sheet.text(SIDE, 0.12, titles.foot, fontsize=8.5, va="center", color=SOFT)
