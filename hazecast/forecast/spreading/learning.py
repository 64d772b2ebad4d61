"""How far corrections reach, from the recent past: stations left out in turn are foretold from the others, and what did best is taken.

Candidates are compared by the logarithm of the density they give to what was observed (Sundararajan and Keerthi 2001, Neural Comput. 13,
1103), and one takes the place of a default only when it is better by more than a standard error.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.analysis.scale import on_scale
from hazecast.forecast.spreading.leaving_out import LEAST_VARIANCE, Hour, Trial, tried
from hazecast.forecast.spreading.likeness import DEFAULT
from hazecast.forecast.spreading.reach import DEFAULT_VARIANCE, Past, Reach, default_reach
from hazecast.grids.distance import distance

Array = NDArray[np.float64]
Index = NDArray[np.int64]

FEWEST_TOGETHER = 3  # stations that report at an hour
FEWEST_STATIONS = 8  # to learn distances from; fewer tell the worth of the base's pattern and the variance alone
FEWEST_HOURS = 24
RECENT_DAYS = 60
MOST_HOURS = 96
HOURS_TO_FORGET = 12.0
NEIGHBOURS, NEIGHBOURHOODS = 40, 4

CANDIDATES: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("local_m", (15e3, 30e3, 60e3, 120e3)),
    ("regional_m", (200e3, 400e3, 800e3)),
    ("regional_share", (0.3, 0.6, 0.9)),
    ("noise", (0.02, 0.05, 0.1, 0.2)),
    ("ground_ratio", (0.0, 50.0, 100.0, 200.0)),
    ("stretch", (0.0, 0.1, 0.2, 0.4)),
)


def learnt_reach(past: Past) -> Reach:
    """From the last `RECENT_DAYS` of the past; distances by default where fewer than `FEWEST_STATIONS` report together."""
    recent = _last(past, 24 * RECENT_DAYS)
    observed, base = on_scale(np.maximum(recent.observed, 0.0)), on_scale(np.maximum(recent.base, 0.0))
    errors = (observed - base)[~np.isnan(observed - base)]
    base_variance = max(float((errors**2).mean()), LEAST_VARIANCE) if errors.size >= FEWEST_HOURS else DEFAULT_VARIANCE
    hours = list(_hours(recent, observed, base))
    indices = {hour.index for hour in hours}
    if len(indices) < FEWEST_HOURS:
        return default_reach(base_variance)
    worth = min(1.0, (max(indices) - min(indices)) / (len(indices) - 1) / HOURS_TO_FORGET)
    stations = max(hour.observed.size for hour in hours)
    best = _best(hours, worth) if stations >= FEWEST_STATIONS else tried(hours, DEFAULT, worth)
    return Reach(best.likeness, best.pattern, best.variance, base_variance, stations)


def _last(past: Past, hours: int) -> Past:
    series = (past.observed[-hours:], past.base[-hours:], past.east[-hours:], past.north[-hours:])
    return Past(*series, past.latitude, past.longitude, past.ground)


def _hours(past: Past, observed: Array, base: Array) -> Iterator[Hour]:
    known = ~np.isnan(observed - base)
    indices = np.flatnonzero(known.sum(axis=1) >= FEWEST_TOGETHER)
    chosen = indices[np.linspace(0, indices.size - 1, min(MOST_HOURS, indices.size)).astype(np.int64)]
    for around in _neighbourhoods(past.latitude, past.longitude):
        for index in chosen:
            here = around[known[index, around]]
            if here.size >= FEWEST_TOGETHER:
                where = past.latitude[here], past.longitude[here], past.ground[here], past.east[index, here], past.north[index, here]
                yield Hour(int(index), observed[index, here], base[index, here], where)


def _neighbourhoods(latitude: Array, longitude: Array) -> list[Index]:
    """All stations, or of many the nearest of a few, so that what is near each other stays so."""
    if latitude.size <= NEIGHBOURS:
        return [np.arange(latitude.size)]
    centres = np.linspace(0, latitude.size - 1, NEIGHBOURHOODS).astype(np.int64)
    apart = [distance(latitude, longitude, latitude[centre], longitude[centre]) for centre in centres]
    return [np.sort(np.argsort(away, kind="stable")[:NEIGHBOURS]) for away in apart]


def _best(hours: Sequence[Hour], worth: float) -> Trial:
    """One property after the other, each of its values against the best so far."""
    best = tried(hours, DEFAULT, worth)
    for name, values in CANDIDATES:
        before = best
        for value in values:
            candidate = replace(before.likeness, **{name: value})
            if candidate != before.likeness:
                best = _better(best, before, tried(hours, candidate, worth), worth)
    return best


def _better(best: Trial, before: Trial, trial: Trial, worth: float) -> Trial:
    gain = trial.density - before.density
    surely = float(gain.mean()) > float(gain.std()) / np.sqrt(max(gain.size * worth, 1.0))
    return trial if surely and trial.density.mean() > best.density.mean() else best
