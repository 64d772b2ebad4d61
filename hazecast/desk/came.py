"""What came: the level of each area hour by hour, by the observations that later cycles had, and that of a window."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from hazecast.backtest.events.areas import area_levels
from hazecast.bulletins.situation import Period, hours_within
from hazecast.config import VisibilitySettings
from hazecast.desk.measured import Measured, measured_by
from hazecast.forecast.visibility import visibility
from hazecast.records import Level
from hazecast.warnings.deciding import levels
from hazecast.warnings.edition import load_edition
from hazecast.warnings.hourly_edition import HourlyEdition
from hazecast.warnings.observed_days import observed_day_levels
from hazecast.warnings.on_days import DayEdition

LEAST_KNOWN = 0.75  # of the hours of a window: what nobody measured did not stay away
Levels = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a level came: the edition, the share of an area's stations that must reach it, and for how many hours on end.

    An edition that decides on days has durations of its own, in which neither share nor hours count.
    """

    edition: str
    area_share: float
    minimum_hours: int
    optics: VisibilitySettings


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """The level of each area in each hour that ends at one of `times` (UTC), (hour,) by area id; UNKNOWN where too little was measured.

    A level comes where it lasts `minimum_hours`.
    """

    times: NDArray[np.datetime64]
    by_area: Mapping[str, Levels]
    minimum_hours: int

    def level_in(self, area_id: str, period: Period) -> Level:
        """The highest level that enough hours of a period on end had; UNKNOWN where less than `LEAST_KNOWN` of its hours are known."""
        hourly = self.by_area.get(area_id)
        if hourly is None:
            return Level.UNKNOWN
        inside = hourly[hours_within(self.times, period)]
        wanted = (period.end - period.start).total_seconds() / 3600
        if not inside.size or (inside != Level.UNKNOWN).sum() < LEAST_KNOWN * wanted:
            return Level.UNKNOWN
        runs = sliding_window_view(inside, min(self.minimum_hours, inside.size))
        return Level(max(int(runs.min(axis=1).max()), Level.NONE))


def observed_by(folders: tuple[Path, ...], terms: Terms, days_from: int) -> Observed:
    """What the cycles in `folders`, the newest first, had observed of their areas; nothing where none can be read.

    By an edition on hours, visibility is the observed one or, where there is none, that of the observed PM2.5, and humidity in the same way
    that of the weather. By one on days as an index tells them, they run from the hour `days_from` of UTC to the same of the next.
    """
    on_hours = isinstance(load_edition(terms.edition), HourlyEdition)
    return _observed_by(folders, terms, 0 if on_hours else days_from)


@lru_cache(maxsize=8)
def _observed_by(folders: tuple[Path, ...], terms: Terms, hour: int) -> Observed:
    seen, edition = measured_by(folders), load_edition(terms.edition)
    if seen is None:
        return Observed(np.empty(0, dtype="datetime64[ns]"), {}, terms.minimum_hours)
    if isinstance(edition, HourlyEdition):
        return Observed(seen.times, _by_hours(seen, edition, terms), terms.minimum_hours)
    return Observed(seen.times, _by_days(seen, edition, hour), 1)


def _by_hours(seen: Measured, edition: HourlyEdition, terms: Terms) -> dict[str, Levels]:
    pm25, sight, humidity = seen.values
    sight = np.where(np.isnan(sight), visibility(pm25, humidity, terms.optics), sight)
    hourly = levels(edition, pm25, sight, humidity)
    hourly[np.isnan(pm25)] = Level.UNKNOWN
    found = area_levels(hourly, [seen.at(area) for area in seen.areas.values()], terms.area_share)
    return {id: found[:, number] for number, id in enumerate(seen.areas)}


def _by_days(seen: Measured, edition: DayEdition, hour: int) -> dict[str, Levels]:
    """An area without a station stays unknown, as it is to who decides."""
    begins = seen.first.replace(hour=hour)
    pm25 = seen.values[0].T
    return {
        id: observed_day_levels(edition, pm25[None, at], seen.first, begins, ZoneInfo(area.time_zone))[0]
        for id, area in seen.areas.items()
        if (at := seen.at(area)).size
    }
