"""The forecast at stations: each value on the best rung of the ladder that its inputs allow."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hazecast.config import ForecastSettings
from hazecast.forecast.climatology import Climatology, fit_climatology
from hazecast.forecast.correction import NETWORK_SILENT, NO_WEATHER, NOTHING_LACKS, STATION_SILENT, Correction, Lacking, learn
from hazecast.forecast.learning import Lesson
from hazecast.forecast.model_alone import uncorrected_quantiles
from hazecast.forecast.series import Index, Rows, Series
from hazecast.forecast.uncertainty import QUANTILES
from hazecast.records import Rung

Array = NDArray[np.float64]
_RUNG_OF: tuple[tuple[Lacking, Rung], ...] = (
    (NOTHING_LACKS, Rung.CORRECTED),
    (STATION_SILENT, Rung.WITHOUT_OBSERVATIONS),
    (NETWORK_SILENT, Rung.WITHOUT_OBSERVATIONS),
    (NO_WEATHER, Rung.WITHOUT_WEATHER),
)
FRESH_WINDOW_HOURS = 6


@dataclass(frozen=True, slots=True, eq=False)
class StationForecast:
    """PM2.5 in µg m-3 at `QUANTILES`, (station, lead, quantile), and the rung each value stands on, (station, lead)."""

    pm25: Array
    rung: NDArray[np.int8]

    @property
    def median(self) -> Array:
        """(station, lead)."""
        return np.asarray(self.pm25[..., int(np.flatnonzero(QUANTILES == 0.5)[0])])

    def where(self, chosen: NDArray[np.bool_], other: "StationForecast") -> "StationForecast":
        """These values where `chosen` (station, lead) says so, those of `other` elsewhere."""
        return StationForecast(np.where(chosen[..., None], self.pm25, other.pm25), np.where(chosen, self.rung, other.rung))


def predict_stations(
    series: Series, origin: int, lag: int, leads: range, settings: ForecastSettings, progress: Callable[[float], None]
) -> StationForecast:
    """Learn from what was known `lag` hours before index `origin`, and predict every station and lead.

    Where another model's forecast reaches only a part of the hours ahead, the others are predicted by what is learnt without it.
    """
    reached = (
        ~np.isnan(series.values["model"][origin + 1 : origin + 1 + len(leads)].T) if "model" in series.values else np.ones(1, dtype=bool)
    )
    without = replace(series, values={key: values for key, values in series.values.items() if key != "model"})
    if not reached.any():
        return _predicted(without, origin, lag, leads, settings, progress)
    with_model = _predicted(series, origin, lag, leads, settings, progress)
    return with_model if reached.all() else with_model.where(reached, _predicted(without, origin, lag, leads, settings, progress))


def _predicted(
    series: Series, origin: int, lag: int, leads: range, settings: ForecastSettings, progress: Callable[[float], None]
) -> StationForecast:
    count = series.latitude.size
    station, lead = (a.ravel() for a in np.meshgrid(np.arange(count), np.array(leads), indexing="ij"))
    rows = Rows(np.full(lead.size, origin), station, lead, lag)
    lesson = Lesson(origin - lag, lag, leads[-1], settings.learning_rows, settings.random_seed)
    climatology = fit_climatology(series, lesson)
    correction = learn(series, climatology.by_hour, lesson, progress) if climatology else None
    pm25 = np.full((lead.size, QUANTILES.size), np.nan)
    rung = np.full(lead.size, Rung.NOTHING, dtype=np.int8)
    for which, values, step in _by_rung(series, rows, correction, climatology):
        pm25[which] = values
        rung[which] = step
    shape = (count, len(leads))
    return StationForecast(np.maximum.accumulate(pm25, axis=1).reshape(*shape, -1), rung.reshape(shape))


def _by_rung(
    series: Series, rows: Rows, correction: Correction | None, climatology: Climatology | None
) -> Iterable[tuple[Index, Array, Rung]]:
    own = ~np.isnan(series.mean("pm25", rows.known, FRESH_WINDOW_HOURS, rows.station))
    around = ~np.isnan(series.mean("neighbours", rows.known, FRESH_WINDOW_HOURS, rows.station))
    weather = ~np.isnan(series.at("eastward_wind", rows.valid, rows.station))
    cases = {
        NOTHING_LACKS: weather & own,
        STATION_SILENT: weather & ~own & around,
        NETWORK_SILENT: weather & ~own & ~around,
        NO_WEATHER: ~weather & own,
    }
    left = np.ones(rows.lead.size, dtype=bool)
    if correction is not None:
        for lacking, rung in _RUNG_OF:
            which = np.flatnonzero(cases[lacking])
            left[which] = False
            if which.size:
                yield which, correction.quantiles(series, rows.take(which), lacking), rung
    modelled = np.flatnonzero(left & ~np.isnan(series.at("model", rows.valid, rows.station)))
    if modelled.size:
        left[modelled] = False
        yield modelled, uncorrected_quantiles(series, rows.take(modelled)), Rung.MODEL
    rest = np.flatnonzero(left)
    if climatology is not None and rest.size:
        yield rest, climatology.quantiles(series, rows.take(rest)), Rung.CLIMATOLOGY
