"""Panels over time, drawn straight onto a figure in inches: without the machinery of axes, for there are many of them."""

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from hazecast.bulletins.pictures.canvas import SOFT

GRID, FRAME, MIDNIGHT = "#dfe4e8", "#8c969f", "#a9b3bb"
TICK_SIZE = 8
Array = NDArray[np.float64]
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle of a figure, in inches, with a range of days (since 1970) and of values."""

    figure: Figure
    left: float
    bottom: float
    width: float
    height: float
    days: tuple[float, float]
    values: tuple[float, float]

    def x(self, days: Any) -> Any:
        """Inches of days."""
        return self.left + (np.clip(days, *self.days) - self.days[0]) / (self.days[1] - self.days[0]) * self.width

    def y(self, values: Any) -> Any:
        """Inches of values; what lies beyond the range stands at its end."""
        return self.bottom + (np.clip(values, *self.values) - self.values[0]) / (self.values[1] - self.values[0]) * self.height

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.bottom + self.height


def line(panel: Panel, days: Array, values: Array, **style: Any) -> None:
    """Draw a curve, with gaps where values are unknown; a value alone between gaps is a dot."""
    points = np.column_stack([panel.x(days), panel.y(values)])
    runs = known_runs(~np.isnan(values))
    pieces = [points[run] if run.stop - run.start > 1 else points[[run.start, run.start]] for run in runs]
    _add(panel, LineCollection(pieces, capstyle="round", transform=panel.figure.dpi_scale_trans, **style))


def band(panel: Panel, days: Array, low: Array, high: Array, **style: Any) -> None:
    """Fill between two curves where both are known."""
    pieces = []
    for run in known_runs(~(np.isnan(low) | np.isnan(high))):
        x, down, up = panel.x(days[run]), panel.y(low[run]), panel.y(high[run])
        pieces.append(np.column_stack([np.concatenate([x, x[::-1]]), np.concatenate([down, up[::-1]])]))
    _add(panel, PolyCollection(pieces, linewidths=0, transform=panel.figure.dpi_scale_trans, **style))


def known_runs(known: NDArray[np.bool_]) -> list[slice]:
    """The stretches without gaps."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    return [slice(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def box(panel: Panel, days: tuple[float, float], values: tuple[float, float], **style: Any) -> None:
    """Fill a rectangle of days and values."""
    x, y = panel.x(np.array(days)), panel.y(np.array(values))
    rectangle(panel.figure, float(x[0]), float(y[0]), float(x[1] - x[0]), float(y[1] - y[0]), **style)


def rectangle(figure: Figure, left: float, bottom: float, width: float, height: float, **style: Any) -> None:
    """Fill a rectangle, in inches."""
    figure.add_artist(Rectangle((left, bottom), width, height, transform=figure.dpi_scale_trans, **style))


def uprights(panel: Panel, days: Any, **style: Any) -> None:
    """Draw a line from the bottom to the top at each of some days."""
    x = np.atleast_1d(panel.x(np.asarray(days, dtype=float)))
    pieces = [np.array([(value, panel.bottom), (value, panel.top)]) for value in x]
    _add(panel, LineCollection(pieces, transform=panel.figure.dpi_scale_trans, **style))


def levels(panel: Panel, values: Any, **style: Any) -> None:
    """Draw a line from side to side at each of some values."""
    y = np.atleast_1d(panel.y(np.asarray(values, dtype=float)))
    pieces = [np.array([(panel.left, value), (panel.left + panel.width, value)]) for value in y]
    _add(panel, LineCollection(pieces, transform=panel.figure.dpi_scale_trans, **style))


def scale(panel: Panel, at_most: int, *, numbers: bool = True) -> None:
    """Draw thin lines at round values, write these beside the panel where `numbers` are wished, and draw its frame."""
    low, high = panel.values
    ticks = round_values(low, high, at_most)
    levels(panel, ticks, colors=GRID, linewidths=0.6, zorder=1)
    for value in ticks if numbers else ():
        x, y, place = panel.left - 0.06, float(panel.y(value)), panel.figure.dpi_scale_trans
        panel.figure.text(x, y, f"{value:g}", fontsize=TICK_SIZE, color=SOFT, ha="right", va="center", transform=place)
    rectangle(panel.figure, panel.left, panel.bottom, panel.width, panel.height, fill=False, edgecolor=FRAME, linewidth=0.7, zorder=12)


def round_values(low: float, high: float, at_most: int) -> list[float]:
    """Multiples of a round number from `low` to `high`, at most so many."""
    least = (high - low) / at_most
    power = 10.0 ** floor(log10(least))
    step = next(multiple * power for multiple in _STEPS if multiple * power >= least * (1 - 1e-9))
    return [step * number for number in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def _add(panel: Panel, artist: LineCollection | PolyCollection) -> None:
    panel.figure.add_artist(artist)


def draw_key(figure: Figure, key: Artist, left: float, middle: float, width: float, height: float) -> None:
    """Draw the sign of a legend: a line or a patch at a place in inches."""
    if isinstance(key, Line2D):
        key.set(xdata=[left, left + width / 2, left + width], ydata=[middle] * 3, markevery=[1], transform=figure.dpi_scale_trans)
    elif isinstance(key, Patch):
        drawn = Rectangle((left, middle - height / 2), width, height)
        drawn.update_from(key)
        key = drawn
        key.set_transform(figure.dpi_scale_trans)
    figure.add_artist(key)
