"""The room's one door: from gridded inputs to a forecast."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.config import ForecastSettings, VisibilitySettings
from hazecast.forecast.base import fit_base_scale
from hazecast.forecast.emissions import station_proxy
from hazecast.forecast.humidity import relative_humidity
from hazecast.forecast.mixing_height import mixing_height
from hazecast.forecast.neighbours import mean_of_others
from hazecast.forecast.products import grid_product, station_product
from hazecast.forecast.series import Series, carried_forward, series_of
from hazecast.forecast.spreading import spread
from hazecast.forecast.stations import StationForecast, predict_stations
from hazecast.forecast.transport import carry
from hazecast.grids.lattice import lattice_of_data
from hazecast.grids.regridding import to_stations
from hazecast.records import Cycle, Forecast, Gridded, MeteorologyKind, Note, NoteCode, Rung, Station

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]

STALE_HOURS = 6
SHORT_HISTORY_DAYS = 30


@dataclass(frozen=True, slots=True, eq=False)
class _Base:
    """The base forecast in µg m-3 on the lattice and at the stations, over all hours."""

    grid: xr.DataArray
    stations: Array


def predict(
    gridded: Gridded, settings: ForecastSettings, optics: VisibilitySettings, arrival_delay: timedelta, progress: Progress
) -> Forecast:
    """Forecast PM2.5 and visibility on the lattice and at the stations, from what the cycle's `as_of` knew.

    `progress` is told the stage and the share of it that is done.
    """
    cycle, stations = gridded.gathered.cycle, gridded.gathered.stations
    weather = _with_derived(gridded.lattice_weather)
    base = _base_forecast(weather, gridded.observations, stations, lambda done: progress("transport", done))
    series = _station_series(gridded, weather, base)
    origin = int((_naive(cycle) - series.times[0]) / np.timedelta64(1, "h"))
    lag = _observation_lag(cycle, arrival_delay)
    at_stations = predict_stations(series, origin, lag, cycle.lead_hours, settings, lambda done: progress("correction", done))
    return _assembled(
        cycle, stations, weather, base, series, origin, at_stations, optics, _notes(gridded, series, origin - lag, at_stations)
    )


def _naive(cycle: Cycle) -> np.datetime64:
    return np.datetime64(cycle.init_time.replace(tzinfo=None), "ns")


def _observation_lag(cycle: Cycle, arrival_delay: timedelta) -> int:
    """Hours before `init_time` of the last observation that could have arrived by `as_of`, never after `init_time`."""
    behind = cycle.init_time - (cycle.as_of - arrival_delay)
    return max(0, math.ceil(behind / timedelta(hours=1)))


def _with_derived(weather: xr.Dataset) -> xr.Dataset:
    return weather.assign(
        relative_humidity=relative_humidity(weather),
        mixing_height=mixing_height(weather),
        wind_speed=np.hypot(weather["eastward_wind"], weather["northward_wind"]),
    )


def _base_forecast(weather: xr.Dataset, observations: xr.Dataset, stations: Sequence[Station], progress: Callable[[float], None]) -> _Base:
    emission = station_proxy(lattice_of_data(weather), stations)
    transported = carry(weather, emission, progress)
    there = to_stations(transported.to_dataset(name="base"), stations)["base"].values
    scale = fit_base_scale(there, observations["pm25"].values)
    if scale is None:
        return _Base(transported.copy(data=np.full(transported.shape, np.nan)), np.full(there.shape, np.nan))
    return _Base(transported.copy(data=scale(transported.values)), scale(there))


def _station_series(gridded: Gridded, weather: xr.Dataset, base: _Base) -> Series:
    stations = gridded.gathered.stations
    latitude, longitude = np.array([s.latitude for s in stations]), np.array([s.longitude for s in stations])
    derived = to_stations(weather[["mixing_height", "wind_speed"]], stations)
    own = gridded.station_weather.assign(relative_humidity=relative_humidity(gridded.station_weather))
    dims = ("time", "station")
    exact = gridded.observations["pm25"].values
    carried = gridded.observations.map(lambda values: values.copy(data=carried_forward(values.values)))
    around = mean_of_others(carried["pm25"].values, latitude, longitude)
    everything = own.assign(
        mixing_height=derived["mixing_height"],
        wind_speed=derived["wind_speed"],
        base=(dims, base.stations),
        pm25_exact=(dims, exact),
        neighbours=(dims, around),
    ).merge(carried)
    return series_of(everything.assign_coords(latitude=("station", latitude), longitude=("station", longitude)))


def _notes(gridded: Gridded, series: Series, known: int, predicted: StationForecast) -> tuple[Note, ...]:
    gathered = gridded.gathered
    silent = [
        s.name for i, s in enumerate(gathered.stations) if np.isnan(series.values["pm25_exact"][max(0, known - 23) : known + 1, i]).all()
    ]
    stale = bool(np.isnan(series.values["pm25_exact"][max(0, known - STALE_HOURS + 1) : known + 1]).all())
    days = int((~np.isnan(series.values["pm25_exact"])).any(axis=1).sum() / 24)
    candidates = (
        (gathered.meteorology_kind is MeteorologyKind.ANALYSIS, Note(NoteCode.PERFECT_PROGNOSIS)),
        (bool(silent), Note(NoteCode.STATIONS_SILENT, len(silent), ", ".join(silent))),
        (stale, Note(NoteCode.OBSERVATIONS_STALE, STALE_HOURS)),
        ("mixing_height" not in gridded.lattice_weather, Note(NoteCode.MIXING_HEIGHT_DIAGNOSED)),
        (True, Note(NoteCode.EMISSIONS_ARE_PROXY)),
        (days < SHORT_HISTORY_DAYS, Note(NoteCode.SHORT_HISTORY, days)),
        (bool((predicted.rung >= Rung.CLIMATOLOGY).all()), Note(NoteCode.UNCORRECTED)),
        (bool(np.isnan(series.values["relative_humidity"]).all()), Note(NoteCode.VISIBILITY_UNKNOWN)),
    )
    return (*gathered.notes, *gridded.notes, *(note for holds, note in candidates if holds))


def _assembled(
    cycle: Cycle,
    stations: Sequence[Station],
    weather: xr.Dataset,
    base: _Base,
    series: Series,
    origin: int,
    predicted: StationForecast,
    optics: VisibilitySettings,
    notes: tuple[Note, ...],
) -> Forecast:
    ahead = slice(origin + 1, origin + 1 + len(cycle.lead_hours))
    humidity = series.values["relative_humidity"][ahead]
    on_grid = weather.isel(time=ahead)
    pm25 = spread(
        base.grid.values[ahead],
        base.stations[ahead],
        predicted.median.T,
        (weather["latitude"].values, weather["longitude"].values),
        (series.latitude, series.longitude),
    )
    grid = grid_product(cycle, on_grid, pm25, base.grid.values[ahead], optics)
    at_stations = station_product(cycle, stations, predicted, humidity.T, base.stations[ahead].T, optics)
    return Forecast(cycle, grid, at_stations, notes)
