"""The whole transport model: 120 hours with weather read hour by hour and the surface fields of all tags written, each in a process.

Told are its time beside 1.5 times that of its own advection, the share of every part, its memory beside four times the tracers', and, on
the fine lattice, its time beside what a plain prototype's solver would take at the pace of the advection kernels in the same process.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import netCDF4
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from benchmarks import advection
from benchmarks.measuring import Row, peak_mib
from hazecast.config import TransportSettings
from hazecast.forecast.emissions.emission import Emission
from hazecast.forecast.emissions.heights import at_ground
from hazecast.forecast.kernels.sweeps.substeps import count_sweeps
from hazecast.forecast.transport.carrying import surface
from hazecast.forecast.transport.driving import Driving
from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Air, air_of, default_layers
from hazecast.forecast.transport.model import HOUR_S, Model, steps_of
from hazecast.forecast.transport.process import Process, Step
from hazecast.forecast.transport.state import State
from hazecast.grids.lattice import Lattice
from hazecast.records import EmissionProxy

TAGS = 8
REGIONS = ("west", "middle", "east")  # beside four edges and the initial state
PROCESSES = ("emission", "advection", "vertical", "dry deposition", "wet deposition", "sulfate and nitrate")
PROTOTYPE = {"van-leer": 79.0 * 737e6, "ppm": 107.0 * 547e6}  # cells × tracers that a prototype's advection would do in its 120 h at 0.1°


@dataclass(frozen=True, slots=True)
class Size:
    """Cells, their width in degrees, hours, and how often it is run."""

    shape: tuple[int, int]
    spacing: float
    hours: int
    rounds: int


FULL = (Size((200, 280), 0.25, 120, 3), Size((500, 700), 0.1, 120, 2))
SMALL = (Size((12, 16), 0.25, 3, 1),)


@dataclass(frozen=True, slots=True)
class Ran:
    """Seconds of the whole run and of its parts, MiB at its peak beyond what was held before it, cell steps, and the kernels' pace."""

    seconds: float
    parts: dict[str, float]
    mebibytes: float
    cell_steps: float
    pace: float


def rows(small: bool) -> list[Row]:
    """Every line of the table, in its order."""
    sizes = SMALL if small else FULL
    out = []
    for scheme in ("ppm",) if small else ("ppm", "van-leer"):
        runs = [[_in_a_process(size, scheme) for _ in range(size.rounds)] for size in sizes]
        for size, ran in zip(sizes, runs, strict=True):
            out += _rows_of(size, scheme, ran)
        if len(runs) > 1:
            out.append(_scaling(scheme, *runs))
    return out


def _rows_of(size: Size, scheme: str, runs: list[Ran]) -> list[Row]:
    name = f"whole model, {size.shape[0]} × {size.shape[1]} × 6, {TAGS} tags, {size.hours} h, {scheme}"
    seconds = median(run.seconds for run in runs)
    own = median(run.parts["advection"] / run.seconds for run in runs)
    tracers = 6 * TAGS * size.shape[0] * size.shape[1] * 4 / 2**20
    memory = median(run.mebibytes for run in runs)
    parts = {part: median(run.parts[part] / run.seconds for run in runs) for part in runs[0].parts}
    out = [
        Row(name, seconds, "s", "1.5 times its own advection", 1.5 * own, 1.0),
        Row(f"{name}: memory", max(memory, 0.1), "MiB", "four times its tracers", 4.0 * tracers / max(memory, 0.1), 1.0),
        *(
            Row(f"{name}: {part}", 100 * share, "% of its time", "all of it", 1.0 / share, None)
            for part, share in parts.items()
            if share > 0
        ),
    ]
    if size.shape == FULL[-1].shape:
        of_prototype = median(1.3 * PROTOTYPE[scheme] / run.pace / run.seconds for run in runs)
        out.insert(1, Row(name, seconds, "s", "1.3 times a prototype's solver at the pace of this run", of_prototype, 1.0))
    return out


