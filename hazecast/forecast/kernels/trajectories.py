"""Paths of particles through winds on a lattice, by the classical fourth-order Runge-Kutta method, many at a time.

Winds are linear between the points of (time, level, latitude, longitude), each of which has its components side by side. Below `POLAR`
degrees a step is taken in latitude and longitude; nearer to a pole, where meridians run together, in space, and back onto the sphere.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Array = NDArray[np.float64]
Winds = NDArray[np.floating]
Real = Any  # a number of the type of the winds, or a double
Triple = tuple[Real, Real, Real]
Quad = tuple[Real, Real, Real, Real]

RADIUS = 6_371_008.8  # m, mean radius of the Earth, IUGG
POLAR = 75.0
EDGE = 1e-9  # of the way to the next point or time: no more than rounding
DEGREES = 180.0 / np.pi


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
def wind_at(winds: Winds, levels: Array, axes: Axes, time: float, latitude: float, longitude: float, height: float) -> Triple:
    """The wind at a point, linear in `time` (s after the first), latitude, longitude (degrees) and height; NaN outside.

    winds   (time, level, latitude, longitude, component) eastward, northward in m s-1 and, if there is a third, upward in units of
            `levels` a second; two times and rows or more; NaN where it is missing, which makes every cell about it missing
    levels  (level,) ascending; on one alone height is of no matter, below the lowest the wind is that of the lowest
    """
    t, y, x = time * axes.per_second, (latitude - axes.south) * axes.per_latitude, (longitude - axes.west) * axes.per_longitude
    times, _, rows, columns, _ = winds.shape
    if abs(t - np.rint(t)) < EDGE:
        t = float(np.rint(t))
    if axes.around:
        x -= columns * np.floor(x / columns)
    k = _level_below(levels, height)
    up = _share_above(levels, k, height)
    reaches_east = axes.around or x <= columns - 1 + EDGE
    if not (-EDGE <= t <= times - 1 + EDGE and -EDGE <= y <= rows - 1 + EDGE and x >= -EDGE and reaches_east and up <= 1.0 + EDGE):
        return np.nan, np.nan, np.nan
    n, j, i = min(int(t), times - 2), min(int(y), rows - 2), min(int(x), columns - 1 if axes.around else columns - 2)
    e = i + 1 if i + 1 < columns else 0
    kind = winds.dtype.type
    north, east, later = kind(y - j), kind(x - i), kind(t - n)
    south, west = kind(1) - north, kind(1) - east
    weights = south * west, south * east, north * west, north * east
    if later == 1:
        return _column(winds, n + 1, k, kind(up), j, i, e, weights)
    before = _column(winds, n, k, kind(up), j, i, e, weights)
    return before if later == 0 else _between(before, _column(winds, n + 1, k, kind(up), j, i, e, weights), later)


@_compiled
def _turning(winds: Winds, levels: Array, axes: Axes, time: float, latitude: float, longitude: float, height: float) -> Triple:
    """Degrees of latitude and longitude, and units of height, a second."""
    eastward, northward, upward = wind_at(winds, levels, axes, time, latitude, longitude, height)
    degrees = DEGREES / RADIUS
    return northward * degrees, eastward * degrees / np.cos(latitude / DEGREES), float(upward)


@_compiled
def _step(winds: Winds, levels: Array, axes: Axes, time: float, dt: float, latitude: float, longitude: float, height: float) -> Triple:
    half = 0.5 * dt
    y1, x1, z1 = _turning(winds, levels, axes, time, latitude, longitude, height)
    y2, x2, z2 = _turning(winds, levels, axes, time + half, latitude + half * y1, longitude + half * x1, height + half * z1)
    y3, x3, z3 = _turning(winds, levels, axes, time + half, latitude + half * y2, longitude + half * x2, height + half * z2)
    y4, x4, z4 = _turning(winds, levels, axes, time + dt, latitude + dt * y3, longitude + dt * x3, height + dt * z3)
    latitude += dt / 6.0 * (y1 + 2.0 * (y2 + y3) + y4)
    longitude += dt / 6.0 * (x1 + 2.0 * (x2 + x3) + x4)
    return latitude, longitude, height + dt / 6.0 * (z1 + 2.0 * (z2 + z3) + z4)


@_compiled
def _on_the_sphere(x: float, y: float, z: float) -> tuple[float, float]:
    """Latitude and longitude in degrees of the point of the sphere below or above one in space."""
    return np.arctan2(z, np.hypot(x, y)) * DEGREES, np.arctan2(y, x) * DEGREES


@_compiled
def _moving(winds: Winds, levels: Array, axes: Axes, time: float, x: float, y: float, z: float, height: float) -> Quad:
    """Radii of the Earth a second along three axes in space, and units of height a second, above a point in space."""
    latitude, longitude = _on_the_sphere(x, y, z)
    eastward, northward, upward = wind_at(winds, levels, axes, time, latitude, _near(longitude, axes.west + 180.0), height)
    sine, cosine = np.sin(latitude / DEGREES), np.cos(latitude / DEGREES)
    east, north = np.sin(longitude / DEGREES), np.cos(longitude / DEGREES)
    outward = -northward * sine
    u, v = eastward / RADIUS, outward / RADIUS
    return v * north - u * east, v * east + u * north, northward * cosine / RADIUS, float(upward)


@_compiled
def _near(longitude: float, other: float) -> float:
    """The same longitude, in the turn that is nearest to `other`."""
    return float(longitude + 360.0 * np.rint((other - longitude) / 360.0))


@_compiled
def _step_in_space(winds: Winds, levels: Array, axes: Axes, t: float, dt: float, latitude: float, longitude: float, h: float) -> Triple:
    half, cosine = 0.5 * dt, np.cos(latitude / DEGREES)
    x, y, z = cosine * np.cos(longitude / DEGREES), cosine * np.sin(longitude / DEGREES), np.sin(latitude / DEGREES)
    x1, y1, z1, h1 = _moving(winds, levels, axes, t, x, y, z, h)
    x2, y2, z2, h2 = _moving(winds, levels, axes, t + half, x + half * x1, y + half * y1, z + half * z1, h + half * h1)
    x3, y3, z3, h3 = _moving(winds, levels, axes, t + half, x + half * x2, y + half * y2, z + half * z2, h + half * h2)
    x4, y4, z4, h4 = _moving(winds, levels, axes, t + dt, x + dt * x3, y + dt * y3, z + dt * z3, h + dt * h3)
    x += dt / 6.0 * (x1 + 2.0 * (x2 + x3) + x4)
    y += dt / 6.0 * (y1 + 2.0 * (y2 + y3) + y4)
    z += dt / 6.0 * (z1 + 2.0 * (z2 + z3) + z4)
    there, along = _on_the_sphere(x, y, z)
    return there, _near(along, longitude), h + dt / 6.0 * (h1 + 2.0 * (h2 + h3) + h4)


@njit(cache=True, error_model="numpy", fastmath={"contract"}, parallel=True)
def follow(paths: Array, winds: Winds, levels: Array, axes: Axes, start: float, dt: float, steps: int) -> None:
    """Fill `paths` from its first points on, in place; each particle by itself, so that the number of threads changes nothing.

    paths   (particle, record, 3) latitude and longitude in degrees, height in units of `levels`; the first record is given
    winds, levels, axes   as in `wind_at`
    start   of all particles, s after the first time of the winds;  dt  a step in s, below zero back in time;  steps  from record to record

    A particle that leaves the winds, in space or time, or meets missing wind is NaN from there on; one that comes down to the lowest level
    stays on it until the wind lifts it. Longitude goes on counting where a particle goes round a pole or the globe.
    Hairer, Nørsett and Wanner 1993, Solving Ordinary Differential Equations I, section II.1.
    """
    for p in prange(paths.shape[0]):
        latitude, longitude, height = paths[p, 0, 0], paths[p, 0, 1], max(paths[p, 0, 2], levels[0])
        paths[p, 0, 2] = height
        for r in range(1, paths.shape[1]):
            for s in range(steps):
                time = start + ((r - 1) * steps + s) * dt
                if abs(latitude) < POLAR:
                    latitude, longitude, height = _step(winds, levels, axes, time, dt, latitude, longitude, height)
                else:
                    latitude, longitude, height = _step_in_space(winds, levels, axes, time, dt, latitude, longitude, height)
                if height < levels[0]:
                    height = levels[0]
            paths[p, r, 0], paths[p, r, 1], paths[p, r, 2] = latitude, longitude, height
