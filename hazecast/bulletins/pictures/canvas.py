"""Figures that look the same on every machine: no settings of the user, one font, no dates in the file."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from pylopdf_fonts_zh_cn import sans_path

INK = "#16202a"
SOFT = "#4a5763"
EXERCISE = "#5b1a8b"
DOTS_PER_INCH = 150
LARGEST_HEADING = 16.0


@cache
def _font_family() -> str:
    """The font with Chinese and Latin letters, made known to matplotlib."""
    fontManager.addfont(sans_path())
    return FontProperties(fname=sans_path()).get_name()


@contextmanager
def figure(width: float, height: float) -> Iterator[Figure]:
    """A figure of so many inches, drawn with the settings of this house as long as the context lasts."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "font.family": [_font_family(), "DejaVu Sans"],
                "text.parse_math": False,
                "text.color": INK,
                "axes.edgecolor": SOFT,
                "axes.labelcolor": INK,
                "xtick.color": SOFT,
                "ytick.color": SOFT,
                "hatch.linewidth": 0.5,
                "axes.unicode_minus": False,
            }
        )
        drawn = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, facecolor="white")
        FigureCanvasAgg(drawn)
        yield drawn


def png(drawn: Figure) -> bytes:
    """The figure as PNG; the same figure gives the same bytes."""
    file = BytesIO()
    drawn.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def heading(drawn: Figure, left: float, top: float, text: str) -> None:
    """Write `text` at the head of the figure, as large as its width allows; `left` and `top` are shares of the figure."""
    line = drawn.text(left, top, text, fontsize=LARGEST_HEADING, va="center")
    room = (1.0 - 2 * left) * drawn.bbox.width
    line.set_fontsize(LARGEST_HEADING * min(1.0, room / line.get_window_extent().width))


def watermark(drawn: Figure, word: str) -> None:
    """Write `word` large across the figure."""
    drawn.text(0.5, 0.5, word, color=EXERCISE, alpha=0.3, fontsize=72, rotation=28, ha="center", va="center", zorder=50)
