"""Errors on times that were left out: stretches of time, with up to the horizon on either side of each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.correction.guard import outside, ranges
from hazecast.forecast.correction.lacking import Absences, Lacking, with_some_lacking, without
from hazecast.forecast.learning import Lesson
from hazecast.forecast.learnt import WAYS, fit_learnt
from hazecast.forecast.series import Index, Rows, Series

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Table = NDArray[np.float32]
Progress = Callable[[float], None]

FOLDS = 4
LEAST_ROWS = 2_000
MOST_ROWS_OF_A_STEP = 12_000  # by which a step below the first is judged


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """Predictions made when a row's time was left out: by case, for the rows `of` it (index,), of the square root of PM2.5 (index, way).

    `beyond` (row,) tells whether an input of a row lay outside of what was learnt from; `fold` (row,) which stretch it is in.
    """

    of: Mapping[Lacking, Index]
    predicted: Mapping[Lacking, Array]
    beyond: Flags
    fold: Index

    def made(self, case: Lacking) -> Flags:
        """Whether a row of the case was predicted (index,)."""
        return np.asarray(~np.isnan(self.predicted[case]).all(axis=1))

    def with_added(self, more: Array) -> "LeftOut":
        """The same with `more` (row,) added to what was predicted."""
        return replace(self, predicted={case: told + more[self.of[case], None] for case, told in self.predicted.items()})


def rows_of_cases(cases: tuple[Lacking, ...], absent: Absences, seed: int) -> Mapping[Lacking, Index]:
    """The rows (index,) that each case can be shown on, at most `MOST_ROWS_OF_A_STEP` below the first; none of a case with few."""
    chance = np.random.default_rng(seed + 2)
    of: dict[Lacking, Index] = {}
    for case in cases:
        shown = np.flatnonzero(absent.within(case))
        if of and shown.size > MOST_ROWS_OF_A_STEP:
            shown = np.sort(chance.choice(shown, MOST_ROWS_OF_A_STEP, replace=False))
        if shown.size >= LEAST_ROWS // FOLDS:
            of[case] = shown
    return of


def predicted_when_left_out(
    series: Series, rows: Rows, table: Table, truth: Array, of: Mapping[Lacking, Index], lesson: Lesson, progress: Progress
) -> LeftOut:
    """Fit `FOLDS` times without a stretch of time, and predict that; NaN where a fit would have had too few rows."""
    edges = np.quantile(rows.valid, np.linspace(0, 1, FOLDS + 1))
    fold = np.clip(np.searchsorted(edges, rows.valid, side="right") - 1, 0, FOLDS - 1)
    predicted = {case: np.full((shown.size, WAYS), np.nan) for case, shown in of.items()}
    beyond = np.zeros(rows.lead.size, dtype=bool)
    for number, (test, far) in enumerate(_parted(rows, fold, edges, lesson)):
        if test.any() and far.sum() >= LEAST_ROWS // FOLDS:
            shown = with_some_lacking(table[far], tuple(of), lesson.seed)
            learnt = fit_learnt(series, rows.take(far), shown, truth[far], lesson.seed)
            beyond[test] = outside(*ranges(table[far]), table[test]).any(axis=1)
            for case, at in of.items():
                mine = test[at]
                predicted[case][mine] = learnt.predict(series, rows.take(at[mine]), without(table[at[mine]], case), case)
        progress((number + 1) / FOLDS)
    return LeftOut(of, predicted, beyond, fold)


def _parted(rows: Rows, fold: Index, edges: Array, lesson: Lesson) -> Iterator[tuple[Flags, Flags]]:
    """Rows of each stretch, and those far enough from it to learn from."""
    margin = min(lesson.horizon, int((edges[-1] - edges[0]) / (4 * FOLDS)))
    for number in range(FOLDS):
        near = (rows.valid >= edges[number] - margin) & (rows.origin <= edges[number + 1] + margin)
        yield fold == number, ~near
