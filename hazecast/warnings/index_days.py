"""Levels by the daily index over days on end: the heavy-pollution alerts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hazecast.aqi.index import sub_index
from hazecast.aqi.standard import IndexStandard, standard_on
from hazecast.records import Level
from hazecast.warnings.courses import AreaLevels, Array, Course, Levels
from hazecast.warnings.day_editions import HOURS_OF_DAY, IndexEdition, Route, Run

Truth = NDArray[np.bool_]
DAY = timedelta(hours=HOURS_OF_DAY)
LEAST_SHARE = 0.5  # of an area's stations that must have a value, for their mean to be the area's


@dataclass(frozen=True, slots=True, eq=False)
class _Days:
    """The index of each day, (draw, day), at least and at most; day `today` is that of the first window."""

    least: Array
    most: Array
    today: int


def index_levels(edition: IndexEdition, course: Course, first_window: datetime) -> AreaLevels:
    """The level of each hour of a course is that of its day; days run from the hour of `first_window` to the same of the next.

    A day's index is that of the mean over its hours of the mean over the area's stations, by the edition of the index that is in force. A
    day that the course does not cover is not known. A level holds on each day of a run of days that has what one of its routes wants, and
    two such episodes with less than `merge_hours` between them are one, at the higher level.
    """
    days = _days_of(edition, course, first_window)
    met = np.stack([_met(route, days.least) for _, route in edition.routes])
    lowest, highest = (_levels_of_days(edition, index) for index in (days.least, days.most))
    day = (np.arange(course.ahead, course.hours) - course.hour_ending(first_window) - 1) // HOURS_OF_DAY + days.today
    inside = (day >= 0) & (day < lowest.shape[1])
    at = np.clip(day, 0, lowest.shape[1] - 1)
    return AreaLevels(
        levels=tuple(row.level for row in edition.levels),
        conditions=tuple((level, route.column) for level, route in edition.routes),
        lowest=np.where(inside, lowest[:, at], np.int8(Level.NONE)),
        highest=np.where(inside, highest[:, at], np.int8(edition.levels[-1].level)),
        met=met[:, :, at] & inside,
        keeps=None if edition.lift_index_up_to is None else _keeps(edition.lift_index_up_to, edition.lift_hours, days),
    )


def _days_of(edition: IndexEdition, course: Course, first_window: datetime) -> _Days:
    begin = course.hour_ending(first_window) + 1
    before, after = begin // HOURS_OF_DAY, (course.hours - begin) // HOURS_OF_DAY
    if before + after < 1:
        nothing = np.zeros((course.pm25.shape[0], 1))
        return _Days(nothing, np.full_like(nothing, np.inf), 0)
    start = begin - before * HOURS_OF_DAY
    whole = course.pm25[:, :, start : start + (before + after) * HOURS_OF_DAY]
    least, most = _day_means(edition, whole)
    first_day = first_window - before * DAY
    standards = [standard_on((first_day + d * DAY).date(), edition.index) for d in range(before + after)]
    return _Days(_index_of(standards, least), _index_of(standards, most), before)


def _day_means(edition: IndexEdition, pm25: Array) -> tuple[Array, Array]:
    """Means (draw, day) of values (draw, station, hour) at least and at most: with enough stations and hours the mean of what there is."""
    known = ~np.isnan(pm25)
    stations = known.sum(axis=1)
    total = np.where(known, pm25, 0.0).sum(axis=1)
    usable = stations >= LEAST_SHARE * pm25.shape[1]
    hourly = np.where(usable, total / np.maximum(stations, 1), 0.0).reshape(pm25.shape[0], -1, HOURS_OF_DAY)
    scant = np.where(usable, 0.0, total / pm25.shape[1]).reshape(hourly.shape)  # what the known ones add for certain
    hours = usable.reshape(hourly.shape).sum(axis=-1)
    enough = hours >= edition.least_hours_of_day
    mean = hourly.sum(axis=-1) / np.maximum(hours, 1)
    sure = (hourly.sum(axis=-1) + scant.sum(axis=-1)) / HOURS_OF_DAY
    return np.where(enough, mean, sure), np.where(enough, mean, np.inf)


def _index_of(standards: list[IndexStandard], means: Array) -> Array:
    out = np.empty_like(means)
    for day, standard in enumerate(standards):
        found = sub_index(standard, "pm25", HOURS_OF_DAY, np.where(np.isinf(means[:, day]), 0.0, means[:, day]))
        out[:, day] = np.where(np.isinf(means[:, day]), np.inf, found)
    return out


def _levels_of_days(edition: IndexEdition, index: Array) -> Levels:
    """(draw, day): the highest level of which a route is met, then joined over short gaps."""
    level = np.full(index.shape, Level.NONE, dtype=np.int8)
    for row in edition.levels:
        level[np.any([_met(route, index) for route in row.routes], axis=0)] = row.level
    return _joined(level, (edition.merge_hours - 1) // HOURS_OF_DAY if edition.merge_hours else 0)


def _met(route: Route, index: Array) -> Truth:
    """(draw, day): whether the day is one of an episode of the first run, in which the others are found too."""
    first, *others = route.runs
    episode = _lasting(first, index)
    for run in others:
        episode &= _spread(_lasting(run, index), index >= first.index_from)
    return episode


def _lasting(run: Run, index: Array) -> Truth:
    """(draw, day): whether the day is within so many days on end of the index."""
    above = index >= run.index_from
    length = np.zeros(above.shape, dtype=np.int64)
    for day in range(above.shape[1]):
        length[:, day] = np.where(above[:, day], (length[:, day - 1] if day else 0) + 1, 0)
    for day in range(above.shape[1] - 2, -1, -1):
        length[:, day] = np.where(above[:, day] & above[:, day + 1], length[:, day + 1], length[:, day])
    return above & (length >= run.days)


def _spread(found: Truth, within: Truth) -> Truth:
    """(draw, day): whether any day of the same stretch of `within` is `found`."""
    out = found & within
    last = out.shape[1] - 1
    for day in range(1, last + 1):
        out[:, day] |= out[:, day - 1] & within[:, day]
    for day in range(last - 1, -1, -1):
        out[:, day] |= out[:, day + 1] & within[:, day]
    return out


def _joined(level: Levels, gap: int) -> Levels:
    """Episodes with no more than so many days between them become one, at the higher level of both."""
    filled = level > Level.NONE
    for length in range(1, gap + 1):
        for day in range(1, level.shape[1] - length):
            filled[:, day : day + length] |= ((level[:, day - 1] > Level.NONE) & (level[:, day + length] > Level.NONE))[:, None]
    joined = level.copy()
    if gap:
        for day in range(1, level.shape[1]):
            joined[:, day] = np.where(filled[:, day] & filled[:, day - 1], np.maximum(joined[:, day], joined[:, day - 1]), joined[:, day])
        for day in range(level.shape[1] - 2, -1, -1):
            joined[:, day] = np.where(filled[:, day] & filled[:, day + 1], np.maximum(joined[:, day], joined[:, day + 1]), joined[:, day])
    return joined


def _keeps(bound: int, hours: int, days: _Days) -> tuple[float, float]:
    """Share of draws, at least and at most, with an index above `bound` within so many hours; unknown days may have one."""
    needed = -(-hours // HOURS_OF_DAY)
    seen = [index[:, days.today : days.today + needed] for index in (days.least, days.most)]
    lacking = seen[1].shape[1] < needed
    least, most = (float((part > bound).any(axis=1).mean()) for part in seen)
    return least, 1.0 if lacking else most
