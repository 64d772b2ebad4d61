"""Fitting a correction on what was known, with its bands from times that were left out."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.correction.fitted import Correction
from hazecast.forecast.correction.folds import FOLDS, LEAST_ROWS, predicted_when_left_out, rows_of_cases
from hazecast.forecast.correction.guard import Guard, ranges
from hazecast.forecast.correction.judging import lessons_of_errors
from hazecast.forecast.correction.lacking import CASES, absences, with_some_lacking
from hazecast.forecast.features import Source, columns_of, feature_table
from hazecast.forecast.learning import Lesson, learning_rows
from hazecast.forecast.learnt import fit_learnt
from hazecast.forecast.occasions import fit_occasions
from hazecast.forecast.series import Rows, Series
from hazecast.forecast.threads import threads_for

Array = NDArray[np.float64]
Progress = Callable[[float], None]

HOURS_OF_A_YEAR = 8766
IN_FOLDS = 0.8  # of the time it takes


def learn(series: Series, by_hour: Array, lesson: Lesson, progress: Progress) -> Correction | None:
    """Fit on what was known; None where the history is too short for it. `by_hour` is the climatology to blend with."""
    rows = learning_rows(series, lesson)
    if rows.lead.size < LEAST_ROWS:
        return None
    with threads_for(rows.lead.size):
        return _learnt(series, rows, by_hour, lesson, progress)


def _learnt(series: Series, rows: Rows, by_hour: Array, lesson: Lesson, progress: Progress) -> Correction | None:
    table = feature_table(series, rows)
    if lesson.known < HOURS_OF_A_YEAR:
        table[:, columns_of(Source.SEASON)] = np.nan  # within a year the season only names the days one by one
    truth = np.sqrt(series.at("pm25_exact", rows.valid, rows.station))
    cases = CASES if "model" in series.values else tuple(case for case in CASES if Source.MODEL not in case)
    of = rows_of_cases(cases, absences(series, rows), lesson.seed)
    if not of:
        return None
    left_out = predicted_when_left_out(series, rows, table, truth, of, lesson, lambda done: progress(IN_FOLDS * done))
    first = next(iter(of))
    made = left_out.made(first)
    if made.sum() < LEAST_ROWS // FOLDS:
        return None
    shown, told = of[first][made], np.nanmean(left_out.predicted[first][made], axis=1)
    occasions = fit_occasions(series, rows.take(shown), truth[shown] - told)
    left_out = left_out.with_added(occasions.predict(series, rows))
    lessons = lessons_of_errors(series, rows, table, truth, left_out, by_hour, lesson.seed)
    learnt = fit_learnt(series, rows, with_some_lacking(table, tuple(of), lesson.seed), truth, lesson.seed)
    progress(1.0)
    return Correction(
        learnt=learnt,
        occasions=occasions,
        spread=lessons.spread,
        by_hour=by_hour,
        cases=lessons.cases,
        drift=lessons.drift,
        guard=Guard(*ranges(table), lessons.widening),
        learnt_until=np.datetime64(series.times[lesson.known], "ns"),
    )
