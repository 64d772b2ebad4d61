"""What a forecast must beat: the last value, the last day, and the usual course of the day and the season."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.backtest.verification.local_time import SEASONS, local, season_and_hour
from hazecast.backtest.verification.observations import HOUR, Observations

Array = NDArray[np.float64]
Hours = NDArray[np.int64]
LONGEST_CARRY_HOURS = 3
LEAST_VALUES = 10  # of a station at an hour of the day; with fewer the network's mean stands in


def last_known(cycles: NDArray[np.datetime64], observations: Observations, lag_hours: float) -> Hours:
    """The last hour whose value each cycle knew, as hours from the first of the observations."""
    return observations.hour_of(cycles - np.timedelta64(round(lag_hours * 3600), "s"))


def persistence(observations: Observations, known: Hours, leads: int) -> Array:
    """The last value of each station (cycle, station, lead), at most three hours before what a cycle knew; NaN without one."""
    value = np.full((known.size, len(observations.stations)), np.nan)
    for back in range(LONGEST_CARRY_HOURS + 1):
        value = np.where(np.isnan(value), observations.at(known - back), value)
    return np.repeat(value[..., None], leads, axis=2)


def diurnal_persistence(observations: Observations, known: Hours, valid: Hours) -> Array:
    """The value at the same hour of the last day that was known (cycle, station, lead); `valid` is (cycle, lead)."""
    days_back = np.maximum(np.ceil((valid - known[:, None]) / 24).astype(np.int64), 0)
    return observations.at(valid - 24 * days_back).transpose(0, 2, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Climatology:
    """Means of PM2.5 in µg m-3, (season, hour, station), made of what was before a backtest; NaN where there was nothing."""

    means: Array

    def at(self, season: Hours, hour: Hours) -> Array:
        """(cycle, station, lead) for seasons and local hours (cycle, lead)."""
        return self.means[season, hour].transpose(0, 2, 1)


def climatology_before(observations: Observations, first_known: int, time_zone: str) -> Climatology:
    """From the hours up to and with `first_known`.

    A station's mean of a season and an hour of the day, else (fewer than `LEAST_VALUES` values) the network's, else the
    station's of that hour in all seasons, else the network's.
    """
    history = observations.pm25[: max(first_known + 1, 0)]
    times = observations.first + np.arange(history.shape[0]) * HOUR
    season, hour = season_and_hour(local(times, time_zone))
    total, count = (_by_season_and_hour(part, season, hour) for part in (np.nan_to_num(history), (~np.isnan(history)).astype(float)))
    steps = [(t, n, least) for axis in ((), (0,)) for t, n, least in _station_then_network(total, count, axis)]
    means = np.full(total.shape, np.nan)
    for step_total, step_count, least in steps:
        mean = np.divide(step_total, step_count, out=np.full(step_total.shape, np.nan), where=step_count >= least)
        means = np.where(np.isnan(means), np.broadcast_to(mean, means.shape), means)
    return Climatology(means)


def _station_then_network(total: Array, count: Array, over: tuple[int, ...]) -> list[tuple[Array, Array, int]]:
    own = (total.sum(axis=over, keepdims=True), count.sum(axis=over, keepdims=True))
    everyone = (own[0].sum(axis=2, keepdims=True), own[1].sum(axis=2, keepdims=True))
    return [(*own, LEAST_VALUES), (*everyone, LEAST_VALUES if not over else 1)]


def _by_season_and_hour(values: Array, season: Hours, hour: Hours) -> Array:
    sums = np.zeros((len(SEASONS), 24, values.shape[1]))
    np.add.at(sums, (season, hour), values)
    return sums
