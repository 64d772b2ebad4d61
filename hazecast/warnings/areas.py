"""What one area can expect in one window: the level, why, how sure, and what lacks.

Every chance is carried as its least and its greatest value, which differ where stations or hours are unknown.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from hazecast.grids.medians import weighted_median
from hazecast.quantiles import at_quantile
from hazecast.records import Cycle, Level, LevelChance, WindowAssessment
from hazecast.warnings.bounds import bounds, deciding_condition, levels_of
from hazecast.warnings.chances import Array
from hazecast.warnings.hourly_edition import Values
from hazecast.warnings.rule import Rule
from hazecast.warnings.stations import AreaStations
from hazecast.warnings.windows import Window

BAND = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class _Peak:
    pm25: float | None
    low: float | None
    high: float | None
    time: datetime | None
    values: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a window brings, and the levels that a warning in force would be kept at: for certain, and as far as what lacks allows.

    `possible` is the highest level that what is lacking could have raised.
    """

    assessment: WindowAssessment
    possible: Level
    kept: Level
    keepable: Level


def judge(area_id: str, stations: AreaStations, window: Window, cycle: Cycle, rule: Rule, named: AreaStations | None = None) -> Judgement:
    """One area in one window; where `stations` are cells of its ground, `named` are its stations, of which the worst is told.

    The level is the highest whose chance is certain to reach `rule.raise_probability`. Where none is, but what is lacking could
    bring one about, the level is UNKNOWN. A level is kept by the same chance, down to `rule.clear_probability`.
    """
    hours, judged = window.hours(cycle), stations.judged
    levels = levels_of(judged)
    least, greatest = bounds(judged, hours, rule)
    certain, possible = (_highest(levels, bound.window, rule.raise_probability) for bound in (least, greatest))
    kept, keepable = (_highest(levels, bound.kept, rule.clear_probability) for bound in (least, greatest))
    level = Level.UNKNOWN if certain is Level.NONE and possible is not Level.NONE else certain
    worst_id, worst_level = _worst_station(named or stations, hours)
    peak = _peak(stations, hours, cycle)
    assessment = WindowAssessment(
        area_id=area_id,
        valid_from=window.valid_from,
        valid_until=window.valid_until,
        level=level,
        condition=deciding_condition(judged, hours, level, rule) if level > Level.NONE else "",
        chances=tuple(_known_chance(*c) for c in zip(levels, least.window, greatest.window, strict=True)),
        peak_pm25=peak.pm25,
        peak_pm25_low=peak.low,
        peak_pm25_high=peak.high,
        peak_time=peak.time,
        lowest_visibility=_lowest_visibility(stations.visibility[:, hours], stations.weights),
        worst_station_id=worst_id,
        worst_station_level=worst_level,
        hours=least.hourly.shape[1],
        hours_known=_hours_known(least.hourly, greatest.hourly, rule.raise_probability),
        values=peak.values,
    )
    return Judgement(assessment, possible, kept, keepable)


def _highest(levels: tuple[Level, ...], chances: Array, raise_probability: float) -> Level:
    return max((level for level, c in zip(levels, chances, strict=True) if c >= raise_probability), default=Level.NONE)


def _known_chance(level: Level, least: float, greatest: float) -> LevelChance:
    return LevelChance(level, float(least) if math.isclose(least, greatest, abs_tol=1e-9) else None)


def _hours_known(least: Array, greatest: Array, raise_probability: float) -> int:
    """At how many hours what is lacking, (level, hour), leaves only one level possible."""
    return int(np.sum((least >= raise_probability).sum(axis=0) == (greatest >= raise_probability).sum(axis=0)))


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
        weighted_median(at_quantile(stations.pm25_quantile[:, hours], stations.quantiles, q), stations.weights)
        for q in (BAND[0], 0.5, BAND[1])
    )
    values = int((~np.isnan(at_quantile(stations.pm25_quantile[:, hours], stations.quantiles, 0.5))).sum())
    if np.isnan(median).all():
        return _Peak(None, None, None, None, values)
    hour = int(np.nanargmax(median))
    lead_hours = cycle.lead_hours[hours][hour]
    return _Peak(float(median[hour]), _known(low[hour]), _known(high[hour]), cycle.init_time + timedelta(hours=lead_hours), values)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _lowest_visibility(visibility: Values, weights: Array) -> float | None:
    median = weighted_median(visibility, weights)
    return None if np.isnan(median).all() else float(np.nanmin(median))
