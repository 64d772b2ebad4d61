"""Observations as the checks see them: series (station, step) on one regular axis, and who is whose neighbour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.grids.distance import distance
from hazecast.quality.kernels import of_neighbours
from hazecast.quality.thresholds import NeighbourThresholds, PollutantThresholds, Thresholds
from hazecast.records import Station
from hazecast.vocabulary import POLLUTANTS

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]
HOUR = np.timedelta64(1, "h")
_STEPS = (1.0, 0.1, 0.01)  # resolutions that values are written in; whatever is finer counts as 0.001
_SHARE_ON_STEPS = 0.9
SINGLE = 1.2e-7  # the relative precision of values that were kept in 32 bits


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """One pollutant of all stations: `values` (station, step), NaN where nothing came; `resolution` and `floor` (station).

    `neighbours` (station, place) are indices of stations that measure it, the nearest first, -1 where there are no more.
    """

    key: str
    values: Array
    limits: PollutantThresholds
    resolution: Array
    neighbours: Index

    @property
    def known(self) -> Mask:
        """Where there is a value."""
        return ~np.isnan(self.values)

    def logarithm(self, values: Array) -> Array:
        """Natural logarithm of values plus the pollutant's offset: noise near zero weighs little."""
        return np.asarray(np.log(np.maximum(values, 0.0) + self.limits.offset))

    def neighbours_median(self, values: Array, least: int, where: Mask | None = None) -> Array:
        """What the neighbours of each station have at each step in the median, at the places of `where` or everywhere; else NaN.

        NaN too where fewer than `least` neighbours are known.
        """
        middle = np.empty(values.shape)
        of_neighbours(values, self.neighbours, np.ones(values.shape, np.bool_) if where is None else where, least, middle)
        return middle


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """All pollutants on one regular axis `times`, `hours` apart; `at` are the steps at which the observations stand.

    `longitude` (station) is NaN for stations that have no place.
    """

    times: NDArray[np.datetime64]
    hours: float
    at: Index
    station_ids: tuple[str, ...]
    longitude: Array
    channels: tuple[Channel, ...]

    def on_axis(self, field: xr.DataArray) -> Array:
        """Values (time, station) at the observations' own times as (station, step) on the regular axis."""
        values = np.full((len(self.station_ids), self.times.size), np.nan)
        values[:, self.at] = field.transpose("station", "time").values
        return values

    def where(self, ids: Sequence[str], first: datetime, last: datetime) -> Mask:
        """The places (station, step) of these stations from `first` to `last`."""
        start, end = (np.datetime64(moment.replace(tzinfo=None), "ns") for moment in (first, last))
        return np.outer(np.isin(self.station_ids, ids), (self.times >= start) & (self.times <= end))

    def moment(self, step: int) -> datetime:
        """The time of a step."""
        return datetime.fromtimestamp(int(self.times[step].astype("datetime64[s]").astype(np.int64)), UTC)

    def steps(self, hours: float) -> int:
        """So many hours as steps, one at least."""
        return max(1, round(hours / self.hours))


def panel_of(observations: xr.Dataset, stations: Sequence[Station], thresholds: Thresholds) -> Panel:
    """The pollutants of a dataset (time, station); `stations` give places to those of its stations that have one."""
    times, ids = observations["time"].values, tuple(str(id) for id in observations["station"].values)
    axis, hours = _regular(times)
    at = np.searchsorted(axis, times).astype(np.int64)
    latitude, longitude = _places(ids, stations)
    apart = distance(latitude[:, None], longitude[:, None], latitude[None, :], longitude[None, :])
    keys = [p.key for p in POLLUTANTS if p.key in observations]
    channels = tuple(_channel(key, observations[key], at, axis.size, apart, thresholds) for key in keys)
    return Panel(axis, hours, at, ids, longitude, channels)


def _places(ids: Sequence[str], stations: Sequence[Station]) -> tuple[Array, Array]:
    known = {s.id: (s.latitude, s.longitude) for s in stations}
    places = np.array([known.get(id, (np.nan, np.nan)) for id in ids]).reshape(-1, 2)
    return places[:, 0], places[:, 1]


def _regular(times: NDArray[np.datetime64]) -> tuple[NDArray[np.datetime64], float]:
    """The regular axis that all times lie on, and its step in hours: the usual one, or an hour where that misses some."""
    if times.size < 2:
        return times, 1.0
    apart = np.diff(times)
    step = np.sort(apart)[apart.size // 2]
    if ((times - times[0]) % step != np.timedelta64(0, "ns")).any():
        step = HOUR.astype(step.dtype)
    axis = np.arange(times[0], times[-1] + step, step)
    return axis, float(step / HOUR)


def _channel(key: str, field: xr.DataArray, at: Index, size: int, apart: Array, thresholds: Thresholds) -> Channel:
    values = np.full((apart.shape[0], size), np.nan)
    values[:, at] = field.transpose("station", "time").values
    values[~np.isfinite(values)] = np.nan
    heard = ~np.isnan(values).all(axis=1)
    return Channel(key, values, thresholds.of(key), _resolution(values), _nearest(apart, heard, thresholds.neighbours))


def _resolution(values: Array) -> Array:
    """By station the coarsest step that most of its values are multiples of."""
    known = np.maximum((~np.isnan(values)).sum(axis=1), 1)
    found = np.full(values.shape[0], 0.001)
    for step in reversed(_STEPS):
        on = np.abs(values / step - np.rint(values / step)) < 1e-6 + SINGLE * np.abs(values / step)
        found = np.where(on.sum(axis=1) >= _SHARE_ON_STEPS * known, step, found)
    return found


def _nearest(apart: Array, heard: Mask, limits: NeighbourThresholds) -> Index:
    others = np.where(heard[None, :] & ~np.isnan(apart), apart, np.inf)
    np.fill_diagonal(others, np.inf)
    order = np.argsort(others, axis=1, kind="stable")[:, : limits.most].astype(np.int64)
    near = np.take_along_axis(others, order, axis=1) <= 1000.0 * limits.reach_km
    return np.where(near, order, -1)
