"""What can be wished for of any source: a period, a box, a run of a forecast, variables. Checked when it is made."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hazecast.errors import SettingsError
from hazecast.records import require_utc
from hazecast.vocabulary import VARIABLES, Variable

DAY = timedelta(days=1)
MOST_DAYS = 366 * 100


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to, but without, `end`, both in UTC. Raises SettingsError for an empty or an absurd one."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        require_utc("start", self.start)
        require_utc("end", self.end)
        if not timedelta(0) < self.end - self.start <= MOST_DAYS * DAY:
            raise SettingsError(
                f"The period from {self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M} UTC is empty or longer than a century.",
                "Give --from and --to such that the one is before the other; the hour or day of --to is no longer wanted.",
            )

    def days(self, before: timedelta = timedelta(0), after: timedelta = timedelta(0)) -> tuple[date, ...]:
        """The days that it touches, widened at both ends."""
        first, last = (self.start - before).date(), (self.end + after - timedelta(microseconds=1)).date()
        return tuple(first + n * DAY for n in range((last - first).days + 1))

    def months(self) -> tuple[tuple[date, ...], ...]:
        """Its days, month by month."""
        days = self.days()
        keys = list(dict.fromkeys((day.year, day.month) for day in days))
        return tuple(tuple(day for day in days if (day.year, day.month) == key) for key in keys)


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the Earth in degrees; `east` may be above 180 where it runs across the date line. Raises SettingsError."""

    south: float
    north: float
    west: float
    east: float

    def __post_init__(self) -> None:
        inside = -90 <= self.south < self.north <= 90 and -180 <= self.west < self.east <= min(self.west + 360, 540)
        if not inside:
            raise SettingsError(
                f"The box from {self.south:g} to {self.north:g} north and {self.west:g} to {self.east:g} east is none.",
                "Give it as SOUTH,NORTH,WEST,EAST in degrees, such as 36,43,113,120.",
            )

    def widened(self, margin: float, spacing: float) -> "Box":
        """The box with a margin on each side, out to the next lines of a grid of `spacing` degrees that has one at 0."""
        south, west = (math.floor(round((edge - margin) / spacing, 6)) * spacing for edge in (self.south, self.west))
        north, east = (math.ceil(round((edge + margin) / spacing, 6)) * spacing for edge in (self.north, self.east))
        west = max(west, -180.0)
        south, north, east = max(south, -90.0), min(north, 90.0), min(east, west + 360.0)
        return Box(*(round(edge, 6) for edge in (south, north, west, east)))


def require_run(run: datetime, every_hours: int, source: str) -> None:
    """Raise SettingsError unless `run` is one of the times at which `source` begins a forecast."""
    require_utc("run", run)
    if run.hour % every_hours or run != run.replace(minute=0, second=0, microsecond=0):
        raise SettingsError(
            f"{source} has no run of {run:%Y-%m-%d %H:%M} UTC; it begins one every {every_hours} hours from 00 on.",
            f"Give --run as {run.replace(hour=run.hour - run.hour % every_hours):%Y-%m-%dT%H}.",
        )


def latest_run(now: datetime, every_hours: int, delay_hours: int) -> datetime:
    """The last run that should be out at `now`, if one is `delay_hours` after it begins."""
    ready = (now - timedelta(hours=delay_hours)).astimezone(UTC)
    return ready.replace(hour=ready.hour - ready.hour % every_hours, minute=0, second=0, microsecond=0)


def require_variables(wanted: Sequence[str], offered: Collection[Variable], source: str) -> tuple[Variable, ...]:
    """The variables of these keys; raises SettingsError for one that `source` does not have, or none at all."""
    keys = [variable.key for variable in offered]
    strange = [key for key in wanted if key not in keys]
    if strange or not wanted:
        raise SettingsError(
            f"{source} is asked for {', '.join(map(repr, strange)) or 'no variable at all'}.", f"It has: {', '.join(sorted(keys))}."
        )
    return tuple(VARIABLES[key] for key in dict.fromkeys(wanted))
