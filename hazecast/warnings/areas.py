"""The area rule: what one area can expect in one window, from its stations.

A level holds at an hour when a share of the area's stations reach it, and in a window when it holds for some consecutive
hours. How likely that is, whole trajectories tell; without them, hours and stations count as erring together. Every chance is
carried as its least and its greatest value, which differ where stations or hours are unknown.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hazecast.config import WarningSettings
from hazecast.quantiles import at_quantile
from hazecast.records import Cycle, Level, LevelChance, WindowAssessment
from hazecast.warnings.chances import Array, Chances
from hazecast.warnings.drawn import DrawnLevels, hourly_chances, of_area, sustained, window_chances, within_horizon
from hazecast.warnings.edition import Edition, Values
from hazecast.warnings.windows import Window

BAND = (0.05, 0.95)


@dataclass(frozen=True, slots=True, eq=False)
class AreaStations:
    """The forecast at the stations of one area: `level` and `visibility` (m) as (station, hour), hours as in the cycle.

    `pm25_quantile` (station, hour, quantile) in µg m-3 ascends along `quantiles`; `chances` are those of the same stations, and
    `drawn` their levels in whole trajectories, None where there are none.
    """

    ids: tuple[str, ...]
    level: NDArray[np.int8]
    visibility: Values
    pm25_quantile: Array
    quantiles: Array
    chances: Chances
    drawn: DrawnLevels | None = None

    def __post_init__(self) -> None:
        shape = (len(self.ids), self.level.shape[-1])
        drawn = () if self.drawn is None else (self.drawn.lowest.shape[1:],)
        found = (self.level.shape, self.visibility.shape, self.pm25_quantile.shape[:2], self.chances.least.shape[1:], *drawn)
        if any(f != shape for f in found):
            raise ValueError(f"{len(self.ids)} stations come with arrays of {found}; expected (station, hour) of {shape}.")


@dataclass(frozen=True, slots=True, eq=False)
class _Bound:
    """Chances of each level or a higher one, in the hours (level, hour) and in the window (level)."""

    hourly: Array
    window: Array


@dataclass(frozen=True, slots=True)
class _Peak:
    pm25: float | None
    low: float | None
    high: float | None
    time: datetime | None
    values: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a window brings, and the highest level that what is lacking leaves possible."""

    assessment: WindowAssessment
    possible: Level


def judge(area_id: str, stations: AreaStations, edition: Edition, window: Window, cycle: Cycle, rule: WarningSettings) -> Judgement:
    """One area in one window, by `rule.area_share`, `rule.minimum_hours` and `rule.raise_probability`.

    The level is the highest whose chance is certain to reach `raise_probability`. Where none is, but what is lacking could
    bring one about, the level is UNKNOWN.
    """
    hours = window.hours(cycle)
    needed = stations_needed(rule.area_share, len(stations.ids))
    least, greatest = _bounds(stations, edition, hours, needed, rule.minimum_hours)
    certain, possible = (_highest(stations.chances.levels, bound.window, rule.raise_probability) for bound in (least, greatest))
    level = Level.UNKNOWN if certain is Level.NONE and possible is not Level.NONE else certain
    worst_id, worst_level = _worst_station(stations, hours)
    peak = _peak(stations, hours, cycle)
    assessment = WindowAssessment(
        area_id=area_id,
        valid_from=window.valid_from,
        valid_until=window.valid_until,
        level=level,
        condition=_deciding_condition(stations, edition, hours, level, needed, rule.minimum_hours) if level > Level.NONE else "",
        chances=tuple(_known_chance(*c) for c in zip(stations.chances.levels, least.window, greatest.window, strict=True)),
        peak_pm25=peak.pm25,
        peak_pm25_low=peak.low,
        peak_pm25_high=peak.high,
        peak_time=peak.time,
        lowest_visibility=_lowest_visibility(stations.visibility[:, hours]),
        worst_station_id=worst_id,
        worst_station_level=worst_level,
        hours=least.hourly.shape[1],
        hours_known=_hours_known(least.hourly, greatest.hourly, rule.raise_probability),
        values=peak.values,
    )
    return Judgement(assessment, possible)


def stations_needed(share: float, stations: int) -> int:
    """How many of so many stations make up the share, at least one."""
    return max(1, math.ceil(share * stations - 1e-9))  # 0.28 × 25 is a little more than 7


def kth_largest(chances: Array, k: int) -> Array:
    """The k-th largest over the stations of chances (level, station, hour), as (level, hour)."""
    return np.asarray(np.sort(chances, axis=1)[:, -k, :])


