"""What a few quantiles say of a whole distribution: linear between them, with exponential tails beyond the outermost.

A tail is scaled by the distance of the outermost quantile from the median. Values come as (…, quantile), ascending.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEAST_TAIL = 0.01  # share of a tail's probability that is never taken to be spent


def at_quantile(values: Array, quantiles: Array, wanted: float) -> Array:
    """Values (…, quantile) at one probability, linear between quantiles; NaN beyond the outermost."""
    nearest = np.clip(np.searchsorted(quantiles, wanted), 1, quantiles.size - 1)
    share = (wanted - quantiles[nearest - 1]) / (quantiles[nearest] - quantiles[nearest - 1])
    if not -1e-6 <= share <= 1.0 + 1e-6:  # a quantile stored in 32 bit is still the one that is wanted
        return np.full(values.shape[:-1], np.nan)
    return np.asarray((1.0 - share) * values[..., nearest - 1] + share * values[..., nearest])


def exceedance(values: Array, quantiles: Array, threshold: float) -> Array:
    """Probability that a quantity with the quantile functions `values` exceeds `threshold`, NaN where the values are.

    The tails keep at least `LEAST_TAIL` of their probability.
    """
    below = np.sum(values <= threshold, axis=-1)
    after = np.clip(below, 1, quantiles.size - 1)
    lower, upper = (np.take_along_axis(values, i[..., None], axis=-1)[..., 0] for i in (after - 1, after))
    share = (threshold - lower) / np.where(upper > lower, upper - lower, 1.0)
    inside = 1.0 - (quantiles[after - 1] + share * (quantiles[after] - quantiles[after - 1]))
    median = at_quantile(values, quantiles, 0.5)
    low_tail = quantiles[0] * _tail(threshold - values[..., 0], median - values[..., 0], np.log(0.5 / quantiles[0]))
    high_tail = (1.0 - quantiles[-1]) * _tail(threshold - values[..., -1], values[..., -1] - median, np.log(0.5 / (1.0 - quantiles[-1])))
    chance = np.select([below == 0, below == quantiles.size], [1.0 - low_tail, high_tail], inside)
    return np.where(np.isnan(values[..., 0]), np.nan, chance)


def values_at(values: Array, quantiles: Array, probabilities: Array) -> Array:
    """The inverse of `exceedance`: what is not exceeded with each of the ascending `probabilities`, as (…, probability).

    NaN where any of the values is. The tails go on for ever here, and the lower one may go below 0.
    """
    return np.asarray(np.einsum("...q,pq->...p", values, _weights(quantiles, probabilities)))


def require_quantiles(quantiles: Array) -> None:
    """Raise ValueError unless `quantiles` ascend within 0 to 1 on both sides of 0.5."""
    ascend = quantiles.ndim == 1 and quantiles.size >= 2 and bool(np.all(np.diff(quantiles) > 0))
    if not ascend or not 0.0 < quantiles[0] < 0.5 < quantiles[-1] < 1.0:
        raise ValueError(f"The quantiles are {quantiles}; expected ascending probabilities within 0 to 1, on both sides of 0.5.")


def _tail(beyond: Array, spread: Array, foldings: float) -> Array:
    """The share of a tail's probability left at a distance `beyond` the outermost quantile.

    That quantile lies `spread` from the median, where the probability is `foldings` e-foldings larger.
    """
    scale = np.maximum(spread / foldings, 1e-9)
    return np.maximum(np.exp(-np.abs(beyond) / scale), LEAST_TAIL)


def _weights(quantiles: Array, probabilities: Array) -> Array:
    """(probability, quantile): the distribution at a probability is a sum of its quantiles, in the tails too."""
    units = np.eye(quantiles.size)
    median = at_quantile(units.T, quantiles, 0.5)
    lowest, highest = units[0], units[-1]
    low = np.log(quantiles[0] / np.minimum(probabilities, quantiles[0])) / np.log(0.5 / quantiles[0])
    high = np.log((1.0 - quantiles[-1]) / np.minimum(1.0 - probabilities, 1.0 - quantiles[-1])) / np.log(0.5 / (1.0 - quantiles[-1]))
    inside = np.stack([np.interp(probabilities, quantiles, unit) for unit in units], axis=1)
    return np.asarray(inside + low[:, None] * (lowest - median) + high[:, None] * (highest - median))
