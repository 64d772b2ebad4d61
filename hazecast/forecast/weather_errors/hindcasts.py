"""Hindcasts for a trial with erring weather: its past errs as its hours ahead do, else a correction would trust weather too much."""

from dataclasses import replace

import numpy as np
import xarray as xr

from hazecast.forecast.derived import with_derived
from hazecast.forecast.humidity import relative_humidity
from hazecast.forecast.series import Hindcasts, Series, series_of
from hazecast.forecast.weather_errors.copies import copier
from hazecast.vocabulary import METEOROLOGY

LEAD_HOURS = np.array([3.0, 9.0, 20.0, 36.0, 60.0, 84.0, 108.0])
ERRING = (*(variable.key for variable in METEOROLOGY), "base")


def with_hindcasts(series: Series, until: int, seed: int) -> Series:
    """The series with hindcasts of the hours up to index `until`; each is made when it is wanted, for several would fill the memory."""
    places = {"latitude": ("station", series.latitude), "longitude": ("station", series.longitude)}
    fields = {key: (("time", "station"), series.values[key]) for key in ERRING if key in series.values}
    made = copier(xr.Dataset(fields, {"time": series.times, **places}), seed)

    def copy(number: int) -> Series:
        weather = made.copy(float(LEAD_HOURS[number]), number)
        erring = series_of(with_derived(weather.assign(relative_humidity=relative_humidity(weather))))
        return replace(
            series,
            values={**series.values, **erring.values},
            sums={**series.sums, **erring.sums},
            counts={**series.counts, **erring.counts},
            hindcasts=None,
        )

    return replace(series, hindcasts=Hindcasts(until, LEAD_HOURS, copy))
