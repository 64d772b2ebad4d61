"""What came: the level of each area hour by hour, by the observations that a later cycle had, and that of a window."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from hazecast.archive.bulletin_facts import OBSERVED_FILE, WEATHER_FILE, load_stored_facts
from hazecast.archive.netcdf import read_dataset
from hazecast.backtest.events.areas import area_levels
from hazecast.bulletins.situation import Period, hours_within
from hazecast.config import VisibilitySettings
from hazecast.forecast.visibility import visibility
from hazecast.records import Level
from hazecast.warnings.deciding import levels
from hazecast.warnings.edition import load_edition
from hazecast.warnings.hourly_edition import HourlyEdition
from hazecast.warnings.usable import usable

LEAST_KNOWN = 0.75  # of the hours of a window: what nobody measured did not stay away
Levels = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a level came: the edition, the share of an area's stations that must reach it, and for how many hours on end."""

    edition: str
    area_share: float
    minimum_hours: int
    optics: VisibilitySettings


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """The level of each area in each hour that ends at one of `times` (UTC), (hour,) by area id; UNKNOWN where too little was measured."""

    times: NDArray[np.datetime64]
    by_area: Mapping[str, Levels]

    def level_in(self, area_id: str, period: Period, minimum_hours: int) -> Level:
        """The highest level that so many hours of a period on end had; UNKNOWN where less than `LEAST_KNOWN` of its hours are known."""
        hourly = self.by_area.get(area_id)
        if hourly is None:
            return Level.UNKNOWN
        inside = hourly[hours_within(self.times, period)]
        wanted = (period.end - period.start).total_seconds() / 3600
        if not inside.size or (inside != Level.UNKNOWN).sum() < LEAST_KNOWN * wanted:
            return Level.UNKNOWN
        runs = sliding_window_view(inside, min(minimum_hours, inside.size))
        return Level(max(int(runs.min(axis=1).max()), Level.NONE))


@lru_cache(maxsize=64)
def observed_by(folder: Path, terms: Terms) -> Observed:
    """What the cycle in a folder had observed of its areas. Visibility is the observed one or, where there is none, that of the observed
    PM2.5; humidity in the same way that of the weather.

    An edition that decides on days leaves all UNKNOWN. Raises ArchiveError or UnreadableInput where the folder cannot be read.
    """
    stored, seen = load_stored_facts(folder), read_dataset(folder / OBSERVED_FILE)
    weather = read_dataset(folder / WEATHER_FILE) if (folder / WEATHER_FILE).is_file() else xr.Dataset()
    edition, stations = load_edition(terms.edition), [station.id for station in stored.stations]
    times = seen["time"].values
    if not isinstance(edition, HourlyEdition):
        return Observed(times, {})
    pm25, humidity = _values(seen, "pm25", times, stations), _values(seen, "relative_humidity", times, stations)
    humidity = np.where(np.isnan(humidity), _values(weather, "relative_humidity", times, stations), humidity)
    sight = _values(seen, "visibility", times, stations)
    sight = np.where(np.isnan(sight), visibility(pm25, humidity, terms.optics), sight)
    hourly = levels(edition, pm25, sight, humidity)
    hourly[np.isnan(pm25)] = Level.UNKNOWN
    at = {id: number for number, id in enumerate(stations)}
    members = [np.array([at[id] for id in area.station_ids if id in at], dtype=np.int64) for area in stored.areas]
    found = area_levels(hourly, members, terms.area_share)
    return Observed(times, {area.id: found[:, number] for number, area in enumerate(stored.areas)})


def _values(data: xr.Dataset, name: str, times: NDArray[np.datetime64], stations: list[str]) -> NDArray[np.float64]:
    """(time, station), NaN where there is none."""
    if name not in data:
        return np.full((times.size, len(stations)), np.nan)
    return np.asarray(usable(data[name].reindex(time=times, station=stations).transpose("time", "station").values), dtype=np.float64)
