"""The base forecast: a background and the transported emission, scaled to what was observed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.emissions import Emission
from hazecast.forecast.transport import carry
from hazecast.grids.regridding import to_stations
from hazecast.records import Station

Array = NDArray[np.float64]
LEAST_PAIRS = 48
BACKGROUND_QUANTILE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class BaseForecast:
    """PM2.5 in µg m-3 over all hours: `grid` (time, latitude, longitude) and `stations` (time, station), NaN where unknown."""

    grid: Array
    stations: Array


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


def fit_base_scale(transported: Array, observed: Array) -> BaseScale | None:
    """Background from the cleanest hours, strength from the mean excess over it; None with fewer than `LEAST_PAIRS` pairs.

    The mean of the base forecast is that of the observations over the pairs that both arrays have.
    """
    both = ~(np.isnan(transported) | np.isnan(observed))
    if both.sum() < LEAST_PAIRS or not transported[both].mean() > 0.0:
        return None
    background = float(np.quantile(observed[both], BACKGROUND_QUANTILE))
    return BaseScale(background, float((observed[both].mean() - background) / transported[both].mean()))
