"""The past as forecasts of several lead times would have shown it, for a correction to learn how far weather can be trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.weather_errors.course import Course
from hazecast.forecast.weather_errors.growth import PUBLISHED_GROWTH, ErrorGrowth
from hazecast.forecast.weather_errors.noise import STREAMS, Noise
from hazecast.forecast.weather_errors.putting_in import Forecasting, courses_of, with_errors

Array = NDArray[np.float64]
COPIES = 7_919  # keeps the errors of copies apart from those of cycles


@dataclass(frozen=True, slots=True, eq=False)
class Copier:
    """Hourly weather (time, station) with the coordinates `latitude` and `longitude`, and what is known of its course."""

    weather: xr.Dataset
    fields: Mapping[str, Array]
    courses: Mapping[str, Course]
    hours: Array
    seed: int
    growth: ErrorGrowth

    def copy(self, lead_hours: float, number: int) -> xr.Dataset:
        """The weather, every hour erring as a forecast of that lead does; copies of different `number` err apart."""
        first, last = self.hours[0], self.hours[-1]
        places = self.weather["latitude"].values, self.weather["longitude"].values
        noise = Noise((self.seed, COPIES, number), round(last - first) + 1, *places)
        at = np.rint(self.hours - first).astype(np.int64)
        of_key = {key: noise.of(key)[at] for key in self.fields if key in STREAMS}
        lead, always = np.full(self.hours.size, lead_hours), np.ones(self.hours.size, dtype=bool)
        how = Forecasting(self.hours, lead, always, noise.shift()[at], of_key, self.growth)
        erring = with_errors(self.fields, self.courses, how)
        return self.weather.assign({key: (("time", "station"), values) for key, values in erring.items()})


def copier(weather: xr.Dataset, seed: int, growth: ErrorGrowth = PUBLISHED_GROWTH) -> Copier:
    """Look at hourly weather once, to make copies of it; raises ValueError for weather without places.

    Keys of no known errors stay as they are, so whatever is derived (humidity, wind speed) is to be derived anew from a copy. `base` is
    PM2.5 that a transport model has carried.
    """
    if "latitude" not in weather.coords or "longitude" not in weather.coords:
        raise ValueError("Weather at stations needs their latitudes and longitudes.")
    hours = np.asarray((weather["time"].values - np.datetime64(0, "h")) / np.timedelta64(1, "h"), dtype=np.float64)
    fields = {str(key): np.asarray(values.transpose("time", "station").values, dtype=np.float64) for key, values in weather.items()}
    return Copier(weather, fields, courses_of(fields, hours), hours, seed, growth)


def perturbed_copies(
    weather: xr.Dataset, lead_hours: Sequence[float], seed: int, growth: ErrorGrowth = PUBLISHED_GROWTH
) -> tuple[xr.Dataset, ...]:
    """One copy of hourly weather for each of `lead_hours`, as `copier` makes them."""
    made = copier(weather, seed, growth)
    return tuple(made.copy(float(lead), number) for number, lead in enumerate(lead_hours))
