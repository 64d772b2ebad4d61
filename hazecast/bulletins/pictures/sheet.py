"""A figure drawn once, and the words of each language written on it: what takes time is the same in every language."""

import re
from dataclasses import dataclass
from functools import cached_property
from html import escape
from io import BytesIO, StringIO
from typing import Any, cast

from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.patheffects import Normal, withStroke
from matplotlib.text import Text
from PIL import Image

from hazecast.bulletins.pictures.canvas import DOTS_PER_INCH, EXERCISE, LARGEST_HEADING, font_families
from hazecast.bulletins.pictures.picture import Picture
from hazecast.bulletins.pictures.text_widths import as_wide_as_laid_out

COMPRESSION = 1  # of PNG: higher levels take up to three times as long for a twentieth of the bytes
WORDS_ORDER = 20.0
HINTING = 0.985  # letters keep to whole pixels: what is made smaller by a share gets a little less so
_HALO_ID = "halo"
_FINER_THAN_SEEN = re.compile(rb"(\.\d\d)\d+")  # of a point, in the numbers that paths are made of
_TITLE = b"<title>-</title>"
_METADATA = re.compile(rb"<metadata>.*?</metadata>\s*", re.DOTALL)
_HEAD = re.compile(r"\A.*?</metadata>\s*", re.DOTALL)
_DOCTYPE = re.compile(rb"<!DOCTYPE[^>]*>\s*")  # names an address that some viewers would ask
_COUNTED = re.compile(r' id="text_\d+"')  # words are drawn apart from the base, and both would count from 1
_HALO_STYLE = "paint-order:stroke;stroke:#fff;stroke-width:2.8px;stroke-linejoin:round"


@dataclass(frozen=True, slots=True)
class Layer:
    """Words that stand alike on many sheets of one size: as pixels on nothing, and as they stand inside of an SVG."""

    pixels: Image.Image
    svg: bytes


