"""How often trajectories stay above a threshold for hours on end."""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray


@njit(parallel=True, cache=True)
def count_runs(draws: NDArray[np.floating], threshold: float, hours: int, out: NDArray[np.int64]) -> None:
    """In how many draws (draw, station, hour) each station has so many consecutive hours above `threshold`, into `out` (station,).

    -1 for a station that lacks a value in any draw.
    """
    for station in prange(draws.shape[1]):
        count, lacks = 0, 0
        for draw in range(draws.shape[0]):
            longest, gap = _longest_run(draws[draw, station], threshold)
            count += longest >= hours
            lacks |= gap
        out[station] = -1 if lacks else count


@njit(cache=True)
def _longest_run(series: NDArray[np.floating], threshold: float) -> tuple[int, int]:
    """The longest run of hours above `threshold`, and 1 where a value lacks; no branches, for nobody can guess which hours are above."""
    longest, run, lacks = 0, 0, 0
    for i in range(series.size):
        value = series[i]
        run = (run + 1) * int(value > threshold)
        longest = max(longest, run)
        lacks |= int(value != value)  # NaN alone is not itself
    return longest, lacks
