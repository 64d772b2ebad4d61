"""`python -m tests.real.spreading_figure`: prints how well the lattice tells stations left out, as docs/forecast.md has it."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hazecast.forecast.spreading.reach import Reach
from tests.real.left_out import CASES, FOLDS, Cycles, Judged, analyses, forecasts

REPOSITORY = Path(__file__).resolve().parents[2]
FIRST = datetime(2015, 12, 10, tzinfo=UTC)
CYCLES = (
    Cycles("beijing_winters", tuple(FIRST + timedelta(days=3 * i) for i in range(12)), days=250, hours=48),
    Cycles("beijing_spring_2018", tuple(datetime(2018, 4, day, tzinfo=UTC) for day in (27, 28, 29)), days=27, hours=48),
)


def level(reach: Reach) -> Reach:
    return replace(reach, likeness=replace(reach.likeness, ground_ratio=0.0))


def calm(reach: Reach) -> Reach:
    return replace(reach, likeness=replace(reach.likeness, stretch=0.0))


def trusting(reach: Reach) -> Reach:
    return replace(reach, pattern=1.0)


ALTERED: dict[str, Callable[[Reach], Reach]] = {"without heights": level, "without winds": calm, "with the base's whole pattern": trusting}


def main() -> None:
    shared = Path(os.environ.get("HAZECAST_SHARED", REPOSITORY.parent / "shared" / "data"))
    print("| | values | lattice | inverse distance | nearest | base | inside the 90 % band |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            run = case.past(shared, Path(folder))
            told(f"{case.folder}, observed", analyses(run))
            for name, altered in ALTERED.items():
                told(f"the same {name}", analyses(run, altered))
        for cycles in CYCLES:
            told(f"{cycles.folder}, forecast", forecasts(cycles, shared, Path(folder), range(FOLDS)))


def told(name: str, judged: Judged) -> None:
    errors = " | ".join(f"{judged.error(method):.1f}" for method in ("lattice", "inverse_distance", "nearest", "base"))
    print(f"| {name} | {judged.truth.size:,} | {errors} | {judged.inside:.0%} |", flush=True)


if __name__ == "__main__":
    main()