def _scaling(scheme: str, coarse: list[Ran], fine: list[Ran]) -> Row:
    of_coarse, of_fine = (median(run.seconds / run.cell_steps for run in runs) for runs in (coarse, fine))
    name = f"whole model, seconds a cell and step at 0.1°, {scheme}"
    return Row(name, of_fine * 1e9, "ns", "1.3 times those at 0.25°", 1.3 * of_coarse / of_fine, 1.0)


def _in_a_process(size: Size, scheme: str) -> Ran:
    arguments = [*map(str, size.shape), str(size.spacing), str(size.hours), scheme]
    done = subprocess.run([sys.executable, "-m", "benchmarks.whole_model", *arguments], capture_output=True, text=True, check=True)
    return Ran(**json.loads(done.stdout.splitlines()[-1]))


def run(shape: tuple[int, int], spacing: float, hours: int, scheme: str, folder: Path) -> Ran:
    """One run, after a short one that compiles or loads every kernel."""
    _timed_run(_driving(_weather((12, 16), spacing, 3, folder / "warm.nc"), (12, 16), spacing, 3), 3, scheme, folder / "warm-out.nc")
    driving = _driving(_weather(shape, spacing, hours, folder / "weather.nc"), shape, spacing, hours)
    before = peak_mib()
    seconds, parts, steps = _timed_run(driving, hours, scheme, folder / "out.nc")
    mebibytes = peak_mib() - before
    return Ran(seconds, parts, mebibytes, steps, _pace(shape, scheme))


def _pace(shape: tuple[int, int], scheme: str) -> float:
    """Cells × tracers a second of the kernels by themselves, on a lattice of this size."""
    case = advection.Case(shape, advection.FULL)
    work = case.ours(parabolic=scheme == "ppm", coupled=False)
    work()
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.prod(case.shape)) * case.steps / median(times)


def _timed_run(driving: Driving, hours: int, scheme: str, out: Path) -> tuple[float, dict[str, float], float]:
    settings = TransportSettings.model_validate({"scheme": scheme})
    parts = {"weather and winds": 0.0, **dict.fromkeys(PROCESSES, 0.0), "writing": 0.0}
    carrier = driving.carrier(settings, np.ones(len(REGIONS)), np.full(4, 10.0))
    named = zip(PROCESSES, carrier.model.processes, strict=True)
    model = Model(driving.air, tuple(_timed(process, name, parts) for name, process in named))
    state, steps = carrier.clean(), 0.0
    start = time.perf_counter()
    with _written(out, driving.air, hours) as write:
        driven = driving.hours(0, hours)
        for number in range(hours):
            with _adding(parts, "weather and winds"):
                hour = next(driven)
            assert hour is not None
            model.advance(state, hour)
            del hour
            with _adding(parts, "writing"):
                write(number, surface(state, driving.air))
    seconds = time.perf_counter() - start
    for hour in driving.hours(0, min(hours, 24)):
        assert hour is not None
        steps += _cell_steps(driving.air, state, hour) * hours / min(hours, 24)
    return seconds, parts, steps


def _cell_steps(air: Air, state: State, hour: Hour) -> float:
    count = steps_of(hour, air)
    sweeps = count_sweeps(state.moving, hour.east_flux, hour.north_flux, HOUR_S / count)
    return float(sweeps.effort.sum() / 2 * count * air.lattice.shape[1])  # a step is a sweep along and one across


def _timed(process: Process, name: str, parts: dict[str, float]) -> Process:
    def prepare(hour: Hour, air: Air) -> Step:
        with _adding(parts, name):
            step = process(hour, air)

        def timed(state: State, seconds: float) -> None:
            with _adding(parts, name):
                step(state, seconds)

        return timed

    return prepare


