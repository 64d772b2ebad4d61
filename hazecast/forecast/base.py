"""The base forecast: a background and the transported emission, scaled to what was observed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEAST_PAIRS = 48
BACKGROUND_QUANTILE = 0.05


@dataclass(frozen=True, slots=True)
class BaseScale:
    """PM2.5 in µg m-3 is `background` + `strength` × transported unit emission; neither is negative."""

    background: float
    strength: float

    def __call__(self, transported: Array) -> Array:
        """PM2.5 of the base forecast."""
        return self.background + self.strength * transported


def fit_base_scale(transported: Array, observed: Array) -> BaseScale | None:
    """Background from the cleanest hours, strength from the mean excess over it; None with fewer than `LEAST_PAIRS` pairs.

    The mean of the base forecast is that of the observations over the pairs that both arrays have.
    """
    both = ~(np.isnan(transported) | np.isnan(observed))
    if both.sum() < LEAST_PAIRS or not transported[both].mean() > 0.0:
        return None
    background = float(np.quantile(observed[both], BACKGROUND_QUANTILE))
    return BaseScale(background, float((observed[both].mean() - background) / transported[both].mean()))
