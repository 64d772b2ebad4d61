"""PM2.5 of an area over time: what its stations measured, and what is forecast for them or, where none lies in it, for its ground."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.bulletins.ground_series import QUANTILES, ground_quantiles
from hazecast.bulletins.situation import AreaView
from hazecast.records import Area, BulletinFacts

Array = NDArray[np.float64]
HOURS_BEFORE = 48


@dataclass(frozen=True, slots=True, eq=False)
class AreaSeries:
    """PM2.5 (µg m-3) of one area; NaN where nothing is known.

    `observed` (station, hour) belongs to `observed_times`; `forecast` holds the median of the stations, or of the ground, for each of
    `quantiles`, (quantile, hour), and belongs to `valid_times`. Times are UTC.
    """

    view: AreaView
    observed_times: NDArray[np.datetime64]
    observed: Array
    valid_times: NDArray[np.datetime64]
    quantiles: Array
    forecast: Array

    def at(self, probability: float) -> Array:
        """The forecast at one quantile, NaN throughout where there is no such quantile."""
        nearest = int(np.argmin(np.abs(self.quantiles - probability)))
        if abs(self.quantiles[nearest] - probability) > 1e-6:  # a quantile stored in 32 bit is still the one that is wanted
            return np.full(self.forecast.shape[1], np.nan)
        return np.asarray(self.forecast[nearest])

    @property
    def observed_median(self) -> Array:
        """The median of the stations at each hour."""
        return median_of_stations(self.observed)


def median_of_stations(values: Array) -> Array:
    """The median over the first axis; NaN where fewer than half of the stations have a value."""
    if values.shape[0] == 0:
        return np.full(values.shape[1:], np.nan)
    enough = 2 * np.sum(~np.isnan(values), axis=0) >= values.shape[0]
    median = np.full(values.shape[1:], np.nan)
    median[enough] = np.nanmedian(values[:, enough], axis=0)
    return median


def area_series(view: AreaView, facts: BulletinFacts) -> AreaSeries:
    """The last two days before the forecast, and the forecast, of one area."""
    stations, ids = facts.forecast.stations, list(view.area.station_ids)
    init_time = np.datetime64(facts.cycle.init_time.replace(tzinfo=None), "ns")
    past = facts.observations.sel(time=slice(init_time - np.timedelta64(HOURS_BEFORE, "h"), init_time))
    quantiles, forecast = _forecast(view.area, facts)
    return AreaSeries(
        view=view,
        observed_times=past["time"].values,
        observed=_of_stations(past["pm25"].transpose("station", "time"), ids),
        valid_times=stations["valid_time"].values,
        quantiles=quantiles,
        forecast=forecast,
    )


def _forecast(area: Area, facts: BulletinFacts) -> tuple[Array, Array]:
    """Probabilities (quantile,) and PM2.5 (quantile, hour)."""
    if area.territory is not None and not area.station_ids:
        return QUANTILES, ground_quantiles(area.territory, facts.forecast.grid)
    stations = facts.forecast.stations
    quantile = stations["pm25_quantile"].transpose("station", "quantile", "lead_time")
    return stations["quantile"].values.astype(np.float64), median_of_stations(_of_stations(quantile, list(area.station_ids)))


def _of_stations(values: xr.DataArray, ids: list[str]) -> Array:
    return np.asarray(values.values[np.isin(values["station"].values, ids)], dtype=np.float64)
