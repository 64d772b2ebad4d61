"""The target diagram of the stations."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.patches import Circle

from hazecast.backtest.scorecard.pictures.canvas import INK, LOOKS, SOFT, data_uri, picture
from hazecast.backtest.verification import FORECAST

MOST_NAMES = 12


@dataclass(frozen=True, slots=True)
class TargetSpot:
    """A station: bias and signed unbiased RMSE, both as shares of the RMSE of persistence."""

    name: str
    unbiased: float
    bias: float


def draw_target(spots: Sequence[TargetSpot]) -> str:
    """Jolliff and others 2009, J. Mar. Syst. 76, 64-82, in units of the error of persistence; inside the circle it is beaten."""
    known = [s for s in spots if np.isfinite(s.unbiased) and np.isfinite(s.bias)]
    reach = max([1.15, *(1.12 * float(np.hypot(s.unbiased, s.bias)) for s in known)])
    with picture(4.5, 4.4) as drawn:
        axes = drawn.subplots()
        axes.add_patch(Circle((0, 0), 1.0, facecolor="#eef3f7", edgecolor=INK, linewidth=1.2, zorder=0))
        axes.add_patch(Circle((0, 0), 0.5, facecolor="#dbe6ee", edgecolor=SOFT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0))
        axes.axhline(0, color="#9aa5ae", linewidth=0.8, zorder=1)
        axes.axvline(0, color="#9aa5ae", linewidth=0.8, zorder=1)
        axes.scatter([s.unbiased for s in known], [s.bias for s in known], s=42, color=LOOKS[FORECAST].colour, edgecolor="white", zorder=3)
        if len(known) <= MOST_NAMES:
            named: list[TargetSpot] = []
            for spot in known:
                if any(abs(spot.bias - o.bias) < 0.07 * reach and abs(spot.unbiased - o.unbiased) < 0.6 * reach for o in named):
                    continue  # its name would hide another; the table by station has all
                named.append(spot)
                side = -1 if spot.unbiased > 0 else 1
                axes.annotate(
                    spot.name, (spot.unbiased, spot.bias), (6 * side, 4), textcoords="offset points", fontsize=7.5, color=INK,
                    ha="right" if side < 0 else "left",
                )  # fmt: skip
        axes.text(0, 1.0, "as good as persistence", fontsize=7.5, color=INK, ha="center", va="bottom")
        axes.set(
            xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", ylabel="Bias ÷ RMSE of persistence",
            xlabel="← too smooth     unbiased RMSE ÷ RMSE of persistence     too variable →",
        )  # fmt: skip
        axes.tick_params(length=0)
        return data_uri(drawn)
