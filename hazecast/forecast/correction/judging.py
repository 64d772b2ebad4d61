"""What the errors on times that were left out teach: shares, expected errors, bands, what drifts, and how inputs from outside harm."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.blending import blend, shares
from hazecast.forecast.correction.bands import standard_bands
from hazecast.forecast.correction.drift import Drift, learnt_drift
from hazecast.forecast.correction.fitted import Case, members
from hazecast.forecast.correction.folds import LeftOut
from hazecast.forecast.correction.guard import measured_widening
from hazecast.forecast.correction.lacking import Lacking, without
from hazecast.forecast.correction.spread import Spread, fit_spread
from hazecast.forecast.series import Index, Rows, Series
from hazecast.forecast.uncertainty import by_lead_group, lead_group

Array = NDArray[np.float64]
Table = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """What was learnt of errors: see the module."""

    cases: Mapping[Lacking, Case]
    spread: Spread
    drift: Drift
    widening: float


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """Blended predictions of one case: `at` are indices of rows, `centre` and `truth` of the square root of PM2.5."""

    at: Index
    share: Array
    centre: Array
    truth: Array


def lessons_of_errors(series: Series, rows: Rows, table: Table, truth: Array, left_out: LeftOut, by_hour: Array, seed: int) -> Lessons:
    """From the rows that were predicted when their time was left out; the first case is the one that nothing lacks in, or the least."""
    steps = {case: _blended(series, rows, truth, left_out, case, by_hour) for case in left_out.of}
    first = next(iter(steps.values()))
    shown, error = table[first.at], first.truth - first.centre
    without_stretch = _spreads_without(shown, first.centre, error, left_out.fold[first.at], seed)
    sizes = {
        case: _sizes(without_stretch, without(table[step.at], case), step.centre, left_out.fold[step.at]) for case, step in steps.items()
    }
    widening = measured_widening(left_out.beyond[first.at], error / next(iter(sizes.values())))
    factor = np.where(left_out.beyond, widening, 1.0)
    cases = {case: _case(step, sizes[case] * factor[step.at], rows.lead[step.at]) for case, step in steps.items()}
    spread = fit_spread(shown, first.centre, error, seed)
    return Lessons(MappingProxyType(cases), spread, learnt_drift(rows.take(first.at), error), widening)


def _blended(series: Series, rows: Rows, truth: Array, left_out: LeftOut, lacking: Lacking, by_hour: Array) -> _Step:
    made = left_out.made(lacking)
    at = left_out.of[lacking][made]
    some = rows.take(at)
    parts = members(left_out.predicted[lacking][made], by_hour, series, some, lacking)
    group = lead_group(some.lead)
    share = shares(parts, truth[at], group, days=np.unique(some.valid).size / 24)
    return _Step(at, share, np.maximum(blend(parts, share[group]), 0.0), truth[at])


def _spreads_without(table: Table, centre: Array, error: Array, fold: Index, seed: int) -> Mapping[int, Spread]:
    """For each stretch of time the expected errors that are learnt from all others; of one stretch alone, from the first half of it."""
    here = {int(number): fold == number for number in np.unique(fold)}
    if len(here) == 1:
        here = {number: np.arange(fold.size) >= fold.size // 2 for number in here}
    return {number: fit_spread(table[~test], centre[~test], error[~test], seed) for number, test in here.items()}


def _sizes(without_stretch: Mapping[int, Spread], table: Table, centre: Array, fold: Index) -> Array:
    """The expected error of each row (row,) by what did not see its stretch of time, nor the errors there."""
    out = np.empty(centre.size)
    for number in np.unique(fold):
        here = fold == number
        spread = without_stretch.get(int(number)) or next(iter(without_stretch.values()))
        out[here] = spread.of(table[here], centre[here])
    return out


def _case(step: _Step, size: Array, lead: Index) -> Case:
    bands = standard_bands(step.centre, size, step.truth, lead)
    rmse, pairs = by_lead_group(bands.mean(step.centre, size, lead) - step.truth**2, lead)
    return Case(step.share, bands, rmse, pairs)
