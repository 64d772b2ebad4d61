"""The set phrases of a bulletin by level, action, rung, input role and variable."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hazecast.bulletins.editions import grade_in_words, guidance_in_words
from hazecast.bulletins.wording import N_, Wording
from hazecast.records import Action, Assessment, EmissionProxy, Level, Rung

LEVELS: Mapping[Level, str] = MappingProxyType(
    {
        Level.UNKNOWN: N_("unknown"),
        Level.NONE: N_("none"),
        Level.BLUE: N_("blue"),
        Level.YELLOW: N_("yellow"),
        Level.ORANGE: N_("orange"),
        Level.RED: N_("red"),
    }
)

BADGES: Mapping[Level, str] = MappingProxyType(
    {
        Level.UNKNOWN: N_("Level unknown"),
        Level.NONE: N_("No warning"),
        Level.BLUE: N_("Blue warning"),
        Level.YELLOW: N_("Yellow warning"),
        Level.ORANGE: N_("Orange warning"),
        Level.RED: N_("Red warning"),
    }
)

HEADLINES: Mapping[Action, str] = MappingProxyType(
    {
        Action.ISSUE: N_("%(called)s issued: %(level)s for %(areas)s"),
        Action.CONTINUE: N_("%(called)s continued: %(level)s for %(areas)s"),
        Action.UPGRADE: N_("%(called)s upgraded to %(level)s for %(areas)s"),
        Action.DOWNGRADE: N_("%(called)s downgraded to %(level)s for %(areas)s"),
        Action.LIFT: N_("%(called)s lifted for %(areas)s"),
    }
)

RUNGS: Mapping[Rung, str] = MappingProxyType(
    {
        Rung.WITHOUT_BASE: N_("Forecast without a transport model"),
        Rung.WITHOUT_OBSERVATIONS: N_("Forecast without recent observations of the station"),
        Rung.WITHOUT_WEATHER: N_("Forecast from observations alone, without weather"),
        Rung.MODEL: N_("Forecast of another model, not corrected by what was learnt of its errors"),
        Rung.CLIMATOLOGY: N_("No forecast but the usual values of the season and hour"),
        Rung.NOTHING: N_("No forecast"),
    }
)

RUNG_REMARKS: Mapping[Rung, str] = MappingProxyType(
    {
        Rung.WITHOUT_BASE: N_("forecast without a transport model"),
        Rung.WITHOUT_OBSERVATIONS: N_("forecast without recent observations"),
        Rung.WITHOUT_WEATHER: N_("forecast without weather"),
        Rung.MODEL: N_("forecast of another model, not corrected"),
        Rung.CLIMATOLOGY: N_("usual values, not a forecast"),
        Rung.NOTHING: N_("no forecast, at least for some hours"),
    }
)

GUIDANCE: Mapping[Level, tuple[str, ...]] = MappingProxyType(
    {
        Level.UNKNOWN: (
            N_("Where the level is unknown this bulletin is no all-clear: go by the latest measurements and by what you see."),
        ),
        Level.NONE: (N_("Nothing special needs to be done. The next bulletin tells of any change."),),
        Level.BLUE: (N_("People with heart or lung disease: keep hard work and sport outdoors short."),),
        Level.YELLOW: (
            N_("Drivers: slow down, keep your distance and switch on the fog lights where visibility drops."),
            N_("If you must be outdoors for long, wear a mask that filters fine particles, and wash when you come in."),
            N_("People with asthma or other lung or heart disease: stay indoors where you can and keep your medicine at hand."),
        ),
        Level.ORANGE: (
            N_("Everyone: cut down on time outdoors and leave out hard exercise; put off what can wait."),
            N_("Airports, motorways and ports: prepare for delays and for closures at short notice."),
        ),
        Level.RED: (
            N_("Schools, kindergartens and clubs: hold no lessons, sport or events outdoors."),
            N_("Children, older people, pregnant women and the ill: stay indoors."),
            N_("Keep windows closed, and use air cleaners if you have them."),
            N_("Industry, building sites and fleets: carry out the emission cuts that the emergency plan prescribes."),
        ),
    }
)

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "meteorology": N_("meteorology"),
        "observations": N_("observations"),
        "base": N_("base forecast"),
        "emissions": N_("emissions"),
        "population": N_("population"),
        "sources": N_("source regions"),
        "areas": N_("outlines of areas"),
        "settings": N_("settings"),
    }
)

EMISSION_PROXIES: Mapping[str, str] = MappingProxyType(
    {
        EmissionProxy.POPULATION: N_("half spread evenly, half where people live by the population grid"),
        EmissionProxy.CITIES: N_("the population of large cities, and evenly between them"),
        EmissionProxy.STATIONS: N_("half spread evenly, half around the monitoring stations"),
    }
)

VARIABLE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "eastward_wind": N_("eastward wind"),
        "northward_wind": N_("northward wind"),
        "air_temperature": N_("air temperature"),
        "dew_point": N_("dew point"),
        "surface_pressure": N_("surface pressure"),
        "precipitation": N_("precipitation"),
        "mixing_height": N_("mixing height"),
        "solar_radiation": N_("solar radiation"),
        "cloud_cover": N_("cloud cover"),
        "relative_humidity": N_("relative humidity"),
        "visibility": N_("visibility"),
        "so2": N_("sulfur dioxide"),
        "no2": N_("nitrogen dioxide"),
        "o3": N_("ozone"),
        "co": N_("carbon monoxide"),
    }
)


def haze_in_words(assessment: Assessment, level: Level, wording: Wording) -> str:
    """What `level` means in the air, with its colour, such as "severe haze (orange)"."""
    colour, grade = wording.say(LEVELS[level]), grade_in_words(assessment, level, wording)
    return wording.say("%(haze)s (%(level)s)", haze=grade, level=colour) if grade else wording.say("%(level)s level", level=colour)


def guidance(levels: set[Level], assessment: Assessment, wording: Wording) -> tuple[str, ...]:
    """What to do when `levels` are expected in the areas: what the edition advises at the highest, and what holds where one is unknown."""
    highest = max(levels, default=Level.UNKNOWN)
    unknown = _usual_guidance([Level.UNKNOWN], wording) if Level.UNKNOWN in levels or not levels else ()
    if highest <= Level.NONE:
        return unknown or _usual_guidance([Level.NONE], wording)
    lowest = Level.YELLOW if highest > Level.BLUE else Level.BLUE
    advised = [level for level in reversed(Level) if lowest <= level <= highest]
    return (*(guidance_in_words(assessment, highest, wording) or _usual_guidance(advised, wording)), *unknown)


def _usual_guidance(levels: Sequence[Level], wording: Wording) -> tuple[str, ...]:
    return tuple(wording.say(sentence) for level in levels for sentence in GUIDANCE[level])
