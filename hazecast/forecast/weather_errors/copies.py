"""The past as forecasts of several lead times would have shown it, for a correction to learn how far weather can be trusted."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from hazecast.forecast.weather_errors.growth import PUBLISHED_GROWTH, ErrorGrowth
from hazecast.forecast.weather_errors.noise import STREAMS, Noise
from hazecast.forecast.weather_errors.putting_in import Forecasting, courses_of, with_errors

COPIES = 7_919  # keeps the errors of copies apart from those of cycles


def perturbed_copies(
    weather: xr.Dataset, lead_hours: Sequence[float], seed: int, growth: ErrorGrowth = PUBLISHED_GROWTH
) -> tuple[xr.Dataset, ...]:
    """One copy of hourly weather for each of `lead_hours`, in which every hour errs as a forecast of that lead does.

    weather  (time, station) with the coordinates `latitude` and `longitude` of its stations; keys of no known errors stay as they are, so
             whatever is derived (humidity, wind speed) is to be derived anew from the copy

    Errors of copies are drawn apart from each other. Raises ValueError for weather without places.
    """
    if "latitude" not in weather.coords or "longitude" not in weather.coords:
        raise ValueError("Weather at stations needs their latitudes and longitudes.")
    times = weather["time"].values
    hours = np.asarray((times - np.datetime64(0, "h")) / np.timedelta64(1, "h"), dtype=np.float64)
    fields = {str(key): np.asarray(values.transpose("time", "station").values, dtype=np.float64) for key, values in weather.items()}
    courses = courses_of(fields, hours)
    places = weather["latitude"].values, weather["longitude"].values

    def copy(lead: float, number: int) -> xr.Dataset:
        noise = Noise((seed, COPIES, number), int(hours[-1] - hours[0]) + 1, *places)
        at = np.rint(hours - hours[0]).astype(np.int64)
        of_key = {key: noise.of(key)[at] for key in fields if key in STREAMS}
        always = np.ones(times.size, dtype=bool)
        how = Forecasting(hours, np.full(times.size, lead), always, noise.shift()[at], of_key, growth)
        return weather.assign({key: (("time", "station"), values) for key, values in with_errors(fields, courses, how).items()})

    return tuple(copy(float(lead), number) for number, lead in enumerate(lead_hours))
