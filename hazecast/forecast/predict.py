"""The room's one door: from gridded inputs to a forecast."""

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.config import ForecastSettings, TransportSettings, VisibilitySettings
from hazecast.forecast.attribution.products import source_forecast
from hazecast.forecast.base import BaseForecast, Sources, Task, delivered_base, own_base, scaled_to
from hazecast.forecast.correction.experience import TrialErrors, errors_since
from hazecast.forecast.derived import with_derived
from hazecast.forecast.draws.drawing import draw_trajectories
from hazecast.forecast.draws.product import draws_product
from hazecast.forecast.drivers import Setting, drivers_of, exchanged
from hazecast.forecast.emissions.choosing import emission_of
from hazecast.forecast.emissions.emission import Emission
from hazecast.forecast.humidity import relative_humidity
from hazecast.forecast.learning import Lesson
from hazecast.forecast.mixing_height import mixing_height
from hazecast.forecast.products import grid_product, station_product
from hazecast.forecast.series import Series, carried_forward, series_of
from hazecast.forecast.spreading.of_cycle import spread_of_cycle
from hazecast.forecast.stations import StationForecast, predict_stations
from hazecast.forecast.strengths import Strengths
from hazecast.forecast.trained import Trained, trained_on
from hazecast.forecast.transport.driving import driving
from hazecast.forecast.weather_errors.hindcasts import with_hindcasts
from hazecast.grids.regridding import to_stations
from hazecast.records import (
    ELSEWHERE,
    Cycle,
    EarlierCycle,
    Forecast,
    Gridded,
    MeteorologyKind,
    Note,
    NoteCode,
    Rung,
    SourceForecast,
    Station,
)

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]

STALE_HOURS = 6
SILENT_HOURS = 24
SHORT_HISTORY_DAYS = 30
NAMES_TOLD = 3
MAKESHIFT_ROWS = 30_000


@dataclass(frozen=True, slots=True, eq=False)
class _Inputs:
    """What the forecast is made from, all on one hourly axis.

    `weather` is on the lattice, with the mixing height made whole. `observations` hold nothing after index `known`, the last hour that
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

    @property
    def lag(self) -> int:
        """Hours from the last observation that could have arrived to the origin."""
        return self.origin - self.known


def predict(
    gridded: Gridded,
    settings: ForecastSettings,
    transport: TransportSettings,
    optics: VisibilitySettings,
    arrival_delay: timedelta,
    progress: Progress,
    *,
    time_zone: str,
    stored: Trained | None = None,
    earlier: EarlierCycle | None = None,
) -> Forecast:
    """Forecast PM2.5 and visibility on the lattice and at the stations, from what the cycle's `as_of` knew.

    What was learnt before is `stored`; without it, it is learnt now, from fewer rows, for nobody keeps it. `progress` is told the stage and
    the share of it that is done; `time_zone` is that of the clocks which people emit by. What changed is told against `earlier`.
    """
    inputs = _inputs(gridded, arrival_delay)
    emission = emission_of(gridded, time_zone, np.array(transport.layer_tops))
    task = _transport_task(gridded, inputs, emission, transport, settings.random_seed)
    with ExitStack() as meanwhile:
        carried = _carried(gridded, inputs, task, partial(progress, "transport"), meanwhile, stored)
        series = carried.series
        lesson = _lesson(inputs, settings, min(settings.learning_rows, MAKESHIFT_ROWS))
        learnt = stored or trained_on(series, carried.strengths, lesson, partial(progress, "correction"))
        leads = inputs.cycle.lead_hours
        predicted = predict_stations(series, learnt.correction, learnt.climatology, inputs.origin, inputs.lag, leads, settings.random_seed)
        grid = _on_grid(inputs, carried.base, series, predicted, optics)
        at_stations = _at_stations(inputs, carried.base, series, predicted, optics)
        drawn = draw_trajectories(series, predicted.pm25, inputs.origin, inputs.lag, leads, settings)
        draws = draws_product(inputs.cycle, inputs.stations, drawn, _humidity(inputs, series), optics, settings.random_seed)
        notes = (
            *gridded.gathered.notes,
            *gridded.notes,
            *_base_notes(gridded, inputs),
            *_notes(gridded, inputs, emission, at_stations, learnt.days),
            *_guard_notes(predicted),
        )
        setting = Setting(inputs.cycle, tuple(s.id for s in inputs.stations), inputs.origin, inputs.lag)
        return Forecast(
            inputs.cycle,
            grid,
            at_stations,
            notes,
            _source_forecast(inputs, task, carried.sources),
            draws,
            drivers_of(setting, series, _weather_keys(inputs), predicted),
            exchanged(setting, series, learnt, predicted, earlier, settings.random_seed) if earlier else None,
        )


def _weather_keys(inputs: _Inputs) -> tuple[str, ...]:
    """The variables of weather that what is learnt looks at, but for those that stations measure beside PM2.5."""
    every = {*map(str, inputs.station_weather.data_vars), "relative_humidity", "mixing_height"}
    return tuple(sorted(every - {*map(str, inputs.observations.data_vars)}))


def train(
    gridded: Gridded,
    settings: ForecastSettings,
    transport: TransportSettings,
    arrival_delay: timedelta,
    progress: Progress,
    *,
    time_zone: str,
) -> Trained:
    """Learn from what the cycle's `as_of` knew, as `predict` does, to be stored."""
    series, inputs, strengths = _past(gridded, transport, settings, arrival_delay, partial(progress, "transport"), time_zone)
    return trained_on(series, strengths, _lesson(inputs, settings, settings.learning_rows), partial(progress, "correction"))