def _bounds(stations: AreaStations, edition: Edition, hours: slice, needed: int, minimum_hours: int) -> tuple[_Bound, _Bound]:
    """The least chances and the greatest."""
    if stations.drawn is not None:
        of_draws = [of_area(levels[:, :, hours], needed) for levels in (stations.drawn.lowest, stations.drawn.highest)]
        least, greatest = (_Bound(hourly_chances(d, edition), window_chances(d, edition, minimum_hours)) for d in of_draws)
    else:
        hourly = [kth_largest(c[:, :, hours], needed) for c in (stations.chances.least, stations.chances.greatest)]
        least, greatest = (_Bound(h, _chances_of_window(edition, h, minimum_hours)) for h in hourly)
    return least, greatest


def _chances_of_window(edition: Edition, hourly: Array, minimum_hours: int) -> Array:
    """The chance (level) that each level or a higher one is sustained, from hourly chances (level, hour) of errors that go together."""
    own = [
        sustained(within_horizon(series, row.horizon_hours), minimum_hours).max()
        for row, series in zip(edition.levels, hourly, strict=True)
    ]
    return np.asarray(np.maximum.accumulate(own[::-1])[::-1])


def _highest(levels: tuple[Level, ...], chances: Array, raise_probability: float) -> Level:
    return max((level for level, c in zip(levels, chances, strict=True) if c >= raise_probability), default=Level.NONE)


def _known_chance(level: Level, least: float, greatest: float) -> LevelChance:
    return LevelChance(level, float(least) if math.isclose(least, greatest, abs_tol=1e-9) else None)


def _hours_known(least: Array, greatest: Array, raise_probability: float) -> int:
    """At how many hours what is lacking, (level, hour), leaves only one level possible."""
    return int(np.sum((least >= raise_probability).sum(axis=0) == (greatest >= raise_probability).sum(axis=0)))


def _deciding_condition(stations: AreaStations, edition: Edition, hours: slice, level: Level, needed: int, minimum_hours: int) -> str:
    """The likeliest condition at the station and hour that decide on the likeliest run of `level`, such as orange-2."""
    row = stations.chances.levels.index(level)
    at_stations = stations.chances.least[row][:, hours]
    hourly = within_horizon(np.sort(at_stations, axis=0)[-needed], edition.levels[row].horizon_hours)
    runs = sustained(hourly, minimum_hours)
    begin = int(np.argmax(runs))
    hour = begin + int(np.argmin(hourly[begin : begin + min(minimum_hours, hourly.size)]))
    deciding = at_stations[:, hour] == hourly[hour]  # of stations equally likely, the first column that leads at any
    own_level, condition = edition.conditions[stations.chances.leading[row][:, hours][deciding, hour].min()]
    return f"{own_level.name.lower()}-{condition.column}"


def _worst_station(stations: AreaStations, hours: slice) -> tuple[str | None, Level]:
    """The station with the highest level in the window, the more polluted one of equals; none where no level is certain."""
    level = stations.level[:, hours]
    highest = Level(int(level.max()))
    if highest is Level.UNKNOWN or (highest is Level.NONE and (level == Level.UNKNOWN).any()):
        return None, Level.UNKNOWN
    median = at_quantile(stations.pm25_quantile[:, hours], stations.quantiles, 0.5)
    at_level = np.where((level == highest) & ~np.isnan(median), median, -1.0).max(axis=1)
    reaches = (level == highest).any(axis=1)
    return stations.ids[int(np.argmax(np.where(reaches, at_level, -2.0)))], highest


def _peak(stations: AreaStations, hours: slice, cycle: Cycle) -> _Peak:
    low, median, high = (
        _median_of_stations(at_quantile(stations.pm25_quantile[:, hours], stations.quantiles, q)) for q in (BAND[0], 0.5, BAND[1])
    )
    values = int((~np.isnan(at_quantile(stations.pm25_quantile[:, hours], stations.quantiles, 0.5))).sum())
    if np.isnan(median).all():
        return _Peak(None, None, None, None, values)
    hour = int(np.nanargmax(median))
    lead_hours = cycle.lead_hours[hours][hour]
    return _Peak(float(median[hour]), _known(low[hour]), _known(high[hour]), cycle.init_time + timedelta(hours=lead_hours), values)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _lowest_visibility(visibility: Values) -> float | None:
    median = _median_of_stations(visibility)
    return None if np.isnan(median).all() else float(np.nanmin(median))


def _median_of_stations(values: Values) -> Array:
    """The median (hour) over the stations of values (station, hour); NaN where fewer than half of the stations have one."""
    enough = 2 * np.sum(~np.isnan(values), axis=0) >= values.shape[0]
    median = np.full(values.shape[1], np.nan)
    median[enough] = np.nanmedian(values[:, enough], axis=0)
    return median
