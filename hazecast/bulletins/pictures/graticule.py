"""Lines of latitude and longitude with their degrees, and a scale in kilometres."""

from math import floor, log10

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke

from hazecast.bulletins.pictures.canvas import INK, SOFT
from hazecast.bulletins.pictures.projection import Plane, lines
from hazecast.bulletins.wording import Wording

STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def draw_graticule(axes: Axes, plane: Plane, bounds: tuple[float, float, float, float], spacing: float) -> None:
    """Draw lines at round degrees about `spacing` apart and write the degrees along the left and the lower edge."""
    west, south, east, north = bounds
    step = next((s for s in STEPS if s >= spacing), STEPS[-1])
    for longitude in _round_values(west, east, step):
        _draw(axes, plane, shapely.LineString([(longitude, south), (longitude, north)]), _degrees(longitude, "E", "W"), below=True)
    for latitude in _round_values(south, north, step):
        _draw(axes, plane, shapely.LineString([(west, latitude), (east, latitude)]), _degrees(latitude, "N", "S"), below=False)


def _round_values(low: float, high: float, step: float) -> list[float]:
    return [round(i * step, 6) for i in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]


def _degrees(value: float, positive: str, negative: str) -> str:
    wrapped = (value + 180.0) % 360.0 - 180.0 if positive == "E" and abs(value) != 180.0 else value
    return f"{abs(wrapped):g}°{positive if wrapped > 0 else negative if wrapped < 0 else ''}"


def _draw(axes: Axes, plane: Plane, line: shapely.LineString, degrees: str, *, below: bool) -> None:
    flat = plane.flat(line)
    axes.add_collection(LineCollection(lines(flat), colors="#6b7f90", linewidths=0.4, linestyles=":", zorder=4), autolim=False)
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    edge = shapely.LineString([(left, bottom), (right, bottom)] if below else [(left, bottom), (left, top)])
    crossing = shapely.intersection(flat, edge)
    if isinstance(crossing, shapely.Point) and not crossing.is_empty:
        offset, alignment = ((0, -4), ("center", "top")) if below else ((-4, 0), ("right", "center"))
        axes.annotate(
            degrees,
            (crossing.x, crossing.y),
            xytext=offset,
            textcoords="offset points",
            ha=alignment[0],
            va=alignment[1],
            fontsize=8,
            color=SOFT,
            annotation_clip=False,
        )


def draw_scale(axes: Axes, wording: Wording) -> None:
    """Draw a bar of a round number of kilometres in the lower right corner."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    fifth = (right - left) / 5 / 1000
    power = 10.0 ** floor(log10(fifth))
    length = max(multiple * power for multiple in (1, 2, 5) if multiple * power <= fifth)
    x, y = right - 0.03 * (right - left), bottom + 0.03 * (top - bottom)
    axes.plot([x - 1000 * length, x], [y, y], color=INK, linewidth=2.5, solid_capstyle="butt", zorder=21)
    label = wording.say("%(distance)s km", distance=f"{length:g}")
    axes.annotate(
        label,
        (x - 500 * length, y),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=8,
        zorder=21,
        path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )
