"""The room's one door: from gridded inputs to a forecast."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.config import ForecastSettings, TransportSettings, VisibilitySettings
from hazecast.forecast.attribution.products import source_forecast
from hazecast.forecast.base import BaseForecast, Sources, Task, delivered_base, own_base, scaled_to
from hazecast.forecast.derived import with_derived
from hazecast.forecast.emissions.choosing import emission_of
from hazecast.forecast.emissions.emission import Emission
from hazecast.forecast.humidity import relative_humidity
from hazecast.forecast.mixing_height import mixing_height
from hazecast.forecast.products import grid_product, station_product
from hazecast.forecast.series import Series, carried_forward, series_of
from hazecast.forecast.spreading import spread
from hazecast.forecast.stations import StationForecast, predict_stations
from hazecast.forecast.transport.driving import driving
from hazecast.grids.regridding import to_stations
from hazecast.records import ELSEWHERE, Cycle, Forecast, Gridded, MeteorologyKind, Note, NoteCode, Rung, SourceForecast, Station

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]

STALE_HOURS = 6
SILENT_HOURS = 24
SHORT_HISTORY_DAYS = 30


@dataclass(frozen=True, slots=True, eq=False)
class _Inputs:
    """What the forecast is made from, all on one hourly axis.

    `weather` is on the lattice, with what is derived from it. `observations` hold nothing after index `known`, the last hour that
    could have arrived. `origin` is the index of the cycle's init_time.
    """

    cycle: Cycle
    stations: tuple[Station, ...]
    weather: xr.Dataset
    station_weather: xr.Dataset
    observations: xr.Dataset
    origin: int
    known: int

    @property
    def ahead(self) -> slice:
        """The hours that are forecast."""
        return slice(self.origin + 1, self.origin + 1 + len(self.cycle.lead_hours))


def predict(
    gridded: Gridded,
    settings: ForecastSettings,
    transport: TransportSettings,
    optics: VisibilitySettings,
    arrival_delay: timedelta,
    progress: Progress,
    *,
    time_zone: str,
) -> Forecast:
    """Forecast PM2.5 and visibility on the lattice and at the stations, from what the cycle's `as_of` knew.

    `progress` is told the stage and the share of it that is done; `time_zone` is that of the clocks which people emit by.
    """
    inputs = _inputs(gridded, arrival_delay)
    emission = emission_of(gridded, time_zone, np.array(transport.layer_tops))
    task = _transport_task(gridded, inputs, emission, transport, settings.random_seed)
    own, sources = own_base(task, inputs.observations["pm25"].values, partial(progress, "transport"))
    model = delivered_base(gridded, inputs.ahead)
    series = _station_series(inputs, own, model)
    lag = inputs.origin - inputs.known
    predicted = predict_stations(series, inputs.origin, lag, inputs.cycle.lead_hours, settings, partial(progress, "correction"))
    base = own if model is None else model.or_else(own)
    grid = _on_grid(inputs, base, series, predicted, optics)
    at_stations = _at_stations(inputs, base, series, predicted, optics)
    notes = (*gridded.gathered.notes, *gridded.notes, *_base_notes(gridded, inputs), *_notes(gridded, inputs, emission, at_stations))
    return Forecast(inputs.cycle, grid, at_stations, notes, _source_forecast(inputs, task, sources))


def _transport_task(gridded: Gridded, inputs: _Inputs, emission: Emission, settings: TransportSettings, seed: int) -> Task:
    shares = gridded.region_shares if gridded.region_shares is not None else _one_region(gridded.lattice_weather)
    drive = driving(gridded.lattice_weather, gridded.lattice_aloft, emission, shares, settings)
    first = max(inputs.origin - 24 * settings.history_days, 0)
    depth = inputs.weather["mixing_height"].isel(time=inputs.origin).values
    return Task(drive, settings, inputs.stations, depth, first, inputs.known, inputs.origin, seed)


def _one_region(weather: xr.Dataset) -> xr.DataArray:
    """Of which all of the domain is, where no regions are told apart."""
    places = {dim: weather[dim].values for dim in ("latitude", "longitude")}
    return xr.DataArray(np.ones((1, *(axis.size for axis in places.values()))), {"region": [ELSEWHERE], **places}, ("region", *places))


def _source_forecast(inputs: _Inputs, task: Task, sources: Sources | None) -> SourceForecast | None:
    if sources is None:
        return None
    at_stations = sources.stations, sources.formed
    return source_forecast(inputs.cycle, inputs.stations, task.driving, sources.fields, at_stations, sources.members, sources.strengths)


def _inputs(gridded: Gridded, arrival_delay: timedelta) -> _Inputs:
    cycle = gridded.gathered.cycle
    times = gridded.observations["time"].values
    origin = int((np.datetime64(cycle.init_time.replace(tzinfo=None), "ns") - times[0]) / np.timedelta64(1, "h"))
    known = origin - _observation_lag(cycle, arrival_delay)
    arrived = xr.DataArray(np.arange(times.size) <= known, dims="time")
    weather = gridded.lattice_weather
    return _Inputs(
        cycle=cycle,
        stations=gridded.gathered.stations,
        weather=weather.assign(relative_humidity=relative_humidity(weather), mixing_height=mixing_height(weather)),
        station_weather=gridded.station_weather,
        observations=gridded.observations.where(arrived).transpose("time", "station"),
        origin=origin,
        known=known,
    )


def _observation_lag(cycle: Cycle, arrival_delay: timedelta) -> int:
    """Hours before `init_time` of the last observation that could have arrived by `as_of`, never after `init_time`."""
    behind = cycle.init_time - (cycle.as_of - arrival_delay)
    return max(0, math.ceil(behind / timedelta(hours=1)))


def _station_series(inputs: _Inputs, base: BaseForecast, model: BaseForecast | None) -> Series:
    latitude, longitude = np.array([s.latitude for s in inputs.stations]), np.array([s.longitude for s in inputs.stations])
    weather, dims = inputs.station_weather, ("time", "station")
    carried = {str(key): carried_forward(values.values) for key, values in inputs.observations.data_vars.items()}
    derived = weather.assign(
        relative_humidity=relative_humidity(weather),
        mixing_height=to_stations(inputs.weather[["mixing_height"]], inputs.stations)["mixing_height"],
        base=(dims, base.stations),
        pm25_exact=(dims, inputs.observations["pm25"].values),
    )
    delivered = {} if model is None else {"model": scaled_to(model.stations, inputs.observations["pm25"].values)}
    everything = derived.assign({key: (dims, values) for key, values in {**carried, **delivered}.items()})
    return series_of(with_derived(everything.assign_coords(latitude=("station", latitude), longitude=("station", longitude))))


def _on_grid(inputs: _Inputs, base: BaseForecast, series: Series, predicted: StationForecast, optics: VisibilitySettings) -> xr.Dataset:
    weather = inputs.weather.isel(time=inputs.ahead)
    uncorrected = base.grid
    cells = weather["latitude"].values, weather["longitude"].values
    pm25 = spread(uncorrected, base.ahead, predicted.median.T, cells, (series.latitude, series.longitude))
    return grid_product(inputs.cycle, weather, pm25, uncorrected, optics)


def _at_stations(inputs: _Inputs, base: BaseForecast, series: Series, predicted: StationForecast, optics: VisibilitySettings) -> xr.Dataset:
    humidity = series.values["relative_humidity"][inputs.ahead].T
    return station_product(inputs.cycle, inputs.stations, predicted, humidity, base.ahead.T, optics)


def _notes(gridded: Gridded, inputs: _Inputs, emission: Emission, at_stations: xr.Dataset) -> tuple[Note, ...]:
    observed = inputs.observations["pm25"].notnull().values[: max(inputs.known + 1, 0)]
    silent = [station.name for station, heard in zip(inputs.stations, observed[-SILENT_HOURS:].T, strict=True) if not heard.any()]
    days = int(observed.any(axis=1).sum() / 24)
    uncorrected = int((at_stations["rung"] >= Rung.MODEL).any("lead_time").sum())
    out_of_sight = int(at_stations["visibility"].isnull().sum())
    candidates = (
        (gridded.gathered.meteorology_kind is MeteorologyKind.ANALYSIS, Note(NoteCode.PERFECT_PROGNOSIS)),
        (bool(silent), Note(NoteCode.STATIONS_SILENT, len(silent), ", ".join(silent))),
        (not observed[-STALE_HOURS:].any(), Note(NoteCode.OBSERVATIONS_STALE, STALE_HOURS)),
        (_mixing_height_lacks(gridded.lattice_weather.isel(time=inputs.ahead)), Note(NoteCode.MIXING_HEIGHT_DIAGNOSED)),
        (emission.proxy is not None, Note(NoteCode.EMISSIONS_ARE_PROXY, detail=emission.proxy or "")),
        (days < SHORT_HISTORY_DAYS, Note(NoteCode.SHORT_HISTORY, days)),
        (uncorrected > 0, Note(NoteCode.UNCORRECTED, uncorrected)),
        (out_of_sight > 0, Note(NoteCode.VISIBILITY_UNKNOWN, out_of_sight)),
    )
    return tuple(note for holds, note in candidates if holds)


def _base_notes(gridded: Gridded, inputs: _Inputs) -> tuple[Note, ...]:
    """Whose base forecast it is, and for how many hours ahead it has to be hazecast's own after all."""
    gathered, delivered = gridded.gathered.base, gridded.station_base
    if gathered is None or delivered is None:
        return ()
    known = delivered["pm25"].isel(time=inputs.ahead).notnull().any("station").values
    runs = gathered["init_time"].values
    began = f"{str(runs[~np.isnat(runs)].max())[:16].replace('T', ' ')} UTC" if not np.isnat(runs).all() else ""
    lacking = (Note(NoteCode.BASE_LACKING, int((~known).sum())),) if not known.all() else ()
    return (*((Note(NoteCode.BASE_DELIVERED, detail=began),) if known.any() else ()), *lacking)


def _mixing_height_lacks(weather: xr.Dataset) -> bool:
    if "mixing_height" not in weather:
        return True
    return bool((weather["mixing_height"].isnull() & weather["eastward_wind"].notnull()).any())
