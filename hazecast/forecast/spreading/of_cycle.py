"""The lattice of a cycle: its base forecast drawn to its corrected stations."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.base import BaseForecast
from hazecast.forecast.spreading.ground import ground_of
from hazecast.forecast.spreading.learning import learnt_reach
from hazecast.forecast.spreading.reach import Past
from hazecast.forecast.spreading.spread import HIGH, LOW, AtStations, OnLattice, Spread, spread
from hazecast.forecast.stations import StationForecast
from hazecast.forecast.uncertainty import QUANTILES

Array = NDArray[np.float64]


def spread_of_cycle(
    weather: xr.Dataset,
    station_weather: xr.Dataset,
    observed: Array,
    base: BaseForecast,
    predicted: StationForecast,
    places: tuple[Array, Array],
    ahead: slice,
) -> Spread:
    """What stations are expected to have, with their 5 % and 95 %, spread as far as the past of the same stations says.

    weather (time, latitude, longitude) and station_weather (time, station) over all hours, of which `ahead` are forecast
    observed  (time, station) µg m-3, NaN where it is not known yet;  places  latitudes and longitudes (station,)
    """
    past = slice(0, ahead.start)
    before, after = station_weather.isel(time=past), station_weather.isel(time=ahead)
    reach = learnt_reach(Past(observed[past], base.stations[past], *_winds(before), *places, ground_of(before)))
    over = weather.isel(time=ahead)
    lattice = OnLattice(over["latitude"].values, over["longitude"].values, base.grid, *_winds(over), ground_of(over))
    low, high = (predicted.pm25[..., int(np.argmin(np.abs(QUANTILES - level)))].T for level in (LOW, HIGH))
    stations = AtStations(*places, base.ahead, *_winds(after), ground_of(after), predicted.mean.T, low, high)
    return spread(lattice, stations, reach)


def _winds(weather: xr.Dataset) -> tuple[Array, Array]:
    dims = "time", *(dim for dim in ("station", "latitude", "longitude") if dim in weather.dims)
    east, north = (weather[key].transpose(*dims).values for key in ("eastward_wind", "northward_wind"))
    return east, north
