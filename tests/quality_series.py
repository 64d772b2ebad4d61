"""A made-up network: haze that comes and goes over all stations, a day in it, and noise of their own."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.records import Station

FIRST = np.datetime64("2019-03-01T00", "ns")
LEVELS = {"pm25": 60.0, "pm10": 100.0, "so2": 15.0, "no2": 45.0, "o3": 60.0, "co": 1.0}
STEPS = {"pm25": 1.0, "pm10": 1.0, "so2": 1.0, "no2": 1.0, "o3": 1.0, "co": 0.1}
Array = NDArray[np.float64]


def stations(count: int = 8, longitude: float = 116.0) -> tuple[Station, ...]:
    """Some kilometres apart."""
    return tuple(Station(f"s{i}", f"Post {i}", 40.0 + 0.08 * (i % 3), longitude + 0.09 * (i // 3)) for i in range(count))


def network(hours: int = 24 * 30, count: int = 8, seed: int = 3, keys: tuple[str, ...] = tuple(LEVELS), step_hours: int = 1) -> xr.Dataset:
    """Values (time, station) as instruments write them."""
    chance = np.random.default_rng(seed)
    times = FIRST + np.arange(hours) * np.timedelta64(step_hours, "h")
    solar = (np.arange(hours) * step_hours + 7.75) % 24
    episode = _wandering(chance, hours, 0.985, 0.12)
    fields = {}
    for key in keys:
        sign = -1.0 if key == "o3" else 1.0
        day = 0.8 * np.cos((solar - 14.5) * np.pi / 12) if key == "o3" else 0.25 * np.cos((solar - 22) * np.pi / 12)
        common = sign * 0.7 * episode + day + _wandering(chance, hours, 0.7, 0.18)
        own = np.stack([_wandering(chance, hours, 0.6, 0.05) for _ in range(count)], axis=1)
        level = LEVELS[key] * np.exp(common[:, None] + own + np.linspace(-0.1, 0.1, count))
        fields[key] = (("time", "station"), np.maximum(np.round(level / STEPS[key]) * STEPS[key], STEPS[key]))
    data = xr.Dataset(fields, coords={"time": times, "station": [s.id for s in stations(count)]})
    return data if "pm25" not in keys or "pm10" not in keys else data.assign(pm10=np.maximum(data["pm10"], data["pm25"] + 3))


def _wandering(chance: np.random.Generator, hours: int, memory: float, size: float) -> Array:
    steps = chance.normal(0.0, size, hours)
    series = np.zeros(hours)
    for i in range(1, hours):
        series[i] = memory * series[i - 1] + steps[i]
    return series


def changed(data: xr.Dataset, key: str, where: tuple[object, object], values: object) -> xr.Dataset:
    """A copy with other values of one variable at (time, station)."""
    copy = data[key].values.copy()
    copy[where] = values
    return data.assign({key: (("time", "station"), copy)})