def trial(
    gridded: Gridded,
    settings: ForecastSettings,
    transport: TransportSettings,
    arrival_delay: timedelta,
    *,
    time_zone: str,
    stored: Trained,
    since: datetime,
) -> TrialErrors | None:
    """What a stored model's forecasts of hours after `since` were off by; None for one without a correction."""
    if stored.correction is None:
        return None
    series, inputs, _ = _past(gridded, transport, settings, arrival_delay, lambda _done: None, time_zone, stored)
    first = np.datetime64(since.replace(tzinfo=None), "ns")
    return errors_since(stored.correction, series, first, inputs.known, inputs.lag, settings.random_seed)


def _past(
    gridded: Gridded,
    transport: TransportSettings,
    settings: ForecastSettings,
    arrival_delay: timedelta,
    progress: Callable[[float], None],
    time_zone: str,
    stored: Trained | None = None,
) -> tuple[Series, _Inputs, Strengths | None]:
    inputs = _inputs(gridded, arrival_delay)
    alone = transport.model_copy(update={"members": 0})
    emission = emission_of(gridded, time_zone, np.array(transport.layer_tops))
    task = _transport_task(gridded, inputs, emission, alone, settings.random_seed)
    with ExitStack() as meanwhile:
        carried = _carried(gridded, inputs, task, progress, meanwhile, stored)
    return carried.series, inputs, carried.strengths


def _lesson(inputs: _Inputs, settings: ForecastSettings, rows: int) -> Lesson:
    return Lesson(inputs.known, inputs.lag, inputs.cycle.lead_hours[-1], rows, settings.random_seed)


@dataclass(frozen=True, slots=True, eq=False)
class _Carried:
    """What the base forecasts say, and the series at stations with them."""

    base: BaseForecast
    sources: Sources | None
    strengths: Strengths | None
    series: Series


def _carried(
    gridded: Gridded, inputs: _Inputs, task: Task, progress: Callable[[float], None], meanwhile: ExitStack, stored: Trained | None
) -> _Carried:
    own, sources = own_base(task, inputs.observations["pm25"].values, progress, meanwhile, stored.strengths if stored else None)
    model = delivered_base(gridded, inputs.ahead)
    base = own if model is None else model.or_else(own)
    series = _station_series(inputs, own, model)
    if any(note.code is NoteCode.WEATHER_ERRORS_ADDED for note in gridded.gathered.notes):
        series = with_hindcasts(series, inputs.origin, task.seed)
    return _Carried(base, sources, sources.strengths if sources else None, series)


