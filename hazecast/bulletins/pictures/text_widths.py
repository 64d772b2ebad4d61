"""Texts of an SVG keep the width that they were laid out for, whatever fonts a viewer has."""

import re
from functools import lru_cache
from html import unescape
from typing import Any

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

_TEXT = re.compile(r"<text (style=\"[^\"]*font-size: ([\d.]+)px; font-family: ([^;\"]+)[^>]*)>([^<]+)</text>")


def as_wide_as_laid_out(svg: str) -> str:
    """The SVG whose texts say how wide they are in the fonts that they name first; a viewer with others squeezes or widens them to that."""
    return _TEXT.sub(_with_length, svg)


def _with_length(text: re.Match[str]) -> str:
    attributes, size, families, words = text.groups()
    width = _width(unescape(words), families, float(size))
    return f'<text textLength="{width:.2f}" lengthAdjust="spacingAndGlyphs" {attributes}>{words}</text>'


@lru_cache(maxsize=4096)
def _width(words: str, families: str, size: float) -> float:
    """In px, without hinting, as SVG is drawn."""
    measuring: Any = TextToPath()
    named = [name.strip(" '") for name in families.split(",")]
    return float(measuring.get_text_width_height_descent(words, FontProperties(family=named, size=size), False)[0])
