"""How long a bulletin takes: three languages, all formats and pictures, 30 cities; and the share of each of its parts.

The goal is in seconds, and seconds are the machine's. All is done by one thread, so that its processor time is what a free core would take,
however busy the machine is.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from benchmarks.measuring import Row
from hazecast.bulletins.compose import compose
from hazecast.bulletins.page import page
from hazecast.bulletins.pictures import curves, level_map, meteogram, source_stacks, value_maps
from hazecast.bulletins.pictures.picture import Copy, Picture
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import languages, wording
from hazecast.records import BulletinFacts
from tests.bulletin_facts import episode_facts

GOAL_S = 20.0
CITIES, LANGUAGES = 30, 3
Draw = Callable[[BulletinFacts, Sequence[Copy]], Iterable[Picture]]


@dataclass(frozen=True, slots=True)
class Part:
    """Some of a bulletin's pictures."""

    name: str
    draw: Draw


PARTS = (
    Part("the map of levels", level_map.draw),
    Part("maps of PM2.5 and visibility", value_maps.draw),
    Part("curves", curves.draw),
    Part("sources", source_stacks.draw),
    Part("meteograms", meteogram.draw),
)


def rows(small: bool) -> list[Row]:
    """The small size has two cities and one language."""
    facts = _facts_of(2 if small else CITIES)
    spoken = ["en"] if small else [*languages(), *languages()][:LANGUAGES]
    copies = [Copy(page(facts, wording(language)), Telling(facts, wording(language))) for language in spoken]
    if not small:
        _exhaust(level_map.draw(facts, copies))  # borders and fonts are read once in a process
    seconds = {part.name: _seconds(lambda part=part: _exhaust(part.draw(facts, copies))) for part in PARTS}
    words = _seconds(lambda: _compose_words(facts, spoken))
    whole = sum(seconds.values()) + words
    shares = [_share(name, spent, whole) for name, spent in (*seconds.items(), ("pages and all formats of words", words))]
    return [Row(f"bulletin: {len(facts.areas)} cities, {len(spoken)} languages", whole, "s", f"{GOAL_S:g} s", GOAL_S / whole, 1.0), *shares]


def _share(name: str, spent: float, whole: float) -> Row:
    return Row(f"bulletin: {name}, {spent / whole:.0%} of it", spent, "s", "the whole bulletin", whole / spent, None)


def _compose_words(facts: BulletinFacts, spoken: Sequence[str]) -> None:
    """Everything but the pictures; twice the same language costs the same as two."""
    from hazecast.bulletins.pictures import album

    drawing = album.draw_all
    album.draw_all = lambda *_: iter(())  # type: ignore[assignment]
    try:
        for language in spoken:
            compose(facts, [language])
    finally:
        album.draw_all = drawing


def _exhaust(pictures: Iterable[Picture]) -> None:
    for _ in pictures:
        pass


def _seconds(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _facts_of(cities: int) -> BulletinFacts:
    """The tests' episode with so many areas, each a copy of one that is there, and with weather."""
    facts = episode_facts()
    names = [(facts.areas[n % len(facts.areas)], f"{facts.areas[n % len(facts.areas)].id}-{n}") for n in range(cities)]
    areas = tuple(replace(area, id=name) for area, name in names)
    windows = tuple(replace(w, area_id=name) for area, name in names for w in facts.assessment.windows if w.area_id == area.id)
    told = {
        name: [replace(m, area_id=name, id=f"{m.id}-{name}") for m in facts.assessment.messages if m.area_id == area.id]
        for area, name in names
    }
    messages = tuple(message for theirs in told.values() for message in theirs)
    attribution = facts.attribution
    assert attribution is not None
    rows_ = attribution.areas.sel(area=[area.id for area, _ in names]).assign_coords(area=[name for _, name in names])
    return replace(
        facts,
        areas=areas,
        assessment=replace(facts.assessment, windows=windows, messages=messages, in_force=messages),
        attribution=replace(attribution, areas=rows_),
        weather=_weather(facts),
    )


def _weather(facts: BulletinFacts) -> xr.Dataset:
    """Winds that turn and a mixing height that breathes."""
    stations = facts.forecast.stations
    moments = np.concatenate([facts.observations["time"].values, stations["valid_time"].values])
    hours, dims = np.arange(moments.size)[:, None] + np.zeros(stations.sizes["station"]), ("time", "station")
    fields = {
        "eastward_wind": (dims, 3.0 * np.sin(hours / 20.0)),
        "northward_wind": (dims, 2.0 * np.cos(hours / 31.0)),
        "mixing_height": (dims, 500.0 - 350.0 * np.cos(hours / 24.0 * 2.0 * np.pi)),
    }
    return xr.Dataset(fields, {"time": moments, "station": stations["station"].values})
