"""A backtest that is killed goes on where it was, and one that loses a worker of a cluster loses nothing: the same files, bit for bit."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hazecast.survey.settings_file import settings_text
from tests.backtests import plan_for, quick_settings, replayed
from tests.commands import files_below
from tests.small_case import write_small_case

pytestmark = pytest.mark.slow

CYCLES = 4
PATIENCE_SECONDS = 1800.0
SAME = ("cycles/", "forecasts.nc", "warnings.json", "observed.nc")
HAZECAST = (sys.executable, "-m", "hazecast")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small case and its settings."""
    case = write_small_case(tmp_path_factory.mktemp("case"))
    case.settings.write_text(settings_text(quick_settings(case), case.folder), encoding="utf-8")
    return case.folder


@pytest.fixture(scope="module")
def expected(case: Path) -> dict[str, bytes]:
    """The files of a backtest that was run by this one process from its beginning to its end."""
    from hazecast.config import load_settings

    settings = load_settings(case / "case.toml")
    return results(replayed(case / "whole", settings, plan_for(settings, CYCLES)).out)


def results(out: Path) -> dict[str, bytes]:
    """What must be the same. A cycle names its model by where it lies, and its manifest has the hash of that."""
    kept = {name: content for name, content in files_below(out).items() if name.startswith(SAME) and not name.endswith("manifest.json")}
    return {name: content.replace(os.fsencode(out), b"") for name, content in kept.items()}


@contextmanager
def started(case: Path, out: str, *more: str) -> Iterator["subprocess.Popen[str]"]:
    """The command; what is left of it at the end is killed."""
    command = [*HAZECAST, "backtest", "--config", "case.toml", "--start", "2019-01-09", "--end", "2019-01-13", "--train-once"]
    with (case / f"{out}.log").open("a") as log:
        child = subprocess.Popen([*command, "--out", out, "--json", *more], cwd=case, stdout=subprocess.PIPE, stderr=log, text=True)
        with child:
            try:
                yield child
            finally:
                child.kill()


def until(condition: Callable[[], bool], child: "subprocess.Popen[str]", log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert child.poll() is None, f"it ended with {child.returncode}: {log.read_text()}"
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


def done_cycles(out: Path) -> int:
    return len(list((out / "cycles").glob("2*")))


def attempts(out: Path) -> int:
    """How many cycles are being run."""
    return len(list((out / "work").glob("2*")))


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_killed_in_the_middle_it_goes_on_and_gives_the_same(case: Path, expected: dict[str, bytes]) -> None:
    out, log = case / "killed", case / "killed.log"
    with started(case, "killed", "--workers", "2") as child:
        until(lambda: done_cycles(out) >= 1 and attempts(out) >= 1, child, log)
        workers = children_of(child.pid)
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert workers
    end = time.monotonic() + PATIENCE_SECONDS
    while any(map(is_alive, workers)):
        assert time.monotonic() < end, "a worker outlived the command"
        time.sleep(0.05)
    before = done_cycles(out)
    assert 1 <= before < CYCLES
    assert not (out / "forecasts.nc").exists()
    with started(case, "killed", "--workers", "1") as again:
        told, _ = again.communicate(timeout=PATIENCE_SECONDS)
    assert again.returncode == 0, log.read_text()
    facts = json.loads(told)
    assert (facts["cycles_done"], facts["done_before"]) == (CYCLES, before)
    assert results(out) == expected
    assert not (out / "work").exists()


@contextmanager
def cluster(case: Path, workers: int) -> Iterator[tuple[str, list["subprocess.Popen[bytes]"]]]:
    """A Dask scheduler and workers, each a process of its own; its address and the workers."""
    file = case / "scheduler.json"
    environment = os.environ | {"NUMBA_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    dask = (sys.executable, "-m", "dask")
    place = ("--host", "127.0.0.1", "--scheduler-file", str(file))
    started = [subprocess.Popen([*dask, "scheduler", *place, "--port", "0", "--no-dashboard"], env=environment, stderr=subprocess.DEVNULL)]
    try:
        command = [*dask, "worker", *place, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(case)]
        started += [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(workers)]
        end = time.monotonic() + PATIENCE_SECONDS
        while not file.exists():
            assert time.monotonic() < end, "no scheduler"
            time.sleep(0.05)
        yield json.loads(file.read_text())["address"], started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_a_cluster_that_loses_a_worker_in_the_middle_gives_the_same(case: Path, expected: dict[str, bytes]) -> None:
    pytest.importorskip("distributed")
    out, log = case / "cluster", case / "cluster.log"
    with cluster(case, workers=2) as (address, workers), started(case, "cluster", "--dask", address) as child:
        until(lambda: attempts(out) >= 2, child, log)
        workers[0].kill()
        told, _ = child.communicate(timeout=PATIENCE_SECONDS)
        assert child.returncode == 0, log.read_text()
    assert json.loads(told)["cycles_done"] == CYCLES
    assert results(out) == expected
