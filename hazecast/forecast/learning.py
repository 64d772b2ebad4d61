"""The rows a forecast learns from."""

from dataclasses import dataclass

import numpy as np

from hazecast.forecast.series import Rows, Series

MOST_REPEATS = 8  # how often one observed hour may serve, each time at another lead


@dataclass(frozen=True, slots=True)
class Lesson:
    """What may be learnt from: outcomes up to index `known`, observations `lag` hours old at the origin, leads up to `horizon`
    hours, at most `rows` of them, drawn by `seed`.
    """

    known: int
    lag: int
    horizon: int
    rows: int
    seed: int


def learning_rows(series: Series, lesson: Lesson) -> Rows:
    """A sample of rows whose outcome was known, stations and hours alike; half of the leads are drawn evenly, half favour the short."""
    chance = np.random.default_rng(lesson.seed)
    valid, station = np.nonzero(~np.isnan(series.values["pm25_exact"][: lesson.known + 1]))
    repeats = max(1, min(MOST_REPEATS, lesson.rows // max(valid.size, 1)))
    pick = np.tile(np.arange(valid.size), repeats)
    even = chance.integers(1, lesson.horizon + 1, pick.size)
    short_first = np.ceil(np.exp(chance.uniform(0.0, np.log(lesson.horizon), pick.size))).astype(np.int64)
    lead = np.where(chance.random(pick.size) < 0.5, even, np.clip(short_first, 1, lesson.horizon))
    rows = Rows(valid[pick] - lead, station[pick], lead, lesson.lag)
    rows = rows.take(rows.known >= 0)
    if rows.lead.size <= lesson.rows:
        return rows
    return rows.take(np.sort(chance.choice(rows.lead.size, lesson.rows, replace=False)))
