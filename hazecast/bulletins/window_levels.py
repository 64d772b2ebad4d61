"""The highest level of each cell in a validity window."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.bulletins.situation import Period, hours_within
from hazecast.records import Level


def highest_levels(grid_level: xr.DataArray, valid_times: NDArray[np.datetime64], period: Period) -> NDArray[np.int8]:
    """The highest level (latitude, longitude) of the hours in `period`.

    A cell is NONE only if every hour is known to be; where no level is reached and an hour is unknown, or there is no hour
    at all, the cell is UNKNOWN.
    """
    hours = hours_within(valid_times, period)
    levels = grid_level.transpose("lead_time", "latitude", "longitude").values[hours]
    if not hours.any():
        return np.full(grid_level.isel(lead_time=0).shape, Level.UNKNOWN, dtype=np.int8)
    highest = levels.max(axis=0)
    lacking = (levels == Level.UNKNOWN).any(axis=0) & (highest <= Level.NONE)
    return np.where(lacking, Level.UNKNOWN, highest).astype(np.int8)
