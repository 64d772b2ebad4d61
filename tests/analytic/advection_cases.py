"""Standard tests of advection, on lattices of their own: a unit square, and a sphere of longitude and latitude.

Rotating slotted cylinder (Zalesak 1979, J. Comput. Phys. 31, 335), rotating cosine hill, and the swirl that turns back (LeVeque 1996,
SIAM J. Numer. Anal. 33, 627), with Courant numbers up to one half; the deformational flow over a zonal background, fourth case of Nair and
Lauritzen (2010, J. Comput. Phys. 229, 8868). Winds are differences of a stream function between the corners of cells, so no air gathers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.kernels.sweeps.streaming import Inflow, Scheme, advect
from hazecast.forecast.kernels.sweeps.substeps import once_along

Array = NDArray[np.float64]
Floats = NDArray[np.floating]
Shape = Callable[[Array, Array], Array]
Stream = Callable[[Array, Array, float], Array]

SAMPLES_A_CELL = 8
SCHEMES = {"van Leer": False, "PPM": True}


@dataclass(frozen=True)
class Norms:
    """Errors over those of nothing at all, least and greatest values, and how much the mass changed for one."""

    l1: float
    l2: float
    largest: float
    least: float
    greatest: float
    gained: float


@dataclass(frozen=True)
class Run:
    """A field (y, x) before and after, and the air of its cells."""

    before: Array
    after: Array
    air: Array

    @property
    def norms(self) -> Norms:
        error, weight = self.after - self.before, self.air
        l1 = float((abs(error) * weight).sum() / (self.before * weight).sum())
        l2 = float(np.sqrt((error**2 * weight).sum() / (self.before**2 * weight).sum()))
        gained = float(((error * weight).sum()) / (self.before * weight).sum())
        return Norms(l1, l2, float(abs(error).max() / self.before.max()), float(self.after.min()), float(self.after.max()), gained)


# ---- shapes on the unit square ----


def slotted_cylinder(x: Array, y: Array) -> Array:
    slot = (np.abs(x - 0.5) < 0.025) & (y < 0.85)
    return ((np.hypot(x - 0.5, y - 0.75) <= 0.15) & ~slot).astype(np.float64)


def cosine_hill(x: Array, y: Array) -> Array:
    return np.asarray((1 + np.cos(np.pi * np.minimum(np.hypot(x - 0.5, y - 0.75) / 0.15, 1.0))) / 2)


def smooth_hill(x: Array, y: Array) -> Array:
    return np.asarray(np.exp(-((x - 0.5) ** 2 + (y - 0.7) ** 2) / 0.08**2))


def turning(x: Array, y: Array, time: float) -> Array:  # noqa: ARG001
    return np.asarray(np.pi * ((x - 0.5) ** 2 + (y - 0.5) ** 2))


def swirling(x: Array, y: Array, time: float) -> Array:
    return np.asarray(np.sin(np.pi * x) ** 2 * np.sin(np.pi * y) ** 2 / np.pi * np.cos(np.pi * time / 1.5))


def cell_means(shape: Shape, n: int) -> Array:
    fine = (np.arange(n * SAMPLES_A_CELL) + 0.5) / (n * SAMPLES_A_CELL)
    return shape(*np.meshgrid(fine, fine)).reshape(n, SAMPLES_A_CELL, n, SAMPLES_A_CELL).mean(axis=(1, 3))


def corners(n: int) -> tuple[Array, Array]:
    edge = np.linspace(0.0, 1.0, n + 1)
    x, y = np.meshgrid(edge, edge)
    return x, y


# ---- carrying ----


def nothing_in(ratio: Floats) -> Inflow:
    """Clean air beyond the edges of `ratio` (layer, y, tracer, x)."""
    layers, rows, tracers, columns = ratio.shape
    west, south = np.zeros((layers, rows, tracers), ratio.dtype), np.zeros((layers, tracers, columns), ratio.dtype)
    return Inflow(west, west, south, south.copy())


def fluxes(stream: Array, kind: type[np.floating]) -> tuple[Floats, Floats]:
    """Through the faces between the corners on which the stream function is given (y, x), as one layer."""
    return (-np.diff(stream, axis=0)[None]).astype(kind), np.diff(stream, axis=1)[None].astype(kind)


def carried(
    tracers: Floats, air: Floats, stream: Callable[[float], Array], times: Array, scheme: Scheme, after_each: Callable[[Floats], None]
) -> Floats:
    """`tracers` (y, tracer, x) after steps from time to time, each with the winds of its middle.

    Beyond the edges the air is clean; beyond the poles of a sphere, where rows are rings, it is as in the last row.
    """
    ratio, moving = tracers[None].copy(), air[None].copy()
    one, inflow, kind = once_along(np.ones(1, np.int64), tracers.shape[0]), nothing_in(tracers[None]), tracers.dtype.type
    for number, (start, end) in enumerate(pairwise(times)):
        winds = fluxes(stream(float(start + end) / 2), kind)
        if scheme.periodic:
            inflow.south[0], inflow.north[0] = ratio[0, 0], ratio[0, -1]
        advect(scheme, (ratio,), moving, *winds, (inflow,), one, float(end - start), number)
        after_each(ratio[0])
    return ratio[0]


def steps(stream: Array, air: Array, until: float, courant: float) -> Array:
    """Times of an even number of steps, for the strongest wind to reach the Courant number given."""
    east, north = fluxes(stream, np.float64)
    strongest = max(float((abs(east[0, :, 1:]) / air).max()), float((abs(north[0, 1:]) / air).max()))
    return np.linspace(0.0, until, 2 * int(np.ceil(until * strongest / courant / 2)) + 1)


@cache
def on_the_square(scheme: str, shape: Shape, stream: Stream, n: int, kind: type[np.floating] = np.float64) -> Run:
    """A shape carried by a turn of the square round its centre (until 1), or by the swirl and back (until 1.5)."""
    x, y = corners(n)
    before, air = cell_means(shape, n), np.full((n, n), 1.0 / n**2)
    times = steps(stream(x, y, 0.0), air, 1.5 if stream is swirling else 1.0, 0.5)
    how = Scheme(SCHEMES[scheme], False, False)
    tracers = before[:, None].astype(kind)
    after = carried(tracers, air.astype(kind), lambda time: stream(x, y, time), times, how, lambda _: None)
    return Run(before, after[:, 0], air)


# ---- the sphere ----

PERIOD = 5.0
STRENGTH = 2.0


@dataclass(frozen=True)
class Sphere:
    """Cells of equal steps of longitude and latitude on the unit sphere, all round; corners and centres in radians."""

    columns: int

    @property
    def corners(self) -> tuple[Array, Array]:
        longitude = np.linspace(0.0, 2 * np.pi, self.columns + 1)
        return tuple(np.meshgrid(longitude, np.linspace(-np.pi / 2, np.pi / 2, self.columns // 2 + 1)))  # type: ignore[return-value]

    @property
    def area(self) -> Array:
        _, latitude = self.corners
        return np.asarray(np.diff(np.sin(latitude[:, 1:]), axis=0) * (2 * np.pi / self.columns))

    def means(self, shape: Shape) -> Array:
        """Over cells, from a fine mesh weighed by area."""
        fine = 4
        across = (np.arange(self.columns * fine) + 0.5) / (self.columns * fine) * 2 * np.pi
        up = (np.arange(self.columns // 2 * fine) + 0.5) / (self.columns // 2 * fine) * np.pi - np.pi / 2
        longitude, latitude = np.meshgrid(across, up)
        rows, weight = self.columns // 2, np.cos(latitude)
        parts = [a.reshape(rows, fine, self.columns, fine).sum(axis=(1, 3)) for a in (shape(longitude, latitude) * weight, weight)]
        return np.asarray(parts[0] / parts[1])


def deforming(longitude: Array, latitude: Array, time: float) -> Array:
    """Stream function of the fourth case: k sin²(λ - 2πt/T) cos²θ cos(πt/T) - 2π sin θ / T."""
    shifted = longitude - 2 * np.pi * time / PERIOD
    swirl = STRENGTH * np.sin(shifted) ** 2 * np.cos(latitude) ** 2 * np.cos(np.pi * time / PERIOD)
    return np.asarray(swirl - 2 * np.pi * np.sin(latitude) / PERIOD)


def _centres() -> tuple[float, float]:
    return 5 * np.pi / 6, 7 * np.pi / 6


def gaussian_hills(longitude: Array, latitude: Array) -> Array:
    """Smooth: 0.95 exp(-5 d²) of the straight distance d, about two places on the equator."""
    hills = np.zeros_like(longitude)
    for centre in _centres():
        hills += 0.95 * np.exp(-10 * (1 - np.cos(latitude) * np.cos(longitude - centre)))
    return hills


def cosine_bells(longitude: Array, latitude: Array) -> Array:
    """Between 0.1 and 1, of radius 1/2."""
    bells = np.full_like(longitude, 0.1)
    for centre in _centres():
        distance = np.arccos(np.clip(np.cos(latitude) * np.cos(longitude - centre), -1, 1))
        bells += np.where(distance < 0.5, 0.45 * (1 + np.cos(np.pi * distance / 0.5)), 0.0)
    return bells


@dataclass(frozen=True)
class Deformed:
    """The flow at its half way, when hills are drawn out to filaments, and at its end, when they are back."""

    gaussian: Run
    bells: Run
    halfway: Array

    @property
    def filament(self) -> float:
        """Area where the bells exceed one half at half way, over that at the start: 1 of a perfect scheme (Lauritzen and others 2012)."""
        area = self.bells.air
        return float(area[self.halfway > 0.5].sum() / area[self.bells.before > 0.5].sum())


@cache
def round_the_sphere(scheme: str, columns: int) -> Deformed:
    """Both pairs of hills through the whole period."""
    sphere = Sphere(columns)
    longitude, latitude = sphere.corners
    before, kept = np.stack([sphere.means(gaussian_hills), sphere.means(cosine_bells)], axis=1), []
    times = np.linspace(0.0, PERIOD, 2 * int(np.ceil(PERIOD * columns / 2.0)) + 1)
    how = Scheme(SCHEMES[scheme], False, True)

    def keep(tracers: Floats) -> None:
        kept.append(tracers[:, 1].copy() if len(kept) == times.size // 2 - 1 else None)

    after = carried(before, sphere.area, lambda time: deforming(longitude, latitude, time), times, how, keep)
    gaussian, bells = (Run(before[:, t], after[:, t], sphere.area) for t in range(2))
    return Deformed(gaussian, bells, kept[times.size // 2 - 1])
