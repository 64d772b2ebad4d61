"""How often trajectories stay above a threshold for hours on end."""

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray


@njit(parallel=True, cache=True)
def count_runs(draws: NDArray[np.floating], threshold: float, hours: int, out: NDArray[np.int64]) -> None:
    """In how many draws (draw, station, hour) each station has so many consecutive hours above `threshold`, into `out` (station,).

    -1 for a station that lacks a value in any draw.
    """
    for station in prange(draws.shape[1]):
        count = 0
        for draw in range(draws.shape[0]):
            found = _longest_run(draws[draw, station], threshold)
            if found < 0:
                count = -1
                break
            if found >= hours:
                count += 1
        out[station] = count


@njit(cache=True)
def _longest_run(series: NDArray[np.floating], threshold: float) -> int:
    """-1 where a value lacks."""
    longest, run = 0, 0
    for value in series:
        if math.isnan(value):
            return -1
        run = run + 1 if value > threshold else 0
        longest = max(longest, run)
    return longest
