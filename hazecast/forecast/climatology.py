"""The usual course of a day, and the present relaxing towards it: what stands in when nothing better can be made."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.features import Source
from hazecast.forecast.learning import Lesson, learning_rows
from hazecast.forecast.series import Rows, Series
from hazecast.forecast.sun import solar_hour
from hazecast.forecast.uncertainty import LEAST_ERRORS, ErrorBands, by_lead_group, error_bands, expected, lead_group

Array = NDArray[np.float64]

RELAXATION_HOURS = 24.0  # how fast a departure from climatology fades
RECENT_HOURS = 3
LEAST_OBSERVED_HOURS = 24


@dataclass(frozen=True, slots=True, eq=False)
class Climatology:
    """The usual course of a day over the network, (24,) of the square root of PM2.5, and how far the truth lies from it.

    `rmse` (lead group,) is that of the expected PM2.5 in µg m-3, NaN where nothing was measured.
    """

    by_hour: Array
    bands: ErrorBands
    rmse: Array

    def quantiles(self, series: Series, rows: Rows) -> Array:
        """PM2.5 in µg m-3 at `QUANTILES`, (row, quantile)."""
        predicted = relaxed_climatology(self.by_hour, series, rows)
        return _squared(self.bands.around(predicted, rows.lead))

    def expected_error(self, lead: NDArray[np.int64]) -> Array:
        """The root mean square error in µg m-3 at leads in hours (row,)."""
        return np.asarray(self.rmse[lead_group(lead)])


def fit_climatology(series: Series, lesson: Lesson) -> Climatology | None:
    """From all hours that were known; None with fewer than `LEAST_OBSERVED_HOURS` of them, or with too few errors for bands."""
    observed = np.sqrt(series.values["pm25_exact"][: lesson.known + 1])
    if (~np.isnan(observed)).any(axis=1).sum() < LEAST_OBSERVED_HOURS:
        return None
    hour, station = np.nonzero(~np.isnan(observed))
    solar = solar_hour(series.times[hour], series.longitude[station]).astype(np.int64)
    total = np.bincount(solar, weights=observed[hour, station], minlength=24)
    count = np.bincount(solar, minlength=24)
    by_hour = np.where(count > 0, total / np.maximum(count, 1), observed[hour, station].mean())
    rows = learning_rows(series, lesson)
    if rows.lead.size < LEAST_ERRORS:
        return None
    truth = np.sqrt(series.at("pm25_exact", rows.valid, rows.station))
    predicted = relaxed_climatology(by_hour, series, rows)
    bands = error_bands(predicted, truth, rows.lead)
    off = expected(_squared(bands.around(predicted, rows.lead))) - truth**2
    return Climatology(by_hour, bands, by_lead_group(off, rows.lead)[0])


def relaxed_climatology(by_hour: Array, series: Series, rows: Rows, lacking: Collection[Source] = ()) -> Array:
    """The square root of PM2.5: climatology plus the present departure from it, of the station or else of those around it,
    fading with lead time; the inputs `lacking` are not looked at.
    """
    now = np.full(rows.lead.size, np.nan)
    for source, key in ((Source.STATION, "pm25"), (Source.NEIGHBOURS, "neighbours")):
        if source not in lacking:
            now = np.where(np.isnan(now), np.sqrt(series.mean(key, rows.known, RECENT_HOURS, rows.station)), now)
    departure = np.nan_to_num(now - _usual(by_hour, series, rows.known, rows.station))
    fading = np.exp(-(rows.lead + rows.lag) / RELAXATION_HOURS)
    return np.asarray(_usual(by_hour, series, rows.valid, rows.station) + departure * fading)


def _squared(bands: Array) -> Array:
    return np.asarray(np.maximum(bands, 0.0) ** 2)


def _usual(by_hour: Array, series: Series, time: NDArray[np.int64], station: NDArray[np.int64]) -> Array:
    moment = series.times[0] + time * np.timedelta64(1, "h")
    return np.asarray(by_hour[solar_hour(moment, series.longitude[station]).astype(np.int64)])
