"""Every kernel compiled by exercising it: in two lots that share none, the second of them in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from threading import Lock, Thread

from hazecast.cli.progress import Progress

STAGE = "compiling"
OTHER_LOT = "from hazecast.cli.exercising import compile_the_other_lot; compile_the_other_lot()"
BEGUN, DONE = "begun\t", "done\t"

Exercises = tuple[tuple[str, Callable[[], object]], ...]


def lots() -> tuple[Exercises, Exercises]:
    """What is compiled, in plain words, and how: together every kernel there is, in two lots that take about as long."""
    from hazecast.forecast import warmup as of_forecast
    from hazecast.quality import warmup as of_quality
    from hazecast.warnings import warmup as of_warnings

    return of_forecast.carrying(), (*of_forecast.round_about(), *of_quality.exercises(), *of_warnings.exercises())


def compile_all(progress: Progress) -> None:
    """Compile, or load, every kernel; `progress` is told of each exercise.

    numba compiles one function at a time, and a machine with two processors can do with two processes. Where the second does not come
    to its end, this one does its lot too, and fails if it must.
    """
    mine, other = lots()
    told = _one_at_a_time(progress)
    if len(os.sched_getaffinity(0)) < 2:
        _exercise((*mine, *other), told)
        return
    with _process() as process:
        try:
            listening = Thread(target=_listen, args=(process, told), daemon=True)
            listening.start()
            _exercise(mine, told)
            listening.join()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        _exercise(other, told)


def compile_the_other_lot() -> None:
    """What the second process does: its progress goes to the standard output, a line for each beginning and each end."""
    _, other = lots()
    _exercise(other, lambda name, done: print(f"{DONE if done else BEGUN}{name}", flush=True))


def counted(progress: Progress) -> Progress:
    """Progress of the one stage `STAGE`, from that of exercises: how many of them have ended."""
    ended: set[str] = set()

    def report(name: str, done: float) -> None:
        if done:
            ended.add(name)
            progress(STAGE, len(ended) / sum(map(len, lots())))

    return report


def _exercise(exercises: Exercises, progress: Progress) -> None:
    for name, exercise in exercises:
        progress(name, 0.0)
        exercise()
        progress(name, 1.0)


def _process() -> subprocess.Popen[str]:
    """It finds hazecast where this process does, whatever lies in the folder it is started from."""
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109
    environment = os.environ | {"PYTHONPATH": paths}
    command = [sys.executable, "-P", "-c", OTHER_LOT]
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def _listen(process: subprocess.Popen[str], progress: Progress) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith((BEGUN, DONE)):
            progress(line.partition("\t")[2].strip(), float(line.startswith(DONE)))


def _one_at_a_time(progress: Progress) -> Progress:
    lock = Lock()

    def report(name: str, done: float) -> None:
        with lock:
            progress(name, done)

    return report
