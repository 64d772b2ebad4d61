"""The cities and provinces of China and Japan that work together for clean air since 2014, and which of them are partners.

Who takes part is told by the Institute for Global Environmental Strategies (https://www.iges.or.jp/jp/china-city/outline.html).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from hazecast.errors import SettingsError
from hazecast.gazetteer.places import Place, names_of, place, rows_of
from hazecast.records import PlaceName, name_in

Pair = tuple[str, str]


class Kind(StrEnum):
    """What a member is."""

    CITY = "city"
    PROVINCE = "province"
    PREFECTURE = "prefecture"


@dataclass(frozen=True, slots=True)
class Member:
    """A city, province or prefecture that takes part; it reads `language`, and lies where its `seat` of government does."""

    id: str
    kind: Kind
    names: tuple[PlaceName, ...]
    language: str
    seat: Place

    def name_in(self, language: str) -> str:
        """The name in `language`, or else the English one."""
        return name_in(language, self.names)


@cache
def members() -> tuple[Member, ...]:
    """All who take part: 17 in China, then 11 in Japan."""
    return tuple(Member(row["id"], Kind(row["kind"]), names_of(row), row["language"], place(row["seat"])) for row in rows_of("members.csv"))


def member(id: str) -> Member:
    """The member of that id; raises SettingsError for one that does not take part."""
    found = next((known for known in members() if known.id == id), None)
    if found is None:
        known_ids = ", ".join(known.id for known in members())
        raise SettingsError(f"{id!r} is not among the cities and provinces of the cooperation.", f"Choose from: {known_ids}.")
    return found


@cache
def known_pairs() -> tuple[Pair, ...]:
    """The pairs that come with hazecast, the Chinese member first."""
    return tuple((row["chinese"], row["japanese"]) for row in rows_of("pairs.csv"))


def partners_of(id: str, further_pairs: Iterable[Pair] = ()) -> tuple[Member, ...]:
    """Who works together with the member `id`, by the known pairs and then by `further_pairs`, each once.

    A pair holds both ways. An `id` that does not take part has no partners.
    Raises SettingsError for a further pair with somebody who does not take part.
    """
    further = tuple(further_pairs)
    for one, other in further:
        member(one), member(other)
    pairs = (*known_pairs(), *further)
    found = dict.fromkeys(other for pair in pairs for one, other in (pair, pair[::-1]) if one == id)
    return tuple(member(other) for other in found if other != id)
