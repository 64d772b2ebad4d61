"""The usual course of a variable, how far it departs from that, and how fast it forgets: what an error can be without being absurd."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

WINDOW_HOURS = 15 * 24.0  # on both sides of an hour, whose days tell what is usual at its time of day
LONGEST_LAG_HOURS = 24.0
LARGEST_SHIFT_HOURS = 12.0
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_SHIFTS: Array = LARGEST_SHIFT_HOURS * np.linspace(0.0, 1.0, 61) ** 2  # narrow near none, where little matters much


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Of values (time, place): what is `usual` at that time of day, the `departures` from it, and their `spread` (time,) over all places.

    Where departures come too early or too late by a normally distributed time of standard deviation `_SHIFTS`, linear between hours,
    `alike` (shift,) is what they have in common with those in time, as a part of their variance, on average; it never rises. `varying`
    (shift,) is the part of the variance that is left.
    """

    usual: Array
    departures: Array
    spread: Array
    alike: Array
    varying: Array

    def left_after(self, shift_hours: Array) -> Array:
        """What is alike on average after shifts of such standard deviations."""
        return np.asarray(np.interp(shift_hours, _SHIFTS, self.alike))

    def variance_after(self, shift_hours: Array) -> Array:
        """The part of the variance that is left after them."""
        return np.asarray(np.interp(shift_hours, _SHIFTS, self.varying))

    def shift_leaving(self, correlation: Array) -> Array:
        """The largest standard deviation of shifts after which so much is alike on average."""
        return np.asarray(np.interp(-correlation, -self.alike, _SHIFTS))


def course_of(values: Array, hours: Array) -> Course:
    """From values (time, place), NaN where unknown, at `hours` (time,) that rise, counted from any midnight UTC."""
    usual = _usual(values, hours)
    departures = values - usual
    square = _around(hours, hours, _mean_of_places(departures**2)[:, None])[:, 0]
    return Course(usual, departures, np.sqrt(np.nan_to_num(square)), *_after_shifts(departures, hours))


def _usual(values: Array, hours: Array) -> Array:
    """The mean of the same hour of the day over the days around."""
    out = np.full(values.shape, np.nan)
    of_day = np.round(hours % 24.0, 3)
    for hour in np.unique(of_day):
        at = np.flatnonzero(of_day == hour)
        out[at] = _around(hours[at], hours[at], values[at])
    return out


def _around(wanted: Array, hours: Array, values: Array) -> Array:
    """Means of the values within `WINDOW_HOURS` of each hour that is wanted; NaN where there is none."""
    known = ~np.isnan(values)
    zero = np.zeros((1, values.shape[1]))
    total = np.concatenate([zero, np.cumsum(np.where(known, values, 0.0), axis=0)])
    count = np.concatenate([zero, np.cumsum(known, axis=0)])
    low, high = (np.searchsorted(hours, wanted + side * WINDOW_HOURS, "left" if side < 0 else "right") for side in (-1, 1))
    inside = count[high] - count[low]
    return np.where(inside > 0, (total[high] - total[low]) / np.maximum(inside, 1), np.nan)


def _mean_of_places(values: Array) -> Array:
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)


def _after_shifts(departures: Array, hours: Array) -> tuple[Array, Array]:
    """`Course.alike` and `Course.varying`; a mean of two values varies less than each."""
    lags, correlation = _autocorrelation(departures, hours)
    steps = np.abs(_SHIFTS[:, None] * _NODES)
    common = np.interp(steps, lags, correlation)
    part = steps / lags[1] % 1.0
    variance = 1.0 - 2.0 * part * (1.0 - part) * (1.0 - correlation[1])
    alike, varying = ((values * _WEIGHTS).sum(axis=1) / _WEIGHTS.sum() for values in (common, variance))
    return np.minimum.accumulate(np.clip(alike, 0.0, 1.0)), np.clip(varying, 0.0, 1.0)


def _autocorrelation(departures: Array, hours: Array) -> tuple[Array, Array]:
    """Lags in hours and the correlations at them, over all places; 1 at every lag where there are too few hours to tell."""
    if hours.size < 3:
        return np.array([0.0, LONGEST_LAG_HOURS]), np.ones(2)
    step = float(np.diff(hours).min())
    lags = np.arange(int(LONGEST_LAG_HOURS / step) + 1)
    known = (~np.isnan(departures)).astype(np.float64)
    parts = np.nan_to_num(departures), known
    return np.asarray(lags * step, dtype=np.float64), np.array([_correlation(*parts, hours, int(lag), step) for lag in lags])


def _correlation(departures: Array, known: Array, hours: Array, lag: int, step: float) -> float:
    """Over all pairs of which both are `known`, 1 or 0; departures are 0 where they are not."""
    if lag == 0 or lag >= hours.size:
        return 1.0 if lag == 0 else 0.0
    apart = np.abs(hours[lag:] - hours[:-lag] - lag * step) < 0.01
    first = slice(None, -lag) if apart.all() else np.flatnonzero(apart)
    second = slice(lag, None) if apart.all() else np.flatnonzero(apart) + lag
    early, late, early_known, late_known = departures[first], departures[second], known[first], known[second]
    size = float(np.sqrt((early**2 * late_known).sum() * (late**2 * early_known).sum()))
    return float((early * late).sum()) / size if size > 0.0 else 0.0
