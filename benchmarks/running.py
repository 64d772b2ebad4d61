"""Every benchmark there is, and the command that runs them: `python -m benchmarks [--small] [--output FILE] [NAME …]`."""

import argparse
import json
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numba

from benchmarks import (
    advection,
    always_on,
    backtest,
    boosting,
    bulletin,
    correction,
    daily_cycle,
    deciding,
    desk,
    lazy_meteorology,
    observations,
    optimal_interpolation,
    regridding,
    start,
    trajectories,
    vertical,
    whole_model,
)
from benchmarks.measuring import Row, table

THREADS = 2
TOLD = ("numpy", "numba", "scipy", "xarray", "sparse")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A group of rows; `rows(True)` gives them in a small size, which shows only that they work."""

    name: str
    rows: Callable[[bool], list[Row]]


BENCHMARKS = (
    Benchmark("advection", advection.rows),
    Benchmark("vertical", vertical.rows),
    Benchmark("whole-model", whole_model.rows),
    Benchmark("trajectories", trajectories.rows),
    Benchmark("optimal-interpolation", optimal_interpolation.rows),
    Benchmark("boosting", boosting.rows),
    Benchmark("correction", correction.rows),
    Benchmark("deciding", deciding.rows),
    Benchmark("start", start.rows),
    Benchmark("regridding", regridding.rows),
    Benchmark("observations", observations.rows),
    Benchmark("lazy-meteorology", lazy_meteorology.rows),
    Benchmark("bulletin", bulletin.rows),
    Benchmark("backtest", backtest.rows),
    Benchmark("desk", desk.rows),
    Benchmark("always-on", always_on.rows),
    Benchmark("daily-cycle", daily_cycle.rows),
)


def main(arguments: Sequence[str]) -> None:
    """Run what is asked for, print the table and write it as JSON."""
    names = [benchmark.name for benchmark in BENCHMARKS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Time hazecast beside others, in one run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which to run: {', '.join(names)}; without, all")
    parser.add_argument("--small", action="store_true", help="in a small size: shows that they work, and says nothing about speed")
    parser.add_argument("--output", type=Path, default=Path("bench.json"), help="where the rows go (bench.json)")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - set(names):
        parser.error(f"no benchmark is named {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    if not asked.output.parent.is_dir():
        parser.error(f"there is no folder {asked.output.parent} for {asked.output.name}; make it first")
    threads = min(THREADS, numba.config.NUMBA_NUM_THREADS)
    numba.set_num_threads(threads)
    rows = [row for b in BENCHMARKS if not asked.names or b.name in asked.names for row in b.rows(asked.small)]
    asked.output.write_text(json.dumps(_record(rows, threads), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table(rows))


def _record(rows: Sequence[Row], threads: int) -> dict[str, object]:
    return {
        "threads": threads,
        "processors": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in TOLD},
        "rows": [asdict(row) | {"reached": row.reached} for row in rows],
    }
