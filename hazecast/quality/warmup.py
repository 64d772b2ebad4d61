"""Every kernel of the checks once, with the types that a cycle gives it; see hazecast.forecast.warmup."""

from collections.abc import Callable

import numpy as np
import xarray as xr

from hazecast.quality.thresholds import default_thresholds
from hazecast.quality.vet import vet
from hazecast.records import Station

START = np.datetime64("2020-01-01T00", "ns")
HOURS = 24 * 40
STATIONS = tuple(Station(str(i), f"Post {i}", 39.2 + 0.05 * (i % 2), 115.3 + 0.05 * (i // 2)) for i in range(6))


def exercises() -> tuple[tuple[str, Callable[[], object]], ...]:
    """What is compiled, in plain words, and how."""
    return (("checks of observations", checks),)


def checks() -> None:
    """A network of whom one goes with none of the others, and two are the same: every check has something to do."""
    chance = np.random.default_rng(1)
    common = np.cumsum(chance.normal(0.0, 0.1, (HOURS, 1)), axis=0) % 2.0
    values = np.round(50.0 * np.exp(common + chance.normal(0.0, 0.1, (HOURS, len(STATIONS)))))
    values[:, 0] = np.round(50.0 * np.exp(np.cumsum(chance.normal(0.0, 0.1, HOURS)) % 2.0))
    values[:, 2] = values[:, 1]
    times = START + np.arange(HOURS) * np.timedelta64(1, "h")
    fields = {"pm25": (("time", "station"), values), "pm10": (("time", "station"), values + 10.0)}
    vet(xr.Dataset(fields, {"time": times, "station": [s.id for s in STATIONS]}), STATIONS, default_thresholds())
