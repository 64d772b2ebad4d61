"""What changed since the bulletin of the day before, and how good that one was, held against what has been measured since."""

from dataclasses import dataclass

import numpy as np

from hazecast.bulletins.area_series import Array, median_of_stations
from hazecast.bulletins.situation import AreaView, Period, hours_within
from hazecast.bulletins.telling import Telling
from hazecast.records import Area, Level, WindowAssessment

LEAST_HOURS = 18  # of a window that must have been measured to tell its highest hour
MOST_NAMED = 8


def changes(telling: Telling) -> tuple[str, ...]:
    """For the first window, the areas whose level is another than the day before; nothing where that bulletin did not speak of it."""
    earlier = _windows_before(telling)
    pairs = [(view, earlier[key]) for view in telling.views if view.window and (key := _key(view.window)) in earlier]
    if not pairs:
        return ()
    moved: dict[tuple[Level, Level], list[str]] = {}
    for view, before in pairs:
        if view.level is not before.level:
            moved.setdefault((view.level, before.level), []).append(view.area.id)
    if not moved:
        return (telling.wording.say("The levels expected of all areas are those of the bulletin of the day before."),)
    return tuple(
        telling.wording.say(
            "%(areas)s: %(now)s now, %(then)s in the bulletin of the day before.",
            areas=telling.areas(areas),
            now=_in_words(now, telling),
            then=_in_words(then, telling),
        )
        for (now, then), areas in moved.items()
    )


def _key(window: WindowAssessment) -> tuple[object, ...]:
    return window.area_id, window.valid_from, window.valid_until


def _windows_before(telling: Telling) -> dict[tuple[object, ...], WindowAssessment]:
    previous = telling.facts.previous
    return {_key(window): window for window in previous.windows} if previous else {}


def _in_words(level: Level, telling: Telling) -> str:
    if level is Level.UNKNOWN:
        return telling.wording.say("level unknown")
    return telling.wording.say("no warning level") if level is Level.NONE else telling.haze(level)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """An area in the first window of the day before: what was expected, and the highest hour since, None where too little is known."""

    area: Area
    window: WindowAssessment
    measured: float | None

    @property
    def is_hit(self) -> bool:
        low, high = self.window.peak_pm25_low, self.window.peak_pm25_high
        return self.measured is not None and low is not None and high is not None and low <= self.measured <= high


def hindsight(telling: Telling) -> tuple[str, ...]:
    """How the first window of the day before turned out, area by area; nothing where there is no bulletin of the day before."""
    outcomes = _outcomes(telling)
    known = [outcome for outcome in outcomes if outcome.measured is not None]
    unknown = [outcome.area.id for outcome in outcomes if outcome.measured is None]
    said = [_score(known, telling)] if known else []
    said += [_miss(outcome, telling) for outcome in sorted(known, key=_by_measured) if not outcome.is_hit][:MOST_NAMED]
    if unknown:
        said.append(telling.wording.say("Too little was measured to tell for %(areas)s.", areas=telling.areas(unknown)))
    return tuple(said)


def _by_measured(outcome: _Outcome) -> float:
    return -(outcome.measured or 0.0)


def _outcomes(telling: Telling) -> list[_Outcome]:
    if telling.facts.previous is None:
        return []
    first: dict[str, WindowAssessment] = {}
    for window in telling.facts.previous.windows:
        if window.area_id not in first or window.valid_from < first[window.area_id].valid_from:
            first[window.area_id] = window
    views: tuple[AreaView, ...] = telling.views
    areas = [view.area for view in views if view.area.id in first and first[view.area.id].peak_pm25 is not None]
    return [_Outcome(area, first[area.id], _highest_measured(area, first[area.id], telling)) for area in areas]


def _highest_measured(area: Area, window: WindowAssessment, telling: Telling) -> float | None:
    """The highest hourly median of the area's stations (µg m-3) in the window, as far as it is over."""
    observed = telling.facts.observations["pm25"].transpose("station", "time")
    inside = hours_within(observed["time"].values, Period(window.valid_from, window.valid_until))
    ours = np.isin(observed["station"].values, list(area.station_ids))
    hourly = median_of_stations(np.asarray(observed.values[np.ix_(ours, inside)], dtype=np.float64))
    return float(np.nanmax(hourly)) if _hours_told_of(hourly) >= LEAST_HOURS else None


def _hours_told_of(hourly: Array) -> int:
    """Networks that tell every third hour count like those that tell each."""
    known = np.pad(np.isfinite(hourly), 1)
    return int((known[:-2] | known[1:-1] | known[2:]).sum())


def _score(known: list[_Outcome], telling: Telling) -> str:
    start, end = min(o.window.valid_from for o in known), max(o.window.valid_until for o in known)
    return telling.wording.say(
        "For %(span)s the highest hourly PM2.5 that was measured lay within the 90%% band in %(hits)d of %(all)d areas.",
        span=telling.clock.span(start, end),
        hits=sum(outcome.is_hit for outcome in known),
        all=len(known),
    )


def _miss(outcome: _Outcome, telling: Telling) -> str:
    return telling.wording.say(
        "%(area)s: %(measured)s µg/m³ measured; %(peak)s (%(low)s–%(high)s) had been expected.",
        area=telling.area(outcome.area),
        measured=telling.concentration(outcome.measured),
        peak=telling.concentration(outcome.window.peak_pm25),
        low=telling.concentration(outcome.window.peak_pm25_low),
        high=telling.concentration(outcome.window.peak_pm25_high),
    )
