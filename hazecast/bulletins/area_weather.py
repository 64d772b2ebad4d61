"""The weather of an area over time, and what its air lets see: what its stations measured, and what is forecast for them or its ground."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.bulletins.area_series import HOURS_BEFORE, median_of_stations
from hazecast.bulletins.ground_series import ground_median
from hazecast.bulletins.situation import AreaView
from hazecast.records import Area, BulletinFacts, Forecast

Array = NDArray[np.float64]
MEDIAN = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class AreaWeather:
    """Of one area, the median of its stations at each of `times` (UTC, hourly); NaN where nothing is known.

    Where no station lies in it, humidity and visibility are the medians of its ground; the rest, which is at stations alone, is not known.
    Winds in m s-1, towards east and north; `mixing_height` in m above the ground, `humidity` in %, `visibility` in km, measured before the
    forecast begins and forecast from then on. `visibility_low` and `visibility_high` are the ends of its 90 % band, NaN of the past.
    """

    times: NDArray[np.datetime64]
    eastward: Array
    northward: Array
    mixing_height: Array
    humidity: Array
    visibility: Array
    visibility_low: Array
    visibility_high: Array

    @property
    def wind_speed(self) -> Array:
        """Of the mean wind, m s-1."""
        return np.hypot(self.eastward, self.northward)


def area_weather(view: AreaView, facts: BulletinFacts) -> AreaWeather:
    """The last two days before the forecast, and the forecast, of one area."""
    init_time = np.datetime64(facts.cycle.init_time.replace(tzinfo=None), "h")
    ahead = facts.forecast.stations["valid_time"].values
    past = (init_time - np.arange(HOURS_BEFORE, -1, -1) * np.timedelta64(1, "h")).astype("datetime64[ns]")
    times = np.concatenate([past, ahead])
    ids = list(view.area.station_ids)
    weather = xr.Dataset() if facts.weather is None else facts.weather
    forecast = _forecast(view.area, facts.forecast)
    beyond = np.full(past.size, np.nan)
    return AreaWeather(
        times,
        _hourly(weather, "eastward_wind", ids, times),
        _hourly(weather, "northward_wind", ids, times),
        _hourly(weather, "mixing_height", ids, times),
        np.concatenate([_hourly(facts.observations, "relative_humidity", ids, past), forecast.humidity]),
        np.concatenate([_hourly(facts.observations, "visibility", ids, past), forecast.visibility]) / 1000,
        np.concatenate([beyond, forecast.visibility_low]) / 1000,
        np.concatenate([beyond, forecast.visibility_high]) / 1000,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Forecast:
    humidity: Array
    visibility: Array
    visibility_low: Array
    visibility_high: Array


def _forecast(area: Area, forecast: Forecast) -> _Forecast:
    names, unknown = ("relative_humidity", "visibility"), np.full(forecast.stations.sizes["lead_time"], np.nan)
    if area.territory is not None and not area.station_ids:
        humidity, visibility = (ground_median(area.territory, forecast.grid, name) for name in names)
        return _Forecast(humidity, visibility, unknown, unknown)
    own = forecast.stations.isel(station=np.isin(forecast.stations["station"].values, area.station_ids))
    median = [median_of_stations(own[name].transpose("station", "lead_time").values) for name in names]
    if "visibility_quantile" not in own:
        return _Forecast(median[0], median[1], unknown, unknown)
    bands = own["visibility_quantile"].transpose("quantile", "station", "lead_time").values[[-1, 0]]
    low, high = (median_of_stations(band) for band in bands)
    return _Forecast(median[0], median[1], low, high)


def _hourly(data: xr.Dataset, key: str, ids: list[str], times: NDArray[np.datetime64]) -> Array:
    """The median of the stations at `times`, NaN where there is none."""
    values = np.full(times.size, np.nan)
    if key not in data or not data.sizes["time"]:
        return values
    own = data[key].transpose("station", "time").values[np.isin(data["station"].values, ids)].astype(np.float64)
    median = median_of_stations(own)
    _, here, there = np.intersect1d(times, data["time"].values, return_indices=True)
    values[here] = median[there]
    return values
