"""One hourly time axis: short gaps are bridged and counted, long ones stay gaps."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import xarray as xr
from numpy.typing import NDArray

LONGEST_BRIDGE_HOURS = 6  # weather changes little enough between two hours this far apart
SERIES_AT_ONCE = 1 << 14  # so that working arrays stay small
_NEIGHBOURS = ((-1, 0), (1, 0), (0, -1), (0, 1))


@dataclass(frozen=True, slots=True)
class Filled:
    """A dataset on full hours, how many hours without any value were bridged, and how many values were filled in the others."""

    data: xr.Dataset
    hours_bridged: int
    cells_filled: int


def hours_between(first: np.datetime64, last: np.datetime64) -> NDArray[np.datetime64]:
    """Every full hour from `first` to `last`, both included."""
    return np.arange(first.astype("datetime64[h]"), last.astype("datetime64[h]") + np.timedelta64(1, "h")).astype("datetime64[ns]")


def onto_hours(data: xr.Dataset, hours: NDArray[np.datetime64]) -> xr.Dataset:
    """The dataset on `hours`, NaN where it has none."""
    return data.reindex(time=hours)


def bridged(data: xr.Dataset, hours: NDArray[np.datetime64]) -> Filled:
    """Gridded weather (time, rows, columns), or that of stations (time, station), on `hours`.

    Gaps up to `LONGEST_BRIDGE_HOURS` between two values are bridged linearly in time, and single cells of a grid that still lack take
    the mean of their neighbours. Longer gaps stay NaN.
    """
    on_hours = onto_hours(data, hours)
    if not any(np.isnan(values.values).any() for values in on_hours.data_vars.values()):
        return Filled(on_hours, 0, 0)
    filled = on_hours.assign({key: v.copy(data=_fill_cells(_bridge_in_time(v.values))) for key, v in on_hours.data_vars.items()})
    delivered = _hours_with_values(on_hours)
    bridged_hours = _hours_with_values(filled) & ~delivered
    cells = sum(int(np.isnan(on_hours[key].values[delivered]).sum() - np.isnan(v.values[delivered]).sum()) for key, v in filled.items())
    return Filled(filled, int(bridged_hours.sum()), cells)


def bridged_between(data: xr.Dataset, hours: NDArray[np.datetime64]) -> xr.Dataset:
    """Fields of any shape, time first, on `hours`: short gaps bridged as `bridged` does, everything else that lacks stays NaN.

    Level by level where there are levels: working arrays are as large as one of them, not as all.
    """
    on_hours = onto_hours(data, hours)
    filled = {key: v.transpose("time", ...) for key, v in on_hours.data_vars.items()}
    return on_hours.assign({key: v.copy(data=_bridge_each_level(v)) for key, v in filled.items()})


def _bridge_each_level(field: xr.DataArray) -> NDArray[np.floating]:
    if "level" not in field.dims:
        return _bridge_in_time(field.values)
    axis = field.get_axis_num("level")
    out = np.array(field.values)
    for level in range(field.sizes["level"]):
        one = np.moveaxis(out, axis, 0)[level]
        one[...] = _bridge_in_time(one)
    return out


def _hours_with_values(data: xr.Dataset) -> NDArray[np.bool_]:
    present = np.zeros(data.sizes["time"], dtype=bool)
    for values in data.data_vars.values():
        present |= values.notnull().any([dim for dim in values.dims if dim != "time"]).values
    return present


def _bridge_in_time(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Linear in time across gaps whose two ends are at most LONGEST_BRIDGE_HOURS apart; (time, …). As they are where nothing lacks."""
    series = values.reshape(values.shape[0], -1)
    lacking = np.isnan(series)
    whole = lacking.all(axis=1)  # hours that were not delivered at all
    gappy = np.flatnonzero(lacking[~whole].any(axis=0))
    if not gappy.size and not whole.any():
        return values
    out = series.copy()
    _bridge_whole_hours(out, np.flatnonzero(~whole))
    for some in np.array_split(gappy, -(-gappy.size // SERIES_AT_ONCE)) if gappy.size else ():
        out[:, some] = _bridged_series(series[:, some])
    return out.reshape(values.shape)


def _bridge_whole_hours(values: NDArray[np.floating], delivered: NDArray[np.int64]) -> None:
    """Of (time, series), in place, between the hours that were delivered."""
    for before, after in pairwise(delivered):
        if 1 < after - before <= LONGEST_BRIDGE_HOURS:
            for hour in range(before + 1, after):
                values[hour] = _between(values[before], values[after], (hour - before) / (after - before))


def _between(low: NDArray[np.floating], high: NDArray[np.floating], share: float | NDArray[np.float64]) -> NDArray[np.floating]:
    return np.asarray(low + share * (high - low))


def _bridged_series(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Of (time, series)."""
    count = values.shape[0]
    index = np.arange(count)[:, None]
    known = ~np.isnan(values)
    before = np.maximum.accumulate(np.where(known, index, -1), axis=0)
    after = np.minimum.accumulate(np.where(known, index, count)[::-1], axis=0)[::-1]
    bridgeable = ~known & (before >= 0) & (after < count) & (after - before <= LONGEST_BRIDGE_HOURS)
    low = np.take_along_axis(values, np.maximum(before, 0), axis=0)
    high = np.take_along_axis(values, np.minimum(after, count - 1), axis=0)
    share = (index - before) / np.maximum(after - before, 1)
    return np.where(bridgeable, _between(low, high, share), values)


def _fill_cells(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Cells that lack inside an hour that is mostly there take the mean of their neighbours, ring by ring."""
    lacking = np.isnan(values)
    if values.ndim != 3:
        return values
    partial = lacking.any(axis=(1, 2)) & (lacking.mean(axis=(1, 2)) < 0.5)
    if not partial.any():
        return values
    out = values.copy()
    for hour in np.flatnonzero(partial):
        while np.isnan(out[hour]).any():
            out[hour] = _one_ring(out[hour])
    return out


def _one_ring(field: NDArray[np.floating]) -> NDArray[np.floating]:
    padded = np.pad(field, 1, constant_values=np.nan)
    rows, columns = field.shape
    around = np.stack([padded[1 + di : 1 + di + rows, 1 + dj : 1 + dj + columns] for di, dj in _NEIGHBOURS])
    known = ~np.isnan(around)
    mean = np.where(known, around, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(np.isnan(field) & known.any(axis=0), mean, field)
