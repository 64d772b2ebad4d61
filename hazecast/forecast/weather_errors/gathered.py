"""A perfect prognosis made a trial: what was gathered, with errors in the weather of the hours ahead."""

from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.weather_errors.course import WINDOW_HOURS
from hazecast.forecast.weather_errors.growth import PUBLISHED_GROWTH, ErrorGrowth
from hazecast.forecast.weather_errors.noise import STREAMS, Noise
from hazecast.forecast.weather_errors.putting_in import Forecasting, courses_of, with_errors
from hazecast.records import Gathered, MeteorologyKind, Note, NoteCode

Array = NDArray[np.float64]

ALOFT = "_aloft"
LARGER_ALOFT = 1.5  # than near the ground the errors of winds are
EPOCH = np.datetime64(0, "h")


def with_weather_errors(gathered: Gathered, seed: int, growth: ErrorGrowth = PUBLISHED_GROWTH) -> Gathered:
    """What was gathered, with the weather after `init_time` erring as `growth` says: a forecast, of which a note tells how it was made.

    The same seed and cycle give the same errors. What is no analysis is given back as it is.
    """
    if gathered.meteorology_kind is not MeteorologyKind.ANALYSIS:
        return gathered
    return replace(
        gathered,
        meteorology=_erring(gathered.meteorology, gathered, seed, growth),
        meteorology_aloft=_erring_aloft(gathered.meteorology_aloft, gathered, seed, growth),
        station_weather=_erring(gathered.station_weather, gathered, seed, growth),
        meteorology_kind=MeteorologyKind.FORECAST,
        notes=(Note(NoteCode.WEATHER_ERRORS_ADDED), *gathered.notes),
    )


def _erring(weather: xr.Dataset | None, gathered: Gathered, seed: int, growth: ErrorGrowth, larger: float = 1.0) -> xr.Dataset | None:
    """The days just before are looked at too, for what is usual."""
    if weather is None:
        return None
    init = np.datetime64(gathered.cycle.init_time.replace(tzinfo=None), "ns")
    times = weather["time"].values
    looked_at = times >= init - np.timedelta64(int(WINDOW_HOURS), "h")
    ahead = times[looked_at] > init
    if not ahead.any():
        return weather
    space = tuple(dim for dim in weather.dims if dim != "time")
    fields = {str(key): values for key, values in weather.data_vars.items() if set(values.dims) == {"time", *space}}
    flat = {key: _flat(values.isel(time=looked_at), space) for key, values in fields.items()}
    lead = (times[looked_at] - init) / np.timedelta64(1, "h")
    noise = Noise((seed, int((init - EPOCH) / np.timedelta64(1, "h"))), int(np.ceil(lead[-1])) + 1, *_places(weather, gathered, space))
    at = np.clip(np.rint(lead), 0, noise.count - 1).astype(np.int64)
    of_key = {key: noise.of(key)[at] for key in flat if key in STREAMS}
    how = Forecasting(_hours(times[looked_at]), np.maximum(lead, 0.0), ahead, noise.shift()[at], of_key, growth)
    changed = with_errors(flat, courses_of(flat, how.hours), how, larger)
    return _as_run(weather, gathered).assign({key: _put(fields[key], changed[key], looked_at, space) for key in fields})


def _erring_aloft(aloft: xr.Dataset | None, gathered: Gathered, seed: int, growth: ErrorGrowth) -> xr.Dataset | None:
    """Level by level with the errors of the ground, those of winds larger: air near the ground goes with that above it."""
    if aloft is None:
        return None
    levels = []
    for level in range(aloft.sizes["level"]):
        here = aloft.isel(level=level)
        named = here.rename({key: str(key).removesuffix(ALOFT) for key in here.data_vars if str(key).removesuffix(ALOFT) in STREAMS})
        erring = _erring(named.drop_vars("level"), gathered, seed, growth, LARGER_ALOFT)
        assert erring is not None
        levels.append(erring.rename({key: f"{key}{ALOFT}" for key in erring.data_vars if str(key) in STREAMS}))
    whole = xr.concat(levels, "level", coords="minimal", compat="override")
    return whole.assign_coords(level=aloft["level"]).assign({key: whole[key].transpose(*aloft[key].dims) for key in aloft.data_vars})


def _as_run(weather: xr.Dataset, gathered: Gathered) -> xr.Dataset:
    """The hours ahead belong to the run of `init_time`, where hours have a run."""
    if "init_time" not in weather.coords:
        return weather
    cycle, times = gathered.cycle, weather["time"].values
    init, known = (np.datetime64(moment.replace(tzinfo=None), "ns") for moment in (cycle.init_time, min(cycle.init_time, cycle.as_of)))
    return weather.assign_coords(init_time=("time", np.where(times > init, known, weather["init_time"].values)))


def _places(weather: xr.Dataset, gathered: Gathered, space: tuple[object, ...]) -> tuple[Array, Array]:
    """Latitudes and longitudes in the order of the flattened places."""
    if space == ("station",):
        return np.array([s.latitude for s in gathered.stations]), np.array([s.longitude for s in gathered.stations])
    both = xr.broadcast(weather["latitude"], weather["longitude"])
    latitude, longitude = (np.asarray(axis.transpose(*space).values, dtype=np.float64).ravel() for axis in both)
    return latitude, longitude


def _flat(values: xr.DataArray, space: tuple[object, ...]) -> Array:
    ordered = values.transpose("time", *space).values
    return np.asarray(ordered, dtype=np.float64).reshape(ordered.shape[0], -1)


def _put(values: xr.DataArray, changed: Array, looked_at: NDArray[np.bool_], space: tuple[object, ...]) -> xr.DataArray:
    ordered = values.transpose("time", *space)
    whole = np.array(ordered.values)
    whole[looked_at] = changed.reshape(whole[looked_at].shape).astype(whole.dtype)
    return ordered.copy(data=whole)


def _hours(times: NDArray[np.datetime64]) -> Array:
    return np.asarray((times - EPOCH) / np.timedelta64(1, "h"), dtype=np.float64)
