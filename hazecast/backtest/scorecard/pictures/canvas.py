"""Pictures of the scorecard: all of one look, each an SVG of its own inside the page."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from types import MappingProxyType

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hazecast.backtest.verification import FORECASTS
from hazecast.bulletins.pictures.canvas import INK, SOFT, figure

GRID = "#dfe4e8"
WIDTH, HEIGHT = 4.8, 3.45  # inches; at this size letters stay readable on a phone
WIDE = 9.6


class Look:
    """How one forecast is drawn: by colour, by dashes and by marker, so that none of them is needed alone."""

    def __init__(self, colour: str, dashes: str | tuple[int, tuple[float, ...]], marker: str) -> None:
        self.colour = colour
        self.dashes = dashes
        self.marker = marker


# The colours of Okabe and Ito, which readers tell apart who do not see red and green as others do.
_LOOKS = (
    Look("#0072b2", "-", "o"),
    Look("#d55e00", (0, (5, 2)), "s"),
    Look("#b07800", (0, (5, 1.5, 1, 1.5)), "^"),
    Look("#00815f", (0, (1, 1.3)), "D"),
    Look("#a8508a", (0, (8, 2)), "v"),
)
LOOKS = MappingProxyType(dict(zip(FORECASTS, _LOOKS, strict=True)))


@contextmanager
def picture(width: float = WIDTH, height: float = HEIGHT) -> Iterator[Figure]:
    """A figure of so many inches in the look of the house."""
    with figure(width, height) as drawn:
        mpl.rcParams.update(
            {
                "font.size": 9,
                "axes.titlesize": 10,
                "axes.labelsize": 9,
                "axes.spines.top": False,
                "axes.spines.right": False,
                "axes.axisbelow": True,
                "legend.frameon": False,
                "legend.fontsize": 8.5,
                "xtick.labelsize": 8.5,
                "ytick.labelsize": 8.5,
                "svg.fonttype": "path",
                "svg.hashsalt": "hazecast",
                "lines.linewidth": 1.8,
                "lines.markersize": 5.5,
            }
        )
        yield drawn


def data_uri(drawn: Figure) -> str:
    """The figure as an SVG that stands inside the page; the same figure gives the same bytes."""
    file = BytesIO()
    drawn.savefig(file, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight", pad_inches=0.06)
    return f"data:image/svg+xml;base64,{base64.b64encode(file.getvalue()).decode()}"


def quiet_grid(axes: Axes, axis: str = "both") -> None:
    """Thin lines behind everything."""
    axes.grid(True, axis=axis, color=GRID, linewidth=0.8)  # type: ignore[arg-type]
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#9aa5ae")


__all__ = ["GRID", "HEIGHT", "INK", "LOOKS", "SOFT", "WIDE", "WIDTH", "Look", "data_uri", "picture", "quiet_grid"]
