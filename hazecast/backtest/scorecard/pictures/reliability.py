"""The reliability diagram with its histogram of sharpness."""

from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import FuncFormatter, NullFormatter
from numpy.typing import NDArray

from hazecast.backtest.scorecard.pictures.canvas import INK, LOOKS, SOFT, data_uri, picture, quiet_grid
from hazecast.backtest.verification import FORECAST

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """By bin of probability: the mean probability, how often it came, with its interval, and how many forecasts; and the base rate."""

    probability: Array
    frequency: Array
    low: Array
    high: Array
    count: Array
    base_rate: float


def draw_reliability(found: Reliability) -> str:
    """The diagonal is right; in the shaded part forecasts are worth more than the base rate."""
    colour = LOOKS[FORECAST].colour
    with picture(4.5, 4.6) as drawn:
        upper, lower = drawn.subplots(2, 1, sharex=True, height_ratios=[3.4, 1], gridspec_kw={"hspace": 0.08})
        quiet_grid(upper)
        line, base = np.linspace(0, 1, 101), found.base_rate
        if np.isfinite(base):
            half = (line + base) / 2
            upper.fill_between(
                line, np.where(line >= base, half, 0.0), np.where(line >= base, 1.0, half), color="#e9eef2", linewidth=0, zorder=0
            )
            upper.axhline(base, color=SOFT, linewidth=0.9, linestyle=(0, (1, 1.5)), zorder=1)
            upper.text(0.99, base + 0.012, "base rate", fontsize=7.5, color=SOFT, ha="right", va="bottom")
        upper.plot([0, 1], [0, 1], color=INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=2)
        there = found.count > 0
        x, y = found.probability[there], found.frequency[there]
        whiskers = np.abs(np.stack([y - found.low[there], found.high[there] - y]))
        upper.errorbar(x, y, yerr=np.nan_to_num(whiskers), fmt="none", ecolor=colour, elinewidth=1.2, alpha=0.65, zorder=3)
        upper.plot(x, y, color=colour, marker="o", zorder=4)
        upper.set(xlim=(0, 1), ylim=(0, 1), ylabel="How often it came")
        centres = (np.arange(found.count.size) + 0.5) / found.count.size
        lower.bar(centres, found.count, width=0.9 / found.count.size, color=colour, alpha=0.75)
        lower.set_yscale("log")
        lower.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.0f}"))
        lower.yaxis.set_minor_formatter(NullFormatter())
        quiet_grid(lower, "y")
        lower.set(ylabel="Forecasts", xlabel="Forecast probability")
        return data_uri(drawn)