@contextmanager
def _adding(parts: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    parts[name] += time.perf_counter() - start


@contextmanager
def _written(file: Path, air: Air, hours: int) -> Iterator[Callable[[int, NDArray[np.floating]], None]]:
    rows, columns = air.lattice.shape
    with netCDF4.Dataset(file, "w") as data:
        for name, size in (("time", hours), ("latitude", rows), ("tag", TAGS), ("longitude", columns)):
            data.createDimension(name, size)
        variable = data.createVariable("pm25", "f4", ("time", "latitude", "tag", "longitude"))

        def write(number: int, fields: NDArray[np.floating]) -> None:
            variable[number] = fields

        yield write


def _lattice(shape: tuple[int, int], spacing: float) -> Lattice:
    middle = 35.0
    latitude = middle + spacing * (np.arange(shape[0]) - shape[0] / 2)
    return Lattice(latitude, 90.0 + spacing * np.arange(shape[1], dtype=np.float64))


def _weather(shape: tuple[int, int], spacing: float, hours: int, file: Path) -> xr.Dataset:
    """Lows and highs that move east, a mixed layer that breathes, and some rain; written, and opened to be read hour by hour."""
    lattice = _lattice(shape, spacing)
    times = np.datetime64("2026-01-10T00", "ns") + np.arange(hours) * np.timedelta64(1, "h")
    y, x = np.deg2rad(lattice.latitude)[:, None], np.deg2rad(lattice.longitude)[None, :]
    with netCDF4.Dataset(file, "w") as data:
        for name, size in (("time", hours), ("latitude", shape[0]), ("longitude", shape[1])):
            data.createDimension(name, size)
        keys = ("eastward_wind", "northward_wind", "mixing_height", "precipitation")
        fields = {key: data.createVariable(key, "f4", ("time", "latitude", "longitude"), chunksizes=(1, *shape)) for key in keys}
        for t in range(hours):
            phase = 8.0 * x - t / 12.0
            fields["eastward_wind"][t] = 3.0 + 2.5 * np.sin(10.0 * y + phase)
            fields["northward_wind"][t] = 3.0 * np.cos(phase) + np.zeros_like(y)
            fields["mixing_height"][t] = 700.0 - 550.0 * np.cos((t + 8) * np.pi / 12) + np.zeros((shape[0], shape[1]))
            fields["precipitation"][t] = np.maximum(np.sin(10.0 * y + phase) - 0.8, 0.0) * 5.0
    netCDF4.set_chunk_cache(1 << 20)  # an hour is read once: what was read stays with nobody
    opened = xr.open_dataset(file, engine="netcdf4", cache=False)
    return opened.assign_coords(time=times, latitude=lattice.latitude, longitude=lattice.longitude)


def _driving(weather: xr.Dataset, shape: tuple[int, int], spacing: float, hours: int) -> Driving:
    lattice = _lattice(shape, spacing)
    density = 0.02 + 0.3 * np.exp(-((np.random.default_rng(0).random(shape) * 4.0) ** 2))
    emission = Emission(density[None, None], np.ones((hours, 1)), at_ground(1), EmissionProxy.CITIES)
    third = np.minimum(np.arange(shape[1]) * 3 // shape[1], 2)
    shares = np.stack([np.broadcast_to(third == n, shape) for n in range(3)]).astype(np.float64)
    places = {"latitude": lattice.latitude, "longitude": lattice.longitude}
    labelled = xr.DataArray(shares, {"region": list(REGIONS), **places}, ("region", *places))
    return Driving(weather, None, emission, labelled, air_of(lattice, default_layers()))


def main(arguments: list[str]) -> None:
    """Entry of the process of one run: rows, columns, degrees, hours, scheme."""
    row, column, spacing, hours, scheme = arguments
    with tempfile.TemporaryDirectory() as folder:
        ran = run((int(row), int(column)), float(spacing), int(hours), scheme, Path(folder))
    print(json.dumps(asdict(ran)))


if __name__ == "__main__":
    main(sys.argv[1:])
