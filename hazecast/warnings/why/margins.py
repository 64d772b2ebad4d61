"""How far the air of a window is from another level: by the probability that decides, and by the PM2.5 that would change the decision."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from hazecast.records import Area, Forecast, Level, Margin, TerritoryForecast, WindowAssessment
from hazecast.warnings.bounds import Bound, bounds, bounds_of_draws
from hazecast.warnings.chances import Array, level_chances
from hazecast.warnings.drawn import drawn_levels
from hazecast.warnings.ground import territory_of
from hazecast.warnings.on_days import OnDays
from hazecast.warnings.on_hours import OnHours
from hazecast.warnings.rule import Rule
from hazecast.warnings.stations import StationHours
from hazecast.warnings.values import DRAW_DIMS, QUANTILE_DIMS, STATION_DIMS, values_of

FARTHEST = 8.0  # more than so many times the PM2.5, or less than such a part, is no margin
RESOLUTION = 0.002  # of the logarithm of a factor
SURE = 1e-9

Response = Callable[[float], tuple[Bound, Bound]]
"""The least and the greatest chances in a window, by what PM2.5 ahead is multiplied by."""


@dataclass(frozen=True, slots=True)
class Margins:
    """To the next level up, None where there is none; and to where the present one is lost, None without one."""

    above: Margin | None
    below: Margin | None


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """What an area is judged by: the stations of a forecast, or cells in their place that count by their `ground` (station,) in m2."""

    ids: tuple[str, ...]
    forecast: Forecast
    ground: Array | None = None

    @property
    def weights(self) -> Array:
        """What each counts, (station,)."""
        return np.ones(len(self.ids)) if self.ground is None else self.ground


def members_of(area: Area, forecast: Forecast, territories: Sequence[TerritoryForecast], against: OnHours | OnDays) -> Members:
    """What an edition judges the area by."""
    own = territory_of(area, territories, against)
    if own is None:
        return Members(tuple(dict.fromkeys(area.station_ids)), forecast)
    return Members(tuple(str(id) for id in own.forecast.stations["station"].values), own.forecast, own.ground)


def response(against: OnHours | OnDays, members: Members, hours: slice, rule: Rule) -> Response:
    """How the chances in some hours of the forecast answer to PM2.5: visibility falls as it rises, what was observed stays."""
    ids, forecast, weights = list(members.ids), members.forecast, members.weights
    if isinstance(against, OnDays):
        course = against.course(ids, forecast)
        return lambda factor: bounds(against.of_course(course.scaled(factor)), hours, rule)
    own, edition, whole = forecast.stations.reindex(station=ids).isel(lead_time=hours), against.edition, slice(None)
    humidity = values_of(own, "relative_humidity", STATION_DIMS)
    if forecast.draws is not None:
        drawn = forecast.draws.isel(lead_time=hours).reindex(station=ids)
        pm25, visibility = (values_of(drawn, name, DRAW_DIMS) for name in ("pm25", "visibility"))
        return lambda factor: bounds_of_draws(
            drawn_levels(edition, pm25 * factor, visibility / factor, humidity), edition, whole, rule, weights
        )
    dust, seen = (values_of(own, name, QUANTILE_DIMS) for name in ("pm25_quantile", "visibility_quantile"))
    quantiles, error = own["quantile"].values.astype(float), float(own.get("visibility_log_error", 0.0))
    return lambda factor: bounds(
        StationHours(edition, level_chances(edition, dust * factor, seen / factor, humidity, quantiles, error), ground=members.ground),
        whole,
        rule,
    )


def margins(window: WindowAssessment, in_force: Level, levels: tuple[Level, ...], rule: Rule, at: Response) -> Margins:
    """Of a window whose chances answer to PM2.5 like `at`, and whose area has a warning `in_force`, or NONE.

    A level is reached at the probability to raise at. What is in force, unless the window has more, is lost at the probability to clear
    at; else the window's own level is lost at that to raise at. None of both where the window's level is unknown.
    """
    if window.level is Level.UNKNOWN:
        return Margins(None, None)
    at, present = cache(at), max(window.level, in_force)
    above = next((level for level in levels if level > present), None)
    return Margins(
        None if above is None else _margin(window, levels, _Bar(above, rule.raise_probability, kept=False), at, FARTHEST),
        None if present is Level.NONE else _margin(window, levels, _bar_below(window.level, in_force, rule), at, 1.0 / FARTHEST),
    )


@dataclass(frozen=True, slots=True)
class _Bar:
    """A level and the probability that decides on it; `kept` where it is the chance of being kept that counts."""

    level: Level
    probability: float
    kept: bool


def _bar_below(level: Level, in_force: Level, rule: Rule) -> _Bar:
    if in_force >= level:
        return _Bar(in_force, rule.clear_probability, kept=True)
    return _Bar(level, rule.raise_probability, kept=False)


def _margin(window: WindowAssessment, levels: tuple[Level, ...], bar: _Bar, at: Response, far: float) -> Margin:
    place = levels.index(bar.level)

    def chance(factor: float) -> tuple[float, float]:
        least, greatest = ((bound.kept if bar.kept else bound.window)[place] for bound in at(factor))
        return float(least), float(greatest)

    least, greatest = chance(1.0)
    if greatest - least > SURE:
        return Margin(bar.level, bar.probability, None, None, None, None)
    factor = _turning(lambda f: chance(f)[0] >= bar.probability, far)
    return Margin(
        bar.level,
        bar.probability,
        least - bar.probability,
        factor,
        None if factor is None or window.peak_pm25 is None else window.peak_pm25 * (factor - 1.0),
        None if factor is None or window.lowest_visibility is None else window.lowest_visibility * (1.0 / factor - 1.0),
    )


def _turning(holds: Callable[[float], bool], far: float) -> float | None:
    """The nearest factor from 1 towards `far` at which it is otherwise than it is to be left, None where it is not at `far` or is at 1."""
    sought = far > 1.0
    if holds(1.0) is sought or holds(far) is not sought:
        return None
    near = 1.0
    while abs(math.log(far / near)) > RESOLUTION:
        middle = math.sqrt(near * far)
        near, far = (near, middle) if holds(middle) is sought else (middle, far)
    return far
