"""Whether a station's clock is that of the others and of the sun: UTC or local time, the start or the end of the hour.

Against the neighbours by the lag at which the changes from hour to hour agree best; against the sun by the hour at which ozone, or the
temperature, is highest on a mean day.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.quality.kernels import lagged_correlations
from hazecast.quality.panel import Channel
from hazecast.quality.thresholds import TimeBaseThresholds

Array = NDArray[np.float64]
Times = NDArray[np.datetime64]
DAY_HOURS = 24.0


@dataclass(frozen=True, slots=True)
class Shift:
    """A station (index) whose values come `lag` steps after the neighbours', and the correlations with and without that lag.

    `neighbours` is how many it was held against: against one alone nobody can say whose clock it is.
    """

    station: int
    lag: int
    correlation: float
    unshifted: float
    pairs: int
    neighbours: int


@dataclass(frozen=True, slots=True, eq=False)
class Lags:
    """For every station the correlation of its changes with its neighbours' at each lag in steps, and the pairs, over all pollutants.

    A pollutant counts as much as its best correlation explains: where the wind carries dust from one station to the next within the hour,
    ozone still rises with the sun.
    """

    correlation: Array
    pairs: Array

    @property
    def most(self) -> int:
        """The largest lag."""
        return int(self.correlation.shape[1] // 2)

    @property
    def gain(self) -> Array:
        """By station the best correlation over that at no lag."""
        return np.asarray(np.nan_to_num(self.correlation, nan=-1.0).max(axis=1) - self.correlation[:, self.most])


def shifts(channels: Sequence[Channel], values: Sequence[Array], most: int, limits: TimeBaseThresholds) -> tuple[Shift, ...]:
    """The stations that agree with their neighbours clearly better at another time than at the same.

    `values` (station, step) are those not rejected, in the order of `channels`. A wrong clock spoils what its neighbours are held
    against, so the worst of each neighbourhood is found first and left out for the others.
    """
    changes = [np.diff(c.logarithm(v), axis=1) for c, v in zip(channels, values, strict=True)]
    found: dict[int, Shift] = {}
    for _ in range(limits.rounds):
        trusted = [_without(c, found) for c in changes]
        lags = _lags(channels, changes, trusted, most)
        new = [s for s in _wrong(lags, channels, trusted, limits) if s.station not in found]
        worst = [s for s in new if _is_worst(s.station, lags.gain, [t.station for t in new], channels)]
        if not worst:
            break
        found |= {s.station: s for s in worst}
    return tuple(found[station] for station in sorted(found))


def _without(change: Array, stations: Iterable[int]) -> Array:
    trusted = change.copy()
    trusted[list(stations)] = np.nan
    return trusted


def _lags(channels: Sequence[Channel], changes: Sequence[Array], trusted: Sequence[Array], most: int) -> Lags:
    shape = (changes[0].shape[0], 2 * most + 1)
    total, weight, pairs = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for channel, change, others in zip(channels, changes, trusted, strict=True):
        found, counts = np.empty(shape), np.empty(shape, np.int64)
        lagged_correlations(change, channel.neighbours_median(others, 1), most, found, counts)
        told = np.where(np.isnan(found), 0.0, counts * np.nan_to_num(found).max(axis=1, keepdims=True) ** 2)
        total += np.nan_to_num(found) * told
        weight += told
        pairs += np.where(np.isnan(found), 0, counts)
    return Lags(np.divide(total, weight, where=weight > 0, out=np.full(shape, np.nan)), pairs)


def _wrong(lags: Lags, channels: Sequence[Channel], trusted: Sequence[Array], limits: TimeBaseThresholds) -> Iterator[Shift]:
    for station in np.flatnonzero(lags.pairs.min(axis=1) >= limits.least_known).tolist():
        by_lag, pairs = lags.correlation[station], lags.pairs[station]
        best = int(np.nanargmax(by_lag))
        gain = by_lag[best] - by_lag[lags.most]
        least_gain = max(limits.gain, limits.gain_errors / np.sqrt(pairs[best]))
        if by_lag[best] >= limits.correlation and gain >= least_gain and abs(_top(by_lag, best) - lags.most) >= limits.offset:
            heard = max((_heard_neighbours(c, t, station) for c, t in zip(channels, trusted, strict=True)), default=0)
            yield Shift(station, best - lags.most, float(by_lag[best]), float(by_lag[lags.most]), int(pairs[best]), heard)


def _top(by_lag: Array, best: int) -> float:
    """Where the parabola through the best lag and those beside it is highest."""
    if best in (0, by_lag.size - 1):
        return float(best)
    before, at, after = by_lag[best - 1 : best + 2]
    bend = before - 2 * at + after
    return float(best + 0.5 * (before - after) / bend) if bend < 0 else float(best)


def _heard_neighbours(channel: Channel, trusted: Array, station: int) -> int:
    near = channel.neighbours[station]
    return int((~np.isnan(trusted[near[near >= 0]]).all(axis=1)).sum())


def _is_worst(station: int, gain: Array, suspects: Sequence[int], channels: Sequence[Channel]) -> bool:
    """Whether no other suspect near it gains more."""
    near = {int(n) for c in channels for n in c.neighbours[station]}
    return all((gain[other], -other) <= (gain[station], -station) for other in suspects if other in near)


def lag_behind(measured: Array, known: Array, most: int, limits: TimeBaseThresholds) -> tuple[Shift, ...]:
    """The stations whose `measured` series (station, step) comes later or earlier than one that is `known` to be right."""
    changes, right = np.diff(measured, axis=1), np.diff(known, axis=1)
    shape = (changes.shape[0], 2 * most + 1)
    found, counts = np.empty(shape), np.empty(shape, np.int64)
    lagged_correlations(changes, right, most, found, counts)
    lags = Lags(found, counts.astype(np.float64))
    return tuple(_wrong(lags, (), (), limits))


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """By station the first harmonic of a mean day: the true solar hour at which it is highest, 0 to 24, its amplitude, and the mean.

    NaN where too few days are known.
    """

    peak: Array
    amplitude: Array
    mean: Array


def mean_day(values: Array, times: Times, longitude: Array, least_days: int) -> Day:
    """Of `values` (station, step); `times` are the ends of the hours, `longitude` (station) in degrees east, the sun's mean."""
    hour = (times - times.astype("datetime64[D]")) / np.timedelta64(1, "h") - 0.5
    solar = (hour[None, :] + longitude[:, None] / 15.0) % DAY_HOURS
    known = ~np.isnan(values)
    count = np.maximum(known.sum(axis=1), 1)
    mean = np.where(known, values, 0.0).sum(axis=1) / count
    apart = np.where(known, values - mean[:, None], 0.0)
    wave = 2.0 * (apart * np.exp(2j * np.pi * solar / DAY_HOURS)).sum(axis=1) / count
    enough = (count >= least_days * DAY_HOURS / 2) & ~np.isnan(longitude)
    peak = np.angle(wave) * DAY_HOURS / (2 * np.pi) % DAY_HOURS
    return Day(*(np.where(enough, field, np.nan) for field in (peak, np.abs(wave), mean)))
