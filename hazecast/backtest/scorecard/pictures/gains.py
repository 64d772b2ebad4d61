"""What one backtest gains over another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hazecast.backtest.scorecard.pictures.canvas import INK, data_uri, picture, quiet_grid

BETTER, WORSE = "#0072b2", "#d55e00"


@dataclass(frozen=True, slots=True)
class Gain:
    """One bar, and whether it can be told from chance."""

    label: str
    gain: float
    told: bool


def draw_gains(gains: Sequence[Gain], unit: str, names: tuple[str, str]) -> str:
    """Bars from zero, the first on top."""
    at = np.arange(len(gains))
    with picture(height=1.3 + 0.38 * len(gains)) as drawn:
        axes = drawn.subplots()
        quiet_grid(axes, "x")
        for place, gain in zip(at, gains, strict=True):
            colour = BETTER if gain.gain > 0 else WORSE
            axes.barh(place, gain.gain, height=0.6, facecolor=colour if gain.told else "white", edgecolor=colour, linewidth=1.6)
        axes.axvline(0, color=INK, linewidth=1.0)
        axes.set_yticks(at, [gain.label for gain in gains])
        reach = 1.12 * max([1.0, *(abs(g.gain) for g in gains if np.isfinite(g.gain))])
        axes.set(xlim=(-reach, reach), ylim=(len(gains) - 0.4, -0.6), xlabel=unit)
        axes.text(0.99, 1.02, f"{names[0]} better →", transform=axes.transAxes, ha="right", va="bottom", fontsize=8.5, color=BETTER)
        axes.text(0.01, 1.02, f"← {names[1]} better", transform=axes.transAxes, ha="left", va="bottom", fontsize=8.5, color=WORSE)
        return data_uri(drawn)
