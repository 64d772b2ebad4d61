"""Levels by what the hours of a local day have brought by a time of it: the advisories of Japan."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hazecast.records import Level
from hazecast.warnings.courses import ONE_HOUR, AreaLevels, Array, Course
from hazecast.warnings.day_editions import HOURS_OF_DAY, HoursOfDayEdition, Judgement

Truth = NDArray[np.bool_]


def day_levels(edition: HoursOfDayEdition, course: Course, zone: ZoneInfo) -> AreaLevels:
    """Each judgement that is met on a local day holds from its hour on to the end of the day, unless it is lifted before.

    A mean of fewer hours than a judgement wants is not known, and may lie anywhere from what is known of it up.
    """
    judgements = edition.levels[0].judgements
    shape = (course.pm25.shape[0], course.hours)
    sure, possible = (np.zeros((len(judgements), *shape), dtype=bool) for _ in range(2))
    for day in _days_of(course, zone):
        for i, judgement in enumerate(judgements):
            least, most = _met(judgement, course, day, zone)
            held = slice(*_span(course, day, zone, judgement.holds_from, HOURS_OF_DAY))
            lifted, perhaps = _lifted(edition, judgement, course.pm25[:, :, held])
            sure[i][:, held] = least[:, None] & ~perhaps
            possible[i][:, held] = most[:, None] & ~lifted
    sure, possible = sure[:, :, course.ahead :], possible[:, :, course.ahead :]
    level = edition.levels[0].level
    lowest, highest = (np.where(part.any(axis=0), np.int8(level), np.int8(Level.NONE)) for part in (sure, possible))
    return AreaLevels((level,), tuple((level, j.column) for j in judgements), lowest, highest, sure)


def _days_of(course: Course, zone: ZoneInfo) -> list[date]:
    """The local days that the forecast's hours are of."""
    first = (course.first + (course.ahead - 1) * ONE_HOUR).astimezone(zone).date()
    last = (course.first + (course.hours - 1) * ONE_HOUR).astimezone(zone).date()
    return [first + timedelta(days=d) for d in range((last - first).days + 1)]


def _span(course: Course, day: date, zone: ZoneInfo, first_hour: int, last_hour: int) -> tuple[int, int]:
    """Where the hours of a local day begin and end in the course, cut to what it has."""
    begin, end = (course.hour_ending(_at(day, hour, zone)) for hour in (first_hour, last_hour))
    end += 1
    return min(max(begin, 0), course.hours), min(max(end, 0), course.hours)


def _at(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """The local hour of the day, by the clock; 24 is the next midnight."""
    return datetime.combine(day + timedelta(days=hour // HOURS_OF_DAY), time(hour % HOURS_OF_DAY), tzinfo=zone)


def _met(judgement: Judgement, course: Course, day: date, zone: ZoneInfo) -> tuple[Truth, Truth]:
    """Whether enough stations have a mean above the bound, (draw), for certain and possibly."""
    begin, end = _span(course, day, zone, judgement.first_hour, judgement.last_hour)
    values = course.pm25[:, :, begin:end]
    known = ~np.isnan(values)
    hours, whole = known.sum(axis=-1), judgement.last_hour - judgement.first_hour + 1
    total = np.where(known, values, 0.0).sum(axis=-1)
    enough = hours >= judgement.least_hours
    mean = total / np.maximum(hours, 1)
    needed = min(judgement.stations, values.shape[1])
    least, most = np.where(enough, mean, total / whole), np.where(enough, mean, np.inf)
    return _at_stations(least, judgement, needed), _at_stations(most, judgement, needed)


def _at_stations(means: Array, judgement: Judgement, needed: int) -> Truth:
    return np.asarray((means > judgement.mean_above_ug_m3).sum(axis=1) >= needed)


def _lifted(edition: HoursOfDayEdition, judgement: Judgement, pm25: Array) -> tuple[Truth, Truth]:
    """In which hours (draw, hour) a judgement no longer holds, for certain and possibly, for enough hours at which every station is low."""
    if edition.lift_up_to_ug_m3 is None or not judgement.can_be_lifted:
        nothing = np.zeros((pm25.shape[0], pm25.shape[2]), dtype=bool)
        return nothing, nothing
    low, maybe_low = (np.all(part, axis=1) for part in (pm25 <= edition.lift_up_to_ug_m3, ~(pm25 > edition.lift_up_to_ug_m3)))
    return _after(low, edition.lift_after_hours), _after(maybe_low, edition.lift_after_hours)


def _after(clean: Truth, hours: int) -> Truth:
    """(draw, hour): whether so many clean hours on end lie before the hour."""
    out = np.zeros(clean.shape, dtype=bool)
    length = np.zeros(clean.shape[0], dtype=np.int64)
    for hour in range(clean.shape[1] - 1):
        length = np.where(clean[:, hour], length + 1, 0)
        out[:, hour + 1] = out[:, hour] | (length >= hours)
    return out
