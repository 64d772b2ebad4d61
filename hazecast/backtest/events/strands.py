"""What successive cycles said of the same day ahead, as one series in time."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

HOURS_OF_DAY = 24
Hours = NDArray[np.int64]
Kind = TypeVar("Kind", bound=np.generic)


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

    def of(self, forecasts: xr.Dataset) -> xr.Dataset:
        """Its part of `forecasts` with `init_time` and `lead_time` in hours."""
        leads = forecasts["lead_time"].values
        return forecasts.isel(
            init_time=np.flatnonzero(pd.DatetimeIndex(forecasts["init_time"].values).hour == self.init_hour),
            lead_time=np.flatnonzero((leads >= self.first_lead) & (leads <= self.last_lead)),
        )


def strands_of(init_times: NDArray[np.datetime64], longest_lead: int) -> tuple[Strand, ...]:
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


def stitch(values: NDArray[Kind], valid: Hours, hours: int, lacking: float) -> NDArray[Kind]:
    """Values (…, cycle, station, lead) of a strand as a series (…, hour, station) of so many `hours`; `valid` (cycle, lead) says where.

    Hours that no cycle forecast hold `lacking`.
    """
    ordered = np.moveaxis(values, -2, -1)  # cycle, lead, station
    flat = ordered.reshape(*values.shape[:-3], -1, values.shape[-2])
    series = np.full((*values.shape[:-3], hours, values.shape[-2]), lacking, dtype=values.dtype)
    at = valid.ravel()
    inside = (at >= 0) & (at < hours)
    series[..., at[inside], :] = flat[..., inside, :]
    return series
