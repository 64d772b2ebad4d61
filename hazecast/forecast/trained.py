"""What is learnt from the past, whole: it forecasts as long as nothing newer is better."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hazecast.forecast.climatology import Climatology, fit_climatology
from hazecast.forecast.correction.fitted import Correction
from hazecast.forecast.correction.fitting import learn
from hazecast.forecast.learning import Lesson
from hazecast.forecast.series import Series
from hazecast.forecast.strengths import Strengths


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What each source region emits, the usual course of a day, and the correction; None where too little was known for one.

    `days` is how many days of observations stand behind them.
    """

    strengths: Strengths | None
    climatology: Climatology | None
    correction: Correction | None
    days: int


def trained_on(series: Series, strengths: Strengths | None, lesson: Lesson, progress: Callable[[float], None]) -> Trained:
    """Learn from what was known."""
    climatology = fit_climatology(series, lesson)
    correction = learn(series, climatology.by_hour, lesson, progress) if climatology else None
    observed = ~np.isnan(series.values["pm25_exact"][: max(lesson.known + 1, 0)])
    return Trained(strengths, climatology, correction, int(observed.any(axis=1).sum() / 24))
