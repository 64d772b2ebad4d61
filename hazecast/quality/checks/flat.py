"""Values that stay the same for longer than air does: one pollutant, a whole station, or a whole network frozen at its last value.

How surprising that is depends on how coarsely a value is written: 0.5 mg m-3 of CO in steps of 0.1 often stays, 83 µg m-3 of PM2.5 does
not. The surprise of a run is minus the logarithm of its chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.quality.kernels import flat_runs, floors
from hazecast.quality.marks import Mark, Mask
from hazecast.quality.panel import Channel
from hazecast.quality.thresholds import FlatThresholds
from hazecast.records import Reason, Trust

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Steadiness:
    """One pollutant: where a value is the same as the one before it (`again`), where there was one before, and the `surprise` of that.

    The surprise is minus the logarithm of the chance that the value is followed by the same. `fine` are values of many steps of their
    resolution.
    """

    values: Array
    again: Mask
    followed: Mask
    fine: Mask
    surprise: Array


def steadiness(channel: Channel, values: Array, limits: FlatThresholds) -> Steadiness:
    """Of `values` (station, step), those of the channel that are not rejected yet."""
    before = last_known(values, limits.longest_gap)
    steps = np.abs(values) / channel.resolution[:, None]
    chance = np.maximum(1.0 / (1.0 + steps / limits.scale), limits.least_chance)
    floor = np.empty(values.shape)
    floors(np.where(values == before, np.nan, values), limits.floor_steps, limits.floor_share, limits.floor_below, floor)
    surprise = np.nan_to_num(-np.log(np.where(values <= floor, limits.floor_chance, chance)))
    return Steadiness(values, values == before, ~np.isnan(before) & ~np.isnan(values), steps >= limits.network_steps, surprise)


def flat_marks(one: Steadiness, limits: FlatThresholds) -> list[Mark]:
    """FLAT for runs of one pollutant at one station."""
    total = np.empty(one.values.shape)
    flat_runs(one.values, one.surprise, limits.longest_gap, total)
    return [
        Mark(Reason.FLAT, Trust.DOUBTFUL, total >= limits.doubtful),
        Mark(Reason.FLAT, Trust.REJECTED, total >= limits.rejected),
    ]


def station_flat(pollutants: Sequence[Steadiness], limits: FlatThresholds) -> Mask:
    """Steps (station, step) at which all that a station measures, two pollutants at least, has stayed the same for too long."""
    again = np.stack([p.again for p in pollutants])
    known = np.stack([~np.isnan(p.values) for p in pollutants])
    together = (again.sum(axis=0) >= 2) & (again | ~known).all(axis=0)
    surprise = np.sum([p.surprise * p.again for p in pollutants], axis=0)
    return np.asarray(_run_totals(together, surprise) >= limits.station_rejected)


def network_frozen(pollutants: Sequence[Steadiness], limits: FlatThresholds) -> Mask:
    """Steps at which nearly all stations repeat their last value, for longer than chance allows.

    Only fine values count, for coarse ones stay the same often; three stations at least must have such.
    """
    followed = [p.fine & p.followed for p in pollutants]
    same = [p.fine & p.again for p in pollutants]
    total = np.sum([(s * p.surprise).sum(axis=0) for s, p in zip(same, pollutants, strict=True)], axis=0)
    heard, stations = np.sum(followed, axis=(0, 1)), np.any(followed, axis=0).sum(axis=0)
    frozen = (stations >= limits.network_stations) & (np.sum(same, axis=(0, 1)) >= limits.network_share * heard)
    return np.asarray((_run_totals(frozen[None, :], total[None, :]) >= limits.network_rejected)[0])


def last_known(values: Array, longest_gap: int) -> Array:
    """(station, step): the known value before each step, at most `longest_gap` missing steps back."""
    last = np.full(values.shape, np.nan)
    for back in range(1, min(longest_gap + 1, values.shape[1] - 1) + 1):
        last[:, back:] = np.where(np.isnan(last[:, back:]), values[:, :-back], last[:, back:])
    return last


def _run_totals(inside: Mask, weight: Array) -> Array:
    """For every step of each unbroken run of `inside` along the last axis the summed weight of the whole run, 0 outside."""
    edges = np.diff(inside.astype(np.int8), axis=-1, prepend=0)
    number = np.cumsum(edges == 1, axis=None).reshape(inside.shape) * inside
    totals = np.bincount(number.ravel(), weights=(weight * inside).ravel())
    return np.where(inside, totals[number], 0.0)
