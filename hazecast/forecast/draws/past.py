"""Templates of how hours and stations err together: the errors that a plain forecast would have made from past origins.

Observations as they were (Clark et al. 2004, J. Hydrometeorol. 5, 243) hang together more closely than the errors of a forecast that
knows the present; so what the present and the base forecast tell is taken off by a regression for each lead, as in ensemble copula
coupling (Schefzik et al. 2013, Stat. Sci. 28, 616) the ensemble's mean is.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.series import Index, Series

Array = NDArray[np.float64]

SEASON_DAYS = 45.0  # on either side of the calendar day, in any year
DAYS_OF_YEAR = 365.25
LATELY_HOURS, DAY_HOURS = 3, 24
RIDGE = 1e-3  # of the variance of what a regression learns from


def past_origins(series: Series, origin: int, lag: int, horizon: int, wanted: int) -> Index:
    """Hours of the past, at most `wanted`, at the same hour of day as `origin`, all of whose `horizon` hours were known by then.

    Those of the season if they make up half of what is wanted, of the whole year otherwise; evenly spread over what there is, so that
    neighbours differ. A past with less than half of the values that the fullest has is passed over.
    """
    if "pm25" not in series.values:
        return np.empty(0, dtype=np.int64)
    first = origin % 24 + 24 * -(-(lag + DAY_HOURS - origin % 24) // 24)
    candidates = np.arange(first, origin - lag - horizon + 1, 24, dtype=np.int64)
    values = (series.counts["pm25"][candidates + horizon + 1] - series.counts["pm25"][candidates + 1]).sum(axis=1)
    candidates = candidates[2 * values >= max(values.max(initial=0), 1)]
    in_season = candidates[_days_apart(series.times[candidates], series.times[origin]) <= SEASON_DAYS]
    chosen = in_season if 2 * in_season.size >= wanted else candidates
    return chosen if chosen.size <= wanted else np.asarray(chosen[np.round(np.linspace(0, chosen.size - 1, wanted)).astype(np.int64)])


def past_errors(series: Series, origins: Index, lag: int, leads: range) -> Array:
    """Errors (template, station, lead) of the plain forecast, of the square root of PM2.5; NaN where nothing was observed."""
    station = np.arange(series.latitude.size)
    known, at = (origins - lag)[:, None], np.broadcast_to(station, (origins.size, station.size))
    told = [_filled(_root(series.mean("pm25", known, hours, at))) for hours in (LATELY_HOURS, DAY_HOURS)]
    errors = [_left(truth, [*told, *base]) for truth, base in _by_lead(series, origins[:, None], at, leads)]
    return np.stack(errors, axis=-1)


def _by_lead(series: Series, origins: Index, station: Index, leads: range) -> Iterator[tuple[Array, list[Array]]]:
    """The root of PM2.5 observed, and of the base forecast where there is one, (template, station) for each lead."""
    for lead in leads:
        base = _root(series.at("base", origins + lead, station))
        yield _root(series.at("pm25", origins + lead, station)), [] if np.isnan(base).all() else [_filled(base)]


def _filled(told: Array) -> Array:
    """What lacks (template, station) is what the template's other stations have, or all that there is, or nothing."""
    for along in (1, None):
        count = (~np.isnan(told)).sum(axis=along, keepdims=True)
        mean = np.nansum(told, axis=along, keepdims=True) / np.maximum(count, 1)
        told = np.where(np.isnan(told) & (count > 0), mean, told)
    return np.nan_to_num(told)


def _left(truth: Array, told: list[Array]) -> Array:
    """What a linear regression over all templates and stations leaves of `truth`."""
    there = ~np.isnan(truth)
    if not there.any():
        return truth
    inputs = np.stack([t - t[there].mean() for t in told], axis=-1)
    seen, rest = inputs[there], truth - truth[there].mean()
    products = seen.T @ seen
    slopes = np.linalg.solve(products + (RIDGE * np.trace(products) + 1e-9) * np.eye(len(told)), seen.T @ rest[there])
    return np.asarray(rest - inputs @ slopes)


def _days_apart(times: NDArray[np.datetime64], other: np.datetime64) -> Array:
    """Days between the calendar days of `times` and that of another, in whichever year they are."""
    days = np.abs((times - other) / np.timedelta64(1, "D")) % DAYS_OF_YEAR
    return np.asarray(np.minimum(days, DAYS_OF_YEAR - days))


def _root(values: Array) -> Array:
    return np.sqrt(np.maximum(values, 0.0))
