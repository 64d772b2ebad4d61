"""What whole trajectories say of an area: in how many of them it reaches a level for hours on end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from hazecast.records import Level
from hazecast.warnings.deciding import level_bounds
from hazecast.warnings.hourly_edition import HourlyEdition

Array = NDArray[np.float64]
Levels = NDArray[np.int8]

WHOLE_WINDOW_HOURS = 24  # a horizon of a day is the window, also where clocks change and it has 25 hours


@dataclass(frozen=True, slots=True, eq=False)
class DrawnLevels:
    """The lowest and the highest level that each draw may have, (draw, station, hour); equal where nothing lacks."""

    lowest: Levels
    highest: Levels

    def __post_init__(self) -> None:
        if self.lowest.shape != self.highest.shape or self.lowest.ndim != 3 or not self.lowest.size:
            raise ValueError(f"Levels of {self.lowest.shape} and {self.highest.shape}; expected one shape (draw, station, hour).")


def drawn_levels(edition: HourlyEdition, pm25: ArrayLike, visibility: ArrayLike, relative_humidity: Array) -> DrawnLevels:
    """Of PM2.5 (µg m-3) and visibility (m) as (draw, station, hour), and humidity (%) as (station, hour)."""
    return DrawnLevels(*level_bounds(edition, pm25, visibility, relative_humidity[None]))


def of_area(levels: Levels, needed: int) -> Levels:
    """The highest level (draw, hour) that `needed` of the stations reach together, from levels (draw, station, hour)."""
    return np.asarray(np.sort(levels, axis=1)[:, -needed])


def hourly_chances(of_draws: Levels, levels: Sequence[Level]) -> Array:
    """The share of draws (level, hour) whose area has each of the levels or a higher one, from levels (draw, hour)."""
    return np.stack([(of_draws >= level).mean(axis=0) for level in levels])


def window_chances(of_draws: Levels, edition: HourlyEdition, minimum_hours: int) -> Array:
    """The share of draws (level) in which each level or a higher one is sustained, within its own horizon, from levels (draw, hour).

    A level that the edition wants for longer than `minimum_hours` must last so long.
    """
    reached = np.full(of_draws.shape[0], Level.NONE, dtype=np.int8)
    for row in edition.levels:
        runs = sustained(within_horizon(of_draws, row.horizon_hours), max(minimum_hours, row.least_hours))
        reached[runs.max(axis=-1) >= row.level] = row.level
    return np.array([(reached >= row.level).mean() for row in edition.levels])


def sustained(hourly: NDArray[np.generic], hours: int) -> NDArray[np.generic]:
    """The least of each run of so many consecutive hours of series (…, hour), or of the whole series if it is shorter."""
    return np.asarray(sliding_window_view(hourly, min(hours, hourly.shape[-1]), axis=-1).min(axis=-1))


def within_horizon(hourly: NDArray[np.generic], horizon_hours: int) -> NDArray[np.generic]:
    """The hours (…, hour) of a window that a level looks at."""
    return hourly if horizon_hours >= WHOLE_WINDOW_HOURS else hourly[..., :horizon_hours]
