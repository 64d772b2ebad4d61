"""Advection: cells × tracers advanced a second, in 32 bits, beside PyMPDATA, the same scheme in C and in numpy, and the machine's peak.

Tracers are smooth plumes in a swirl, and every step has one sweep along rows and one across, with Courant numbers up to one half.
PyMPDATA (non-oscillatory, two iterations, unit air) carries one field at a time, each with both threads: it has no tracers beside each
other. Its time does not depend on what the field holds, so one field is timed and counted for all. What it reaches in the rotating
cylinder is told in the docs beside what ours does.
"""

import ctypes
import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import numba
import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from benchmarks.measuring import Row, Times, in_turn
from hazecast.forecast.kernels.sweeps.streaming import Inflow, Scheme, advect
from hazecast.forecast.kernels.sweeps.substeps import once_along

Floats = NDArray[np.float32]

C_FILE = Path(__file__).with_suffix(".c")
C_FLAGS = ("-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC")
COURANT = 0.5
MPDATA_LONGER = 5  # times as many steps in one call, so that what each call costs beside does not count
SCHEMES = {"van Leer": False, "PPM": True}
GOALS = {("van Leer", 0): 20.0, ("van Leer", 1): 12.0, ("PPM", 0): 13.0, ("PPM", 1): 9.0}
# Additions, multiplications, comparisons and choices for one tracer of a cell in both sweeps, as in the formulas; a fused pair is two.
OPERATIONS = {"van Leer": 2 * (13 + 5 + 8), "PPM": 2 * (13 + 5 + 22 + 8)}


@dataclass(frozen=True, slots=True)
class Size:
    """Layers and tracers, cells of both lattices, steps of a run, and rounds of each timing."""

    layers: int
    tracers: int
    lattices: tuple[tuple[int, int], ...]
    steps: int
    rounds: int
    beside_others: bool


FULL = Size(layers=6, tracers=8, lattices=((200, 280), (500, 700)), steps=4, rounds=7, beside_others=True)
SMALL = Size(layers=2, tracers=2, lattices=((12, 16),), steps=2, rounds=3, beside_others=False)


class Case:
    """Plumes in a swirl on so many cells."""

    def __init__(self, shape: tuple[int, int], size: Size) -> None:
        rows, columns = shape
        self.shape = size.layers, rows, size.tracers, columns
        y, x = np.meshgrid(np.arange(rows + 1) / rows, np.arange(columns + 1) / columns, indexing="ij")
        stream = np.sin(np.pi * x) ** 2 * np.sin(np.pi * y) ** 2
        east, north = -np.diff(stream, axis=0), np.diff(stream, axis=1)
        scale = COURANT / max(abs(east).max(), abs(north).max())
        self.east, self.north = (np.repeat((a * scale)[None], size.layers, axis=0).astype(np.float32) for a in (east, north))
        places = (np.arange(size.tracers) + 0.5) / size.tracers
        plumes = [np.exp(-(((y - place) / 0.2) ** 2) - ((x - 0.5) / 0.3) ** 2)[1:, 1:] for place in places]
        self.ratio = np.repeat(np.stack(plumes, axis=1)[None], size.layers, axis=0).astype(np.float32)
        self.air = np.ones((size.layers, rows, columns), np.float32)
        along, across = (np.zeros(s, np.float32) for s in ((size.layers, rows, size.tracers), (size.layers, size.tracers, columns)))
        self.inflow, self.steps = Inflow(along, along, across, across), size.steps

    def ours(self, parabolic: bool, coupled: bool) -> Callable[[], object]:
        sweeps = once_along(np.full(self.shape[0], self.steps), self.shape[1])
        ratio, air, scheme = self.ratio.copy(), self.air.copy(), Scheme(parabolic, coupled, False)
        return lambda: advect(scheme, (ratio,), air, self.east, self.north, (self.inflow,), sweeps, float(self.steps), 0)

    def in_c(self, parabolic: bool) -> Callable[[], object]:
        ratio, air = self.ratio.copy(), self.air.copy()
        layers, rows, tracers, columns = self.shape
        counts = [ctypes.c_long(n) for n in (layers, rows, tracers, columns, self.steps)]
        arrays = [a.ctypes.data_as(ctypes.c_void_p) for a in (ratio, air, self.east, self.north)]
        threads, one = ctypes.c_int(numba.get_num_threads()), ctypes.c_float(1.0)
        return lambda: (compiled_c().advect(ctypes.c_int(parabolic), *counts, *arrays, one, threads), ratio, air)

    def in_numpy(self, parabolic: bool) -> Callable[[], object]:
        return lambda: numpy_steps(parabolic, self.ratio, self.air, self.east, self.north, self.steps)


def rows(small: bool) -> list[Row]:
    """Every line of the table, in its order."""
    size = SMALL if small else FULL
    return [row for number, shape in enumerate(size.lattices) for name in SCHEMES for row in _rows_of(name, number, shape, size)]


