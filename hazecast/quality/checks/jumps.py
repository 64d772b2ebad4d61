"""Values that leap out of their own series: there and back (a spike), or there and not back (a step).

A leap counts only as far as the neighbours do not leap with it, and as it is large beside what the station does all day: haze that
arrives within an hour arrives at more than one station, and stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.quality.checks.flat import last_known
from hazecast.quality.kernels import around
from hazecast.quality.marks import Mark, Mask
from hazecast.quality.panel import Channel
from hazecast.quality.thresholds import JumpThresholds
from hazecast.records import Reason, Trust

Array = NDArray[np.float64]
ROBUST = 1.4826  # a standard deviation of a normal distribution in median absolute deviations


@dataclass(frozen=True, slots=True, eq=False)
class Jumps:
    """Leaps (station, step) of one pollutant in logarithms, and the `scale` that is usual there.

    `out` is how far a value is out on both sides, `off` how far from the level before alone, without what the neighbours share.
    """

    out: Array
    off: Array
    scale: Array
    one_sided: Mask


def jumps(channel: Channel, values: Array, limits: JumpThresholds, least_neighbours: int) -> Jumps:
    """The leaps of `values`, those that are not rejected yet."""
    z = channel.logarithm(values)
    departure = np.empty(z.shape)
    around(z, ~np.isnan(z), limits.reach, 1, departure)
    departure = z - departure
    before = z - last_known(z, limits.reach - 1)
    large = np.fmax(np.abs(departure), np.abs(before)) >= min(limits.doubtful, limits.step)
    shared = np.nan_to_num(channel.neighbours_median(departure, least_neighbours, large))
    after = z - last_known(z[:, ::-1], limits.reach - 1)[:, ::-1]
    lonely = np.isnan(before) | np.isnan(after)
    out = _both_sides(_both_sides(departure, before), np.where(np.isnan(after), before, after))
    return Jumps(_without(out, shared), _without(before, shared), _scale(departure, limits), lonely)


def _both_sides(one: Array, other: Array) -> Array:
    """The smaller of two leaps in the same direction; 0 where they differ or one is not known."""
    same = np.sign(one) == np.sign(other)
    return np.where(same, np.where(np.abs(one) < np.abs(other), one, other), 0.0)


def _without(leap: Array, shared: Array) -> Array:
    """The leap less what the neighbours do in the same direction."""
    part = np.clip(shared, np.minimum(leap, 0.0), np.maximum(leap, 0.0))
    return np.asarray(np.nan_to_num(leap - part))


def _scale(departure: Array, limits: JumpThresholds) -> Array:
    """What is usual: at the station all the time, or within a few hours."""
    size = np.abs(departure)
    heard = ~np.isnan(size).all(axis=1)
    usual = np.zeros((size.shape[0], 1))
    usual[heard, 0] = ROBUST * np.nanmedian(size[heard], axis=1)
    lately = np.empty(size.shape)
    around(size, size > limits.doubtful, limits.volatile_reach, 3, lately)
    return np.maximum(np.maximum(usual, np.nan_to_num(ROBUST * lately)), limits.least_scale)


def jump_marks(leap: Jumps, companions: Mask, limits: JumpThresholds) -> list[Mark]:
    """SPIKE and STEP; where another pollutant of the station leaps too (`companions`), or one side is not known, doubtful at most."""
    out, off = np.abs(leap.out), np.abs(leap.off)
    odd = (out >= limits.doubtful) & (out >= limits.doubtful_scales * leap.scale)
    gross = (out >= limits.rejected) & (out >= limits.rejected_scales * leap.scale)
    step = (off >= limits.step) & (off >= limits.step_scales * leap.scale) & ~odd
    return [
        Mark(Reason.SPIKE, Trust.DOUBTFUL, odd & ~leap.one_sided),
        Mark(Reason.SPIKE, Trust.REJECTED, gross & ~companions & ~leap.one_sided),
        Mark(Reason.STEP, Trust.DOUBTFUL, step | (gross & leap.one_sided)),
    ]


def leaping(all_jumps: Sequence[Jumps], limits: JumpThresholds) -> list[Mask]:
    """For each pollutant where another one of the same station leaps in the same direction."""
    signs = np.stack([np.sign(j.out) * (np.abs(j.out) >= limits.companion_scales * j.scale) for j in all_jumps])
    ups, downs = (signs > 0).sum(axis=0), (signs < 0).sum(axis=0)
    return [((j.out > 0) & (ups - (s > 0) > 0)) | ((j.out < 0) & (downs - (s < 0) > 0)) for j, s in zip(all_jumps, signs, strict=True)]
