"""Trajectories of the fourth order through winds in four dimensions: beside the compiled kernel of Parcels 3, and beside scipy.

All follow the same particles through the same winds in the same steps, hour by hour over a region of China. Parcels compiles its kernel
with gcc before the first round, and runs on one thread; ours on as many as the benchmarks are given. With scipy the same method is
written as one would write it: all particles at once, each look-up a `RegularGridInterpolator` over time, level, latitude and longitude.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator

from benchmarks.measuring import Row, Times, in_turn
from hazecast.forecast.kernels.lockstep import RADIUS
from hazecast.forecast.kernels.trajectories import follow
from hazecast.forecast.kernels.wind_at_point import Axes

Array = NDArray[np.float64]
SOUTH, WEST, SPACING = 20.0, 95.0, 0.25
HOUR_S = 3600.0
DEGREES = 180.0 / np.pi / RADIUS
SAME_PLACE = 0.02  # degrees after a day: Parcels counts in 32 bits, and a minute of arc as a nautical mile


@dataclass(frozen=True, slots=True)
class Size:
    """Hours, levels, rows and columns of the winds; particles, of which scipy gets a part; steps an hour; rounds."""

    winds: tuple[int, int, int, int]
    particles: int
    for_scipy: int
    steps: int
    rounds: int


FULL = Size(winds=(25, 10, 121, 161), particles=10_000, for_scipy=2_000, steps=12, rounds=5)
SMALL = Size(winds=(3, 4, 21, 25), particles=50, for_scipy=50, steps=4, rounds=1)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """Winds (time, level, latitude, longitude, component), the levels in m, where particles start (particle, 3), and how long."""

    winds: NDArray[np.float32]
    levels: Array
    starts: Array
    steps: int

    @property
    def hours(self) -> int:
        """From the first time to the last."""
        return self.winds.shape[0] - 1

    @property
    def axes(self) -> tuple[Array, Array, Array, Array]:
        """Seconds, m, degrees north and east."""
        times, _, rows, columns, _ = self.winds.shape
        return HOUR_S * np.arange(times), self.levels, SOUTH + SPACING * np.arange(rows), WEST + SPACING * np.arange(columns)

    @property
    def particle_steps(self) -> int:
        """How many steps all particles take together."""
        return self.starts.shape[0] * self.hours * self.steps

    def first(self, number: int) -> "Case":
        """With so many of the particles."""
        return Case(self.winds, self.levels, self.starts[:number], self.steps)


def rows(small: bool) -> list[Row]:
    """Every line of the table, in its order; a peer that is not installed is left out, and Parcels, which calls gcc, when small."""
    size = SMALL if small else FULL
    case = _case(size)
    found = [_beside_scipy(case.first(size.for_scipy), size.rounds)]
    if small or find_spec("parcels") is None:
        return found
    return [_beside_parcels(case, size.rounds), *found]


def _beside_parcels(case: Case, rounds: int) -> Row:
    run = _parcels(case)
    times = in_turn(lambda: _ours(case), {"Parcels": run}, rounds)
    _require_same(case, run(), "Parcels")
    return _row(case, times, "Parcels", "Parcels 3, compiled by gcc, 1 thread", 16.0)


def _beside_scipy(case: Case, rounds: int) -> Row:
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        times = in_turn(lambda: _ours(case), {"scipy": lambda: _scipy(case)}, rounds)
        _require_same(case, _scipy(case), "scipy")
        return _row(case, times, "scipy", "scipy's RegularGridInterpolator, both on 1 thread", 18.0)
    finally:
        numba.set_num_threads(threads)


def _row(case: Case, times: Times, peer: str, against: str, goal: float) -> Row:
    name = f"trajectories, {case.starts.shape[0]:,} particles, {case.hours} h in steps of {HOUR_S / case.steps / 60:g} min"
    return Row(name, case.particle_steps / median(times.ours) / 1e6, "million steps/s", against, times.ratio(peer), goal)


def _case(size: Size) -> Case:
    """A jet that meanders and shifts, with air that rises and sinks in it: smooth, and nowhere alike."""
    _, levels, height, width = size.winds
    t, z, y, x = np.meshgrid(*(np.linspace(0.0, 1.0, n) for n in size.winds), indexing="ij")
    phase = 2 * np.pi * (x - 0.3 * t)
    eastward = 2.0 + 6.0 * z + 4.0 * np.cos(3 * np.pi * y + np.sin(phase))
    northward = 5.0 * np.sin(phase) * np.cos(np.pi * y)
    upward = 0.01 * np.cos(2 * phase) * np.sin(np.pi * z)
    chance = np.random.default_rng(1)
    middle = [(SOUTH + SPACING * height * s, WEST + SPACING * width * s) for s in (0.4, 0.6)]
    (south, west), (north, east) = middle
    starts = np.stack([chance.uniform(*span, size.particles) for span in ((south, north), (west, east), (400.0, 2000.0))], axis=-1)
    winds = np.stack([eastward, northward, upward], axis=-1).astype(np.float32)
    return Case(winds, np.linspace(50.0, 3000.0, levels), starts, size.steps)


def _ours(case: Case) -> Array:
    paths = np.empty((case.starts.shape[0], case.hours + 1, 3))
    paths[:, 0] = case.starts
    axes = Axes(SOUTH, 1.0 / SPACING, WEST, 1.0 / SPACING, 1.0 / HOUR_S, False)
    follow(paths, case.winds, case.levels, axes, 0.0, HOUR_S / case.steps, case.steps)
    return paths[:, -1]


def _scipy(case: Case) -> Array:
    look_up = RegularGridInterpolator(case.axes, case.winds, bounds_error=False)
    place, dt = case.starts.copy(), HOUR_S / case.steps

    def moving(seconds: float, at: Array) -> Array:
        wind = look_up(np.stack([np.full(at.shape[0], seconds), at[:, 2], at[:, 0], at[:, 1]], axis=-1))
        east = wind[:, 0] * DEGREES / np.cos(np.deg2rad(at[:, 0]))
        return np.stack([wind[:, 1] * DEGREES, east, wind[:, 2]], axis=-1)

    for step in range(case.hours * case.steps):
        now = step * dt
        a = moving(now, place)
        b = moving(now + dt / 2, place + dt / 2 * a)
        c = moving(now + dt / 2, place + dt / 2 * b)
        d = moving(min(now + dt, case.hours * HOUR_S), place + dt * c)
        place += dt / 6 * (a + 2 * (b + c) + d)
    return place


def _parcels(case: Case) -> Callable[[], Array]:
    """A run of all particles from their starts by the kernel `AdvectionRK4_3D`, which is compiled in the first of them alone.

    Parcels adds the last displacement of a run only when it goes on: one step more is asked for, and its winds last one hour longer.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import parcels

        winds = np.concatenate([case.winds, case.winds[-1:]])
        seconds, levels, latitude, longitude = case.axes
        data = {name: np.ascontiguousarray(winds[..., number]) for number, name in enumerate("UVW")}
        axes = {"time": np.append(seconds, seconds[-1] + HOUR_S), "depth": levels, "lat": latitude, "lon": longitude}
        fields = parcels.FieldSet.from_data(data, axes, mesh="spherical")
        north, east, height = case.starts.T
        particles = parcels.ParticleSet(fields, parcels.JITParticle, lon=east, lat=north, depth=height, time=np.zeros(north.size))
        kernel = particles.Kernel(parcels.AdvectionRK4_3D)
    dt, held = HOUR_S / case.steps, particles.particledata.data
    start = {"lon": east, "lat": north, "depth": height, "time": 0.0}

    def run() -> Array:
        for name, values in start.items():
            held[name][:] = values
            if f"{name}_nextloop" in held:
                held[f"{name}_nextloop"][:] = values
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            particles.execute(kernel, runtime=case.hours * HOUR_S + dt, dt=dt, verbose_progress=False)
        return np.stack([held["lat"], held["lon"], held["depth"]], axis=-1)

    return run


def _require_same(case: Case, other: Array, peer: str) -> None:
    apart = float(np.abs(_ours(case) - other)[:, :2].max())
    if not apart < SAME_PLACE:
        raise ValueError(f"The particles of {peer} end {apart} degrees from ours; expected less than {SAME_PLACE}.")
