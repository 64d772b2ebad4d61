"""Cities by name, place and time zone: the tables `places.csv` and, for the provinces that they lie in, `regions.csv`."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from hazecast.errors import SettingsError
from hazecast.records import PlaceName

LANGUAGES = ("en", "zh", "ja")


@dataclass(frozen=True, slots=True)
class Place:
    """A city: degrees north and east of its middle, its IANA time zone, and its name in each of `LANGUAGES`.

    `region` is the province under which the news gather it, in each language; empty where it is told by its name alone.
    """

    id: str
    latitude: float
    longitude: float
    time_zone: str
    names: tuple[PlaceName, ...]
    region: tuple[PlaceName, ...] = ()


@cache
def known_places() -> tuple[Place, ...]:
    """Every city of the table, in its order."""
    regions = {row["id"]: names_of(row) for row in rows_of("regions.csv")} | {"": ()}
    return tuple(
        Place(row["id"], float(row["latitude"]), float(row["longitude"]), row["time_zone"], names_of(row), regions[row["region"]])
        for row in rows_of("places.csv")
    )


def place(id: str) -> Place:
    """The city of that id; raises SettingsError for one that is not known."""
    found = _by_id().get(id)
    if found is None:
        raise SettingsError(f"There is no city {id!r} in the gazetteer.", f"Choose one of: {', '.join(_by_id())}.")
    return found


@cache
def _by_id() -> Mapping[str, Place]:
    return MappingProxyType({known.id: known for known in known_places()})


def names_of(row: Mapping[str, str]) -> tuple[PlaceName, ...]:
    """The names of a row in each of `LANGUAGES`."""
    return tuple(PlaceName(language, row[language]) for language in LANGUAGES)


def rows_of(table: str) -> list[dict[str, str]]:
    """The rows of a table of this room."""
    with files("hazecast.gazetteer").joinpath(table).open(encoding="utf-8") as text:
        return list(csv.DictReader(text))
