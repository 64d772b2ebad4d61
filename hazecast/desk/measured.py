"""What cycles had observed at the stations of their areas, put together to one series."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.archive.bulletin_facts import OBSERVED_FILE, WEATHER_FILE, StoredArea, load_stored_facts
from hazecast.archive.netcdf import read_dataset
from hazecast.errors import HazecastError
from hazecast.records import utc
from hazecast.warnings.usable import usable

NAMES = ("pm25", "visibility", "relative_humidity")
HUMIDITY = NAMES[2]
HOUR = np.timedelta64(1, "h")
STEPS = (3, 2)  # hours from one value to the next of networks that do not tell every hour
LEAST_VALUES = 8  # by which such a network is known
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """PM2.5 (µg m-3), visibility (m) and relative humidity (%) as `values` (name, hour, station), NaN where they lack.

    Hours are one after the other and end at `times` (UTC); `areas` are by id.
    """

    times: NDArray[np.datetime64]
    stations: tuple[str, ...]
    values: Array
    areas: Mapping[str, StoredArea]

    @property
    def first(self) -> datetime:
        """When the first hour ends."""
        return utc(self.times[0].astype("datetime64[s]").astype(datetime))

    def at(self, area: StoredArea) -> NDArray[np.int64]:
        """Where the stations of an area stand; those that were never there are left out."""
        numbers = {id: number for number, id in enumerate(self.stations)}
        return np.array([numbers[id] for id in area.station_ids if id in numbers], dtype=np.int64)


@lru_cache(maxsize=4)
def measured_by(folders: tuple[Path, ...]) -> Measured | None:
    """What the cycles in `folders`, the newest first, had observed: of each hour what the newest of them knew of it.

    Folders that cannot be read are passed over; None where none can, or nothing was observed.
    """
    read = [found for folder in folders if (found := _measured(folder)) is not None and found.times.size]
    if not read:
        return None
    first, last = min(one.times[0] for one in read), max(one.times[-1] for one in read)
    times = np.arange(first, last + HOUR, HOUR)
    stations = tuple(dict.fromkeys(id for one in read for id in one.stations))
    at = {id: number for number, id in enumerate(stations)}
    values = np.full((len(NAMES), times.size, len(stations)), np.nan)
    for one in reversed(read):
        hours, columns = ((one.times - first) / HOUR).astype(np.int64), [at[id] for id in one.stations]
        values[:, hours[:, None], columns] = one.values
    areas = {id: area for one in reversed(read) for id, area in one.areas.items()}
    return Measured(times, stations, np.stack([_at_every_hour(of) for of in values]), areas)


@lru_cache(maxsize=64)
def _measured(folder: Path) -> Measured | None:
    try:
        stored = load_stored_facts(folder)
        ids = [station.id for station in stored.stations]
        seen = read_dataset(folder / OBSERVED_FILE, lambda whole: whole[[name for name in NAMES if name in whole]].reindex(station=ids))
        times = seen["time"].values.astype("datetime64[ns]")
        values = np.stack([_values(seen, name, times.size, len(ids)) for name in NAMES])
        if np.isnan(values[2][~np.isnan(values[0])]).any():
            values[2] = np.where(np.isnan(values[2]), _humidity(folder / WEATHER_FILE, times, ids), values[2])
    except HazecastError:
        return None
    return Measured(times, tuple(ids), values, {area.id: area for area in stored.areas})


def _humidity(file: Path, times: NDArray[np.datetime64], ids: list[str]) -> Array:
    """That of the weather."""
    if not file.is_file():
        return np.full((times.size, len(ids)), np.nan)
    found = read_dataset(file, lambda whole: whole[[HUMIDITY] if HUMIDITY in whole else []].reindex(time=times, station=ids))
    return _values(found, HUMIDITY, times.size, len(ids))


def _values(data: xr.Dataset, name: str, hours: int, stations: int) -> Array:
    """(hour, station), NaN where there is none."""
    if name not in data:
        return np.full((hours, stations), np.nan)
    return np.asarray(usable(data[name].transpose("time", "station").values), dtype=np.float64)


def _at_every_hour(values: Array) -> Array:
    """Values (hour, station) of which one of a station that tells every second or third hour stands for the hours next to it too."""
    spread = values.copy()
    hour, station = np.nonzero(~np.isnan(values))
    for step in STEPS:
        counts = np.zeros((step, values.shape[1]), dtype=np.int64)
        np.add.at(counts, (hour % step, station), 1)
        slow = (counts.sum(axis=0) >= LEAST_VALUES) & (counts.max(axis=0) == counts.sum(axis=0))
        for shift in (-1, 1)[: step - 1]:
            beside = np.full_like(values, np.nan)
            beside[slice(None, -1) if shift < 0 else slice(1, None)] = values[slice(1, None) if shift < 0 else slice(None, -1)]
            spread = np.where(slow & np.isnan(spread), beside, spread)
    return spread
