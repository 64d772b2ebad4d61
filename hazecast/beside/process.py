"""Having a function called in a process of its own, beside what this one does meanwhile.

A thread would not do: what is done so is Python for the most part, and two threads of it take turns.
"""

import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

Outcome = TypeVar("Outcome")

ROOT = Path(__file__).parents[2]
PROGRAM = f"import sys; sys.path.append({str(ROOT)!r}); from hazecast.beside.worker import serve; serve()"
LENGTH_BYTES = 8
_THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_LOGGER = logging.getLogger(__name__)


@contextmanager
def beside(work: Callable[..., Outcome], *arguments: object, worth_it: bool = True) -> Iterator[Callable[[], Outcome]]:
    """Begin `work(*arguments)` in a process of its own; what is given back waits for its outcome, once.

    `work` is a function of a module that hazecast can import; what it takes and gives can be pickled, and the same arguments give the
    same outcome: where it is not worth a process, where there is one core alone, or where the process breaks down, the work is done here,
    when the outcome is asked for. The process does not outlive the block, nor this process, however that ends.
    """
    here = partial(work, *arguments)
    if not worth_it or cores() < 2:
        yield here
        return
    try:
        begun = _begun(work, arguments)
    except OSError as refused:
        _LOGGER.warning("no process could be begun beside this one: %s", refused)
        yield here
        return
    try:
        yield lambda: _outcome(begun, here)
    finally:
        _end(begun)


def cores() -> int:
    """How many of the machine's this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begun(work: Callable[..., Outcome], arguments: tuple[object, ...]) -> "subprocess.Popen[bytes]":
    asked = pickle.dumps((work, arguments), pickle.HIGHEST_PROTOCOL)
    threads = dict.fromkeys(_THREADS, str(max(cores() // 2, 1)))
    begun = subprocess.Popen(
        [sys.executable, "-P", "-c", PROGRAM],
        env=os.environ | threads,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert begun.stdin is not None
    with suppress(BrokenPipeError):  # one that is dead already is seen as such when its outcome is asked for
        begun.stdin.write(len(asked).to_bytes(LENGTH_BYTES, "little"))
        begun.stdin.write(asked)
        begun.stdin.flush()  # and stays open: its end tells the process that nobody waits for it any more
    return begun


def _outcome(begun: "subprocess.Popen[bytes]", here: Callable[[], Outcome]) -> Outcome:
    assert begun.stdout is not None
    try:
        outcome: Outcome = pickle.load(begun.stdout)
    except (EOFError, pickle.UnpicklingError):  # an error of the work's own is met here too, and told
        _LOGGER.warning("a process beside this one came to nothing (status %s); its work is done here", begun.wait())
        return here()
    return outcome


def _end(begun: "subprocess.Popen[bytes]") -> None:
    begun.kill()
    begun.wait()
    for pipe in (begun.stdin, begun.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
