"""The air quality index of an area in a validity window, of PM2.5 alone.

Nothing else is forecast, and other pollutants could only raise it.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hazecast.aqi.index import sub_index
from hazecast.aqi.standard import IndexStandard, standard_on
from hazecast.bulletins.situation import Period, hours_within
from hazecast.records import Area, BulletinFacts, WindowAssessment

HOURS = 24
LEAST_SHARE = 0.5  # of an area's stations that must have a value in an hour, for their mean to be the area's


@dataclass(frozen=True, slots=True)
class AirQualityOfPm25:
    """The mean of PM2.5 (µg m-3), its index, and the edition of HJ 633 that is in force when the window begins."""

    mean: float
    index: int
    standard: IndexStandard

    def class_in(self, language: str) -> str:
        """The name of the class in a language, or else in the standard's own."""
        names = self.standard.class_of(self.index).name
        return names.get(language, names[self.standard.language])


def air_quality_of(area: Area, window: WindowAssessment, facts: BulletinFacts) -> AirQualityOfPm25 | None:
    """Of the mean over the window's hours of the mean over the area's stations; None where too few are known, or the window is no day."""
    standard = standard_on(window.valid_from.astimezone(ZoneInfo(area.time_zone)).date())
    hourly = _hourly_means(area, window, facts)
    known = hourly[~np.isnan(hourly)]
    if hourly.size != HOURS or known.size < standard.least_hours_of_day:
        return None
    mean = float(known.mean())
    return AirQualityOfPm25(mean, int(sub_index(standard, "pm25", HOURS, mean)), standard)


def _hourly_means(area: Area, window: WindowAssessment, facts: BulletinFacts) -> NDArray[np.float64]:
    stations = facts.forecast.stations
    inside = hours_within(stations["valid_time"].values, Period(window.valid_from, window.valid_until))
    ours = np.isin(stations["station"].values, list(area.station_ids))
    values = np.asarray(stations["pm25"].transpose("station", "lead_time").values[np.ix_(ours, inside)], dtype=np.float64)
    known = np.sum(~np.isnan(values), axis=0)
    enough = (known > 0) & (known >= LEAST_SHARE * len(area.station_ids))
    return np.where(enough, np.nansum(values, axis=0) / np.maximum(known, 1), np.nan)
