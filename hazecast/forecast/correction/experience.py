"""What a stored correction has shown since it was fitted: forecasts of the last days, made again from what was known to each, and how
they fared. Nothing of it was learnt from, nothing was unknown by the cycle's last hour of observations, and no cycle needs another's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.correction.drift import GROUPS, recent_errors
from hazecast.forecast.correction.fitted import Correction, Foretold
from hazecast.forecast.series import Index, Rows, Series
from hazecast.forecast.uncertainty import QUANTILES, lead_group

Array = NDArray[np.float64]

LEADS = (2, 5, 8, 11, 15, 21, 28, 36, 44, 54, 66, 80)  # hours
EVERY_HOURS = 3
MOST_ROWS = 60_000
BAND = [int(np.flatnonzero(edge == QUANTILES)[0]) for edge in (0.05, 0.95)]
LEAST_EDGE = 0.1  # of the band, in expected errors
MISSES = 0.10  # the share of values that the band is to miss
STEP = 0.3  # of the logarithm of the width for a day of misses alone
LEAST_OF_A_DAY = 8
NARROWEST, WIDEST = 0.6, 2.5
ALLOWANCE_HALF_LIFE_DAYS = 30.0
DAYS_TRUSTED_AS_FITTED = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted:
    """A forecast with what was lived through since taken into account, (row,) each.

    `centre` is of the square root of PM2.5, `width` how many times as wide its band is to be, and `allowance` how much of what the mean
    lies above the square of the centre, to allow for errors, is to stay: 0 to 1.
    """

    centre: Array
    width: Array
    allowance: Array


@dataclass(frozen=True, slots=True, eq=False)
class Experience:
    """Rows of the last days and the errors of their centres (row,), and the factors that their bands and means have earned.

    `width` is (lead group, 2): of forecasts as usual, and of those among the highest quarter. `allowance` is (lead group,).
    """

    rows: Rows
    error: Array
    width: Array
    allowance: Array

    def adjusted(self, correction: Correction, foretold: Foretold, rows: Rows) -> Adjusted:
        """What was `foretold` of `rows`, with what has drifted taken up."""
        network, departure = recent_errors(self.rows, self.error, rows)
        centre = np.maximum(foretold.centre + correction.drift.expected(network, departure, rows.lead), 0.0)
        high = correction.first.bands.is_high(centre, rows.lead).astype(np.int64)
        group = lead_group(rows.lead)
        return Adjusted(centre, self.width[group, high], self.allowance[group])


def experience(correction: Correction, series: Series, known: int, lag: int, seed: int) -> Experience:
    """Of hours after the correction's last and up to index `known`; none of a correction that was fitted just now."""
    rows = _rows_since(correction.learnt_until, series, known, lag, seed)
    foretold = correction.foretold(series, rows)
    error = np.sqrt(series.at("pm25_exact", rows.valid, rows.station)) - foretold.centre
    told = ~np.isnan(error)
    rows, error = rows.take(told), error[told]
    foretold = foretold.take(told)
    drifted = correction.drift.expected(*recent_errors(rows, error, rows), rows.lead)
    width = _width(correction, rows, error - drifted, foretold)
    return Experience(rows, error, width, _allowance(correction, rows, error, drifted, foretold))


@dataclass(frozen=True, slots=True, eq=False)
class TrialErrors:
    """Of forecasts that nothing was learnt from: which they are (row, 3: valid hour, station, lead), and their pinball loss in µg m-3
    averaged over `QUANTILES` (row,), NaN where none was made.
    """

    rows: Index
    loss: Array


def errors_since(correction: Correction, series: Series, since: np.datetime64, known: int, lag: int, seed: int) -> TrialErrors:
    """Of hours after `since` and up to index `known`."""
    rows = _rows_since(since, series, known, lag, seed)
    foretold = correction.foretold(series, rows)
    quantiles, _ = correction.distribution(foretold.centre, foretold.spread, foretold.case, rows.lead)
    off = series.at("pm25_exact", rows.valid, rows.station)[:, None] - quantiles
    loss = np.maximum(QUANTILES * off, (QUANTILES - 1.0) * off).mean(axis=1)
    return TrialErrors(np.stack([rows.valid, rows.station, rows.lead], axis=1), loss)


