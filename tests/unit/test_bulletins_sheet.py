"""A sheet on which words are written: those that several pictures share are drawn once and look the same."""

from collections import Counter
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from hazecast.bulletins.pictures.canvas import figure
from hazecast.bulletins.pictures.picture import Picture
from hazecast.bulletins.pictures.sheet import Layer, Sheet


def shared(sheet: Sheet) -> None:
    sheet.text(0.2, 0.3, "Legend 图例", fontsize=9, color="#4a5763")
    sheet.watermark("DRILL")


def written(name: str, layer: Layer | None) -> Picture:
    with figure(3.0, 1.5) as drawn:
        drawn.text(0.1, 0.9, "0")
        sheet = Sheet(drawn)
        if layer is None:
            shared(sheet)
        sheet.text(0.2, 1.0, name, halo=True, fontsize=12)
        return sheet.picture(name, "zh", "Words", layer)


def lifted() -> Layer:
    with figure(3.0, 1.5) as drawn:
        sheet = Sheet(drawn)
        shared(sheet)
        return sheet.lifted()


def pixels(picture: Picture) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(picture.png)).convert("RGB")).astype(int)


def test_words_from_a_layer_look_as_if_they_were_written_on_each_picture() -> None:
    layer = lifted()
    for name in ("北京", "天津"):
        apart, at_once = written(name, layer), written(name, None)
        assert np.abs(pixels(apart) - pixels(at_once)).max() <= 3  # of 255: two roundings instead of one
        root = ElementTree.fromstring(apart.svg)
        assert sorted(text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text")) == sorted(
            ["0", name, "Legend 图例", "DRILL"]
        )
        assert max(Counter(element.get("id") for element in root.iter() if element.get("id")).values()) == 1


def test_a_viewer_with_other_fonts_gives_each_text_the_room_that_it_was_laid_out_for() -> None:
    with figure(3.0, 1.5) as drawn:
        axis = drawn.text(0.1, 0.9, "42 & 43")
        sheet = Sheet(drawn)
        one, other = sheet.text(0.2, 1.0, "Widest of all 预警", fontsize=14), sheet.text(0.2, 0.5, "霾", halo=True, fontsize=9)
        wide = {text.get_text(): 72 * (right - left) for text in (axis, one, other) for left, _, right, _ in [sheet.extent(text)]}
        root = ElementTree.fromstring(sheet.picture("x", "en", "Words").svg)
    found = {text.text: text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert found.keys() == wide.keys()
    for words, width in wide.items():
        assert float(found[words].get("textLength", "0")) == pytest.approx(width, rel=0.04)
        assert found[words].get("lengthAdjust") == "spacingAndGlyphs"


def test_a_layer_holds_no_white_edges() -> None:
    with figure(1.0, 1.0) as drawn:
        sheet = Sheet(drawn)
        sheet.text(0.1, 0.1, "Beijing", halo=True)
        with pytest.raises(ValueError, match="'Beijing' has a white edge"):
            sheet.lifted()
