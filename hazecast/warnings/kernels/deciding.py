"""The level of every value of whole trajectories, and how many trajectories bring an area to each level for hours on end.

Rows of a table of conditions: level, least humidity class, humidity class beyond the last, visibility below (m), PM2.5 above (µg m-3,
negative where a condition does not speak of it); the highest level comes first.
"""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Array = NDArray[np.float64]
Levels = NDArray[np.int8]
Flags = NDArray[np.bool_]
Index = NDArray[np.int64]

LEVEL, FIRST_CLASS, END_CLASS, VISIBILITY, PM25 = range(5)


@njit(cache=True)
def _highest(table: Array, humidity: int, pm25: float, visibility: float) -> int:
    """The level of the first row that is reached at a class of humidity, 0 without one."""
    for row in range(table.shape[0]):
        if table[row, FIRST_CLASS] <= humidity < table[row, END_CLASS] and visibility < table[row, VISIBILITY] and pm25 > table[row, PM25]:
            return int(table[row, LEVEL])
    return 0


@njit(cache=True)
def _is_amount(value: float) -> bool:
    return 0.0 <= value < np.inf


@njit(cache=True)
def _bounds(table: Array, classes: int, humidity: int, pm25: float, visibility: float, needs_pm25: bool) -> tuple[int, int]:
    """The lowest and the highest level that values lead to which could stand in place of what lacks; `humidity` below 0 lacks."""
    no_pm25, no_visibility = not _is_amount(pm25), not _is_amount(visibility)
    best_pm25, worst_pm25 = (0.0, np.inf) if no_pm25 else (pm25, pm25)
    best_visibility = np.inf if no_visibility else visibility
    worst_visibility = 0.0 if no_visibility or (no_pm25 and needs_pm25) else visibility
    if humidity >= 0:
        low = _highest(table, humidity, best_pm25, best_visibility)
        return low, _highest(table, humidity, worst_pm25, worst_visibility)
    low, high = 127, 0
    for each in range(classes):
        low = min(low, _highest(table, each, best_pm25, best_visibility))
        high = max(high, _highest(table, each, worst_pm25, worst_visibility))
    return low, high


@njit(parallel=True, cache=True)
def levels_of_draws(table: Array, pm25: Floats, visibility: Floats, humidity: Levels, levels: Levels, lacking: Flags) -> None:
    """Levels of values (draw, station, hour); `humidity` (station, hour) in classes, below 0 where it lacks.

    Draws in which anything lacks are marked in `lacking` (draw,): the levels of what lacks are not told here, see `bounds_of_lacking`.
    """
    clear = 0.0
    for row in range(table.shape[0]):
        clear = max(clear, table[row, VISIBILITY])
    for draw in prange(pm25.shape[0]):
        for station in range(pm25.shape[1]):
            dust, seen, moist = pm25[draw, station], visibility[draw, station], humidity[station]
            course = levels[draw, station]
            hazy, lacks = 0, 0
            for hour in range(course.size):
                hazy += not seen[hour] >= clear
                lacks += not (
                    (dust[hour] >= 0.0) & (dust[hour] < np.inf) & (seen[hour] >= 0.0) & (seen[hour] < np.inf) & (moist[hour] >= 0)
                )
                course[hour] = 0
            if lacks:
                lacking[draw] = True
            if hazy:
                _fill(table, dust, seen, moist, course)


@njit(cache=True)
def _fill(table: Array, dust: Floats, seen: Floats, moist: Levels, course: Levels) -> None:
    """The level of each hour: row by row and without a branch, so that many hours are compared at once."""
    for row in range(table.shape[0] - 1, -1, -1):
        level, first, end = np.int8(table[row, LEVEL]), np.int8(table[row, FIRST_CLASS]), np.int8(table[row, END_CLASS])
        least_seen, most_dust = table[row, VISIBILITY], table[row, PM25]
        for hour in range(course.size):
            reached = (moist[hour] >= first) & (moist[hour] < end) & (seen[hour] < least_seen) & (dust[hour] > most_dust)
            course[hour] = level if reached else course[hour]


