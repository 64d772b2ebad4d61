"""The rows of the area table and of the outlook: prepared here once, so that no two formats can disagree."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.bulletins.air_quality import air_quality_of
from hazecast.bulletins.founding import weakness
from hazecast.bulletins.palette import STYLES
from hazecast.bulletins.phrases import RUNG_REMARKS
from hazecast.bulletins.situation import AreaView, Period, areas_on, hours_within, periods, standing_warnings
from hazecast.bulletins.standing import standing_in_words
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import N_
from hazecast.records import Action, HazeWarning, Level, LevelChance, Rung, WindowAssessment

_ACTIONS = {
    Action.ISSUE: N_("%(level)s, issued"),
    Action.CONTINUE: N_("%(level)s, continued"),
    Action.UPGRADE: N_("%(level)s, upgraded"),
    Action.DOWNGRADE: N_("%(level)s, downgraded"),
    Action.LIFT: N_("lifted"),
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A level as it is shown: its name in style sheets, its word, and what is said beside it where it is weakly founded."""

    css: str
    word: str
    weak: str = ""


@dataclass(frozen=True, slots=True)
class Chance:
    """The chance of a level or more: the heading's level, the text, and whole percent for a bar (None where unknown)."""

    level: str
    text: str
    percent: int | None


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area in the first window."""

    area: str
    level: Badge
    warning: str
    chances: tuple[Chance, ...]
    peak: str
    peak_time: str
    visibility: str
    air_quality: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutlookEntry:
    """One area on one later day."""

    area: str
    level: Badge
    chance: str
    peak: str


@dataclass(frozen=True, slots=True)
class OutlookDay:
    """One window after the first, its areas in the order of the bulletin's settings."""

    period: str
    entries: tuple[OutlookEntry, ...]


def badge(level: Level, telling: Telling) -> Badge:
    """How `level` is shown."""
    return Badge(STYLES[level].css, telling.level(level))


def badge_of(view: AreaView, telling: Telling) -> Badge:
    """How the level of an area is shown."""
    return Badge(STYLES[view.level].css, telling.level(view.level), weakness(view, telling))


def area_rows(telling: Telling) -> tuple[AreaRow, ...]:
    """The areas in the first window, the highest level first."""
    return tuple(_area_row(view, telling) for view in telling.views)


def _area_row(view: AreaView, telling: Telling) -> AreaRow:
    window = view.window
    return AreaRow(
        area=telling.area(view.area),
        level=badge_of(view, telling),
        warning=warning_in_words(view, telling),
        chances=_chances(window, telling),
        peak=_peak(window, telling),
        peak_time=telling.moment(window.peak_time if window else None),
        visibility=telling.visibility(window.lowest_visibility if window else None),
        air_quality=_air_quality(view, telling),
        remarks=tuple(_remarks(view, telling)),
    )


def warning_in_words(view: AreaView, telling: Telling) -> str:
    """What this cycle does to the warning of an area, or what is in force there; of one that cannot be judged never that there is none."""
    messages = {message.id: message for message in telling.facts.assessment.messages if message.area_id == view.area.id}
    standing = {warning.id: warning for warning in standing_warnings(telling.facts) if warning.area_id == view.area.id}
    told = [_action(message, telling) for message in messages.values()]
    told += [telling.wording.say("%(level)s, in force", level=telling.level(w.level)) for i, w in standing.items() if i not in messages]
    nothing = telling.wording.say("cannot be judged") if view.level is Level.UNKNOWN else telling.wording.say_as("warning", "none")
    return telling.wording.clauses(told) or nothing


def _action(message: HazeWarning, telling: Telling) -> str:
    return telling.wording.say(_ACTIONS[message.action], level=telling.level(message.level))


def chance_levels(telling: Telling) -> tuple[Level, ...]:
    """The levels whose chances are told, the lowest first."""
    return tuple(sorted({chance.level for window in telling.facts.assessment.windows for chance in window.chances}))


def _chances(window: WindowAssessment | None, telling: Telling) -> tuple[Chance, ...]:
    known = {chance.level: chance.probability for chance in window.chances} if window else {}
    return tuple(_chance(LevelChance(level, known.get(level)), telling) for level in chance_levels(telling))


