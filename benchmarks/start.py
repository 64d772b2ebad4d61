"""How long hazecast takes to start: its help, the first step of the transport model with kernels kept, and compiling them all.

The goals are in seconds, and seconds are the machine's: each row is so many times as fast as its goal, and stands beside what Python
takes to import numpy, or numba, in the same run.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from statistics import median

from benchmarks.measuring import Row, Times, in_turn

HELP_GOAL_S, STEP_GOAL_S, COLD_GOAL_S = 0.5, 1.0, 20.0
HELP = ("-m", "hazecast", "--help")
NUMPY, NUMBA = ("-c", "import numpy"), ("-c", "import numba")
NUMPY_NAME, NUMBA_NAME = "python importing numpy", "python importing numba"
FIRST_STEP = """
import numpy as np
from hazecast.forecast.transport.building import carrier_of
from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import air_of, default_layers
from hazecast.forecast.transport.state import Tags
from hazecast.grids.lattice import Lattice

air = air_of(Lattice(np.linspace(39.0, 40.0, 5), np.linspace(115.0, 116.25, 6)), default_layers())
layers, rows, columns = air.shape
carrier = carrier_of(air, Tags(("west", "east"), secondary=True), np.full((2, rows, columns), 0.5), np.full(4, 10.0), "ppm")
east, north = np.full((layers, rows, columns + 1), 1e7, np.float32), np.full((layers, rows + 1, columns), 1e6, np.float32)
friction, inverse, depth, rain, sun = (np.full((rows, columns), value, np.float32) for value in (0.3, -0.01, 500.0, 0.5, 0.3))
state = carrier.clean()
carrier.model.advance(state, Hour(east, north, friction, inverse, depth, rain, sun, np.ones((1, 3, rows, columns), np.float32)))
assert state.pm25.min() >= 0.0 and state.pm25[:, :, 2:].max() > 0.0
"""


def rows(small: bool) -> list[Row]:
    """The small size leaves out compiling everything."""
    rounds = 2 if small else 9
    help_ = _timed(HELP, {NUMPY_NAME: NUMPY}, rounds)
    step = _timed(("-c", FIRST_STEP), {NUMBA_NAME: NUMBA}, rounds)
    out = [
        _against_goal("start: hazecast --help", help_, HELP_GOAL_S),
        Row("start: hazecast --help", median(help_.ours), "s", NUMPY_NAME, help_.ratio(NUMPY_NAME), None),
        _against_goal("start: first step of the model, kernels kept", step, STEP_GOAL_S),
        Row("start: first step of the model, kernels kept", median(step.ours), "s", NUMBA_NAME, step.ratio(NUMBA_NAME), None),
    ]
    return out if small else [*out, *_cold()]


def _timed(ours: tuple[str, ...], peers: dict[str, tuple[str, ...]], rounds: int) -> Times:
    return in_turn(partial(_python, *ours), {name: partial(_python, *command) for name, command in peers.items()}, rounds)


def _against_goal(name: str, times: Times, goal: float) -> Row:
    return _seconds_row(name, median(times.ours), goal)


def _seconds_row(name: str, seconds: float, goal: float) -> Row:
    return Row(name, seconds, "s", f"its goal of {goal:g} s", goal / seconds, 1.0)


def _cold() -> list[Row]:
    """Everything compiled into an empty folder, as `hazecast warmup` does it; beside it the time of all processors together."""
    used = _processor_seconds()
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        _python("-m", "hazecast", "warmup", "--json", NUMBA_CACHE_DIR=folder)
    wall = time.perf_counter() - begun
    busy = _processor_seconds() - used
    name = "start: everything compiled"
    return [_seconds_row(name, wall, COLD_GOAL_S), Row(f"{name}, of all processors", busy, "s", "the clock on the wall", wall / busy, None)]


def _processor_seconds() -> float:
    """Of all children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _python(*arguments: str, **environment: str) -> None:
    done = subprocess.run([sys.executable, *arguments], env=os.environ | environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"python {' '.join(arguments)[:60]} ended with {done.returncode}: {done.stderr[-2000:]}")
