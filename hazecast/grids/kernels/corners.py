"""One place between four source cells some of which lack."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

LEAST_WEIGHT = 0.5  # with less than half of its weight on cells that have a value, a place has none itself
ROUNDING = 1e-9  # shares of a half that rounding has made a little less still are a half


@njit(cache=True)
def blend_known(field: NDArray[np.floating], i: int, a: float, j: int, b: float) -> float:
    """Bilinear value from the corners (i or i + 1, j or j + 1) that are not NaN; `a` and `b` are the weights of i + 1 and j + 1.

    Corners of no weight do not count; NaN where those known weigh less than `LEAST_WEIGHT`.
    """
    total = 0.0
    weight = 0.0
    for di in range(2):
        share_i = a if di else 1.0 - a
        if share_i == 0.0:
            continue
        for dj in range(2):
            share = share_i * (b if dj else 1.0 - b)
            if share == 0.0:
                continue
            value = field[i + di, j + dj]
            if not np.isnan(value):
                total += share * value
                weight += share
    return total / weight if weight >= LEAST_WEIGHT - ROUNDING else np.nan
