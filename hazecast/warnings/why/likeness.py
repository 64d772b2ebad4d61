"""Past situations that were most like the present one, what was warned in them, and what came.

Situations are points in a space of few quantities, each divided by its standard deviation over the area's past; the distance of two is
the root mean square over the quantities that both have (analogues by a weighted Euclidean metric: Delle Monache et al. 2013, Mon. Wea.
Rev. 141, 3498, with one weight for all and no window in time).
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hazecast.records import Came, Likeness, PastEpisode, Situation

Array = NDArray[np.float64]

NEEDED = 20  # past situations of the area whose outcome is known; of fewer, the most similar need not be similar at all
EPISODES = 5
APART = timedelta(hours=48)  # two windows that begin closer together are of one episode
LEAST_KNOWN = 3  # quantities that two situations must share
YEAR_DAYS = 365.25
SEASON_WEIGHT = 0.5  # half a year apart counts as two standard deviations


def likeness(now: Situation, past: Sequence[Situation], came: Sequence[Came]) -> Likeness:
    """The `EPISODES` of the area's `past` that are nearest to `now`, of different episodes, the nearest first.

    Only windows that were over before that of `now` begins, and whose outcome is known, count.
    """
    outcomes = {(one.cycle_key, one.area_id): one for one in came}
    known = [s for s in past if s.area_id == now.area_id and s.valid_until <= now.valid_from and (s.cycle_key, s.area_id) in outcomes]
    if len(known) < NEEDED:
        return Likeness(len(known), NEEDED, ())
    distance = _distances(_quantities(now), np.stack([_quantities(one) for one in known]))
    chosen: list[PastEpisode] = []
    for place in np.argsort(distance, kind="stable").tolist():
        one = known[place]
        if len(chosen) == EPISODES or not math.isfinite(distance[place]):
            break
        if all(abs(one.valid_from - other.situation.valid_from) >= APART for other in chosen):
            chosen.append(PastEpisode(one, outcomes[one.cycle_key, one.area_id], float(distance[place])))
    return Likeness(len(known), NEEDED, tuple(chosen))


def _quantities(of: Situation) -> Array:
    """Peak PM2.5 and mixing height in logarithms, for they vary by factors; the season last, as two."""
    angle = _season(of.valid_from)
    return np.array(
        [
            _log(of.peak_pm25),
            _or_nan(of.trend),
            _or_nan(of.wind_speed),
            _or_nan(of.humidity),
            _log(of.mixing_height),
            math.cos(angle),
            math.sin(angle),
        ]
    )


def _distances(now: Array, past: Array) -> Array:
    """Of each past situation (situation,), from (situation, quantity); infinite where too little is known of it."""
    scale = np.ones(now.size)
    scale[-2:] = 1.0 / (2.0 * SEASON_WEIGHT)
    for i in range(now.size - 2):
        known = past[~np.isnan(past[:, i]), i]
        spread = float(known.std()) if known.size > 1 else 0.0
        scale[i] = spread if spread > 0.0 else np.nan
    off = ((past - now) / scale) ** 2
    shared = ~np.isnan(off)
    enough = shared[:, :-2].sum(axis=1) >= LEAST_KNOWN
    mean = np.where(shared, off, 0.0).sum(axis=1) / np.maximum(shared.sum(axis=1), 1)
    return np.where(enough, np.sqrt(mean), np.inf)


def _season(moment: datetime) -> float:
    return 2.0 * math.pi * moment.timetuple().tm_yday / YEAR_DAYS


def _log(value: float | None) -> float:
    return math.log(value) if value is not None and value > 0.0 else math.nan


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
