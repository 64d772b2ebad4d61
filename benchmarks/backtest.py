"""A backtest with two workers beside the same with one: the whole command, from its start to its scorecard."""

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.measuring import Row
from hazecast.config import ForecastSettings
from hazecast.survey.settings_file import settings_text
from tests.small_case import small_settings, write_small_case

START, END, DAYS = "2019-01-08", "2019-01-12", 4
GOAL = 0.6  # of the time of one worker


@dataclass(frozen=True, slots=True)
class Size:
    """Hours between cycles of the four days, how many rows are learnt from, and how often each is run."""

    every_hours: int
    learning_rows: int
    rounds: int


FULL, SMALL = Size(2, 3000, 3), Size(48, 2000, 1)


def rows(small: bool) -> list[Row]:
    """One line: seconds with two workers, and how many times they are faster than the goal asks."""
    size = SMALL if small else FULL
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder)
        _write_case(case, size)
        if not small:
            _seconds(case, size, 2, "warm")  # compiles what is not compiled yet
        pairs = [(_seconds(case, size, 1, f"one-{n}"), _seconds(case, size, 2, f"two-{n}")) for n in range(size.rounds)]
    name, ratio = f"backtest, {DAYS * 24 // size.every_hours} cycles, two workers", median(GOAL * one / two for one, two in pairs)
    return [Row(name, median(two for _, two in pairs), "s", f"{GOAL:g} times one worker", ratio, 1.0)]


def _write_case(folder: Path, size: Size) -> None:
    case = write_small_case(folder)
    settings = small_settings(case).model_copy(update={"forecast": ForecastSettings(horizon_hours=24, learning_rows=size.learning_rows)})
    case.settings.write_text(settings_text(settings, case.folder), encoding="utf-8")


def _seconds(case: Path, size: Size, workers: int, out: str) -> float:
    command = [sys.executable, "-m", "hazecast", "backtest", "--config", "case.toml", "--start", START, "--end", END]
    options = ["--every", f"{size.every_hours}h", "--train-once", "--workers", str(workers), "--out", out, "--json"]
    start = time.perf_counter()
    subprocess.run([*command, *options], cwd=case, check=True, capture_output=True)
    return time.perf_counter() - start
