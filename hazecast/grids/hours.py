"""One hourly time axis: short gaps are bridged and counted, long ones stay gaps."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

LONGEST_BRIDGE_HOURS = 6  # weather changes little enough between two hours this far apart
_NEIGHBOURS = ((-1, 0), (1, 0), (0, -1), (0, 1))


@dataclass(frozen=True, slots=True)
class Filled:
    """A dataset on full hours, with how many hours were bridged, how many lack, and how many single cells were filled."""

    data: xr.Dataset
    hours_bridged: int
    hours_lacking: int
    cells_filled: int


def hours_between(first: np.datetime64, last: np.datetime64) -> NDArray[np.datetime64]:
    """Every full hour from `first` to `last`, both included."""
    return np.arange(first.astype("datetime64[h]"), last.astype("datetime64[h]") + np.timedelta64(1, "h")).astype("datetime64[ns]")


def onto_hours(data: xr.Dataset, hours: NDArray[np.datetime64]) -> xr.Dataset:
    """The dataset on `hours`, NaN where it has none."""
    return data.reindex(time=hours)


def bridged(data: xr.Dataset, hours: NDArray[np.datetime64]) -> Filled:
    """Gridded weather (time, latitude, longitude) on `hours`: gaps up to `LONGEST_BRIDGE_HOURS` between two values are
    bridged linearly in time, and single cells that still lack take the mean of their neighbours. Longer gaps stay NaN.
    """
    on_hours = onto_hours(data, hours)
    absent = ~np.isin(hours, data["time"].values)
    fields = {}
    cells = 0
    still_absent = np.zeros(hours.size, dtype=bool)
    for key, values in on_hours.data_vars.items():
        series = _bridge_in_time(values.values)
        complete = _fill_cells(series)
        cells += int((np.isnan(values.values) & ~np.isnan(complete) & ~absent[:, None, None]).sum())
        if not np.isnan(complete).all():
            still_absent |= np.isnan(complete).all(axis=(1, 2))
        fields[key] = values.copy(data=complete)
    return Filled(on_hours.assign(fields), int((absent & ~still_absent).sum()), int(still_absent.sum()), cells)


def _bridge_in_time(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Linear in time across gaps whose two ends are at most LONGEST_BRIDGE_HOURS apart; (time, …)."""
    count = values.shape[0]
    index = np.arange(count).reshape(-1, *([1] * (values.ndim - 1)))
    known = ~np.isnan(values)
    before = np.maximum.accumulate(np.where(known, index, -1), axis=0)
    after = np.minimum.accumulate(np.where(known, index, count)[::-1], axis=0)[::-1]
    bridgeable = ~known & (before >= 0) & (after < count) & (after - before <= LONGEST_BRIDGE_HOURS)
    low = np.take_along_axis(values, np.maximum(before, 0), axis=0)
    high = np.take_along_axis(values, np.minimum(after, count - 1), axis=0)
    share = (index - before) / np.maximum(after - before, 1)
    return np.where(bridgeable, low + share * (high - low), values)


def _fill_cells(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cells that lack inside an hour that is mostly there take the mean of their neighbours, ring by ring."""
    lacking = np.isnan(values)
    partial = lacking.any(axis=(1, 2)) & (lacking.mean(axis=(1, 2)) < 0.5)
    if not partial.any():
        return values
    out = values.copy()
    for hour in np.flatnonzero(partial):
        while np.isnan(out[hour]).any():
            out[hour] = _one_ring(out[hour])
    return out


def _one_ring(field: NDArray[np.float64]) -> NDArray[np.float64]:
    padded = np.pad(field, 1, constant_values=np.nan)
    rows, columns = field.shape
    around = np.stack([padded[1 + di : 1 + di + rows, 1 + dj : 1 + dj + columns] for di, dj in _NEIGHBOURS])
    known = ~np.isnan(around)
    mean = np.where(known, around, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(np.isnan(field) & known.any(axis=0), mean, field)
