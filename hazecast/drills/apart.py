"""Work in a process of its own, which can be made to die as by kill -9 just before any change that it makes."""

import os
import resource
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from sqlite3 import Connection
from typing import Protocol

from sqlalchemy import Engine, event

from hazecast.errors import HazecastError

CHANGES_ON_DISK = frozenset({"os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"})
CHANGES_IN_DATABASE = ("INSERT", "UPDATE", "DELETE")
REFUSED, SURPRISED = 2, 70
LOCK_PATIENCE_MS = 200


class Run(Protocol):
    """Does work and says how it ended."""

    def __call__(self, work: Callable[[], object], folder: Path, *, dies_at: int | None = None, disk_full: bool = False) -> int:
        """As `run_apart`."""
        ...


def run_here(work: Callable[[], object], folder: Path, *, dies_at: int | None = None, disk_full: bool = False) -> int:  # noqa: ARG001
    """Do `work` in this process, so that what is compiled or loaded for it is there for all child processes to come; no fault strikes."""
    try:
        work()
    except HazecastError:
        return REFUSED
    return 0


def run_apart(work: Callable[[], object], folder: Path, *, dies_at: int | None = None, disk_full: bool = False) -> int:
    """Do `work` in a child process and wait for it; its exit status, minus the signal that ended it.

    With `dies_at`, it is killed before its change of that number in `folder` or in a database. With `disk_full`, no file grows. What
    a user can mend ends in REFUSED; any other error in SURPRISED, with its traceback added to the file `surprises` in `folder`.
    """
    return _ended(start_apart(work, folder, dies_at=dies_at, disk_full=disk_full))


def start_apart(work: Callable[[], object], folder: Path, *, dies_at: int | None = None, disk_full: bool = False) -> int:
    """The same without waiting; the number of the process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that a process with threads forks: this one has none at work
        child = os.fork()
    if child == 0:
        _live(work, folder, dies_at, disk_full)
    return child


def wait_for(child: int) -> int:
    """The exit status of a started process, when it has ended."""
    return _ended(child)


def be_impatient(connection: Connection, _entry: object) -> None:
    """A drill has no time to wait for a lock that a fault holds."""
    connection.execute(f"PRAGMA busy_timeout = {LOCK_PATIENCE_MS}")


def _ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _live(work: Callable[[], object], folder: Path, dies_at: int | None, disk_full: bool) -> None:
    """Never returns."""
    status = SURPRISED
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # who ends a drill ends it after the work at hand
        event.listen(Engine, "connect", be_impatient)
        if disk_full:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        if dies_at is not None:
            die_at(dies_at, folder)
        work()
        status = 0
    except HazecastError:
        status = REFUSED
    except BaseException:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        with (folder / "surprises").open("a", encoding="utf-8") as told:
            told.write(traceback.format_exc() + "\n")
    finally:
        os._exit(status)


def die_at(step: int, folder: Path) -> None:
    """Let this process be killed just before its change of that number, counted from 1, in `folder` or in a database."""
    taken = 0

    def count(*_anything: object) -> None:
        nonlocal taken
        taken += 1
        if taken == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def count_on_disk(name: str, arguments: tuple[object, ...]) -> None:
        writes = name == "open" and isinstance(arguments[1], str) and arguments[1] not in {"r", "rb"}
        if (writes or name in CHANGES_ON_DISK) and str(folder) in str(arguments[0]):
            count()

    def count_in_database(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(CHANGES_IN_DATABASE):
            count()

    sys.addaudithook(count_on_disk)
    event.listen(Engine, "before_cursor_execute", count_in_database)
    event.listen(Engine, "commit", count)
