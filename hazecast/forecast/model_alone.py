"""Another model's forecast at stations, where too little is known to learn its errors from."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hazecast.forecast.series import Rows, Series
from hazecast.forecast.uncertainty import QUANTILES

Array = NDArray[np.float64]

RECENT_HOURS = 24
FADING_HOURS = 24.0
LARGEST_DEPARTURE = math.log(4.0)  # beyond it model and station do not see the same air, and the ratio says nothing of the days ahead
LEAST_PM25 = 1.0
# Of an acceptable model half of the values lie within a factor of two of the observed (Chang and Hanna 2004, Meteorol. Atmos. Phys. 87,
# 167); log-normal errors, as concentrations have them, then have this standard deviation.
LOG_ERROR = math.log(2.0) / float(ndtri(0.75))


def uncorrected_quantiles(series: Series, rows: Rows) -> Array:
    """PM2.5 in µg m-3 at `QUANTILES`, (row, quantile), NaN where there is no `model`.

    The model's value times how far observations lately stood above it, which fades with lead time; where nothing was observed lately,
    the model's value itself.
    """
    median = series.at("model", rows.valid, rows.station) * np.exp(_departure(series, rows))
    return np.asarray(median[:, None] * np.exp(LOG_ERROR * ndtri(QUANTILES)))


def _departure(series: Series, rows: Rows) -> Array:
    observed, modelled = (np.maximum(series.mean(key, rows.known, RECENT_HOURS, rows.station), LEAST_PM25) for key in ("pm25", "model"))
    departure = np.clip(np.nan_to_num(np.log(observed / modelled)), -LARGEST_DEPARTURE, LARGEST_DEPARTURE)
    return np.asarray(departure * np.exp(-(rows.lead + rows.lag) / FADING_HOURS))
