"""The probability of hours on end above a threshold, from drawn trajectories."""

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.kernels.draws.runs import count_runs


def probability_of_run(draws: NDArray[np.floating], threshold: float, hours: int) -> NDArray[np.float64]:
    """Probability (station,) of at least so many consecutive hours above `threshold`, from draws (draw, station, hour).

    NaN for a station that lacks an hour; a span shorter than `hours` has no such run. Raises ValueError for fewer hours than one.
    """
    if hours < 1 or draws.ndim != 3 or draws.shape[0] < 1:
        raise ValueError(f"A run of {hours} hours in draws of shape {draws.shape}; expected an hour or more, (draw, station, hour).")
    count = np.empty(draws.shape[1], dtype=np.int64)
    count_runs(np.ascontiguousarray(draws), float(threshold), hours, count)
    return np.where(count < 0, np.nan, count / draws.shape[0])
