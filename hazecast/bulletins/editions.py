"""What readers are told about the editions of the warning standards: the standard's name and its conditions in words.

An edition that is not listed here is shown by its key and the codes of its conditions, without explanation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hazecast.bulletins.wording import N_, Wording
from hazecast.records import Level


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of an edition: a sentence, and the limits that fill it (metres, µg m-3)."""

    sentence: str
    visibility: int
    pm25: int | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition: its title, its conditions by code, the words for its levels, and PM2.5 limits worth drawing (µg m-3).

    The limits are those of the conditions that hold at any humidity. `event_code` is that of CAP messages.
    """

    title: str
    conditions: Mapping[str, Condition]
    haze: Mapping[Level, str]
    pm25_limits: Mapping[Level, float]
    event_code: str = ""


SEVERITIES: Mapping[Level, str] = MappingProxyType(
    {Level.BLUE: "Minor", Level.YELLOW: "Moderate", Level.ORANGE: "Severe", Level.RED: "Extreme"}
)
"""The severity of each level in CAP messages; the standards themselves have none."""

_VISIBILITY = N_("visibility below %(visibility)d m")
_DRY = N_("visibility below %(visibility)d m with humidity below 80%%")
_HUMID = N_("visibility below %(visibility)d m with humidity of 80%% or more and PM2.5 above %(pm25)d µg/m³")
_ANY = N_("visibility below %(visibility)d m and PM2.5 above %(pm25)d µg/m³")

_CMA_HAZE_2013 = Edition(
    title=N_("China Meteorological Administration, haze warnings, 2013"),
    conditions=MappingProxyType(
        {
            "yellow-1": Condition(_DRY, 3000),
            "yellow-2": Condition(_HUMID, 3000, 115),
            "yellow-3": Condition(_ANY, 5000, 150),
            "orange-1": Condition(_DRY, 2000),
            "orange-2": Condition(_HUMID, 2000, 150),
            "orange-3": Condition(_ANY, 5000, 250),
            "red-1": Condition(_DRY, 1000),
            "red-2": Condition(_HUMID, 1000, 250),
            "red-3": Condition(_ANY, 5000, 500),
        }
    ),
    haze=MappingProxyType({Level.YELLOW: N_("moderate haze"), Level.ORANGE: N_("severe haze"), Level.RED: N_("extremely severe haze")}),
    pm25_limits=MappingProxyType({Level.YELLOW: 150.0, Level.ORANGE: 250.0, Level.RED: 500.0}),
    event_code="11B19",
)

_CMA_HAZE_2007 = Edition(
    title=N_("China Meteorological Administration, haze warnings, 2007"),
    conditions=MappingProxyType({"yellow-1": Condition(_VISIBILITY, 3000), "orange-1": Condition(_VISIBILITY, 2000)}),
    haze=MappingProxyType({Level.YELLOW: N_("haze"), Level.ORANGE: N_("haze")}),
    pm25_limits=MappingProxyType({}),
    event_code="11B19",
)

EDITIONS: Mapping[str, Edition] = MappingProxyType({"cma-haze-2007": _CMA_HAZE_2007, "cma-haze-2013": _CMA_HAZE_2013})
_UNLISTED = Edition("", MappingProxyType({}), MappingProxyType({}), MappingProxyType({}))


def edition(key: str) -> Edition:
    """The edition of `key`, or one that explains nothing."""
    return EDITIONS.get(key, _UNLISTED)


def condition_in_words(key: str, code: str, wording: Wording) -> str:
    """The condition `code` of edition `key` as a phrase with its code, or the code alone."""
    condition = edition(key).conditions.get(code)
    if condition is None:
        return wording.say("condition %(code)s of %(edition)s", code=code, edition=key)
    return wording.say(condition.sentence, visibility=condition.visibility, pm25=condition.pm25)


def edition_in_words(key: str, wording: Wording) -> str:
    """The title of edition `key` with its key."""
    title = edition(key).title
    return wording.say("%(title)s (%(key)s)", title=wording.say(title), key=key) if title else key
