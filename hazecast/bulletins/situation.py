"""Which of the facts a reader must hear first: the first validity window, the areas by rank, and the warnings that stand."""

from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from hazecast.records import Action, Area, BulletinFacts, HazeWarning, Level, WindowAssessment

_RANK = (Level.RED, Level.ORANGE, Level.YELLOW, Level.BLUE, Level.UNKNOWN, Level.NONE)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A validity window."""

    start: datetime
    end: datetime


def hours_within(valid_times: NDArray[np.datetime64], period: Period) -> NDArray[np.bool_]:
    """Which hourly `valid_times` (UTC) lie in `period`; the value of an hour stands at its end."""
    start, end = (np.datetime64(moment.replace(tzinfo=None), "ns") for moment in (period.start, period.end))
    inside: NDArray[np.bool_] = (valid_times > start) & (valid_times <= end)
    return inside


@dataclass(frozen=True, slots=True)
class AreaView:
    """An area on one day; `window` is None where it was not assessed, which leaves its level unknown."""

    area: Area
    window: WindowAssessment | None

    @property
    def level(self) -> Level:
        """The level expected."""
        return Level.UNKNOWN if self.window is None else self.window.level


def _by_area(facts: BulletinFacts) -> dict[str, list[WindowAssessment]]:
    windows: dict[str, list[WindowAssessment]] = {}
    for window in sorted(facts.assessment.windows, key=lambda w: w.valid_from):
        windows.setdefault(window.area_id, []).append(window)
    return windows


def periods(facts: BulletinFacts) -> tuple[Period, ...]:
    """The first, second … validity window; where the areas' own windows differ, from the first start to the last end."""
    days = zip_longest(*_by_area(facts).values())
    known = [[window for window in day if window is not None] for day in days]
    return tuple(Period(min(w.valid_from for w in day), max(w.valid_until for w in day)) for day in known)


def expiry(facts: BulletinFacts) -> datetime:
    """When the bulletin stops being of use: at the end of its first window, or of the forecast if it has none."""
    return min((windows[0].valid_until for windows in _by_area(facts).values()), default=facts.cycle.end_time)


def areas_on(facts: BulletinFacts, day: int) -> tuple[AreaView, ...]:
    """Every area in its window number `day`, from 0.

    The highest level comes first, unknown ones before those without haze, then the higher peak of PM2.5.
    """
    windows = {area_id: own[day] for area_id, own in _by_area(facts).items() if day < len(own)}
    views = [AreaView(area, windows.get(area.id)) for area in facts.areas]
    return tuple(sorted(views, key=lambda view: (_RANK.index(view.level), -_peak(view))))


def _peak(view: AreaView) -> float:
    return 0.0 if view.window is None else view.window.peak_pm25 or 0.0


def levels_by_rank(views: tuple[AreaView, ...]) -> tuple[Level, ...]:
    """The levels that occur, in the order in which they are told."""
    return tuple(dict.fromkeys(view.level for view in views))


def standing_warnings(facts: BulletinFacts) -> tuple[HazeWarning, ...]:
    """The warnings that hold once this bulletin is out."""
    return tuple(warning for warning in facts.assessment.in_force if warning.action is not Action.LIFT)


def told_levels(facts: BulletinFacts) -> dict[str, Level]:
    """Of each area by its id the higher of what is expected in the first window and what is warned of."""
    told = {view.area.id: view.level for view in areas_on(facts, 0)}
    for warning in standing_warnings(facts):
        told[warning.area_id] = max(told.get(warning.area_id, Level.UNKNOWN), warning.level)
    return told


def shown_level(facts: BulletinFacts) -> Level:
    """The level at the head of the bulletin: the highest warned of or expected; NONE only if every area is known to have none."""
    expected = [view.level for view in areas_on(facts, 0)]
    highest = max((*expected, *(warning.level for warning in standing_warnings(facts))), default=Level.UNKNOWN)
    return Level.UNKNOWN if highest is Level.NONE and Level.UNKNOWN in expected else highest