def _rows_since(since: np.datetime64, series: Series, known: int, lag: int, seed: int) -> Rows:
    first = int(np.searchsorted(series.times, since, side="right"))
    valid, station = np.nonzero(~np.isnan(series.values["pm25_exact"][first : known + 1 : EVERY_HOURS]))
    valid = valid * EVERY_HOURS + first
    lead = np.repeat(LEADS, valid.size)
    rows = Rows(np.tile(valid, len(LEADS)) - lead, np.tile(station, len(LEADS)), lead, lag)
    rows = rows.take(rows.known >= 0)
    if rows.lead.size <= MOST_ROWS:
        return rows
    return rows.take(np.sort(np.random.default_rng(seed).choice(rows.lead.size, MOST_ROWS, replace=False)))


def _width(correction: Correction, rows: Rows, remaining: Array, foretold: Foretold) -> Array:
    """The factors (lead group, 2), day after day a step towards the share of misses that a band is to have: adaptive conformal prediction
    in its logarithmic form (Gibbs and Candès 2021, NeurIPS 34; Angelopoulos et al. 2023, NeurIPS 36).
    """
    factor, day = np.zeros((GROUPS, 2)), rows.valid // 24
    of = lead_group(rows.lead), correction.first.bands.is_high(foretold.centre, rows.lead).astype(np.int64)
    needed = _needed_width(correction, rows, remaining, foretold)
    for today in np.unique(day):
        here = day == today
        cell = of[0][here] * 2 + of[1][here]
        count = np.bincount(cell, minlength=2 * GROUPS).reshape(GROUPS, 2)
        missed = needed[here] > np.exp(factor[of[0][here], of[1][here]])
        misses = np.bincount(cell, missed, 2 * GROUPS).reshape(GROUPS, 2) / np.maximum(count, 1)
        factor += np.where(count >= LEAST_OF_A_DAY, STEP * (misses - MISSES), 0.0)
        factor = np.clip(factor, np.log(NARROWEST), np.log(WIDEST))
    return np.exp(factor)


def _allowance(correction: Correction, rows: Rows, error: Array, drifted: Array, foretold: Foretold) -> Array:
    """How much has come (lead group,) of what means allow for: by how much PM2.5 was above the square of the centre, over how much it
    was expected to be, each day's mean fading with age; `DAYS_TRUSTED_AS_FITTED` days as they were when fitted count beside them.

    Never above 1: days on which more came than was allowed for tell of an episode, and not of the next one.
    """
    allowance = np.ones(GROUPS)
    truth = (foretold.centre + error) ** 2
    centre = np.maximum(foretold.centre + drifted, 0.0)
    expected = correction.distribution(centre, foretold.spread, foretold.case, rows.lead)[1] - centre**2
    group, day = lead_group(rows.lead), rows.valid // 24
    for g in np.unique(group):
        here = group == g
        days, of = np.unique(day[here], return_inverse=True)
        count = np.bincount(of)
        came, allowed = (np.bincount(of, values[here]) / count for values in (truth - centre**2, expected))
        weight = 0.5 ** ((days[-1] - days) / ALLOWANCE_HALF_LIFE_DAYS)
        as_fitted = DAYS_TRUSTED_AS_FITTED * allowed.mean()
        if as_fitted > 0:
            allowance[g] = np.clip((as_fitted + weight @ came) / (as_fitted + weight @ allowed), 0.0, 1.0)
    return allowance


def _needed_width(correction: Correction, rows: Rows, remaining: Array, foretold: Foretold) -> Array:
    """By what factor (row,) the band would have had to be wider to just hold the truth, with the drift known by then taken off."""
    standardised = remaining / foretold.spread
    needed = np.full(remaining.size, np.nan)
    for number, each in enumerate(correction.cases.values()):
        here = foretold.case == number
        low, high = np.moveaxis(each.bands.standard(foretold.centre[here], rows.lead[here])[:, BAND], -1, 0)
        needed[here] = np.maximum(standardised[here] / np.maximum(high, LEAST_EDGE), standardised[here] / np.minimum(low, -LEAST_EDGE))
    return needed
