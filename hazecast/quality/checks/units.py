"""Values a thousand times too large or too small for a while: micrograms taken for milligrams, or the other way round."""

import numpy as np
from numpy.typing import NDArray

from hazecast.quality.checks.flat import last_known
from hazecast.quality.kernels import around
from hazecast.quality.marks import Mask
from hazecast.quality.panel import Channel
from hazecast.quality.thresholds import UnitThresholds

Array = NDArray[np.float64]


def unit_slips(channel: Channel, aside: Mask, limits: UnitThresholds, least_neighbours: int) -> Mask:
    """Where a value and most of those around it are decades from the neighbours', or from the rest of the series.

    `aside` are codes; values outside the physical range are looked at, for that is where a slip lands. What repeats the hour before says
    nothing of the rest of the series: an instrument that stuck at a high value is no reason to reject what it measured when it worked.
    """
    decades = _decades(np.where(aside | (channel.values <= 0.0), np.nan, channel.values))
    own = _medians(np.where(decades == last_known(decades, 0), np.nan, decades))
    among = np.abs(own - channel.neighbours_median(own, least_neighbours)) >= 0.5 * limits.least_decades
    suspect = (np.abs(decades - own) >= 0.5 * limits.least_decades) | (among & ~np.isnan(decades))
    middle = channel.neighbours_median(decades, least_neighbours, suspect)
    from_itself = np.where(np.isnan(middle) & suspect, decades - own, np.nan)
    lowest, highest = np.log10(channel.limits.typical)
    untypical = ((own < lowest) | (own > highest)) & ~np.isnan(decades)
    sustained = _sustained(decades, middle, limits) | _sustained(from_itself, np.zeros(own.shape), limits)
    return np.asarray(sustained | untypical)


def _decades(values: Array) -> Array:
    return np.asarray(np.log10(values, where=~np.isnan(values), out=np.full(values.shape, np.nan)))


def _medians(values: Array) -> Array:
    """By station (station, 1)."""
    middle = np.full((values.shape[0], 1), np.nan)
    heard = ~np.isnan(values).all(axis=1)
    middle[heard, 0] = np.nanmedian(values[heard], axis=1)
    return middle


def _sustained(decades: Array, middle: Array, limits: UnitThresholds) -> Mask:
    """Where the departure from `middle` is that of a slip, and the median of the steps around is as well."""
    departure = decades - middle
    out = np.abs(departure) >= limits.least_decades
    around_it = np.empty(departure.shape)
    around(departure, out, limits.reach, limits.least_known, around_it)
    return np.asarray(out & (np.abs(around_it) >= limits.least_decades) & (np.sign(departure) == np.sign(around_it)))
