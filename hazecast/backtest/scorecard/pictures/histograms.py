"""Whether the spread was right: the histogram of the probability integral transform, and the coverage of bands."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hazecast.backtest.scorecard.pictures.canvas import INK, LOOKS, SOFT, data_uri, picture, quiet_grid
from hazecast.backtest.verification import FORECAST

Array = NDArray[np.float64]
BAND_LOOKS = ("#9cc4dd", "#4f97c4", "#0b4f7d")


def draw_pit(count: Array) -> str:
    """Where in the forecast distribution the observations fell; flat is right."""
    share = count / max(count.sum(), 1.0) * count.size
    with picture(height=3.1) as drawn:
        axes = drawn.subplots()
        quiet_grid(axes, "y")
        centres = (np.arange(count.size) + 0.5) / count.size
        axes.bar(centres, share, width=0.92 / count.size, color=LOOKS[FORECAST].colour, alpha=0.8)
        axes.axhline(1.0, color=INK, linewidth=1.1, linestyle=(0, (4, 3)))
        axes.set(
            xlim=(0, 1),
            ylim=(0, max(2.0, 1.08 * float(share.max(initial=0.0)))),
            xlabel="Probability that was given to less",
            ylabel="Share, 1 = as often as it should",
        )
        return data_uri(drawn)


def draw_ranks(count: Array, expected: Array, quantiles: Sequence[float]) -> str:
    """How often observations fell between neighbouring quantiles, as a share of what is expected."""
    share = count / np.maximum(count.sum() * expected, 1e-9)
    edges = ["0", *(f"{100 * q:g}" for q in quantiles), "100"]
    with picture(height=3.1) as drawn:
        axes = drawn.subplots()
        quiet_grid(axes, "y")
        at = np.arange(count.size)
        axes.bar(at + 0.5, share, width=0.9, color=LOOKS[FORECAST].colour, alpha=0.8)
        axes.axhline(1.0, color=INK, linewidth=1.1, linestyle=(0, (4, 3)))
        axes.set_xticks(np.arange(len(edges)), edges)
        axes.set(
            xlim=(0, count.size),
            ylim=(0, max(2.0, 1.08 * float(share.max(initial=0.0)))),
            xlabel="Between these quantiles (%)",
            ylabel="Observed ÷ expected",
        )
        return data_uri(drawn)


def draw_coverage(labels: Sequence[str], bands: Sequence[tuple[int, Array, Array, Array]]) -> str:
    """The share of observations inside each band (%, share, low, high) by group of leads, beside the share there should be."""
    with picture(height=3.4) as drawn:
        axes = drawn.subplots()
        quiet_grid(axes, "y")
        width = 0.8 / max(len(bands), 1)
        x = np.arange(len(labels), dtype=np.float64)
        for at, (band, share, low, high) in enumerate(bands):
            place = x + (at - (len(bands) - 1) / 2) * width
            axes.bar(place, 100 * share, width=0.9 * width, color=BAND_LOOKS[at], label=f"{band} % band")
            axes.vlines(place, 100 * low, 100 * high, color=INK, linewidth=1.1)
            axes.axhline(band, color=SOFT, linewidth=1.0, linestyle=(0, (4, 3)), zorder=3)
        axes.set_xticks(x, list(labels))
        axes.set(ylim=(0, 100), xlabel="Lead time (h)", ylabel="Observations inside (%)")
        axes.legend(ncols=3, loc="lower left", bbox_to_anchor=(-0.02, 1.0), handlelength=1.2)
        return data_uri(drawn)
