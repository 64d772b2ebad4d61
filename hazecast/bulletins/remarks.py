"""What a cycle lacked, in sentences: one for every note and one for every rung below the best."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import xarray as xr

from hazecast.bulletins.phrases import EMISSION_PROXIES, RUNGS, VARIABLE_NAMES
from hazecast.bulletins.text_layout import plain
from hazecast.bulletins.wording import N_, N_many, Wording
from hazecast.records import BulletinFacts, Note, NoteCode
from hazecast.vocabulary import VARIABLES


@dataclass(frozen=True, slots=True)
class NoteSentence:
    """The sentence of a note: without a count, and with the field `count` for one and for many if counts occur."""

    plain: str
    counted: tuple[str, str] | None = None


NOTE_SENTENCES: Mapping[NoteCode, NoteSentence] = MappingProxyType(
    {
        NoteCode.PERFECT_PROGNOSIS: NoteSentence(
            N_(
                "Made with the weather that came (perfect prognosis), not with a forecast of it: "
                "a true forecast errs more, and the chances given here do not show that."
            )
        ),
        NoteCode.WEATHER_FROM_STATIONS: NoteSentence(
            N_(
                "No gridded weather was delivered: what the stations measure of it stands in, no wind carries anything, "
                "and between the stations there is no forecast"
            )
        ),
        NoteCode.WEATHER_ERRORS_ADDED: NoteSentence(
            N_(
                "A trial: the weather of the hours ahead is an analysis of what came, with errors put in that grow with lead time "
                "as those of weather forecasts do"
            )
        ),
        NoteCode.WEATHER_HOURS_FILLED: NoteSentence(
            N_("Hours lacking in the weather were filled from their neighbours"),
            N_many(
                "%(count)d hour lacking in the weather was filled from its neighbours",
                "%(count)d hours lacking in the weather were filled from their neighbours",
            ),
        ),
        NoteCode.WEATHER_CELLS_FILLED: NoteSentence(
            N_("Cells lacking in the weather were filled from their neighbours"),
            N_many(
                "%(count)d value lacking in the weather grid was filled from its neighbours",
                "%(count)d values lacking in the weather grid were filled from their neighbours",
            ),
        ),
        NoteCode.WEATHER_HOURS_LACKING: NoteSentence(
            N_("The weather input lacks hours that could not be filled; what depends on them is unknown"),
            N_many(
                "The weather input lacks %(count)d hour that could not be filled; what depends on it is unknown",
                "The weather input lacks %(count)d hours that could not be filled; what depends on them is unknown",
            ),
        ),
        NoteCode.VARIABLE_LACKING: NoteSentence(
            N_("Variables are lacking in the input, and what they would tell is left out"),
            N_many(
                "%(count)d variable is lacking in the input, and what it would tell is left out",
                "%(count)d variables are lacking in the input, and what they would tell is left out",
            ),
        ),
        NoteCode.FILES_UNREADABLE: NoteSentence(
            N_("Files of gridded input could not be read and were not used"),
            N_many(
                "%(count)d file of gridded input could not be read and was not used",
                "%(count)d files of gridded input could not be read and were not used",
            ),
        ),
        NoteCode.VALUES_REJECTED: NoteSentence(
            N_("Implausible values in the input were rejected and not used"),
            N_many(
                "%(count)d implausible value in the input was rejected and not used",
                "%(count)d implausible values in the input were rejected and not used",
            ),
        ),
        NoteCode.CLOCKS_DOUBTED: NoteSentence(
            N_("The clocks of stations do not agree with their neighbours or the sun; nothing was shifted"),
            N_many(
                "The clock of %(count)d station does not agree with its neighbours or the sun; nothing was shifted",
                "The clocks of %(count)d stations do not agree with their neighbours or the sun; nothing was shifted",
            ),
        ),
        NoteCode.STATIONS_DUPLICATE: NoteSentence(
            N_("Stations delivered the values of another station; those were not used"),
            N_many(
                "%(count)d station delivered the values of another station; those were not used",
                "%(count)d stations delivered the values of another station; those were not used",
            ),
        ),
        NoteCode.STATIONS_FOREIGN: NoteSentence(
            N_("The values of stations go with none of their neighbours and may be of another place"),
            N_many(
                "The values of %(count)d station go with none of its neighbours and may be of another place",
                "The values of %(count)d stations go with none of their neighbours and may be of another place",
            ),
        ),
        NoteCode.NETWORK_FROZEN: NoteSentence(
            N_("Nearly all stations repeated their last values for hours; those were not used"),
            N_many(
                "In %(count)d hour nearly all stations repeated their last values; those were not used",
                "In %(count)d hours nearly all stations repeated their last values; those were not used",
            ),
        ),
        NoteCode.UNITS_DOUBTED: NoteSentence(
            N_("Stations delivered values in other units than they say; those were not used"),
            N_many(
                "%(count)d station delivered values in other units than it says; those were not used",
                "%(count)d stations delivered values in other units than they say; those were not used",
            ),
        ),
        NoteCode.VALUES_CUMULATED: NoteSentence(
            N_("Stations delivered values that were added up over hours; those were not used"),
            N_many(
                "%(count)d station delivered values that were added up over hours; those were not used",
                "%(count)d stations delivered values that were added up over hours; those were not used",
            ),
        ),
        NoteCode.STATIONS_SILENT: NoteSentence(
            N_("Stations delivered nothing usable"),
            N_many("%(count)d station delivered nothing usable", "%(count)d stations delivered nothing usable"),
        ),
        NoteCode.STATIONS_MOVED: NoteSentence(
            N_("Stations moved; what they measured before, at another place, was not used"),
            N_many(
                "%(count)d station moved; what it measured before, at another place, was not used",
                "%(count)d stations moved; what they measured before, at other places, was not used",
            ),
        ),
        NoteCode.STATIONS_ELSEWHERE: NoteSentence(
            N_("The settings place stations elsewhere than the observations do"),
            N_many(
                "The settings place %(count)d station elsewhere than the observations do",
                "The settings place %(count)d stations elsewhere than the observations do",
            ),
        ),
        NoteCode.LOCAL_TIMES_AMBIGUOUS: NoteSentence(
            N_("Values of a local hour that came twice when clocks were put back were taken to be of the first"),
            N_many(
                "%(count)d value of a local hour that came twice when clocks were put back was taken to be of the first",
                "%(count)d values of a local hour that came twice when clocks were put back were taken to be of the first",
            ),
        ),
        NoteCode.OBSERVATIONS_STALE: NoteSentence(
            N_("The latest observations are old"),
            N_many(
                "Nothing was observed in the last %(count)d hour before the forecast",
                "Nothing was observed in the last %(count)d hours before the forecast",
            ),
        ),
        NoteCode.WIND_FROM_ALOFT: NoteSentence(N_("The wind near the ground was not delivered; it was estimated from the wind aloft")),
        NoteCode.MIXING_HEIGHT_DIAGNOSED: NoteSentence(
            N_("The mixing height was not delivered; it was estimated from the other weather variables")
        ),
        NoteCode.BASE_DELIVERED: NoteSentence(
            N_("The base forecast is that of another model's latest run, beside hazecast's own transport")
        ),
        NoteCode.BASE_LACKING: NoteSentence(
            N_("The other model's PM2.5 was not delivered; hazecast's own transport is the base forecast"),
            N_many(
                "The other model's PM2.5 was not delivered for %(count)d hour; there hazecast's own transport is the base forecast",
                "The other model's PM2.5 was not delivered for %(count)d hours; there hazecast's own transport is the base forecast",
            ),
        ),
        NoteCode.EMISSIONS_ARE_PROXY: NoteSentence(N_("No emission inventory was delivered; a proxy stands in for it")),
        NoteCode.EMISSIONS_FROM_CARBON: NoteSentence(N_("The emission inventory has no PM2.5; black and organic carbon stand in for it")),
        NoteCode.EMISSION_CELLS_LACKING: NoteSentence(
            N_("The emission inventory does not know every cell of the domain; where it does not, nothing is emitted"),
            N_many(
                "The emission inventory has no value for %(count)d cell of the domain; nothing is emitted there",
                "The emission inventory has no value for %(count)d cells of the domain; nothing is emitted there",
            ),
        ),
        NoteCode.SHORT_HISTORY: NoteSentence(
            N_("The correction learnt from a short history; the bands are less certain"),
            N_many(
                "The correction learnt from %(count)d day only; the bands are less certain",
                "The correction learnt from %(count)d days only; the bands are less certain",
            ),
        ),
        NoteCode.UNCORRECTED: NoteSentence(
            N_("Values were not corrected with observations"),
            N_many(
                "The values of %(count)d station were not corrected with observations",
                "The values of %(count)d stations were not corrected with observations",
            ),
        ),
        NoteCode.OUTSIDE_OF_LEARNT: NoteSentence(
            N_("Some inputs lie outside of what the correction learnt from; the bands are wider there"),
            N_many(
                "For %(count)d value inputs lie outside of what the correction learnt from; its band is wider",
                "For %(count)d values inputs lie outside of what the correction learnt from; their bands are wider",
            ),
        ),
        NoteCode.AREA_BY_STATIONS: NoteSentence(
            N_("Nothing is known of the air over the ground of areas; they are judged by the stations in them"),
            N_many(
                "Nothing is known of the air over the ground of %(count)d area; it is judged by the stations in it",
                "Nothing is known of the air over the ground of %(count)d areas; they are judged by the stations in them",
            ),
        ),
        NoteCode.VISIBILITY_UNKNOWN: NoteSentence(
            N_("Visibility could not be worked out everywhere; levels that depend on it are unknown"),
            N_many(
                "Visibility could not be worked out for %(count)d value; levels that depend on it are unknown",
                "Visibility could not be worked out for %(count)d values; levels that depend on it are unknown",
            ),
        ),
    }
)


def note_in_words(note: Note, wording: Wording) -> str:
    """The sentence of one note, its detail at the end."""
    sentence = NOTE_SENTENCES[note.code]
    if note.count is None or sentence.counted is None:
        said = wording.say(sentence.plain)
    else:
        said = wording.say_many(*sentence.counted, note.count)
    if not note.detail:
        return said.rstrip(".。") + wording.say_as("end of a sentence", ".")
    names = [_detail(part, wording) for part in note.detail.split(", ")]
    return wording.say("%(sentence)s: %(detail)s.", sentence=said.rstrip(".。"), detail=", ".join(names))


def _detail(part: str, wording: Wording) -> str:
    if part in EMISSION_PROXIES:
        return wording.say(EMISSION_PROXIES[part])
    key = next((key for key in VARIABLE_NAMES if part in (key, VARIABLES[key].long_name)), None)
    return plain(part) if key is None else wording.say(VARIABLE_NAMES[key])


def all_notes(facts: BulletinFacts) -> tuple[Note, ...]:
    """The notes of the facts and of their forecast, each once, the perfect prognosis first."""
    notes = dict.fromkeys((*facts.notes, *facts.forecast.notes))
    return tuple(sorted(notes, key=lambda note: note.code is not NoteCode.PERFECT_PROGNOSIS))


def is_perfect_prognosis(facts: BulletinFacts) -> bool:
    """Whether an analysis stands in for a weather forecast."""
    return any(note.code is NoteCode.PERFECT_PROGNOSIS for note in all_notes(facts))


def has_emission_proxy(facts: BulletinFacts) -> bool:
    """Whether something stands in for an emission inventory."""
    return any(note.code is NoteCode.EMISSIONS_ARE_PROXY for note in all_notes(facts))


def rungs_in_words(facts: BulletinFacts, wording: Wording) -> tuple[str, ...]:
    """For every rung below the best, which stations stand on it and for how many hours."""
    rungs = facts.forecast.stations["rung"].transpose("station", "lead_time")
    sentences = []
    for rung, sentence in RUNGS.items():
        stations_by_count = _stations_by_count(facts, (rungs == rung).sum("lead_time"))
        if stations_by_count:
            hours = rungs.sizes["lead_time"]
            where = wording.clauses([_in_hours(count, hours, names, wording) for count, names in stations_by_count.items()])
            sentences.append(wording.say("%(sentence)s: %(detail)s.", sentence=wording.say(sentence), detail=where))
    return tuple(sentences)


def _in_hours(count: int, hours: int, names: list[str], wording: Wording) -> str:
    return wording.say("%(stations)s (%(count)d of %(hours)d h)", stations=wording.listing(names), count=count, hours=hours)


def _stations_by_count(facts: BulletinFacts, counts: xr.DataArray) -> dict[int, list[str]]:
    names = {station.id: plain(station.name) for station in facts.stations}
    stations: dict[int, list[str]] = {}
    for station, count in zip(counts["station"].values, counts.values, strict=True):
        if count:
            stations.setdefault(int(count), []).append(names.get(str(station), plain(str(station))))
    return dict(sorted(stations.items(), reverse=True))
