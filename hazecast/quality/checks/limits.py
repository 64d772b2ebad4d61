"""Values that cannot be: outside what is physical, codes that stand for a missing value, and what is lost in the noise about zero."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hazecast.quality.kernels import around
from hazecast.quality.marks import Mark, Mask
from hazecast.quality.panel import Channel
from hazecast.quality.thresholds import CodeThresholds
from hazecast.records import Reason, Trust

Array = NDArray[np.float64]
_UNITS_OF_CODES = (0.001, 1000.0)  # a code goes through the conversion of units like a value


def limit_marks(channel: Channel, codes: CodeThresholds, near: int, far: int) -> list[Mark]:
    """RANGE, SENTINEL and BELOW_DETECTION; `near` and `far` are the steps on each side that the level around is taken from."""
    x, limits = channel.values, channel.limits
    impossible = (x > limits.highest) | (x < limits.lowest)
    low = ~impossible & ((x < limits.detection) | (x == 0.0))
    capped = is_one_of(x, (*codes.caps, *limits.caps)) & ~impossible
    level = _level_around(channel, impossible | low | capped, low | capped, near, far)
    converted = [number * factor for number in codes.never for factor in _UNITS_OF_CODES]
    code = is_one_of(x, codes.never) | _among(impossible | low, x, converted)
    lost = low & ((level > limits.near_zero) | (_among(low, x, codes.also) & _far_from_zero(channel, low)))
    misfit = capped & (np.abs(channel.logarithm(x) - channel.logarithm(level)) > codes.misfit)
    return [
        Mark(Reason.RANGE, Trust.REJECTED, impossible & ~code),
        Mark(Reason.SENTINEL, Trust.REJECTED, code | lost | misfit),
        Mark(Reason.SENTINEL, Trust.DOUBTFUL, capped),
        Mark(Reason.BELOW_DETECTION, Trust.DOUBTFUL, low),
    ]


def is_one_of(values: Array, numbers: Sequence[float]) -> Mask:
    """Where a value is one of `numbers`, to a millionth."""
    ordered = np.unique(np.asarray(numbers, np.float64))
    place = np.searchsorted(ordered, values)
    beside = (ordered[np.clip(place - 1, 0, None)], ordered[np.clip(place, None, ordered.size - 1)])
    return np.asarray(np.logical_or(*(np.abs(values - number) <= 1e-6 * np.maximum(1.0, np.abs(number)) for number in beside)))


def _among(where: Mask, values: Array, numbers: Sequence[float]) -> Mask:
    """`is_one_of`, at the few places of `where` alone."""
    found = where.copy()
    found[where] = is_one_of(values[where], numbers)
    return found


def _level_around(channel: Channel, aside: Mask, wanted: Mask, near: int, far: int) -> Array:
    """The median of the hours around, without what is `aside`; NaN where nothing is known for long."""
    trusted = np.where(aside, np.nan, channel.values)
    level = np.empty(trusted.shape)
    around(trusted, wanted, near, 2, level)
    wider = np.empty(trusted.shape)
    around(trusted, wanted & np.isnan(level), far, 2, wider)
    return np.where(np.isnan(level), wider, level)


def _far_from_zero(channel: Channel, low: Mask) -> Mask:
    """Where a series by itself never comes near zero, so that a zero in it was not measured.

    Near means two and a half steps of its resolution, or a fifth of its low values. One of zeros alone was not measured either.
    """
    x = channel.values
    usual = np.where(low, np.nan, x)
    heard = ~np.isnan(usual).all(axis=1)
    lowest = np.zeros(x.shape[0])
    lowest[heard] = np.nanquantile(usual[heard], 0.05, axis=1)
    nearby = np.maximum(2.5 * channel.resolution, 0.2 * lowest)[:, None]
    comes_near = ((np.abs(x) <= nearby) & (x != 0.0) & (x != -1.0)).any(axis=1)
    return np.asarray(np.broadcast_to(~comes_near[:, None], x.shape))
