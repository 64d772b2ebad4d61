"""Whether a difference of scores can be told from chance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

Array = NDArray[np.float64]
FEWEST_DAYS = 8


@dataclass(frozen=True, slots=True)
class DieboldMariano:
    """The test of equal losses over `days`: the mean difference, its statistic, and how often chance gives one as large (two-sided).

    Statistic and `p_value` are NaN with fewer than `FEWEST_DAYS` days, or where no difference ever varies.
    """

    mean: float
    statistic: float
    p_value: float
    days: int
    lags: int


def diebold_mariano(differences: Array, lags: int) -> DieboldMariano:
    """Test whether the mean of daily loss differences (day,) is zero; NaN days are left out.

    Diebold and Mariano 1995, J. Bus. Econ. Stat. 13, 253-263, with the small-sample correction and Student's t of Harvey, Leybourne and
    Newbold 1997, Int. J. Forecast. 13, 281-291, for a horizon of `lags` + 1 days. The variance of the mean takes the autocovariances up to
    `lags` days with the weights of Newey and West 1987, Econometrica 55, 703-708, which keep it positive. Raises ValueError for lags < 0.
    """
    if lags < 0:
        raise ValueError(f"A variance with {lags} lags was asked for; expected 0 or more.")
    days = differences[~np.isnan(differences)]
    n, kept = days.size, min(lags, days.size - 2)
    mean = float(days.mean()) if n else math.nan
    if n < FEWEST_DAYS:
        return DieboldMariano(mean, math.nan, math.nan, n, lags)
    variance = long_run_variance(days, kept) / n
    if variance <= 0.0:
        return DieboldMariano(mean, math.nan, math.nan, n, kept)
    horizon = kept + 1
    correction = math.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    statistic = correction * mean / math.sqrt(variance)
    return DieboldMariano(mean, statistic, float(2.0 * stdtr(n - 1, -abs(statistic))), n, kept)


def long_run_variance(values: Array, lags: int) -> float:
    """n times the variance of the mean of a series (day,) whose values hang together over `lags` days (Newey and West 1987)."""
    centred, n = values - values.mean(), len(values)
    covariances = [float(centred[k:] @ centred[: n - k]) / n for k in range(lags + 1)]
    return covariances[0] + 2.0 * sum(((1.0 - k / (lags + 1)) * covariances[k] for k in range(1, lags + 1)), 0.0)


def lags_for(days: int, horizon_days: int) -> int:
    """How many days to take as hanging together: those a forecast overlaps with the next, and not less than the cube root of the days.

    Haze comes in episodes of several days, so that errors of different cycles hang together beyond the overlap.
    """
    return max(horizon_days - 1, int(round(float(np.cbrt(days)), 9)))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p-values of several tests made at once, adjusted by Holm 1979, Scand. J. Stat. 6, 65-70; NaN stays and does not count."""
    known = sorted((p, i) for i, p in enumerate(p_values) if not math.isnan(p))
    adjusted, highest = list(p_values), 0.0
    for rank, (p, i) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - rank)))
        adjusted[i] = highest
    return tuple(adjusted)