def _chance(chance: LevelChance, telling: Telling) -> Chance:
    percent = None if chance.probability is None else round(100 * chance.probability)
    return Chance(telling.level(chance.level), telling.chance(chance.probability), percent)


def _peak(window: WindowAssessment | None, telling: Telling) -> str:
    if window is None or window.peak_pm25 is None:
        return telling.wording.unknown()
    low, high = (telling.concentration(value) for value in (window.peak_pm25_low, window.peak_pm25_high))
    peak = telling.wording.say("%(peak)s (%(low)s–%(high)s)", peak=telling.concentration(window.peak_pm25), low=low, high=high)
    return _of_values(peak, window, telling)


def _of_values(peak: str, window: WindowAssessment, telling: Telling) -> str:
    """With the number of values behind it."""
    return peak if window.values is None else telling.wording.say("%(peak)s, n = %(count)d", peak=peak, count=window.values)


def _air_quality(view: AreaView, telling: Telling) -> str:
    quality = air_quality_of(view.area, view.window, telling.facts) if view.window else None
    if quality is None:
        return telling.wording.unknown()
    return telling.wording.say(
        "%(index)d, %(name)s (mean %(mean)s µg/m³)",
        index=quality.index,
        name=quality.class_in(telling.wording.language),
        mean=telling.concentration(quality.mean),
    )


def _remarks(view: AreaView, telling: Telling) -> list[str]:
    wording, window = telling.wording, view.window
    remarks = list(standing_in_words(view.area.id, telling))
    if window is None:
        return [*remarks, wording.say("not assessed")]
    if window.hours_known < window.hours:
        remarks.append(wording.say("only %(known)d of %(hours)d hours could be judged", known=window.hours_known, hours=window.hours))
    worse = telling.worse_place(window)
    if worse is not None:
        level, station = worse
        remarks.append(wording.say("locally %(haze)s: %(station)s", haze=telling.haze(level), station=station))
    return [*remarks, *rung_remarks(view, telling)]


def rung_remarks(view: AreaView, telling: Telling) -> list[str]:
    """For each rung below the best, how many of the area's stations stand on it at the worst in the first window."""
    rungs = _lowest_rungs(view, telling)
    counts = {rung: rungs.count(rung) for rung in RUNG_REMARKS}
    return [
        telling.wording.say(
            "%(remark)s (stations: %(count)d of %(all)d)", remark=telling.wording.say(RUNG_REMARKS[rung]), count=count, all=len(rungs)
        )
        for rung, count in counts.items()
        if count
    ]


def _lowest_rungs(view: AreaView, telling: Telling) -> list[Rung]:
    """The lowest step of the ladder that each station of the area stands on in the first window."""
    stations = telling.facts.forecast.stations
    if view.window is None:
        return []
    inside = hours_within(stations["valid_time"].values, Period(view.window.valid_from, view.window.valid_until))
    known = {str(i): rungs[inside] for i, rungs in zip(stations["station"].values, _rungs(stations), strict=True)}
    return [Rung(int(known[i].max())) if i in known and inside.any() else Rung.NOTHING for i in view.area.station_ids]


def _rungs(stations: xr.Dataset) -> NDArray[np.int8]:
    return np.asarray(stations["rung"].transpose("station", "lead_time").values, dtype=np.int8)


def outlook(telling: Telling) -> tuple[OutlookDay, ...]:
    """The windows after the first."""
    days = []
    for day, period in list(enumerate(periods(telling.facts)))[1:]:
        views = {view.area.id: view for view in areas_on(telling.facts, day)}
        entries = tuple(_entry(views[area.id], telling) for area in telling.facts.areas)
        days.append(OutlookDay(telling.clock.span(period.start, period.end), entries))
    return tuple(days)


def _entry(view: AreaView, telling: Telling) -> OutlookEntry:
    window = view.window
    known = {chance.level: chance.probability for chance in window.chances} if window else {}
    told = view.level if view.level > Level.NONE else min(known, default=Level.UNKNOWN)
    peak = telling.concentration(window.peak_pm25 if window else None)
    if window is not None and window.peak_pm25 is not None:
        peak = _of_values(peak, window, telling)
    return OutlookEntry(telling.area(view.area), badge_of(view, telling), telling.chance(known.get(told)), peak)
