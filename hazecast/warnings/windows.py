"""Validity windows: the days from one local starting hour to the next that a cycle's forecast covers."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hazecast.errors import SettingsError
from hazecast.records import Cycle, require_utc

ONE_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time; a valid time labels the hour that ends then, so those after `valid_from` up to `valid_until` lie within."""

    valid_from: datetime
    valid_until: datetime

    def __post_init__(self) -> None:
        require_utc("valid_from", self.valid_from)
        require_utc("valid_until", self.valid_until)
        if not self.valid_from < self.valid_until:
            raise ValueError(f"A window from {self.valid_from} to {self.valid_until} is empty.")

    def hours(self, cycle: Cycle) -> slice:
        """Which of the cycle's lead hours lie within, as a slice along `lead_time`."""
        return slice((self.valid_from - cycle.init_time) // ONE_HOUR, (self.valid_until - cycle.init_time) // ONE_HOUR)


def validity_windows(cycle: Cycle, time_zone: str, start_hours: tuple[int, ...]) -> tuple[Window, ...]:
    """Consecutive windows from the first local starting hour at or after `init_time`, each to the same local hour next day.

    Only those that end within the forecast; if none does, the whole forecast is one window. A day on which clocks change
    has 23 or 25 hours. Raises SettingsError unless `start_hours` has hours from 0 to 23.
    """
    if not start_hours or not all(0 <= h <= 23 for h in start_hours):
        raise SettingsError(f"window_start_hours is {start_hours}.", "Give at least one hour from 0 to 23.")
    windows = []
    for begin, end in itertools.pairwise(_starts(cycle.init_time, ZoneInfo(time_zone), start_hours)):
        if end > cycle.end_time:
            break
        windows.append(Window(begin, end))
    return tuple(windows) or (Window(cycle.init_time, cycle.end_time),)


def _starts(init_time: datetime, zone: ZoneInfo, start_hours: tuple[int, ...]) -> Iterator[datetime]:
    """The first start at or after `init_time`, then the same local hour of every day after it, ascending, in UTC."""
    today = init_time.astimezone(zone).date()
    candidates = [(_moment(today + timedelta(days=d), h, zone), h) for d in range(3) for h in start_hours]
    start, hour = min(c for c in candidates if c[0] >= init_time)
    yield start
    day = start.astimezone(zone).date()
    for following in (_moment(day + timedelta(days=d), hour, zone) for d in itertools.count(1)):
        if following > start:
            start = following
            yield start


def _moment(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
