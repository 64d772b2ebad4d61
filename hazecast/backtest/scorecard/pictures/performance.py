"""The performance diagram."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hazecast.backtest.scorecard.pictures.canvas import LOOKS, SOFT, data_uri, picture

BIASES = (0.25, 0.5, 1.0, 2.0, 4.0)
CSI_LINES = np.arange(0.1, 1.0, 0.1)


@dataclass(frozen=True, slots=True)
class Spot:
    """A forecast's success ratio and probability of detection, each with its interval, and the letter that is written beside it."""

    forecast: str
    mark: str
    success_ratio: tuple[float, float, float]
    pod: tuple[float, float, float]


def draw_performance(spots: Sequence[Spot], joined: bool) -> str:
    """Roebber 2009, Weather and Forecasting 24, 601-608: CSI as curves and the frequency bias as rays; the upper right is best.

    `joined` draws a line through the spots of each forecast and marks its ends alone.
    """
    with picture(4.5, 4.3) as drawn:
        axes = drawn.subplots()
        _background(axes)
        for name in dict.fromkeys(spot.forecast for spot in spots):
            look, own = LOOKS[name], [s for s in spots if s.forecast == name]
            x, y = (np.array([getattr(s, part)[0] for s in own]) for part in ("success_ratio", "pod"))
            for spot in own:
                axes.plot(spot.success_ratio[1:], [spot.pod[0]] * 2, color=look.colour, linewidth=1.0, alpha=0.6, zorder=3)
                axes.plot([spot.success_ratio[0]] * 2, spot.pod[1:], color=look.colour, linewidth=1.0, alpha=0.6, zorder=3)
            first = name == next(iter(LOOKS))
            axes.plot(
                x, y, color=look.colour, linestyle=look.dashes if joined else "none", marker=look.marker, markersize=8 if first else 6.5,
                markerfacecolor=look.colour if first else "white", markeredgewidth=1.5, linewidth=1.3, zorder=5 if first else 4,
            )  # fmt: skip
            for at, (spot, at_x, at_y) in enumerate(zip(own, x, y, strict=True)):
                if not joined or at in (0, len(own) - 1):  # the line tells what lies between
                    aside = (5, 5 if first else -11)
                    axes.annotate(
                        spot.mark, (at_x, at_y), aside, textcoords="offset points", fontsize=8, color=look.colour, zorder=3.5,
                        annotation_clip=False, bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6},
                    )  # fmt: skip
        _legend(axes, spots)
        return data_uri(drawn)


def _background(axes: Axes) -> None:
    ratio, pod = np.meshgrid(np.linspace(0.001, 1, 200), np.linspace(0.001, 1, 200))
    csi = 1.0 / (1.0 / ratio + 1.0 / pod - 1.0)
    axes.contourf(ratio, pod, csi, levels=[0, *CSI_LINES, 1.0], cmap="Greys", vmin=-0.1, vmax=2.6, zorder=0)
    lines = axes.contour(ratio, pod, csi, levels=CSI_LINES, colors="#9aa5ae", linewidths=0.7, zorder=1)
    axes.clabel(lines, levels=CSI_LINES[::2], fmt="%.1f", fontsize=7.5, colors=SOFT)
    for bias in BIASES:
        axes.plot([0, 1], [0, bias], color="#9aa5ae", linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
        place = (1.01, bias) if bias <= 1 else (1.0 / bias, 1.015)
        axes.text(
            *place, f"{bias:g}", fontsize=7.5, color=SOFT, ha="left" if bias <= 1 else "center", va="center" if bias <= 1 else "bottom"
        )
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="Success ratio (1 − false alarm ratio)", ylabel="Probability of detection", aspect="equal")
    axes.tick_params(length=0)


def _legend(axes: Axes, spots: Sequence[Spot]) -> None:
    names = list(dict.fromkeys(spot.forecast for spot in spots))
    first = next(iter(LOOKS))
    handles = [
        Line2D(
            [], [], color=LOOKS[n].colour, marker=LOOKS[n].marker, linestyle="none", markersize=7,
            markerfacecolor=LOOKS[n].colour if n == first else "white", markeredgewidth=1.5, label=n,
        )
        for n in names
    ]  # fmt: skip
    axes.legend(handles=handles, ncols=2, loc="lower left", bbox_to_anchor=(-0.03, 1.05), columnspacing=1.2, handletextpad=0.2)
