"""Hours and days as the clocks of a place show them."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

Times = NDArray[np.datetime64]
SEASONS = ("DJF", "MAM", "JJA", "SON")


def valid_times(forecasts: xr.Dataset) -> Times:
    """When each lead time of each cycle ends, UTC (cycle, lead)."""
    lead = forecasts["lead_time"].values.astype("timedelta64[h]")
    return np.asarray(forecasts["init_time"].values[:, None] + lead, dtype="datetime64[ns]")


def local(times: Times, time_zone: str) -> Times:
    """UTC `times` of any shape as local ones, without a zone."""
    index = pd.DatetimeIndex(times.ravel(), tz="UTC").tz_convert(ZoneInfo(time_zone)).tz_localize(None)
    return np.asarray(index.to_numpy().astype("datetime64[ns]").reshape(times.shape))


def season_and_hour(local_times: Times) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The place of each time's season in `SEASONS`, and its hour."""
    month = local_times.astype("datetime64[M]").astype(np.int64) % 12  # 0 is January
    hour = local_times.astype("datetime64[h]").astype(np.int64) % 24
    return (month + 1) % 12 // 3, hour
