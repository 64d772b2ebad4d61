"""Compiling ahead: once, by one process at a time, and whatever becomes of the first one."""

import errno
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hazecast.cli import compiling, exercising
from hazecast.cli.compiling import compile_ahead, is_complete
from hazecast.cli.exercising import STAGE, compile_all, counted
from hazecast.cli.kernel_cache import PREFIX, VARIABLE, identity
from hazecast.cli.progress import Progress
from tests.commands import hazecast

Told = list[tuple[str, float]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for kernels, as if a command had named it to numba."""
    folder = tmp_path / (PREFIX + identity())
    monkeypatch.setenv(VARIABLE, str(folder))
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    return folder


@pytest.fixture
def runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each time that everything is compiled, which here is writing three files, adds to the list."""
    done: list[str] = []

    def write(progress: Progress) -> None:
        done.append("compiled")
        write_kernels(folder)
        progress("winds", 0.0)
        progress("winds", 1.0)

    monkeypatch.setattr(compiling, "compile_all", write)
    return done


def write_kernels(folder: Path) -> None:
    (folder / "kernels_1").mkdir(parents=True, exist_ok=True)
    for name in ("winds.nbi", "winds.1.nbc", "local.nbi"):
        (folder / "kernels_1" / name).write_bytes(b"compiled")


def told_to(told: Told) -> Progress:
    return lambda stage, done: told.append((stage, done))


def silent(_stage: str, _done: float) -> None:
    pass


def test_everything_is_compiled_once(runs: list[str], folder: Path) -> None:
    told: Told = []
    assert compile_ahead(told_to(told))
    assert {stage for stage, _ in told} == {STAGE}
    assert told[0] == (STAGE, 0.0)
    assert is_complete(folder)
    told.clear()
    assert not compile_ahead(told_to(told))
    assert (runs, told) == (["compiled"], [])


def test_each_exercise_is_named_where_that_is_wanted(runs: list[str]) -> None:
    told: Told = []
    assert compile_ahead(told_to(told), name_each=True)
    assert runs
    assert told == [("winds", 0.0), ("winds", 1.0)]


@pytest.mark.parametrize("harm", ["short", "gone", "empty", "unreadable list", "list of another kind"])
def test_what_was_harmed_is_compiled_again(harm: str, runs: list[str], folder: Path) -> None:
    compile_ahead(silent)
    index = folder / "kernels_1" / "winds.nbi"
    if harm == "gone":
        index.unlink()
    elif harm.startswith(("short", "empty")):
        index.write_bytes(b"com" if harm == "short" else b"")
    else:
        (folder / compiling.DONE).write_text("{" if harm == "unreadable list" else "[1]")
    assert not is_complete(folder)
    assert compile_ahead(silent)
    assert len(runs) == 2
    assert index.read_bytes() == b"compiled"


def test_an_index_that_has_grown_is_whole(runs: list[str], folder: Path) -> None:
    compile_ahead(silent)
    (folder / "kernels_1" / "winds.nbi").write_bytes(b"compiled for more types")
    assert not compile_ahead(silent)
    assert len(runs) == 1


def test_a_warm_up_that_was_killed_is_taken_up(runs: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_progress: Progress) -> None:
        write_kernels(folder)
        (folder / "kernels_1" / "local.nbi").write_bytes(b"")  # as a power cut leaves it
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(compiling, "compile_all", killed)
        with pytest.raises(KeyboardInterrupt):
            compile_ahead(silent)
    assert not is_complete(folder)
    assert compile_ahead(silent)
    assert len(runs) == 1


def test_a_second_process_waits_and_finds_the_work_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def slow(_progress: Progress) -> None:
        begun.set()
        assert go_on.wait(timeout=30)
        runs.append("compiled")
        write_kernels(folder)

    monkeypatch.setattr(compiling, "compile_all", slow)
    first = threading.Thread(target=compile_ahead, args=(silent,))
    second = threading.Thread(target=compile_ahead, args=(silent,))
    first.start()
    assert begun.wait(timeout=30)
    second.start()
    second.join(timeout=0.2)
    assert second.is_alive()
    go_on.set()
    first.join(timeout=30)
    second.join(timeout=30)
    assert runs == ["compiled"]
    assert is_complete(folder)


def test_a_full_disk_is_told_and_stops_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def full(_progress: Progress) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    kept: list[str] = []
    monkeypatch.setattr(compiling, "compile_all", full)
    monkeypatch.setattr(compiling, "_keep_nothing", lambda: kept.append("nothing"))
    assert compile_ahead(silent)
    assert kept == ["nothing"]
    assert f"cannot be kept in {folder}" in capsys.readouterr().err


def test_nothing_is_compiled_ahead_where_numba_was_named_no_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, runs: list[str]
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert not compile_ahead(silent)
    monkeypatch.setenv(VARIABLE, str(tmp_path / (PREFIX + identity())))
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert not compile_ahead(silent)
    assert runs == []


def test_what_other_versions_left_is_taken_away_when_it_is_old(runs: list[str], folder: Path) -> None:
    names = (f"{PREFIX}old", f"{PREFIX}used", "of-others")
    old, used, others = (folder.parent / name for name in names)
    long_ago = time.time() - 100 * compiling.DAY_S
    for other in (old, used, others):
        write_kernels(other)
        (other / compiling.DONE).write_text("{}")
        for file in (other / compiling.DONE, other):
            os.utime(file, (long_ago, long_ago))
    os.utime(used / compiling.DONE)
    compile_ahead(silent)
    assert runs
    assert [other.exists() for other in (old, used, others)] == [False, True, True]


def test_a_warm_start_hardly_pays_for_the_look(runs: list[str], folder: Path) -> None:
    compile_ahead(silent)
    for number in range(500):
        (folder / "kernels_1" / f"k{number}.nbi").write_bytes(b"compiled")
    compiling._write_down(folder)

    def look() -> float:
        identity.cache_clear()
        begun = time.perf_counter()
        assert not compile_ahead(silent)
        return time.perf_counter() - begun

    assert min(look() for _ in range(10)) < 0.05
    assert len(runs) == 1


def exercise(done: list[str], name: str) -> tuple[str, Callable[[], object]]:
    return name, lambda: done.append(name)


@pytest.mark.parametrize("processors", [1, 2])
def test_where_there_is_no_second_process_one_does_it_all(processors: int, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processors)))
    monkeypatch.setattr(exercising, "OTHER_LOT", "raise SystemExit(1)")
    monkeypatch.setattr(exercising, "lots", lambda: ((exercise(done, "winds"),), (exercise(done, "checks"),)))
    told: Told = []
    compile_all(told_to(told))
    assert done == ["winds", "checks"]
    assert told == [("winds", 0.0), ("winds", 1.0), ("checks", 0.0), ("checks", 1.0)]


