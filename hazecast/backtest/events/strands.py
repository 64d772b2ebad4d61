"""What successive cycles said of the same day ahead, as one series in time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

HOURS_OF_DAY = 24
HOUR = np.timedelta64(1, "h")


@dataclass(frozen=True, slots=True)
class Strand:
    """The forecasts of one day ahead: leads `first_lead` to `last_lead` in hours, of the cycles that start at `init_hour` UTC."""

    day: int
    first_lead: int
    last_lead: int
    init_hour: int

    @property
    def name(self) -> str:
        """As it is called in tables."""
        return f"day {self.day}"


def strands_of(init_times: np.ndarray, longest_lead: int) -> tuple[Strand, ...]:
    """Day 1 (leads 1-24), day 2 (25-48) and so on, as far as forecasts of `longest_lead` hours fill whole days.

    Of several cycles a day those of one hour count, the hour that most cycles have and the earliest of these: else the shortest leads
    would stand for the whole day. Empty without cycles.
    """
    if not init_times.size:
        return ()
    hours, counts = np.unique(pd.DatetimeIndex(init_times).hour, return_counts=True)
    chosen = int(hours[np.argmax(counts)])
    days = range(1, longest_lead // HOURS_OF_DAY + 1)
    return tuple(Strand(d, HOURS_OF_DAY * (d - 1) + 1, HOURS_OF_DAY * d, chosen) for d in days)


def stitch(forecast: xr.DataArray, strand: Strand, times: np.ndarray) -> xr.DataArray:
    """The strand's values (time, station) at the hourly `times`, of a forecast (init_time, station, lead_time) in hours.

    Hours that no cycle of the strand forecast have NaN, or -1 in a forecast of whole numbers.
    """
    inits = pd.DatetimeIndex(forecast["init_time"].values)
    leads = forecast["lead_time"].values
    chosen = forecast.isel(
        init_time=np.flatnonzero(inits.hour == strand.init_hour),
        lead_time=np.flatnonzero((leads >= strand.first_lead) & (leads <= strand.last_lead)),
    ).transpose("init_time", "lead_time", "station", ...)
    valid = chosen["init_time"].values[:, None] + chosen["lead_time"].values[None, :].astype(np.int64) * HOUR
    lacking = np.nan if np.issubdtype(forecast.dtype, np.floating) else -1
    values = np.full((times.size, *chosen.shape[2:]), lacking, dtype=forecast.dtype)
    at = pd.DatetimeIndex(times).get_indexer(pd.DatetimeIndex(valid.ravel()))
    flat = chosen.values.reshape(-1, *chosen.shape[2:])
    values[at[at >= 0]] = flat[at >= 0]
    kept = {str(name): coordinate for name, coordinate in chosen.coords.items() if not {"init_time", "lead_time"} & set(coordinate.dims)}
    kept.pop("init_time", None)
    return xr.DataArray(values, coords={**kept, "time": times}, dims=("time", *chosen.dims[2:]))