class Sheet:
    """The figure as it stands becomes the base; words are placed in inches from its lower left corner, and gone after `picture`."""

    def __init__(self, drawn: Figure) -> None:
        self.figure = drawn
        self._canvas = cast(Any, drawn.canvas)  # of Agg; matplotlib has no types for what is called here
        self._canvas.draw()
        self._base = self._canvas.copy_from_bbox(drawn.bbox)
        self._words: list[Artist] = []
        self._haloed: list[Text] = []
        self._families = list(font_families("en"))

    def speak(self, language: str) -> None:
        """Write in the fonts of `language` from now on."""
        self._families = list(font_families(language))

    def text(self, x: float, y: float, text: str, *, halo: bool = False, **style: Any) -> Text:
        """Write `text`, with a white edge where it stands on a ground that is not plain."""
        style = {"fontfamily": self._families, "zorder": WORDS_ORDER, "transform": self.figure.dpi_scale_trans, **style}
        written = self.figure.text(x, y, text, **style)
        self._words.append(written)
        if halo:
            written.set_path_effects([withStroke(linewidth=2.6, foreground="white"), Normal()])
            written.set_gid(f"{_HALO_ID}-{len(self._haloed)}")
            self._haloed.append(written)
        return written

    def erase(self, written: Text) -> None:
        """Take back what `text` wrote last."""
        written.remove()
        self._words.remove(written)
        if self._haloed and self._haloed[-1] is written:
            self._haloed.pop()

    def extent(self, written: Text) -> tuple[float, float, float, float]:
        """Left, bottom, right, top in inches."""
        box = written.get_window_extent(self._canvas.get_renderer())
        left, bottom, right, top = (value / self.figure.dpi for value in box.extents)
        return float(left), float(bottom), float(right), float(top)

    def legend(self, x: float, y: float, handles: list[Any], labels: list[str], columns: int, size: float, **style: Any) -> Legend:
        """A legend without a frame whose lower left corner is at `x`, `y`."""
        written = self.figure.legend(
            handles,
            labels,
            loc="lower left",
            bbox_to_anchor=(x, y),
            bbox_transform=self.figure.dpi_scale_trans,
            ncols=columns,
            prop={"family": self._families, "size": size},
            frameon=False,
            borderaxespad=0,
            borderpad=0,
            **style,
        )
        self._words.append(written)
        return written

    def heading(self, x: float, y: float, text: str) -> None:
        """Write `text` as large as the width of the figure allows."""
        self.shrunk(self.text(x, y, text, fontsize=LARGEST_HEADING, va="center"), self.figure.get_figwidth() - 2 * x)

    def shrunk(self, written: Text, room: float) -> Text:
        """Make what is written small enough for `room` inches."""
        left, _, right, _ = self.extent(written)
        written.set_fontsize(float(written.get_fontsize()) * min(1.0, HINTING * room / max(right - left, 1e-6)))
        return written

    def watermark(self, word: str) -> None:
        """Write `word` large across the figure."""
        width, height = self.figure.get_size_inches()
        self.text(width / 2, height / 2, word, color=EXERCISE, alpha=0.3, fontsize=72, rotation=28, ha="center", va="center", zorder=50)

    def picture(self, name: str, language: str, alt: str, layer: Layer | None = None) -> Picture:
        """The base with the words and the layer on it; the same of each give the same bytes."""
        finished = Picture(name, language, alt, self.png(layer), self._svg(alt, layer))
        self._erase_all()
        return finished

    def lifted(self) -> Layer:
        """The words so far, taken off the sheet as a layer; it can hold no white edges, which are counted in each picture."""
        if self._haloed:
            raise ValueError(f"{self._haloed[0].get_text()!r} has a white edge; expected words on plain ground.")
        self._canvas.get_renderer().clear()
        self._draw_words()
        lifted = Layer(Image.frombytes("RGBA", self._canvas.get_width_height(), bytes(self._canvas.buffer_rgba())), self._svg_words())
        self._erase_all()
        return lifted

    def png(self, layer: Layer | None = None) -> bytes:
        """The base with the words and the layer on it, as PNG."""
        self._canvas.restore_region(self._base)
        self._draw_words()
        file = BytesIO()
        pixels = bytes(self._canvas.buffer_rgba())
        drawn = Image.frombytes("RGB", self._canvas.get_width_height(), pixels, "raw", "RGBX")
        if layer is not None:
            drawn.paste(layer.pixels, mask=layer.pixels)
        drawn.save(file, format="png", compress_level=COMPRESSION, dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
        return file.getvalue()

    def _draw_words(self) -> None:
        renderer = self._canvas.get_renderer()
        for artist in sorted(self._words, key=lambda word: word.get_zorder()):
            artist.draw(renderer)

    def _erase_all(self) -> None:
        for artist in self._words:
            artist.remove()
        self._words.clear()
        self._haloed.clear()

    def _svg(self, alt: str, layer: Layer | None) -> bytes:
        """Text stays text: the white edges are the style sheet's, for matplotlib would draw such text as outlines."""
        for word in self._haloed:
            word.set_path_effects([])
        head, foot = self._svg_base
        title = f"<title>{escape(alt)}</title>"
        over = layer.svg if layer else b""
        return b"".join([head.replace(_TITLE, title.encode("utf-8"), 1), self._svg_words(), over, foot])

    @cached_property
    def _svg_base(self) -> tuple[bytes, bytes]:
        """The figure without its words, cut where they belong."""
        for word in self._words:
            word.set_visible(False)
        file = BytesIO()
        self.figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Type": None, "Format": None, "Title": "-"})
        for word in self._words:
            word.set_visible(True)
        style = f'<style type="text/css">g[id^="{_HALO_ID}-"] text{{{_HALO_STYLE}}}</style>'
        drawn = as_wide_as_laid_out(file.getvalue().decode("utf-8")).encode("utf-8").replace(b"<defs>", style.encode() + b"\n <defs>", 1)
        drawn = _FINER_THAN_SEEN.sub(rb"\1", drawn)
        drawn = _DOCTYPE.sub(b"", _METADATA.sub(b"", drawn, count=1), count=1).replace(b"<svg ", b'<svg role="img" ', 1)
        end = drawn.rindex(b"</svg>")
        return drawn[:end], drawn[end:]

    def _svg_words(self) -> bytes:
        """The words alone, as they stand inside of an SVG."""
        file = StringIO()
        self.figure.dpi = 72  # as matplotlib's own writing of SVG has it
        width, height = self.figure.get_size_inches() * 72
        make: Any = RendererSVG
        renderer = make(width, height, file, image_dpi=72, metadata={"Date": None})
        opened = file.tell()
        for artist in sorted(self._words, key=lambda word: word.get_zorder()):
            artist.draw(renderer)
        renderer.finalize()
        self.figure.dpi = DOTS_PER_INCH
        written = file.getvalue()
        words = _COUNTED.sub("", _HEAD.sub("", written[opened : written.rindex("</svg>")], count=1))
        return as_wide_as_laid_out(words).encode("utf-8")