def _transport_task(gridded: Gridded, inputs: _Inputs, emission: Emission, settings: TransportSettings, seed: int) -> Task:
    shares = gridded.region_shares if gridded.region_shares is not None else _one_region(gridded.lattice_weather)
    drive = driving(gridded.lattice_weather, gridded.lattice_aloft, emission, shares, settings)
    first = max(inputs.origin - 24 * settings.history_days, 0)
    depth = inputs.weather["mixing_height"].isel(time=inputs.origin).values.astype(np.float64)
    return Task(drive, settings, inputs.stations, depth, first, inputs.known, inputs.origin, seed)


def _one_region(weather: xr.Dataset) -> xr.DataArray:
    """Of which all of the domain is, where no regions are told apart."""
    places = {dim: weather[dim].values for dim in ("latitude", "longitude")}
    return xr.DataArray(np.ones((1, *(axis.size for axis in places.values()))), {"region": [ELSEWHERE], **places}, ("region", *places))


def _source_forecast(inputs: _Inputs, task: Task, sources: Sources | None) -> SourceForecast | None:
    if sources is None:
        return None
    at_stations = sources.stations, sources.formed
    return source_forecast(inputs.cycle, inputs.stations, task.driving, sources.fields, at_stations, sources.members(), sources.strengths)


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
        weather=weather.assign(mixing_height=mixing_height(weather)),
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
    observed, places = inputs.observations["pm25"].values, (series.latitude, series.longitude)
    pm25 = spread_of_cycle(inputs.weather, inputs.station_weather, observed, base, predicted, places, inputs.ahead)
    humidity = relative_humidity(inputs.weather.isel(time=inputs.ahead)).values
    return grid_product(inputs.cycle, inputs.weather, humidity, pm25, base.grid, optics)


def _at_stations(inputs: _Inputs, base: BaseForecast, series: Series, predicted: StationForecast, optics: VisibilitySettings) -> xr.Dataset:
    return station_product(inputs.cycle, inputs.stations, predicted, _humidity(inputs, series), base.ahead.T, optics)


def _humidity(inputs: _Inputs, series: Series) -> Array:
    """At the stations in the hours ahead, (station, lead)."""
    return np.asarray(series.values["relative_humidity"][inputs.ahead].T)


def _notes(gridded: Gridded, inputs: _Inputs, emission: Emission, at_stations: xr.Dataset, days: int) -> tuple[Note, ...]:
    observed = inputs.observations["pm25"].notnull().values[: max(inputs.known + 1, 0)]
    silent = [station.name for station, heard in zip(inputs.stations, observed[-SILENT_HOURS:].T, strict=True) if not heard.any()]
    uncorrected = int((at_stations["rung"] >= Rung.MODEL).any("lead_time").sum())
    out_of_sight = int(at_stations["visibility"].isnull().sum())
    is_carried = gridded.gathered.meteorology is not None  # else there is no wind, and what would drive transport is of no matter
    candidates = (
        (gridded.gathered.meteorology_kind is MeteorologyKind.ANALYSIS, Note(NoteCode.PERFECT_PROGNOSIS)),
        (bool(silent), Note(NoteCode.STATIONS_SILENT, len(silent), ", ".join(silent))),
        (not observed[-STALE_HOURS:].any(), Note(NoteCode.OBSERVATIONS_STALE, STALE_HOURS)),
        (is_carried and _mixing_height_lacks(gridded.lattice_weather.isel(time=inputs.ahead)), Note(NoteCode.MIXING_HEIGHT_DIAGNOSED)),
        (is_carried and emission.proxy is not None, Note(NoteCode.EMISSIONS_ARE_PROXY, detail=emission.proxy or "")),
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


def _guard_notes(predicted: StationForecast) -> tuple[Note, ...]:
    """The inputs outside of what was learnt from, at most `NAMES_TOLD` of them by name."""
    if not predicted.outside:
        return ()
    more = len(predicted.outside) - NAMES_TOLD
    told = ", ".join(predicted.outside[:NAMES_TOLD]) + (f" (+{more})" if more > 0 else "")
    return (Note(NoteCode.OUTSIDE_OF_LEARNT, predicted.values_outside, told),)


def _mixing_height_lacks(weather: xr.Dataset) -> bool:
    if "mixing_height" not in weather:
        return True
    return bool((weather["mixing_height"].isnull() & weather["eastward_wind"].notnull()).any())