def test_the_second_process_tells_what_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(exercising, "OTHER_LOT", "print('noise'); print('begun\\tchecks'); print('done\\tchecks')")
    monkeypatch.setattr(exercising, "lots", lambda: ((exercise(done, "winds"),), (exercise(done, "checks"),)))
    told: Told = []
    compile_all(told_to(told))
    assert done == ["winds"]
    assert sorted(told) == [("checks", 0.0), ("checks", 1.0), ("winds", 0.0), ("winds", 1.0)]


def test_the_one_stage_counts_exercises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exercising, "lots", lambda: ((("a", silent), ("b", silent)), (("c", silent), ("d", silent))))
    told: Told = []
    report = counted(told_to(told))
    for name in ("a", "c", "b", "d"):
        report(name, 0.0)
        report(name, 1.0)
    assert told == [(STAGE, share) for share in (0.25, 0.5, 0.75, 1.0)]


def test_the_command_says_where_kernels_are_kept(runs: list[str], folder: Path, tmp_path: Path) -> None:
    done = hazecast("warmup", cwd=tmp_path)
    assert (done.status, done.out) == (0, f"Compiled; kept in {folder}.\n")
    assert hazecast("warmup", cwd=tmp_path).out == f"Nothing to compile; kept in {folder}.\n"
    assert runs == ["compiled"]
