"""What quantiles are worth: the continuous ranked probability score, and where in its distribution a value came."""

import numpy as np
from numpy.typing import NDArray

from hazecast.quantiles import exceedance

Array = NDArray[np.float64]


def crps(quantile_values: Array, quantiles: Array, observed: Array) -> Array:
    """CRPS (…,) of the distribution with `quantile_values` (…, quantile) at the probabilities `quantiles`.

    Twice the quantile loss, integrated over all probabilities (Gneiting and Ranjan 2011, J. Bus. Econ. Stat. 29, 411). Between
    quantiles values are linear in probability, and the integral is exact; the outermost stand for what lies beyond them.
    """
    probability = np.concatenate([[0.0], quantiles, [1.0]])
    values = np.concatenate([quantile_values[..., :1], quantile_values, quantile_values[..., -1:]], axis=-1)
    error = observed[..., None] - values
    low, high = error[..., :-1], error[..., 1:]  # falls along the quantiles
    start, end = probability[:-1], probability[1:]
    fall = low - high
    share = np.where(fall > 0, np.clip(low / np.where(fall > 0, fall, 1.0), 0.0, 1.0), low > 0)
    crossing = start + share * (end - start)
    below = _integral(start, crossing, np.maximum(low, 0.0), np.maximum(high, 0.0))
    beyond = _integral(1.0 - end, 1.0 - crossing, np.maximum(-high, 0.0), np.maximum(-low, 0.0))
    return np.asarray(2.0 * (below + beyond).sum(axis=-1))


def _integral(start: Array, end: Array, at_start: Array, at_end: Array) -> Array:
    """Of p e(p) from `start` to `end`, with e linear between its values there (Simpson's rule is exact)."""
    middle = 0.25 * (start + end) * (at_start + at_end)
    return np.asarray((end - start) / 6.0 * (start * at_start + 4.0 * middle + end * at_end))


def probability_below(quantile_values: Array, quantiles: Array, observed: Array) -> Array:
    """The probability integral transform (…,): what probability a forecast gave to less than was observed."""
    return 1.0 - exceedance(quantile_values - observed[..., None], quantiles, 0.0)
