"""The prefectures of China that areas lie in, and what they and the provinces are called."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hazecast.config.places import AreaSettings, StationSettings
from hazecast.intake.source_regions.china import Division, prefectures

NEAR_DEGREES = 0.1  # a station this near to a prefecture counts as in it: some stand on piers, and coasts are drawn coarsely
OTHER_PARTS = {"zh": "{}其他地区", "en": "other parts of {}", "ja": "{}の他の地域"}


@dataclass(frozen=True, slots=True)
class Home:
    """A prefecture or a municipality, and the areas that have most of their stations in it."""

    division: Division
    areas: tuple[AreaSettings, ...]


def homes_of(areas: Sequence[AreaSettings], stations: Sequence[StationSettings]) -> tuple[Home, ...]:
    """In the order of the areas, without areas outside China; raises MissingExtra without the optional part `maps`."""
    known = prefectures()
    by_id = {station.id: station for station in stations}
    found: dict[str, Home] = {}
    for area in areas:
        division = _holding(known, [by_id[id] for id in area.stations])
        if division is not None:
            before = found[division.name].areas if division.name in found else ()
            found[division.name] = Home(division, (*before, area))
    return tuple(found.values())


def _holding(known: Sequence[Division], stations: Sequence[StationSettings]) -> Division | None:
    """The prefecture with the most of the stations; None where more of them are in none."""
    import shapely  # comes with the optional part

    places = shapely.points([((station.longitude + 180.0) % 360.0 - 180.0, station.latitude) for station in stations])
    tree = shapely.STRtree([division.geometry for division in known])
    _, inside = tree.query_nearest(places, max_distance=NEAR_DEGREES, all_matches=False)
    votes = Counter(inside.tolist())
    winner, most = min(votes.items(), key=lambda vote: (-vote[1], vote[0]), default=(0, 0))
    return known[winner] if most > len(stations) - inside.size else None


def names_of_home(home: Home) -> tuple[str, Mapping[str, str]]:
    """An id and the names: of a municipality its own, else those of the area that is called like it or comes first."""
    short = home.division.short_name
    area = next((area for area in home.areas if area.names.get("zh") == short), home.areas[0])
    names = {code: own[code] for code in OTHER_PARTS} if (own := _provinces().get(home.division.name)) else {**area.names, "zh": short}
    return area.id, names


def names_of_province(province: Division, other_parts: bool) -> tuple[str, Mapping[str, str]]:
    """An id and the names; with `other_parts` those of what is left of a province whose cities are told apart."""
    own = _provinces()[province.name]
    names = {code: pattern.format(own[code]) if other_parts else own[code] for code, pattern in OTHER_PARTS.items()}
    return own["en"].lower().replace(" ", "-"), names


@cache
def _provinces() -> Mapping[str, Mapping[str, str]]:
    with files("hazecast.survey").joinpath("provinces.csv").open(encoding="utf-8") as text:
        return {row["name"]: row for row in csv.DictReader(text)}
