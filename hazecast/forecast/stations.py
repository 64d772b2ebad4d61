"""The forecast at stations: each value on the best step of the ladder that its inputs allow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.climatology import Climatology
from hazecast.forecast.correction.experience import Experience, experience
from hazecast.forecast.correction.fitted import Correction
from hazecast.forecast.correction.lacking import rung_of
from hazecast.forecast.model_alone import uncorrected_quantiles
from hazecast.forecast.series import Index, Rows, Series
from hazecast.forecast.uncertainty import MEDIAN, QUANTILES, expected
from hazecast.records import Rung

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class StationForecast:
    """PM2.5 in µg m-3: at `QUANTILES`, (station, lead, quantile), and as expected, (station, lead).

    `rung` is the step each value stands on and `expected_error` the root mean square error that was measured on it, NaN where none was,
    (station, lead) both. `outside` names the inputs that lay outside of what was learnt from, in `values_outside` of the values. `lived` is
    what the correction has taken up of the errors since it was learnt, None without one.
    """

    pm25: Array
    mean: Array
    rung: NDArray[np.int8]
    expected_error: Array
    outside: tuple[str, ...]
    values_outside: int
    lived: Experience | None = None

    @property
    def median(self) -> Array:
        """(station, lead)."""
        return np.asarray(self.pm25[..., MEDIAN])


@dataclass(frozen=True, slots=True, eq=False)
class _Filled:
    """The same while it is being filled, by row."""

    pm25: Array
    mean: Array
    rung: NDArray[np.int8]
    expected_error: Array

    @classmethod
    def empty(cls, rows: int) -> "_Filled":
        nothing = np.full(rows, np.nan)
        return cls(np.full((rows, QUANTILES.size), np.nan), nothing, np.full(rows, Rung.NOTHING, dtype=np.int8), nothing.copy())

    def fill(self, which: Index, quantiles: Array, mean: Array, rung: Rung | NDArray[np.int8], error: Array | float) -> None:
        self.pm25[which], self.mean[which], self.rung[which], self.expected_error[which] = quantiles, mean, rung, error


def predict_stations(
    series: Series,
    correction: Correction | None,
    climatology: Climatology | None,
    origin: int,
    lag: int,
    leads: range,
    seed: int,
    lived: Experience | None = None,
) -> StationForecast:
    """Predict every station and lead from what was known `lag` hours before index `origin`.

    A correction that was fitted before takes up what has happened since, or as much of what was `lived` through as was known by then.
    """
    count = series.latitude.size
    station, lead = (a.ravel() for a in np.meshgrid(np.arange(count), np.array(leads), indexing="ij"))
    rows, filled = Rows(np.full(lead.size, origin), station, lead, lag), _Filled.empty(lead.size)
    outside: tuple[str, ...] = ()
    values_outside = 0
    if correction is not None:
        lived = lived or experience(correction, series, origin - lag, lag, seed)
        outside, values_outside = _corrected(filled, series, correction, rows, lived)
    left = np.flatnonzero(filled.rung == Rung.NOTHING)
    modelled = left[~np.isnan(series.at("model", rows.valid[left], rows.station[left]))]
    if modelled.size:
        quantiles = uncorrected_quantiles(series, rows.take(modelled))
        filled.fill(modelled, quantiles, expected(quantiles), Rung.MODEL, np.nan)
    rest = np.flatnonzero(filled.rung == Rung.NOTHING)
    if climatology is not None and rest.size:
        quantiles = climatology.quantiles(series, rows.take(rest))
        filled.fill(rest, quantiles, expected(quantiles), Rung.CLIMATOLOGY, climatology.expected_error(lead[rest]))
    shape = (count, len(leads))
    ascending = np.maximum.accumulate(filled.pm25, axis=1).reshape(*shape, -1)
    return StationForecast(
        pm25=ascending,
        mean=filled.mean.reshape(shape),
        rung=filled.rung.reshape(shape),
        expected_error=filled.expected_error.reshape(shape),
        outside=outside,
        values_outside=values_outside,
        lived=lived,
    )


def _corrected(filled: _Filled, series: Series, correction: Correction, rows: Rows, lived: Experience) -> tuple[tuple[str, ...], int]:
    """Fill what the correction can say; the inputs outside of what it learnt from, and how many values they concern."""
    foretold = correction.foretold(series, rows)
    told = lived.adjusted(correction, foretold, rows)
    quantiles, mean = correction.distribution(told.centre, foretold.spread, foretold.case, rows.lead, told.width, told.allowance)
    here = np.flatnonzero(foretold.case >= 0)
    steps = np.array([rung_of(lacking) for lacking in correction.cases], dtype=np.int8)[foretold.case[here]]
    errors = correction.expected_error(foretold.case, rows.lead)
    filled.fill(here, quantiles[here], mean[here], steps, errors[here])
    return foretold.outside, int(foretold.beyond.sum())
