"""A made-up year of a national network, as its public dumps have it: one CSV a day, a row an hour and pollutant, a column a site."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FIRST_DAY = np.datetime64("2025-01-01", "D")
TYPES = ("PM2.5", "PM10", "SO2", "NO2", "O3", "CO")
MEANS = (45.0, 80.0, 9.0, 30.0, 60.0, 0.8)  # CO in mg m-3, all else in µg m-3
LACKING = 0.03
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Network:
    """So many sites, for so many days; every value is told apart by its seed."""

    sites: int
    days: int
    seed: int = 1

    @property
    def values(self) -> int:
        """How many there would be if none lacked."""
        return self.sites * self.days * 24 * len(TYPES)

    @property
    def pace(self) -> float:
        """Values a second as they come in reality."""
        return self.sites * len(TYPES) / 3600

    @property
    def names(self) -> tuple[str, ...]:
        """The sites' codes."""
        return tuple(f"{1001 + site}A" for site in range(self.sites))


def write_dumps(network: Network, folder: Path) -> int:
    """Write every day's file; returns their size in bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    return sum(_write_day(network, day, folder) for day in range(network.days))


def _write_day(network: Network, day: int, folder: Path) -> int:
    date = str(FIRST_DAY + day).replace("-", "")
    lines = [",".join(("date", "hour", "type", *network.names)), *_lines(network, day, date)]
    return (folder / f"china_sites_{date}.csv").write_bytes(("\n".join(lines) + "\n").encode())


def _lines(network: Network, day: int, date: str) -> Iterator[str]:
    values = values_of(network, day)
    lacking = np.isnan(values)
    for hour in range(24):
        for number, kind in enumerate(TYPES):
            written = np.char.mod("%.1f" if kind == "CO" else "%.0f", values[hour, number])
            written[lacking[hour, number]] = ""
            yield f"{date},{hour},{kind}," + ",".join(written.tolist())


def values_of(network: Network, day: int) -> Array:
    """Values (hour, type, site) of a day: they go up and down with the hour and differ from site to site; some lack."""
    rng = np.random.default_rng([network.seed, day])
    shape = (24, len(TYPES), network.sites)
    course = 1.0 + 0.4 * np.cos(2 * np.pi * (np.arange(24) - 8) / 24)[:, None, None]
    values = np.asarray(MEANS)[:, None] * course * rng.gamma(4.0, 0.25, shape)
    values[rng.random(shape) < LACKING] = np.nan
    values[:, -1] = np.round(values[:, -1], 1)
    values[:, :-1] = np.round(values[:, :-1])
    return values
