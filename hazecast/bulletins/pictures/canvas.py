"""Figures that look the same on every machine: no settings of the user, the same fonts, no dates in the file."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO

import matplotlib as mpl
import pylopdf_fonts_jp
import pylopdf_fonts_zh_cn
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager

INK = "#16202a"
SOFT = "#4a5763"
EXERCISE = "#5b1a8b"
DOTS_PER_INCH = 150
LARGEST_HEADING = 16.0


@cache
def font_families(language: str) -> tuple[str, ...]:
    """The fonts of one language, best first: Japanese has its own shapes of the signs that it shares with Chinese."""
    chinese, japanese = (_known(package.sans_path()) for package in (pylopdf_fonts_zh_cn, pylopdf_fonts_jp))
    return (japanese, chinese, "DejaVu Sans") if language == "ja" else (chinese, "DejaVu Sans")


def _known(path: str) -> str:
    """The name of a font, once matplotlib knows its file."""
    fontManager.addfont(path)
    return FontProperties(fname=path).get_name()


@contextmanager
def figure(width: float, height: float) -> Iterator[Figure]:
    """A figure of so many inches, drawn with the settings of this house as long as the context lasts."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "font.family": list(font_families("zh")),
                "text.parse_math": False,
                "text.color": INK,
                "axes.edgecolor": SOFT,
                "axes.labelcolor": INK,
                "xtick.color": SOFT,
                "ytick.color": SOFT,
                "hatch.linewidth": 0.5,
                "axes.unicode_minus": False,
                "svg.fonttype": "none",
                "svg.hashsalt": "hazecast",
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
