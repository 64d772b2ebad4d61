"""Days of haze of a year, counted at stations and in areas.

By visibility, after QX/T 113-2010: the day's mean visibility is below 10 km and its mean humidity below 80 %; with a humidity from 80 to
95 % only if the day's mean PM2.5 is above 75 µg m-3, which is widely used and stands in no text that was at hand; more humid days are fog.
By PM2.5, where nobody measures visibility: the day's mean is above 75 µg m-3, the daily limit of GB 3095-2012 (grade II).
A daily mean needs 20 hours, and a year 324 days, as HJ 663-2013 asks of PM2.5.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.records import Area, Station
from hazecast.records.haze_days import HazeDays
from hazecast.vocabulary import HazeRule

LEAST_HOURS, LEAST_DAYS = 20, 324
LIMIT_VISIBILITY = 10_000.0  # m
DRY, HUMID = 80.0, 95.0  # %
LIMIT_PM25 = 75.0  # µg m-3
HOUR = np.timedelta64(1, "h")
Array = NDArray[np.float64]
HAZE, CLEAR, UNKNOWN = 1, 0, -1


def year_bounds(year: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The local beginning of a year and of the next, in UTC."""
    first, last = (datetime(number, 1, 1, tzinfo=zone).astimezone(UTC) for number in (year, year + 1))
    return first, last


def rule_for(observations: xr.Dataset) -> HazeRule:
    """By visibility where any is there, and else by PM2.5."""
    seen = all(key in observations and bool(observations[key].notnull().any()) for key in ("visibility", "relative_humidity"))
    return HazeRule.VISIBILITY if seen else HazeRule.PM25


def count_haze_days(
    observations: xr.Dataset,
    stations: Sequence[Station],
    areas: Sequence[Area],
    year: int,
    zone: ZoneInfo,
    rule: HazeRule,
    least_days: int = LEAST_DAYS,
) -> tuple[list[HazeDays], list[HazeDays]]:
    """Of each station and of each area, whose days are those of the median of its stations' means.

    `observations` has (time, station), hourly, the value of an hour standing at its end.
    """
    days = _days(year, zone)
    means = {key: _daily_means(observations, key, days) for key in ("visibility", "relative_humidity", "pm25")}
    row = {str(name): number for number, name in enumerate(observations["station"].values)}
    of_stations = [_counted(place, _verdicts(means, [row[place.id]], rule), least_days) for place in stations if place.id in row]
    of_areas = [_counted(area, _verdicts(means, [row[i] for i in area.station_ids if i in row], rule), least_days) for area in areas]
    return of_stations, of_areas


def _days(year: int, zone: ZoneInfo) -> NDArray[np.datetime64]:
    """The beginnings of the local days of a year and of the first day after it, UTC; a day may have 23 or 25 hours."""
    dates = np.arange(f"{year}-01-01", f"{year + 1}-01-02", dtype="datetime64[D]").astype(datetime)
    starts = (datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) for day in dates)
    return np.array([np.datetime64(start.replace(tzinfo=None), "ns") for start in starts])


def _daily_means(observations: xr.Dataset, key: str, days: NDArray[np.datetime64]) -> Array:
    """(station, day); NaN where fewer than 20 hours are known."""
    stations, count = observations.sizes["station"], days.size - 1
    means = np.full((stations, count), np.nan)
    if key not in observations or not observations.sizes["time"]:
        return means
    values = observations[key].transpose("time", "station").values.astype(np.float64)
    day = np.searchsorted(days, observations["time"].values - HOUR, side="right") - 1
    inside = (day >= 0) & (day < count)
    known = ~np.isnan(values)
    hours, sums = np.zeros((count, stations)), np.zeros((count, stations))
    np.add.at(hours, day[inside], known[inside])
    np.add.at(sums, day[inside], np.where(known, values, 0.0)[inside])
    enough = hours >= LEAST_HOURS
    means.T[enough] = sums[enough] / hours[enough]
    return means


def _verdicts(means: dict[str, Array], rows: list[int], rule: HazeRule) -> NDArray[np.int8]:
    """Of each day: HAZE, CLEAR or UNKNOWN."""
    visibility, humidity, pm25 = (_median(means[key][rows]) for key in ("visibility", "relative_humidity", "pm25"))
    if rule is HazeRule.PM25:
        return np.where(np.isnan(pm25), UNKNOWN, np.where(pm25 > LIMIT_PM25, HAZE, CLEAR)).astype(np.int8)
    verdict = np.full(visibility.size, UNKNOWN, dtype=np.int8)
    verdict[visibility >= LIMIT_VISIBILITY] = CLEAR
    poor = visibility < LIMIT_VISIBILITY
    verdict[poor & (humidity < DRY)] = HAZE
    between = poor & (humidity >= DRY) & (humidity <= HUMID)
    verdict[between & (pm25 > LIMIT_PM25)] = HAZE
    verdict[between & (pm25 <= LIMIT_PM25)] = CLEAR
    verdict[poor & (humidity > HUMID)] = CLEAR
    return verdict


def _median(values: Array) -> Array:
    """Over the first axis; NaN where fewer than half of the rows have a value."""
    median = np.full(values.shape[1], np.nan)
    enough = 2 * np.sum(~np.isnan(values), axis=0) >= max(1, values.shape[0])
    if values.shape[0] and enough.any():
        median[enough] = np.nanmedian(values[:, enough], axis=0)
    return median


def _counted(place: Station | Area, verdict: NDArray[np.int8], least_days: int) -> HazeDays:
    known = int(np.sum(verdict != UNKNOWN))
    return HazeDays(place, int(np.sum(verdict == HAZE)), known, int(verdict.size), known >= least_days)
