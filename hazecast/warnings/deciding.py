"""The level of every value of a field or a series, and UNKNOWN wherever what is lacking could change it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hazecast.records import Level
from hazecast.warnings.hourly_edition import HourlyEdition, Values
from hazecast.warnings.usable import usable


def levels(edition: HourlyEdition, pm25: ArrayLike, visibility: ArrayLike, relative_humidity: ArrayLike) -> NDArray[np.int8]:
    """Levels (as int8 of `Level`) of PM2.5 (µg m-3), visibility (m) and relative humidity (%), arrays that broadcast together.

    A value that is NaN, infinite or negative is lacking. A level is known only if every value that could stand in its place
    leads to the same one; where PM2.5 is lacking, visibility is not believed to be good, for it is derived from PM2.5.
    """
    lowest, highest = level_bounds(edition, pm25, visibility, relative_humidity)
    return np.where(lowest == highest, lowest, np.int8(Level.UNKNOWN)).astype(np.int8)


def level_bounds(
    edition: HourlyEdition, pm25: ArrayLike, visibility: ArrayLike, relative_humidity: ArrayLike
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """The lowest and the highest level that values lead to which could stand in place of what is lacking; else as `levels`."""
    arrays = np.broadcast_arrays(usable(pm25), usable(visibility), usable(relative_humidity))
    lowest = edition.highest_reached(*arrays)
    highest = lowest.copy()
    lacking = np.isnan(arrays[0]) | np.isnan(arrays[1]) | np.isnan(arrays[2])
    if lacking.any():
        lowest[lacking], highest[lacking] = _bounds_where_lacking(edition, *(a[lacking] for a in arrays))
    return lowest, highest


def _bounds_where_lacking(
    edition: HourlyEdition, pm25: Values, visibility: Values, humidity: Values
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    best_pm25, worst_pm25 = (np.where(np.isnan(pm25), bound, pm25) for bound in (0.0, np.inf))
    best_visibility = np.where(np.isnan(visibility), np.inf, visibility)
    doubtful = np.isnan(visibility) | (np.isnan(pm25) & edition.names_pm25)
    worst_visibility = np.where(doubtful, 0.0, visibility)
    humidities = [np.where(np.isnan(humidity), h, humidity) for h in edition.humidity_classes]
    lowest: NDArray[np.int8] = np.min([edition.highest_reached(best_pm25, best_visibility, h) for h in humidities], axis=0)
    highest: NDArray[np.int8] = np.max([edition.highest_reached(worst_pm25, worst_visibility, h) for h in humidities], axis=0)
    return lowest, highest
