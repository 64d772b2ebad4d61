"""The layers of a stack: which sources have one, how each looks, and its name written where there is room."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hazecast.bulletins.pictures.canvas import INK
from hazecast.bulletins.pictures.plot import Array, Panel
from hazecast.bulletins.pictures.sheet import Sheet
from hazecast.bulletins.source_sentences import source_name
from hazecast.bulletins.source_series import SourceSeries, largest_sources
from hazecast.bulletins.wording import Wording
from hazecast.records import Attribution
from hazecast.records.sources import EDGES, ELSEWHERE, INITIAL, RESERVED

REGION_COLOURS = ("#332288", "#ddcc77", "#117733", "#88ccee", "#882255", "#44aa99", "#cc6677", "#999933")
"""Dark and light by turns; readers who do not see all colours tell them apart (the muted set of Paul Tol's note of 2021)."""
OTHERS = ("#c3c8cd", "#c3c8cd", "")
OWN_OTHER = ("#8f99a3", "#8f99a3", "")
LOOKS = {ELSEWHERE: ("#ece5d3", "#a5936a", "...."), EDGES: ("#dbe3ea", "#6d8296", "////"), INITIAL: ("#f4f4f4", "#8f8f8f", "xxxx")}
TEXT_SIZE = 7.5


@dataclass(frozen=True, slots=True)
class Layer:
    """One or more sources, by their numbers, drawn as one; `source_id` is empty for those that are gathered."""

    source_id: str
    name: str
    numbers: tuple[int, ...]
    colour: str
    edge: str
    hatch: str


def layers_of(series: Sequence[SourceSeries], attribution: Attribution, wording: Wording) -> tuple[Layer, ...]:
    """The layers from the lowest up: the largest regions, the other regions together, and what is of no region."""
    sources = attribution.sources
    regions = [number for number, source in enumerate(sources) if source.id not in RESERVED]
    shown = largest_sources(series, regions, len(REGION_COLOURS))
    layers = [
        Layer(sources[number].id, source_name(sources[number], wording), (number,), colour, colour, "")
        for number, colour in zip(shown, REGION_COLOURS, strict=False)
    ]
    rest = tuple(largest_sources(series, [number for number in regions if number not in shown], len(regions)))
    if rest:
        layers.append(Layer("", wording.say("other regions"), rest, *OTHERS))
    numbers = {source.id: number for number, source in enumerate(sources)}
    return (*layers, *(Layer(i, source_name(sources[numbers[i]], wording), (numbers[i],), *LOOKS[i]) for i in LOOKS if i in numbers))


def with_own_apart(layers: Sequence[Layer], own: str, attribution: Attribution, wording: Wording) -> list[Layer]:
    """The layers of one area: where its `own` region is among those that are gathered, it is taken out of them."""
    number = next((number for number, source in enumerate(attribution.sources) if source.id == own), None)
    out = []
    for layer in layers:
        if number is not None and not layer.source_id and number in layer.numbers:
            out.append(Layer(own, source_name(attribution.sources[number], wording), (number,), *OWN_OTHER))
            layer = replace(layer, numbers=tuple(other for other in layer.numbers if other != number))
        if layer.numbers:
            out.append(layer)
    return out


def name_layers(sheet: Sheet, panel: Panel, days: Array, bands: Sequence[tuple[Layer, Array, Array]], mark: float | None) -> None:
    """Write the name of each layer where it is thickest, if it fits in there and covers no `mark` (a day).

    `bands` have the lower and the upper edges of the layers at `days`.
    """
    for layer, low, high in bands:
        halo, ink = bool(layer.hatch), _ink(layer.colour)
        word = sheet.text(0, 0, layer.name, halo=halo, fontsize=TEXT_SIZE, ha="center", va="center", color=ink)
        place = _place(sheet.extent(word), panel, days, (low, high), mark)
        if place is None:
            sheet.erase(word)
        else:
            word.set_position((float(panel.x(place[0])), float(panel.y(place[1]))))


def _ink(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return "white" if 0.3 * red + 0.59 * green + 0.11 * blue < 0.5 else INK


def _place(
    extent: tuple[float, float, float, float], panel: Panel, days: Array, edges: tuple[Array, Array], mark: float | None
) -> tuple[float, float] | None:
    """Where a word of `extent` has the most room between the edges; None where it has too little everywhere."""
    (first, last), (bottom, top) = panel.days, panel.values
    width = 1.1 * (extent[2] - extent[0]) / panel.width * (last - first)
    height = 1.1 * (extent[3] - extent[1]) / panel.height * (top - bottom)
    best, place = height, None
    for day in days[(days > first + width / 2) & (days < last - width / 2)]:
        beside = np.abs(days - day) <= width / 2
        floor, ceiling = edges[0][beside].max(), edges[1][beside].min()  # NaN where a value is lacking, and that is never above
        if ceiling - floor > best and (mark is None or abs(day - mark) > 0.6 * width):
            best, place = float(ceiling - floor), (float(day), float(ceiling + floor) / 2)
    return place
