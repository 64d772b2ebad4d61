"""Scores along lead times or hours, with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.backtest.scorecard.pictures.canvas import INK, LOOKS, Look, data_uri, picture, quiet_grid
from hazecast.backtest.verification import FORECAST

Array = NDArray[np.float64]
MOST_WHISKERS = 12  # slices, beyond which they would hide the lines


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One line: a score by slice, and its interval, NaN where there is none."""

    name: str
    value: Array
    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class Axis:
    """What is drawn against what, the labels of the slices, and whether the scale begins at zero."""

    score: str
    along: str
    labels: tuple[str, ...]
    from_zero: bool = True
    zero_line: bool = False
    target: float | None = None


def draw_curves(curves: Sequence[Curve], axis: Axis) -> str:
    """Curves with markers, the interval of the forecast as a band and those of the baselines as whiskers."""
    x = np.arange(len(axis.labels), dtype=np.float64)
    with picture() as drawn:
        axes = drawn.subplots()
        quiet_grid(axes, "y")
        for at, curve in reversed(list(enumerate(curves))):
            look = LOOKS.get(curve.name, Look(INK, (0, (2, 1)), "P"))
            shift = 0.0 if curve.name == FORECAST or len(axis.labels) > MOST_WHISKERS else 0.07 * (at - (len(curves) - 1) / 2)
            if curve.name == FORECAST:
                axes.fill_between(x, curve.low, curve.high, color=look.colour, alpha=0.2, linewidth=0, zorder=2)
            elif len(axis.labels) <= MOST_WHISKERS:
                axes.vlines(x + shift, curve.low, curve.high, color=look.colour, alpha=0.55, linewidth=1.1, zorder=2)
            axes.plot(
                x + shift, curve.value, color=look.colour, linestyle=look.dashes, marker=look.marker, label=curve.name, zorder=5 - at / 10,
                linewidth=2.2 if curve.name == FORECAST else 1.5, markersize=5.5 if len(axis.labels) <= MOST_WHISKERS else 3.5,
            )  # fmt: skip
        if axis.target is not None:
            axes.axhline(axis.target, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
        if axis.zero_line:
            axes.axhline(0.0, color=INK, linewidth=0.9, zorder=1)
        if axis.from_zero:
            axes.set_ylim(bottom=0.0)
        axes.set_xlim(-0.35, x.size - 0.65)
        shown = slice(None, None, 1 if x.size <= MOST_WHISKERS else 3)
        axes.set_xticks(x[shown], axis.labels[shown])
        axes.set(xlabel=axis.along, ylabel=axis.score)
        handles, names = axes.get_legend_handles_labels()
        axes.legend(handles[::-1], names[::-1], ncols=min(3, len(names)), loc="lower left", bbox_to_anchor=(-0.02, 1.0), handlelength=2.6)
        return data_uri(drawn)