@njit(parallel=True, cache=True)
def bounds_of_lacking(
    table: Array,
    classes: int,
    needs_pm25: bool,
    pm25: Floats,
    visibility: Floats,
    humidity: Levels,
    lacking: Flags,
    lowest: Levels,
    highest: Levels,
) -> None:
    """Where something lacks, in the draws that are marked, the lowest and highest level that may be; all as in `levels_of_draws`."""
    for draw in prange(pm25.shape[0]):
        if not lacking[draw]:
            continue
        for station in range(pm25.shape[1]):
            for hour in range(pm25.shape[2]):
                dust, seen = float(pm25[draw, station, hour]), float(visibility[draw, station, hour])
                moist = int(humidity[station, hour])
                if moist < 0 or not (_is_amount(dust) and _is_amount(seen)):
                    low, high = _bounds(table, classes, moist, dust, seen, needs_pm25)
                    lowest[draw, station, hour] = low
                    highest[draw, station, hour] = high


@njit(parallel=True, cache=True)
def count_areas(
    levels: Levels,
    members: Index,
    weights: Array,
    first: Index,
    needed: Array,
    begin: Index,
    end: Index,
    wanted: Levels,
    horizon: Index,
    least: Index,
    hourly: Index,
    window: Index,
) -> None:
    """In how many draws each area has each of the levels `wanted` or a higher one, in the hours and for hours on end in each window.

    The stations of area a are `members[first[a]:first[a + 1]]`, whose `weights` must add up to `needed[a]` to reach a
    level together; windows are the hours from `begin` to `end`; a level looks `horizon` hours into a window, and must last `least` of
    them, or all if there are fewer. Into `hourly` (area, level, hour) and `window` (area, window, level). `wanted` ascends.
    """
    for area in prange(first.size - 1):
        own, weight = members[first[area] : first[area + 1]], weights[first[area] : first[area + 1]]
        course = np.empty(levels.shape[2], np.int8)
        for draw in range(levels.shape[0]):
            _course_of(levels[draw], own, weight, needed[area], wanted, course)
            top = course.max()
            for i in range(wanted.size):
                if wanted[i] > top:
                    break
                for hour in range(course.size):
                    hourly[area, i, hour] += course[hour] >= wanted[i]
            if wanted[0] > top:
                continue
            for w in range(begin.size):
                for i in range(_highest_that_lasts(course, begin[w], end[w], wanted, horizon, least) + 1):
                    window[area, w, i] += 1


@njit(cache=True)
def _highest_that_lasts(course: Levels, begin: int, end: int, wanted: Levels, horizon: Index, least: Index) -> int:
    """The place in `wanted` of the highest level that the course keeps up in a window as long as it must; -1 without one."""
    top = 0
    for hour in range(begin, end):
        top = max(top, course[hour])
    for i in range(wanted.size - 1, -1, -1):
        stop = min(end, begin + horizon[i])
        if wanted[i] <= top and _lasts(course, begin, stop, min(least[i], stop - begin), wanted[i]):
            return i
    return -1


@njit(cache=True)
def _course_of(levels: Levels, own: Index, weight: Array, needed: float, wanted: Levels, course: Levels) -> None:
    """The highest level that stations of so much weight reach together, hour by hour."""
    for hour in range(course.size):
        if own.size == 1:
            course[hour] = levels[own[0], hour]
            continue
        course[hour] = 0
        for i in range(wanted.size - 1, -1, -1):
            together = 0.0
            for k in range(own.size):
                if levels[own[k], hour] >= wanted[i]:
                    together += weight[k]
                    if together >= needed:
                        break
            if together >= needed:
                course[hour] = wanted[i]
                break


@njit(cache=True)
def _lasts(course: Levels, begin: int, end: int, hours: int, level: int) -> bool:
    """Whether the course has the level or a higher one for so many hours on end."""
    length = 0
    for hour in range(begin, end):
        length = length + 1 if course[hour] >= level else 0
        if length >= hours:
            return True
    return False
