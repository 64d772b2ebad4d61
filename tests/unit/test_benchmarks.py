"""The benchmarks run, in a size that says nothing about speed, and write down what they found."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.measuring import Row, Times, table
from benchmarks.running import BENCHMARKS, main


@pytest.mark.slow
def test_every_benchmark_runs_and_is_written_down(repository: Path, tmp_path: Path) -> None:
    written = tmp_path / "bench.json"
    command = [sys.executable, "-m", "benchmarks", "--small", "--output", str(written)]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    record = json.loads(written.read_text(encoding="utf-8"))
    assert {"threads", "processors", "machine", "python", "versions", "rows"} == set(record)
    assert len(record["rows"]) >= 2 * len(BENCHMARKS)
    assert all(row["name"] in done.stdout and row["ratio"] > 0 for row in record["rows"])


def test_an_unknown_name_or_folder_is_refused_before_anything_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, told in (
        (["nosuch"], "no benchmark is named nosuch"),
        (["--output", str(tmp_path / "no" / "b.json")], "there is no folder"),
    ):
        with pytest.raises(SystemExit):
            main(arguments)
        assert told in capsys.readouterr().err


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    times = Times((1.0, 2.0, 4.0), {"other": (3.0, 2.0, 20.0)})
    assert times.ratio("other") == 3.0


@pytest.mark.parametrize(("ratio", "goal", "reached"), [(2.0, 2.0, "yes"), (1.9, 2.0, "no"), (1.9, None, "–")])
def test_the_table_says_whether_a_goal_is_reached(ratio: float, goal: float | None, reached: str) -> None:
    row = Row("fields", 1.0, "values/s", "another", ratio, goal)
    assert table([row]).splitlines()[-1].endswith(f"| {reached} |")


def test_a_row_without_a_measure_is_refused() -> None:
    with pytest.raises(ValueError, match="both must be above zero"):
        Row("fields", 0.0, "values/s", "another", 1.0, None)
