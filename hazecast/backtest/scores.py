"""A cycle's station forecasts against what was then observed, beside persistence."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

LEAD_GROUPS = ((1, 6), (7, 12), (13, 24), (25, 48), (49, 72), (73, 96), (97, 240))
LONGEST_CARRY_HOURS = 3
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LeadScore:
    """Scores of one group of lead times in hours, over the pairs that forecast, persistence and observations all have.

    Errors and means in µg m-3; `coverage` is the share of observations inside the 5-95 % band. `uncorrected_rmse` is over those
    of the pairs that the base forecast has too, NaN without any.
    """

    first_lead: int
    last_lead: int
    pairs: int
    missing: int
    observed_mean: float
    bias: float
    rmse: float
    persistence_rmse: float
    uncorrected_rmse: float
    coverage: float


def score_cycle(stations: xr.Dataset, observed: xr.DataArray) -> tuple[LeadScore, ...]:
    """Score `stations` (a forecast's station product) against `observed` (time, station) PM2.5 in µg m-3, by lead group.

    Persistence is each station's last value at most three hours before `init_time`. Groups without any pair are left out.
    """
    lead = stations["lead_time"].values
    scored = (score_span(stations, observed, (lead >= first) & (lead <= end)) for first, end in LEAD_GROUPS)
    return tuple(score for score in scored if score is not None)


def score_span(stations: xr.Dataset, observed: xr.DataArray, hours: NDArray[np.bool_]) -> LeadScore | None:
    """The same over those `hours`, (lead_time), alone; None where there is no pair."""
    chosen = stations.isel(lead_time=hours)
    truth = observed.reindex(time=chosen["valid_time"].values, station=chosen["station"].values).transpose("station", "time").values
    return _score(chosen, truth, _last_known(observed, stations)[:, None]) if chosen.sizes["lead_time"] else None


def _last_known(observed: xr.DataArray, stations: xr.Dataset) -> Array:
    init = stations["init_time"].values
    window = np.array([init - np.timedelta64(h, "h") for h in range(LONGEST_CARRY_HOURS, -1, -1)])
    recent = observed.reindex(time=window, station=stations["station"].values).transpose("time", "station").values
    last = np.full(recent.shape[1], np.nan)
    for hour in recent:
        last = np.where(np.isnan(hour), last, hour)
    return last


def _score(stations: xr.Dataset, truth: Array, last: Array) -> LeadScore | None:
    forecast, uncorrected = stations["pm25"].values, stations["pm25_uncorrected"].values
    persisted = np.broadcast_to(last, truth.shape)
    both = ~(np.isnan(truth) | np.isnan(forecast) | np.isnan(persisted))
    if not both.any():
        return None
    y, f = truth[both], forecast[both]
    band = stations["pm25_quantile"].sel(quantile=[0.05, 0.95]).transpose("quantile", "station", "lead_time").values[:, both]
    return LeadScore(
        first_lead=int(stations["lead_time"].values[0]),
        last_lead=int(stations["lead_time"].values[-1]),
        pairs=int(both.sum()),
        missing=int((~both).sum()),
        observed_mean=float(y.mean()),
        bias=float((f - y).mean()),
        rmse=_rmse(f, y),
        persistence_rmse=_rmse(persisted[both], y),
        uncorrected_rmse=_rmse(uncorrected[both], y),
        coverage=float(((y >= band[0]) & (y <= band[1])).mean()),
    )


def _rmse(forecast: Array, truth: Array) -> float:
    known = ~np.isnan(forecast)
    return float(np.sqrt(np.mean((forecast[known] - truth[known]) ** 2))) if known.any() else float("nan")
