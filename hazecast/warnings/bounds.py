"""How likely each level is in an area, at least and at most, and which condition decides.

By an edition on hours, a level holds at an hour when a share of the area's stations, or of its ground, reach it, and in a window when it
holds for some consecutive hours. How likely that is, whole trajectories tell; without them, hours and stations count as erring together.
By an edition on days, the levels of the area are there already.
"""

from dataclasses import dataclass

import numpy as np

from hazecast.records import Level
from hazecast.warnings.chances import Array
from hazecast.warnings.courses import AreaLevels
from hazecast.warnings.drawn import DrawnLevels, chances_of_bounds, hourly_chances, sustained, within_horizon
from hazecast.warnings.hourly_edition import HourlyEdition
from hazecast.warnings.rule import Rule
from hazecast.warnings.stations import StationHours


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """Chances of each level or a higher one, in the hours (level, hour) and in the window (level), and to be kept (level)."""

    hourly: Array
    window: Array
    kept: Array


def levels_of(judged: StationHours | AreaLevels) -> tuple[Level, ...]:
    """The levels that the chances are of, the lowest first."""
    return judged.chances.levels if isinstance(judged, StationHours) else judged.levels


def bounds(judged: StationHours | AreaLevels, hours: slice, rule: Rule) -> tuple[Bound, Bound]:
    """The least chances and the greatest that what is lacking allows, in some hours of the forecast."""
    return _bounds_of_hours(judged, hours, rule) if isinstance(judged, StationHours) else _bounds_of_days(judged, hours)


def deciding_condition(judged: StationHours | AreaLevels, hours: slice, level: Level, rule: Rule) -> str:
    """The likeliest condition for a level in some hours, such as orange-2; by hours, that at the station and hour that decide."""
    if isinstance(judged, StationHours):
        return _condition_of_hours(judged, hours, level, rule)
    return _condition_of_days(judged, hours, level)


def weight_needed(share: float, weights: Array) -> float:
    """What the weights of stations must add up to that make up the share; of equal ones, the share of their number rounded up."""
    return float(share * weights.sum() * (1.0 - 1e-9))  # 0.28 × 25 is a little more than 7


def of_the_last_needed(chances: Array, weights: Array, needed: float) -> Array:
    """The chance (level, hour) at the last of the stations, the likeliest first, whose weights make up what is needed.

    Of chances (level, station, hour); where each weighs 1 and k are needed, their k-th largest.
    """
    order = np.argsort(-chances, axis=1, kind="stable")
    last = np.argmax(np.cumsum(weights[order], axis=1) >= needed, axis=1)
    return np.asarray(np.take_along_axis(np.take_along_axis(chances, order, axis=1), last[:, None, :], axis=1)[:, 0, :])


def bounds_of_draws(drawn: DrawnLevels, edition: HourlyEdition, hours: slice, rule: Rule, weights: Array) -> tuple[Bound, Bound]:
    """The same, by trajectories of the area's stations alone, each of which counts by its weight (station,)."""
    every, needed = [range(weights.size)], [weight_needed(rule.area_share, weights)]
    counted = chances_of_bounds(drawn, edition, every, needed, [hours], rule.minimum_hours, weights)
    least, greatest = (Bound(hourly[0][:, hours], window[0, 0], window[0, 0]) for hourly, window in counted)
    return least, greatest


def _bounds_of_hours(known: StationHours, hours: slice, rule: Rule) -> tuple[Bound, Bound]:
    if known.drawn is not None:
        return bounds_of_draws(known.drawn, known.edition, hours, rule, known.weights)
    needed = weight_needed(rule.area_share, known.weights)
    hourly = [of_the_last_needed(c[:, :, hours], known.weights, needed) for c in (known.chances.least, known.chances.greatest)]
    windows = [_chances_of_window(known.edition, h, rule.minimum_hours) for h in hourly]
    least, greatest = (Bound(h, window, window) for h, window in zip(hourly, windows, strict=True))
    return least, greatest


def _chances_of_window(edition: HourlyEdition, hourly: Array, minimum_hours: int) -> Array:
    """The chance (level) that each level or a higher one is sustained, from hourly chances (level, hour) of errors that go together."""
    own = [
        sustained(within_horizon(series, row.horizon_hours), max(minimum_hours, row.least_hours)).max()
        for row, series in zip(edition.levels, hourly, strict=True)
    ]
    return np.asarray(np.maximum.accumulate(own[::-1])[::-1])


def _bounds_of_days(days: AreaLevels, hours: slice) -> tuple[Bound, Bound]:
    """Of levels that the edition's own durations have made; the lowest is kept as long as the rule to lift by is not met."""
    found = []
    for of_draws, unlifted in zip((days.lowest[:, hours], days.highest[:, hours]), days.keeps or (0.0, 0.0), strict=True):
        window = np.array([(of_draws.max(axis=-1) >= level).mean() for level in days.levels])
        kept = window.copy()
        kept[0] = max(kept[0], unlifted)
        found.append(Bound(hourly_chances(of_draws, days.levels), window, kept))
    return found[0], found[1]


def _condition_of_hours(known: StationHours, hours: slice, level: Level, rule: Rule) -> str:
    """The likeliest condition at the station and hour that decide on the likeliest run of `level`."""
    chances, row = known.chances, known.chances.levels.index(level)
    needed, least_hours = weight_needed(rule.area_share, known.weights), max(rule.minimum_hours, known.edition.levels[row].least_hours)
    at_stations = chances.least[row][:, hours]
    hourly = within_horizon(of_the_last_needed(at_stations[None], known.weights, needed)[0], known.edition.levels[row].horizon_hours)
    runs = sustained(hourly, least_hours)
    begin = int(np.argmax(runs))
    hour = begin + int(np.argmin(hourly[begin : begin + min(least_hours, hourly.size)]))
    deciding = at_stations[:, hour] == hourly[hour]  # of stations equally likely, the first column that leads at any
    own_level, condition = known.edition.conditions[chances.leading[row][:, hours][deciding, hour].min()]
    return f"{own_level.name.lower()}-{condition.column}"


def _condition_of_days(days: AreaLevels, hours: slice, level: Level) -> str:
    """The one of the level that is met in most draws, the first column of equals."""
    share = days.met[:, :, hours].any(axis=-1).mean(axis=-1)
    own = [i for i, (of_level, _) in enumerate(days.conditions) if of_level is level]
    of_level, column = days.conditions[max(own, key=lambda i: (share[i], -i))]
    return f"{of_level.name.lower()}-{column}"
