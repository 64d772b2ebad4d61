"""An episode: what was observed and forecast hour by hour, and below it what each day ahead and the warnings said."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from hazecast.backtest.scorecard.pictures.canvas import INK, LOOKS, SOFT, WIDE, data_uri, picture, quiet_grid
from hazecast.backtest.verification import FORECAST
from hazecast.bulletins.palette import STYLES
from hazecast.records import Level

Array = NDArray[np.float64]
ROW = 0.24  # inches of a row of levels
LETTERS = {level: level.name[0] for level in (Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED)}
DAY = np.timedelta64(24, "h")
HOUR = 1.0 / 24.0
MOST_DATES = 9
LEAST_LETTER_HOURS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """The hours of an episode (ends of hours, local), PM2.5 in µg m-3 with the 90 % band (2, hour), and rows of levels with names.

    `lines` are limits of PM2.5 that are worth drawing.
    """

    times: NDArray[np.datetime64]
    observed: Array
    forecast: Array
    band: Array
    rows: tuple[tuple[str, NDArray[np.int8]], ...]
    lines: tuple[tuple[Level, float], ...]


def draw_strip(strip: Strip) -> str:
    """The picture, as wide as the page."""
    below = ROW * len(strip.rows)
    with picture(WIDE, 2.5 + below + 0.5) as drawn:
        upper, lower = drawn.subplots(2, 1, sharex=True, height_ratios=[2.5, below], gridspec_kw={"hspace": 0.04})
        _draw_series(upper, strip)
        _draw_levels(lower, strip)
        _label_days(lower, strip)
        return data_uri(drawn)


def _draw_series(axes: Axes, strip: Strip) -> None:
    quiet_grid(axes, "y")
    colour = LOOKS[FORECAST].colour
    hours = _days(strip) - 0.5 * HOUR
    axes.fill_between(hours, strip.band[0], strip.band[1], color=colour, alpha=0.18, linewidth=0, zorder=2)
    axes.plot(hours, strip.forecast, color=colour, linewidth=1.8, zorder=4)
    axes.plot(hours, strip.observed, color=INK, linewidth=1.8, zorder=5)
    shown = np.concatenate([strip.observed, strip.forecast, strip.band[1]])
    top = float(np.nanmax(shown, initial=50.0))
    middle = float(np.nanmax(np.concatenate([strip.observed, strip.forecast]), initial=50.0))
    top = 1.06 * min(top, 1.7 * middle)
    for level, limit in strip.lines:
        if limit < top:
            axes.axhline(limit, color=STYLES[level].fill, linewidth=1.4, zorder=1)
    axes.set(ylim=(0, top), ylabel="PM2.5 (µg/m³)")
    handles = [
        Line2D([], [], color=INK, linewidth=1.8, label="observed"),
        Line2D([], [], color=colour, linewidth=1.8, label="forecast one day ahead"),
        Patch(facecolor=colour, alpha=0.2, label="its 90 % band"),
    ]
    axes.legend(handles=handles, ncols=3, loc="lower left", bbox_to_anchor=(-0.01, 0.98))


def _draw_levels(axes: Axes, strip: Strip) -> None:
    """A bar for each stretch of one level, with its letter."""
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set(ylim=(len(strip.rows), 0))
    axes.set_yticks(np.arange(len(strip.rows)) + 0.5, [name for name, _ in strip.rows])
    axes.tick_params(length=0)
    ends = _days(strip)
    for row, (_, levels) in enumerate(strip.rows):
        for first, last in _stretches(levels):
            level = Level(int(levels[first]))
            _draw_stretch(axes, level, row, ends[first] - HOUR, ends[last])


def _draw_stretch(axes: Axes, level: Level, row: int, start: float, end: float) -> None:
    style = STYLES[level]
    box = Rectangle((start, row + 0.1), end - start, 0.8, hatch="xxx" if level is Level.UNKNOWN else "", linewidth=0.5)
    box.set(facecolor=style.fill if level is not Level.NONE else "#f1f4f6", edgecolor="#8b949c" if level > Level.NONE else "none")
    axes.add_patch(box)
    if level in LETTERS and end - start >= LEAST_LETTER_HOURS * HOUR:
        letter = axes.text((start + end) / 2, row + 0.52, LETTERS[level], color=style.ink, fontsize=7.5)
        letter.set(ha="center", va="center", clip_on=True)


def _label_days(axes: Axes, strip: Strip) -> None:
    ends = _days(strip)
    axes.set_xlim(ends[0] - HOUR, ends[-1])
    days = np.arange(np.ceil(ends[0] - HOUR), ends[-1])
    step = max(1, round(days.size / MOST_DATES))
    origin = strip.times[0].astype("datetime64[D]")
    axes.set_xticks(days[::step], [f"{pd.Timestamp(origin + int(day)):%-d %b}" for day in days[::step]])
    axes.set_xticks(np.concatenate([days, days - 0.5, days[-1:] + 0.5]), minor=True)
    axes.set_xlim(ends[0] - HOUR, ends[-1])
    axes.tick_params(axis="x", which="both", length=3, color=SOFT)


def _days(strip: Strip) -> Array:
    """The ends of the hours in days from the first midnight."""
    return np.asarray((strip.times - strip.times[0].astype("datetime64[D]")) / DAY)


def _stretches(levels: NDArray[np.int8]) -> Sequence[tuple[int, int]]:
    """First and last hour of each run of one level."""
    ends = np.flatnonzero(np.diff(levels)).tolist()
    return list(zip([0, *(end + 1 for end in ends)], [*ends, levels.size - 1], strict=True)) if levels.size else []
