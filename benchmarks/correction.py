"""The corrected forecast of a national network: every station, hour and quantile of a cycle with a stored model, and what it shows of the
last weeks, beside the seconds it may take. The model is learnt from few stations; how many it knows changes nothing of the time.
"""

from dataclasses import dataclass
from statistics import median

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from benchmarks.measuring import Row, in_turn
from hazecast.forecast.derived import with_derived
from hazecast.forecast.learning import Lesson
from hazecast.forecast.series import Series, series_of
from hazecast.forecast.stations import predict_stations
from hazecast.forecast.trained import trained_on

Array = NDArray[np.float64]

MOST_S = 10.0
SEED = 0


@dataclass(frozen=True, slots=True)
class Size:
    """Stations and hours that are forecast, with so many days of observations; stations, days and rows that are learnt from; rounds."""

    stations: int
    hours: int
    days: int
    learnt_stations: int
    learnt_days: int
    rows: int
    rounds: int


FULL = Size(stations=1500, hours=120, days=24, learnt_stations=40, learnt_days=60, rows=30_000, rounds=3)
SMALL = Size(stations=5, hours=24, days=5, learnt_stations=4, learnt_days=30, rows=2_500, rounds=1)


def rows(small: bool) -> list[Row]:
    """One line: the seconds of a cycle's correction."""
    size = SMALL if small else FULL
    learnt_hours = size.learnt_days * 24
    past = _series(size.learnt_stations, learnt_hours, seed=0)
    learnt = trained_on(past, None, Lesson(learnt_hours - 1, 0, size.hours, size.rows, SEED), lambda _done: None)
    origin = size.days * 24 - 1
    now = _series(size.stations, origin + 1 + size.hours, seed=1, begins=past.times[-1] + np.timedelta64(1, "h"))

    def forecast() -> None:
        predict_stations(now, learnt.correction, learnt.climatology, origin, 0, range(1, size.hours + 1), SEED)

    seconds = median(in_turn(forecast, {}, size.rounds).ours)
    what = f"corrected forecast with all quantiles, {size.stations:,} stations × {size.hours} h"
    return [Row(what, seconds, "s", f"{MOST_S:g} s", MOST_S / seconds, 1.0)]


def _series(stations: int, hours: int, seed: int, begins: np.datetime64 | None = None) -> Series:
    chance = np.random.default_rng(seed)
    east, north, warm, humid, mixing, air = (_noise(chance, hours, stations) for _ in range(6))
    speed = np.hypot(3.0 * east, 3.0 * north)
    pm25 = np.maximum(9.0 - speed + 1.5 * air, 1.0) ** 2
    fields = {
        "eastward_wind": 3.0 * east,
        "northward_wind": 3.0 * north,
        "air_temperature": 280.0 + 8.0 * warm,
        "dew_point": 272.0 + 8.0 * humid,
        "surface_pressure": 1.01e5 + 500.0 * warm,
        "precipitation": np.maximum(humid - 1.5, 0.0),
        "relative_humidity": np.clip(60.0 + 20.0 * humid, 5.0, 100.0),
        "mixing_height": 700.0 * np.exp(0.5 * mixing),
        "base": np.maximum(8.0 - speed, 1.0) ** 2,
        "pm25": pm25,
        "pm25_exact": pm25,
        "pm10": 1.4 * pm25,
        "no2": 20.0 + 5.0 * air,
        "so2": 10.0 + 3.0 * air,
        "o3": 60.0 - 10.0 * air,
        "co": 0.5 + 0.01 * pm25,
    }
    times = (begins if begins is not None else np.datetime64("2025-01-01T00", "ns")) + np.arange(hours) * np.timedelta64(1, "h")
    places = {"latitude": ("station", chance.uniform(22, 45, stations)), "longitude": ("station", chance.uniform(100, 125, stations))}
    data = {key: (("time", "station"), values) for key, values in fields.items()}
    return series_of(with_derived(xr.Dataset(data, {"time": times, **places})))


def _noise(chance: np.random.Generator, hours: int, stations: int) -> Array:
    """Hourly (time, station), of unit variance, forgotten over a day."""
    keep = np.exp(-1.0 / 24.0)
    out = chance.normal(size=(hours, stations))
    for hour in range(1, hours):
        out[hour] = keep * out[hour - 1] + np.sqrt(1.0 - keep**2) * out[hour]
    return out
