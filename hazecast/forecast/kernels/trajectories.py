"""Paths of particles through winds on a lattice, by the classical fourth-order Runge-Kutta method, many at a time.

Particles go in step, `BLOCK` of them together. Below `POLAR` degrees a step is taken in latitude and longitude; nearer to a pole, where
meridians run together, in space, and back onto the sphere.
"""

from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from hazecast.forecast.kernels.lockstep import DEGREES, RADIUS, arrive, floors_of, locate, look_up, move
from hazecast.forecast.kernels.wind_at_point import Axes, Quad, Triple, Winds, time_before, wind_at

Array = NDArray[np.float64]

BLOCK = 128
POLAR = 75.0
STAGES = ((0.0, 0.5, 1.0 / 6.0), (0.5, 0.5, 1.0 / 3.0), (0.5, 1.0, 1.0 / 3.0), (1.0, 0.0, 1.0 / 6.0))
"""Of a step: when each looks, how far on the next one looks, and its weight."""

_compiled = njit(cache=True, error_model="numpy", fastmath={"contract"})


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


@_compiled
def _stage(winds: Winds, floors: Any, axes: Axes, time: float, at: Array, cells: Any, shares: Winds, found: Winds) -> None:
    """The winds at all places of `at`, (3, particle), into `found`, (3, particle)."""
    times, _, rows, columns, components = winds.shape
    n, share = time_before(axes, times, time)
    levels, inverse, bins, per_height = floors
    locate(at[0], at[1], at[2], levels, inverse, bins, per_height, axes, (rows, columns, components), cells, shares)
    if n < 0:
        shares[3] = np.nan
    n = max(n, 0)
    before = winds[n].reshape(-1)
    after = winds[n + 1].reshape(-1) if share > 0.0 else before
    look_up(before, after, winds.dtype.type(share), columns * components, components, cells, shares, found)


@_compiled
def _cross_poles(winds: Winds, levels: Array, axes: Axes, time: float, dt: float, begin: Array, change: Array) -> None:
    """The change of place in a step, (3, particle), of those that are near a pole; that of others is left."""
    for p in range(begin.shape[1]):
        if abs(begin[0, p]) >= POLAR:
            y, x, z = _step_in_space(winds, levels, axes, time, dt, begin[0, p], begin[1, p], begin[2, p])
            change[0, p], change[1, p], change[2, p] = y - begin[0, p], x - begin[1, p], z - begin[2, p]


@_compiled
def _steps(winds: Winds, floors: Any, axes: Axes, start: float, dt: float, steps: int, begin: Array) -> None:
    """Bring the particles of a block, (3, particle), on by so many steps, in place."""
    size = begin.shape[1]
    at, change = begin.copy(), np.empty((3, size))
    cells, shares, found = np.empty((3, size), np.int32), np.empty((4, size), winds.dtype), np.empty((3, size), winds.dtype)
    for s in range(steps):
        time = start + s * dt
        for number in range(4):
            when, reach, weight = STAGES[number]
            _stage(winds, floors, axes, time + when * dt, at, cells, shares, found)
            move(found, begin, reach * dt, weight * dt, number == 0, at, change)
        _cross_poles(winds, floors[0], axes, time, dt, begin, change)
        arrive(begin, change, floors[0][0], at)


@njit(cache=True, error_model="numpy", fastmath={"contract"}, parallel=True)
def follow(paths: Array, winds: Winds, levels: Array, axes: Axes, start: float, dt: float, steps: int) -> None:
    """Fill `paths` from its first points on, in place; each block of particles by itself, so that the number of threads changes nothing.

    paths   (particle, record, 3) latitude and longitude in degrees, height in units of `levels`; the first record is given
    winds, levels, axes   as in `wind_at`; those of one time are fewer than 2^31 numbers
    start   of all particles, s after the first time of the winds;  dt  a step in s, below zero back in time;  steps  from record to record

    A particle that leaves the winds, in space or time, or meets missing wind is NaN from there on; one that comes down to the lowest level
    stays on it until the wind lifts it. Longitude goes on counting where a particle goes round a pole or the globe.
    Hairer, Nørsett and Wanner 1993, Solving Ordinary Differential Equations I, section II.1.
    """
    floors = floors_of(levels)
    for block in prange((paths.shape[0] + BLOCK - 1) // BLOCK):
        own = paths[block * BLOCK : (block + 1) * BLOCK]
        places = np.empty((3, own.shape[0]))
        for p in range(own.shape[0]):
            own[p, 0, 2] = max(own[p, 0, 2], levels[0])
            for axis in range(3):
                places[axis, p] = own[p, 0, axis]
        for r in range(1, own.shape[1]):
            _steps(winds, floors, axes, start + (r - 1) * steps * dt, dt, steps, places)
            for p in range(own.shape[0]):
                for axis in range(3):
                    own[p, r, axis] = places[axis, p]