def _rows_of(name: str, number: int, shape: tuple[int, int], size: Size) -> list[Row]:
    case, parabolic = Case(shape, size), SCHEMES[name]
    peers = {"each tracer for itself": case.ours(parabolic, False), "numpy": case.in_numpy(parabolic)}
    goals: dict[str, float | None] = {"each tracer for itself": None, "numpy": 10.0, "peak of fused multiply-add": None}
    what = f"advection, {name}, {size.layers} layers of {shape[0]} × {shape[1]} cells, {size.tracers} tracers"
    tags = in_turn(case.ours(parabolic, True), {"each tracer for itself": peers.pop("each tracer for itself")}, size.rounds)
    if size.beside_others and shutil.which("gcc"):
        peers["C"], goals["C"] = case.in_c(parabolic), 0.9
    if size.beside_others and importlib.util.find_spec("PyMPDATA"):
        peers["PyMPDATA"], goals["PyMPDATA"] = mpdata(shape, case.steps * MPDATA_LONGER), GOALS[name, number]
    cells = int(np.prod(case.shape)) * case.steps
    peers["peak of fused multiply-add"] = lambda: peak(cells * OPERATIONS[name] // 2)
    times = in_turn(case.ours(parabolic, False), peers, size.rounds)
    parts = {"PyMPDATA": size.layers * size.tracers / MPDATA_LONGER}  # one of so many fields was timed
    found = [_row(what, times, peer, goals[peer], cells, parts.get(peer, 1)) for peer in peers]
    return [*found, _row(f"{what} as tags of one whole", tags, "each tracer for itself", None, cells, 1)]


def _row(name: str, times: Times, peer: str, goal: float | None, cells: int, parts: float) -> Row:
    return Row(name, cells / median(times.ours) / 1e6, "million cells × tracers/s", peer, times.ratio(peer) * parts, goal)


# ---- the same in C ----


@cache
def compiled_c() -> ctypes.CDLL:
    """`advection.c`, built for this machine into a folder that is gone once it is loaded."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "advection.so"
        subprocess.run(["gcc", *C_FLAGS, str(C_FILE), "-o", str(library), "-lm"], check=True)
        return ctypes.CDLL(str(library))


# ---- the same in numpy, whole arrays at a time ----


def numpy_steps(parabolic: bool, ratio: Floats, air: Floats, east: Floats, north: Floats, steps: int) -> tuple[Floats, Floats]:
    """Ratios and air after steps of one second each."""
    for step in range(steps):
        for axis in (-1, -3) if step % 2 == 0 else (-3, -1):
            flux = east[:, :, None] if axis == -1 else north[:, :, None]
            ratio, air = numpy_sweep(parabolic, ratio, air, flux, axis)
    return ratio, air


def numpy_sweep(parabolic: bool, ratio: Floats, air: Floats, flux: Floats, axis: int) -> tuple[Floats, Floats]:
    """One sweep along an axis of (layer, y, tracer, x)."""
    q, f, a = (np.moveaxis(x, axis, 0) for x in (ratio, flux, air[:, :, None]))
    q = np.pad(q, [(3, 3), *[(0, 0)] * 3])
    down, up = q[1:-1] - q[:-2], q[2:] - q[1:-1]
    slope = np.clip((q[2:] - q[:-2]) / 4, np.minimum(np.maximum(down, up), 0), np.maximum(np.minimum(down, up), 0))
    ahead, infinite = f >= 0, np.full_like(a[:1], np.inf)
    part = abs(f) / np.where(ahead, np.concatenate([infinite, a]), np.concatenate([a, infinite]))
    donor = np.where(ahead, q[2:-3], q[3:-2])
    if parabolic:
        edge = (q[1:-2] + q[2:-1]) / 2 - np.diff(slope, axis=0) / 3
        near, far = edge[1:-1] - donor, np.where(ahead, edge[:-2], edge[2:]) - donor
        steep = np.clip(near, np.minimum(-2 * far, 0), np.maximum(-2 * far, 0))
        flat = np.clip(far, np.minimum(-2 * near, 0), np.maximum(-2 * near, 0))
        passed = donor + (1 - part) * ((1 - part) * steep - part * flat)
    else:
        passed = donor + np.where(ahead, slope[1:-2], -slope[2:-1]) * (1 - part)
    moved, inner = a - np.diff(f, axis=0), q[3:-3]
    new = inner + (f[:-1] * (passed[:-1] - inner) - f[1:] * (passed[1:] - inner)) / moved
    return np.ascontiguousarray(np.moveaxis(new, 0, axis)), np.ascontiguousarray(np.moveaxis(moved, 0, axis)[:, :, 0])


# ---- others ----


@cache
def _mpdata_stepper() -> Any:
    from PyMPDATA import Options, Stepper  # an extra, and slow to import

    return Stepper(options=Options(n_iters=2, nonoscillatory=True, dtype=np.float32), n_dims=2, n_threads=numba.get_num_threads())


def mpdata(shape: tuple[int, int], steps: int) -> Callable[[], object]:
    """One field of PyMPDATA through so many steps in a wind of the same strength."""
    from PyMPDATA import ScalarField, Solver, VectorField
    from PyMPDATA.boundary_conditions import Constant

    stepper, edges = _mpdata_stepper(), (Constant(0.0), Constant(0.0))
    case = Case(shape, Size(1, 1, (shape,), steps, 1, False))
    field, winds = case.ratio[0, :, 0], (case.north[0], case.east[0])
    halo = stepper.options.n_halo
    solver = Solver(stepper, ScalarField(field, halo, edges), VectorField(winds, halo, edges))
    return lambda: solver.advance(steps)


@njit(parallel=True, fastmath={"contract"})
def peak(pairs: int) -> float:
    """So many fused multiplications and additions of 32-bit numbers that stay in registers, on every thread alike."""
    threads, total = numba.get_num_threads(), 0.0
    for _ in prange(threads):
        total += _chains(pairs // threads)
    return total


@njit(fastmath={"contract"})
def _chains(pairs: int) -> float:
    lanes = 256
    sums, factor, term = np.zeros(lanes, np.float32), np.float32(0.5), np.float32(1.0)
    for _ in range(max(pairs // lanes, 1)):
        for lane in range(lanes):
            sums[lane] = sums[lane] * factor + term
    return float(sums.sum())
