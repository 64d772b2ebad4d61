"""The base forecast: a background and the transported emission, scaled to what was observed; or another model's, as it was delivered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.emissions.emission import Emission
from hazecast.forecast.transport.carrying import carry
from hazecast.grids.regridding import to_stations
from hazecast.records import Gridded, Station

Array = NDArray[np.float64]
LEAST_PAIRS = 48
BACKGROUND_QUANTILE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class BaseForecast:
    """PM2.5 in µg m-3 over all hours: `grid` (time, latitude, longitude) and `stations` (time, station), NaN where unknown."""

    grid: Array
    stations: Array

    def or_else(self, other: "BaseForecast") -> "BaseForecast":
        """These values, and those of `other` where they are unknown."""
        return BaseForecast(
            np.where(np.isnan(self.grid), other.grid, self.grid), np.where(np.isnan(self.stations), other.stations, self.stations)
        )


@dataclass(frozen=True, slots=True)
class BaseScale:
    """PM2.5 in µg m-3 is `background` + `strength` × transported unit emission; neither is negative."""

    background: float
    strength: float

    def __call__(self, transported: Array) -> Array:
        """PM2.5 of the base forecast."""
        return self.background + self.strength * transported


def base_forecast(
    weather: xr.Dataset, emission: Emission, observed: Array, stations: Sequence[Station], progress: Callable[[float], None]
) -> BaseForecast:
    """Carry `emission` through `weather`, scaled to what was `observed` at `stations`; all NaN where that is too little.

    weather   (time, latitude, longitude), as for `transport.carry`
    observed  (time, station) µg m-3, NaN where nothing was known
    """
    transported = carry(weather, emission, progress)
    there = to_stations(transported.to_dataset(name="base"), stations)["base"].values
    scale = fit_base_scale(there, observed)
    if scale is None:
        return BaseForecast(np.full(transported.shape, np.nan), np.full(there.shape, np.nan))
    return BaseForecast(scale(transported.values), scale(there))


def delivered_base(gridded: Gridded) -> BaseForecast | None:
    """PM2.5 of another model as it was delivered, neither scaled nor corrected; None where none was."""
    if gridded.lattice_base is None or gridded.station_base is None:
        return None
    lattice, stations = gridded.lattice_base["pm25"], gridded.station_base["pm25"]
    return BaseForecast(lattice.transpose("time", "latitude", "longitude").values, stations.transpose("time", "station").values)


def scaled_to(modelled: Array, observed: Array) -> Array:
    """Another model's PM2.5 (time, station) with the mean of the observations over the hours that both have, if these are enough."""
    both = ~(np.isnan(modelled) | np.isnan(observed))
    if both.sum() < LEAST_PAIRS or not modelled[both].mean() > 0.0:
        return modelled
    return np.asarray(modelled * (observed[both].mean() / modelled[both].mean()))


def fit_base_scale(transported: Array, observed: Array) -> BaseScale | None:
    """Background from the cleanest hours, strength from the mean excess over it; None with fewer than `LEAST_PAIRS` pairs.

    The mean of the base forecast is that of the observations over the pairs that both arrays have.
    """
    both = ~(np.isnan(transported) | np.isnan(observed))
    if both.sum() < LEAST_PAIRS or not transported[both].mean() > 0.0:
        return None
    background = float(np.quantile(observed[both], BACKGROUND_QUANTILE))
    return BaseScale(background, float((observed[both].mean() - background) / transported[both].mean()))
