"""The wind at one point, linear between the points of (time, level, latitude, longitude), each of which has its components side by side."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Winds = NDArray[np.floating]
Real = Any  # a number of the type of the winds, or a double
Triple = tuple[Real, Real, Real]
Quad = tuple[Real, Real, Real, Real]

EDGE = 1e-9  # of the way to the next point or time: no more than rounding


class Axes(NamedTuple):
    """Where the winds stand: the first row and column in degrees, how many a degree, and times a second.

    `around` where the columns close a circle: the first is the next of the last.
    """

    south: float
    per_latitude: float
    west: float
    per_longitude: float
    per_second: float
    around: bool


_compiled = njit(cache=True, error_model="numpy", fastmath={"contract"})


@_compiled
def _plane(winds: Winds, t: int, k: int, j: int, i: int, e: int, weights: Quad) -> Triple:
    """The wind between four points of one time and level: rows j and j + 1, columns i and e."""
    south, north = winds[t, k, j], winds[t, k, j + 1]
    a, b, c, d = weights
    eastward = a * south[i, 0] + b * south[e, 0] + c * north[i, 0] + d * north[e, 0]
    northward = a * south[i, 1] + b * south[e, 1] + c * north[i, 1] + d * north[e, 1]
    if winds.shape[4] < 3:
        return eastward, northward, eastward * 0
    return eastward, northward, a * south[i, 2] + b * south[e, 2] + c * north[i, 2] + d * north[e, 2]


@_compiled
def _between(low: Triple, high: Triple, share: Real) -> Triple:
    return low[0] + share * (high[0] - low[0]), low[1] + share * (high[1] - low[1]), low[2] + share * (high[2] - low[2])


@_compiled
def _column(winds: Winds, t: int, k: int, up: Real, j: int, i: int, e: int, weights: Quad) -> Triple:
    """The wind of one time; `up` is the share of level k + 1."""
    low = _plane(winds, t, k, j, i, e, weights)
    return low if up == 0.0 else _between(low, _plane(winds, t, k + 1, j, i, e, weights), up)


@_compiled
def _level_below(levels: Array, height: float) -> int:
    k = 0
    while k < levels.size - 2 and height > levels[k + 1]:
        k += 1
    return k


@_compiled
def _share_above(levels: Array, k: int, height: float) -> float:
    """How far `height` lies from level k to the next; 0 on and below the lowest level, and everywhere where that is the only one."""
    if levels.size == 1 or height <= levels[0]:
        return 0.0
    return float((height - levels[k]) / (levels[k + 1] - levels[k]))


@_compiled
def time_before(axes: Axes, times: int, time: float) -> tuple[int, float]:
    """The number of the time before `time` (s after the first), and the share of the next; -1 outside. No share where rounding made it."""
    t = time * axes.per_second
    if not -EDGE <= t <= times - 1 + EDGE:
        return -1, 0.0
    near = int(np.rint(t))
    return (near, 0.0) if abs(t - near) < EDGE else (int(t), t - int(t))


@_compiled
def wind_at(winds: Winds, levels: Array, axes: Axes, time: float, latitude: float, longitude: float, height: float) -> Triple:
    """The wind at a point, linear in `time` (s after the first), latitude, longitude (degrees) and height; NaN outside.

    winds   (time, level, latitude, longitude, component) eastward, northward in m s-1 and, if there is a third, upward in units of
            `levels` a second; two times and rows or more; NaN where it is missing, which makes every cell about it missing
    levels  (level,) ascending; on one alone height is of no matter, below the lowest the wind is that of the lowest
    """
    y, x = (latitude - axes.south) * axes.per_latitude, (longitude - axes.west) * axes.per_longitude
    times, _, rows, columns, _ = winds.shape
    n, share = time_before(axes, times, time)
    if axes.around:
        x -= columns * np.floor(x / columns)
    k = _level_below(levels, height)
    up = _share_above(levels, k, height)
    reaches_east = axes.around or x <= columns - 1 + EDGE
    if not (n >= 0 and -EDGE <= y <= rows - 1 + EDGE and x >= -EDGE and reaches_east and up <= 1.0 + EDGE):
        return np.nan, np.nan, np.nan
    j, i = min(int(y), rows - 2), min(int(x), columns - 1 if axes.around else columns - 2)
    e = i + 1 if i + 1 < columns else 0
    kind = winds.dtype.type
    north, east, later = kind(y - j), kind(x - i), kind(share)
    south, west = kind(1) - north, kind(1) - east
    weights = south * west, south * east, north * west, north * east
    before = _column(winds, n, k, kind(up), j, i, e, weights)
    return before if later == 0 else _between(before, _column(winds, n + 1, k, kind(up), j, i, e, weights), later)
