"""What whole trajectories say of an area: in how many of them it reaches a level for hours on end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from hazecast.records import Level
from hazecast.warnings.hourly_edition import HourlyEdition
from hazecast.warnings.kernels.deciding import bounds_of_lacking, count_areas, levels_of_draws
from hazecast.warnings.usable import usable

Array = NDArray[np.float64]
Floats = NDArray[np.floating]
Levels = NDArray[np.int8]

WHOLE_WINDOW_HOURS = 24  # a horizon of a day is the window, also where clocks change and it has 25 hours


@dataclass(frozen=True, slots=True, eq=False)
class DrawnLevels:
    """The lowest and the highest level that each draw may have, (draw, station, hour); one array where nothing lacks."""

    lowest: Levels
    highest: Levels

    def __post_init__(self) -> None:
        if self.lowest.shape != self.highest.shape or self.lowest.ndim != 3 or not self.lowest.size:
            raise ValueError(f"Levels of {self.lowest.shape} and {self.highest.shape}; expected one shape (draw, station, hour).")


def drawn_levels(edition: HourlyEdition, pm25: ArrayLike, visibility: ArrayLike, relative_humidity: Floats) -> DrawnLevels:
    """Of PM2.5 (µg m-3) and visibility (m) as (draw, station, hour), and humidity (%) as (station, hour)."""
    dust, seen = (np.ascontiguousarray(v) for v in np.broadcast_arrays(pm25, visibility))
    if dust.dtype != np.float32 or seen.dtype != np.float32:
        dust, seen = dust.astype(np.float64), seen.astype(np.float64)
    table, classes = _table(edition), edition.humidity_classes
    humidity = np.ascontiguousarray(np.broadcast_to(_humidity_class(usable(relative_humidity), classes), dust.shape[1:]))
    lowest, lacking = np.empty(dust.shape, dtype=np.int8), np.zeros(dust.shape[0], dtype=np.bool_)
    levels_of_draws(table, dust, seen, humidity, lowest, lacking)
    if not lacking.any():
        return DrawnLevels(lowest, lowest)
    highest = lowest.copy()
    bounds_of_lacking(table, len(classes), edition.names_pm25, dust, seen, humidity, lacking, lowest, highest)
    return DrawnLevels(lowest, highest)


def chances_of_bounds(
    drawn: DrawnLevels,
    edition: HourlyEdition,
    areas: Sequence[Sequence[int]],
    needed: Sequence[float],
    windows: Sequence[slice],
    minimum_hours: int,
    weights: Array | None = None,
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """`area_chances` of the lowest levels and of the highest; counted once where nothing lacks."""
    least = area_chances(drawn.lowest, edition, areas, needed, windows, minimum_hours, weights)
    if drawn.highest is drawn.lowest:
        return least, least
    return least, area_chances(drawn.highest, edition, areas, needed, windows, minimum_hours, weights)


def area_chances(
    levels: Levels,
    edition: HourlyEdition,
    areas: Sequence[Sequence[int]],
    needed: Sequence[float],
    windows: Sequence[slice],
    minimum_hours: int,
    weights: Array | None = None,
) -> tuple[Array, Array]:
    """The share of draws in which an area has each of the edition's levels or a higher one: (area, level, hour), (area, window, level).

    From levels (draw, station, hour); an area is made of the stations at some places along them, of which `needed` reach a level together:
    so many, or so much of the `weights` (station,); in a window it must be sustained, within the level's own horizon, for `minimum_hours`
    or as long as the edition wants.
    """
    wanted = np.array([row.level for row in edition.levels], dtype=np.int8)
    hours = levels.shape[2]
    begin, end = (np.array(bounds, dtype=np.int64) for bounds in zip(*(w.indices(hours)[:2] for w in windows), strict=True))
    horizon = [hours if row.horizon_hours >= WHOLE_WINDOW_HOURS else row.horizon_hours for row in edition.levels]
    least = [max(minimum_hours, row.least_hours) for row in edition.levels]
    members = np.array([station for area in areas for station in area], dtype=np.int64)
    hourly = np.zeros((len(areas), wanted.size, hours), dtype=np.int64)
    window = np.zeros((len(areas), len(windows), wanted.size), dtype=np.int64)
    count_areas(
        np.ascontiguousarray(levels),
        members,
        np.ones(members.size) if weights is None else weights[members],
        np.concatenate([[0], np.cumsum([len(area) for area in areas])]).astype(np.int64),
        np.array(needed, dtype=np.float64),
        begin,
        end,
        wanted,
        np.array(horizon, dtype=np.int64),
        np.array(least, dtype=np.int64),
        hourly,
        window,
    )
    return hourly / levels.shape[0], window / levels.shape[0]


def _table(edition: HourlyEdition) -> Array:
    """The edition's conditions as the kernel wants them, the highest level first."""
    classes = edition.humidity_classes
    rows = [
        (
            level,
            np.searchsorted(classes, c.humidity_from),
            np.searchsorted(classes, c.humidity_below),
            c.visibility_below_m,
            -1.0 if c.pm25_above_ug_m3 is None else c.pm25_above_ug_m3,
        )
        for level, c in reversed(edition.conditions)
    ]
    return np.array(rows, dtype=np.float64)


def _humidity_class(humidity: NDArray[np.floating], classes: tuple[float, ...]) -> Levels:
    lacking = np.isnan(humidity)
    own = np.searchsorted(classes, np.where(lacking, 0.0, humidity), side="right") - 1
    return np.where(lacking, -1, own).astype(np.int8)


def hourly_chances(of_draws: Levels, levels: Sequence[Level]) -> Array:
    """The share of draws (level, hour) whose area has each of the levels or a higher one, from levels (draw, hour)."""
    return np.stack([(of_draws >= level).mean(axis=0) for level in levels])


def sustained(hourly: NDArray[np.generic], hours: int) -> NDArray[np.generic]:
    """The least of each run of so many consecutive hours of series (…, hour), or of the whole series if it is shorter."""
    return np.asarray(sliding_window_view(hourly, min(hours, hourly.shape[-1]), axis=-1).min(axis=-1))


def within_horizon(hourly: NDArray[np.generic], horizon_hours: int) -> NDArray[np.generic]:
    """The hours (…, hour) of a window that a level looks at."""
    return hourly if horizon_hours >= WHOLE_WINDOW_HOURS else hourly[..., :horizon_hours]
