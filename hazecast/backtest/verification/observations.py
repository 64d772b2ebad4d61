"""What was observed, hour by hour, and the level that it amounts to."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.backtest.verification.day_levels import days_of
from hazecast.backtest.verification.terms import Terms
from hazecast.errors import NoDataInPeriod
from hazecast.forecast.visibility import visibility as visibility_from
from hazecast.records import Level
from hazecast.warnings.deciding import levels
from hazecast.warnings.hourly_edition import HourlyEdition
from hazecast.warnings.usable import usable

Array = NDArray[np.float64]
HOUR = np.timedelta64(1, "h")


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """PM2.5 (µg m-3) and level (int8 of `Level`) as (hour, station), every hour from `first` on; NaN and UNKNOWN where not known."""

    first: np.datetime64
    stations: tuple[str, ...]
    pm25: Array
    level: NDArray[np.int8]

    def __post_init__(self) -> None:
        if not self.pm25.shape == self.level.shape or self.pm25.shape[1] != len(self.stations):
            raise ValueError(f"PM2.5 {self.pm25.shape}, level {self.level.shape} and {len(self.stations)} stations do not agree.")

    def hour_of(self, times: NDArray[np.datetime64]) -> NDArray[np.int64]:
        """Hours from `first` to each time, negative before it."""
        return np.asarray(np.floor((times - self.first) / HOUR)).astype(np.int64)

    def at(self, hour: NDArray[np.int64]) -> Array:
        """PM2.5 at hours of any shape: (*hour, station), NaN outside what there is."""
        return np.asarray(np.where(self._inside(hour), self.pm25[self._clipped(hour)], np.nan))

    def level_at(self, hour: NDArray[np.int64]) -> NDArray[np.int8]:
        """Levels at hours of any shape: (*hour, station), UNKNOWN outside what there is."""
        return np.asarray(np.where(self._inside(hour), self.level[self._clipped(hour)], np.int8(Level.UNKNOWN)))

    def _inside(self, hour: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray((hour >= 0) & (hour < self.pm25.shape[0]))[..., None]

    def _clipped(self, hour: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.clip(hour, 0, self.pm25.shape[0] - 1)


def observations_for(forecasts: xr.Dataset, observed: xr.DataArray, terms: Terms, visibility: xr.DataArray | None = None) -> Observations:
    """The hours and stations of `observed` PM2.5 (time, station) in µg m-3 that `forecasts` can be held against.

    Levels are the edition's own reading of PM2.5, visibility and humidity. Visibility (m) is the observed one, and where there
    is none, that of the observed PM2.5. Humidity is that of the shortest lead time at which any cycle gave it: nearest to an
    analysis, and one for all forecasts of an hour. By an edition on days a station has in each hour the level of its day.

    Raises NoDataInPeriod when nothing at all was observed.
    """
    if observed.sizes["time"] == 0:
        raise NoDataInPeriod("There are no observations to hold the forecasts against.", "Name the folder with the observations.")
    times = observed["time"].values.astype("datetime64[h]")
    hours = np.arange(times.min(), times.max() + HOUR, HOUR).astype("datetime64[ns]")
    stations = forecasts["station"].values
    pm25 = _hourly(observed, hours, stations)
    days = days_of(forecasts, terms)
    if days is not None:
        return Observations(hours[0], tuple(map(str, stations)), pm25, days.observed(pm25[..., None], hours[0]))
    humidity = _analysed_humidity(forecasts, hours)
    seen = np.full_like(pm25, np.nan) if visibility is None else _hourly(visibility, hours, stations)
    believed = np.where(np.isnan(seen), visibility_from(pm25, humidity, terms.optics), seen)
    assert isinstance(terms.edition, HourlyEdition)
    level = levels(terms.edition, pm25, believed, humidity)
    level[np.isnan(pm25)] = Level.UNKNOWN  # a level is held against forecasts of PM2.5, on the pairs that have it
    return Observations(hours[0], tuple(map(str, stations)), pm25, level)


def _hourly(data: xr.DataArray, hours: NDArray[np.datetime64], stations: NDArray[np.str_]) -> Array:
    return np.asarray(usable(data.reindex(time=hours, station=stations).transpose("time", "station").values), dtype=np.float64)


def _analysed_humidity(forecasts: xr.Dataset, hours: NDArray[np.datetime64]) -> Array:
    table = np.full((hours.size, forecasts.sizes["station"]), np.nan)
    if "relative_humidity" not in forecasts:
        return table
    humidity = forecasts["relative_humidity"].transpose("lead_time", "init_time", "station").values
    first_lead = ((forecasts["init_time"].values - hours[0]) / HOUR).astype(np.int64)
    for lead, given in sorted(zip(forecasts["lead_time"].values.astype(np.int64), humidity, strict=True), key=lambda pair: -pair[0]):
        hour = first_lead + lead
        inside = (hour >= 0) & (hour < hours.size)
        table[hour[inside]] = np.where(np.isnan(given[inside]), table[hour[inside]], given[inside])
    return table
