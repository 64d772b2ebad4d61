"""What editions that decide on days make of what was observed of places."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hazecast.records import Level
from hazecast.warnings.courses import ONE_HOUR, Array, Course
from hazecast.warnings.day_editions import HOURS_OF_DAY, IndexEdition
from hazecast.warnings.hours_of_day import day_levels
from hazecast.warnings.index_days import index_levels
from hazecast.warnings.on_days import DayEdition
from hazecast.warnings.usable import usable


def observed_day_levels(edition: DayEdition, pm25: Array, first: datetime, day_begins: datetime, zone: ZoneInfo) -> NDArray[np.int8]:
    """The level (place, hour) of places whose stations had PM2.5 (place, station, hour) in µg m-3, NaN where it lacks.

    The first hour ends at `first`. Days of an edition by index run from the time of day of `day_begins` to the same of the next; those of
    an edition by hours of the day are the local ones of `zone`. UNKNOWN where what was not observed, days before and after among it,
    could change the level.
    """
    beyond = (edition.longest_days + 1) * HOURS_OF_DAY if isinstance(edition, IndexEdition) else HOURS_OF_DAY
    hours = pm25.shape[-1]
    known = np.pad(usable(pm25).astype(np.float64), ((0, 0), (0, 0), (beyond, beyond)), constant_values=np.nan)
    course = Course(known, first - beyond * ONE_HOUR, 0)
    found = (
        index_levels(edition, course, _within(course, day_begins))
        if isinstance(edition, IndexEdition)
        else day_levels(edition, course, zone)
    )
    levels = np.where(found.lowest == found.highest, found.lowest, np.int8(Level.UNKNOWN)).astype(np.int8)
    return levels[:, beyond : beyond + hours]


def _within(course: Course, day_begins: datetime) -> datetime:
    """The same time of day on the course's first day."""
    return day_begins - (course.hour_ending(day_begins) // HOURS_OF_DAY) * HOURS_OF_DAY * ONE_HOUR
