"""Hourly series at stations, and the rows (origin, station, lead) that a correction learns from and predicts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]

LONGEST_CARRY_HOURS = 3  # an observation stands for the hours after it for this long


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Hourly values (time, station) by key, with running sums so that the mean over any past window costs one subtraction.

    Observations are carried forward over short gaps, never interpolated: a value may not know what came after it. Where weather up to a
    cycle's origin is an analysis and that ahead a forecast, `hindcasts` have the past as forecasts would have shown it.
    """

    times: NDArray[np.datetime64]
    latitude: Array
    longitude: Array
    values: Mapping[str, Array]
    sums: Mapping[str, Array]
    counts: Mapping[str, Array]
    hindcasts: "Hindcasts | None" = None

    def at(self, key: str, time: Index, station: Index) -> Array:
        """Values at index pairs; NaN before the first hour, after the last, or where there is no such key."""
        if key not in self.values:
            return np.full(time.shape, np.nan)
        series = self.values[key]
        inside = (time >= 0) & (time < series.shape[0])
        return np.where(inside, series[np.clip(time, 0, series.shape[0] - 1), station], np.nan)

    def mean(self, key: str, end: Index, hours: Index | int, station: Index) -> Array:
        """Mean over the `hours` that end with index `end`; NaN where fewer than half of them have a value."""
        if key not in self.values:
            return np.full(end.shape, np.nan)
        last = self.times.size
        high, low = np.clip(end + 1, 0, last), np.clip(end + 1 - hours, 0, last)
        count = self.counts[key][high, station] - self.counts[key][low, station]
        total = self.sums[key][high, station] - self.sums[key][low, station]
        return np.where(2 * count >= hours, total / np.maximum(count, 1), np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Index triples, all of one length: hour of origin, station, and lead time in hours; `lag` hours before the origin the
    last observation could have been known.
    """

    origin: Index
    station: Index
    lead: Index
    lag: int

    @property
    def valid(self) -> Index:
        """Index of the valid hour."""
        return self.origin + self.lead

    @property
    def known(self) -> Index:
        """Index of the last hour whose observation may be used."""
        return self.origin - self.lag

    def take(self, which: Index | NDArray[np.bool_]) -> "Rows":
        """Some of the rows."""
        return Rows(self.origin[which], self.station[which], self.lead[which], self.lag)


@dataclass(frozen=True, slots=True, eq=False)
class Hindcasts:
    """The past up to index `until` as forecasts of `lead_hours` (copy,) would have shown it; `copy` makes that of a number."""

    until: int
    lead_hours: Array
    copy: Callable[[int], Series]

    def copy_of(self, rows: Rows) -> Index:
        """The number of the copy with the lead nearest to that of each row (row,), -1 for rows whose valid hour is not past."""
        nearest = np.abs(rows.lead[:, None] - self.lead_hours).argmin(axis=1)
        return np.where(rows.valid <= self.until, nearest, -1)


def as_forecast(series: Series, rows: Rows) -> Iterator[tuple[Series, Index]]:
    """The series as a forecast for some of the rows would have shown it, and which these are (index,); each row comes once."""
    past = series.hindcasts
    if past is None:
        yield series, np.arange(rows.lead.size)
        return
    number = past.copy_of(rows)
    for copy in np.unique(number).tolist():
        yield past.copy(copy) if copy >= 0 else series, np.flatnonzero(number == copy)


def series_of(stations: xr.Dataset) -> Series:
    """From a dataset (time, station) with the coordinates `latitude` and `longitude` of its stations."""
    values = {
        str(key): np.asarray(field.transpose("time", "station").values, dtype=np.float64) for key, field in stations.data_vars.items()
    }
    return Series(
        times=stations["time"].values,
        latitude=stations["latitude"].values,
        longitude=stations["longitude"].values,
        values=values,
        sums={key: _running(np.nan_to_num(field)) for key, field in values.items()},
        counts={key: _running((~np.isnan(field)).astype(np.float64)) for key, field in values.items()},
    )


def with_values(series: Series, changed: Mapping[str, Array]) -> Series:
    """The series with other values (time, station) of some keys."""
    return replace(
        series,
        values={**series.values, **changed},
        sums={**series.sums, **{key: _running(np.nan_to_num(field)) for key, field in changed.items()}},
        counts={**series.counts, **{key: _running((~np.isnan(field)).astype(np.float64)) for key, field in changed.items()}},
    )


def carried_forward(observations: Array) -> Array:
    """Each value (time, station) also stands for the missing hours right after it, up to `LONGEST_CARRY_HOURS`."""
    hours = np.arange(observations.shape[0])[:, None]
    last_known = np.maximum.accumulate(np.where(np.isnan(observations), -1, hours), axis=0)
    fresh = (last_known >= 0) & (hours - last_known <= LONGEST_CARRY_HOURS)
    return np.where(fresh, np.take_along_axis(observations, np.maximum(last_known, 0), axis=0), np.nan)


def _running(field: Array) -> Array:
    return np.vstack([np.zeros((1, field.shape[1])), np.cumsum(field, axis=0)])
