"""Small backtests with their observations, to be scored."""

from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.backtest.verification import Terms

Array = NDArray[np.float64]
HOUR = np.timedelta64(1, "h")
FIRST = np.datetime64("2015-12-01T00", "ns")
QUANTILES = (0.02, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.98)
SPREAD = np.array([-2.05, -1.64, -1.28, -0.67, 0.0, 0.67, 1.28, 1.64, 2.05])
TERMS = Terms(resamples=100)


def terms(**changed: object) -> Terms:
    """Few resamples, and what a test changes."""
    return replace(TERMS, **changed)  # type: ignore[arg-type]


def backtest(pm25: Array, *, humidity: float = 50.0, every_hours: int = 24, spread: float | None = 10.0, **fields: Array) -> xr.Dataset:
    """Forecasts (cycle, station, lead) of 1, 2, … hours; quantiles `spread` apart in standard deviations, or none."""
    cycles, stations, leads = pm25.shape
    at = ("init_time", "station", "lead_time")
    data = xr.Dataset(
        {"pm25": (at, pm25), "relative_humidity": (at, np.full(pm25.shape, humidity)), **{k: (at, v) for k, v in fields.items()}},
        coords={
            "init_time": FIRST + np.arange(cycles) * every_hours * HOUR,
            "station": [f"s{i}" for i in range(stations)],
            "lead_time": np.arange(1, leads + 1),
        },
    )
    if spread is None:
        return data
    quantiles = np.maximum(pm25[..., None] + spread * SPREAD, 0.0)
    return data.assign(pm25_quantile=((*at, "quantile"), quantiles)).assign_coords(quantile=list(QUANTILES))


def observed(values: Array, first_hour: int = 0) -> xr.DataArray:
    """(time, station) from `first_hour` after the first cycle on."""
    times = FIRST + (first_hour + np.arange(values.shape[0])) * HOUR
    return xr.DataArray(values, coords={"time": times, "station": [f"s{i}" for i in range(values.shape[1])]}, dims=("time", "station"))


def random_case(cycles: int = 24, stations: int = 3, leads: int = 30, seed: int = 1) -> tuple[xr.Dataset, xr.DataArray]:
    """Forecasts with errors of a third beside 60 days of history; an eighth of everything is missing."""
    rng = np.random.default_rng(seed)
    hours = 60 * 24 + cycles * 24 + leads
    swing = np.convolve(rng.normal(size=hours + 47), np.exp(-np.arange(48) / 20), "valid")
    truth = np.exp(4.5 + 0.3 * swing[:, None] + 0.1 * rng.normal(size=(hours, stations)))
    valid = 60 * 24 + np.arange(cycles)[:, None] * 24 + np.arange(1, leads + 1)
    pm25 = truth[np.minimum(valid, hours - 1)].transpose(0, 2, 1) * np.exp(0.33 * rng.normal(size=(cycles, stations, leads)))
    uncorrected = np.where(rng.random(pm25.shape) < 0.1, np.nan, 0.6 * pm25)
    forecasts = backtest(np.where(rng.random(pm25.shape) < 0.125, np.nan, pm25), spread=30.0, pm25_uncorrected=uncorrected)
    return forecasts, observed(np.where(rng.random(truth.shape) < 0.125, np.nan, truth), first_hour=-60 * 24)
