"""Compiling what is not compiled yet, all at once, under a progress bar, by one process at a time."""

import fcntl
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hazecast.cli.exercising import STAGE, compile_all, counted
from hazecast.cli.kernel_cache import PREFIX, PRIVATE, folder_in_use
from hazecast.cli.progress import Progress

DONE = "complete.json"
LOCK = "lock"
KEPT = ("*.nbi", "*.nbc")  # numba's indices and code
UNUSED_DAYS = 60
DAY_S = 86400.0


def compile_ahead(progress: Progress, *, name_each: bool = False) -> bool:
    """Compile every kernel, unless that is done; whether there was anything to do.

    `progress` is told of "compiling", or with `name_each` of what is compiled, one after the other.

    A second process waits for the first and finds its work. A process that was killed leaves whole files, and the next goes on from
    there; files that are shorter than they were, as after a power cut, are taken away and compiled anew. Where no folder was named to
    numba in time (see `kernel_cache`), or nothing is to be compiled at all, nothing is done: kernels are then compiled as they are met.
    A folder that takes no more, for the disk is full, is no reason to stop: what is compiled is used, and not kept.
    """
    folder = folder_in_use(os.environ)
    if folder is None or os.environ.get("NUMBA_DISABLE_JIT", "0") != "0" or is_complete(folder):
        return False
    if not name_each:
        progress(STAGE, 0.0)
    try:
        with _alone(folder):
            if not is_complete(folder):
                _take_away_what_is_broken(folder)
                compile_all(progress if name_each else counted(progress))
                _write_down(folder)
                _prune(folder)
    except OSError as refused:
        print(f"hazecast: compiled kernels cannot be kept in {folder}: {refused.strerror}.", file=sys.stderr)
        _keep_nothing()
    return True


def is_complete(folder: Path) -> bool:
    """Whether everything was compiled into `folder` and is still there; notes that it was used today."""
    sizes = _written_down(folder)
    if not sizes or _broken(folder, sizes):
        return False
    with suppress(OSError):
        os.utime(folder / DONE)
    return True


def _keep_nothing() -> None:
    """Have numba compile without writing files from here on."""
    from numba.core.caching import NullCache
    from numba.core.dispatcher import Dispatcher

    modules = [module for name, module in sys.modules.items() if name.startswith("hazecast.") and "kernels" in name.split(".")]
    for kernel in (value for module in modules for value in vars(module).values() if isinstance(value, Dispatcher)):
        vars(kernel)["_cache"] = NullCache()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While no other process compiles into `folder`; the lock goes with the process, however it ends."""
    folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _files(folder: Path) -> Iterator[Path]:
    return (file for pattern in KEPT for file in folder.glob(f"*/{pattern}"))


def _write_down(folder: Path) -> None:
    sizes = {str(file.relative_to(folder)): file.stat().st_size for file in _files(folder)}
    partial = folder / f"{DONE}.partial"
    partial.write_text(json.dumps(sizes, indent=0), encoding="utf-8")
    partial.replace(folder / DONE)


def _written_down(folder: Path) -> dict[str, int]:
    """Sizes of the files that were there when all was compiled; empty where it never was."""
    try:
        sizes = json.loads((folder / DONE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return sizes if isinstance(sizes, dict) else {}


def _broken(folder: Path, sizes: dict[str, int]) -> list[Path]:
    """Files that are gone, or shorter than they were; an index grows when a kernel meets other types."""
    return [folder / name for name, size in sizes.items() if _size(folder / name) < size]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return -1


def _take_away_what_is_broken(folder: Path) -> None:
    empty = [file for file in _files(folder) if _size(file) == 0]
    for file in (*_broken(folder, _written_down(folder)), *empty, folder / DONE):
        file.unlink(missing_ok=True)


def _prune(folder: Path) -> None:
    """Take away what other versions left, when it was not used for `UNUSED_DAYS`."""
    for other in folder.parent.glob(f"{PREFIX}*"):
        if other != folder and time.time() - _last_used(other) > UNUSED_DAYS * DAY_S:
            shutil.rmtree(other, ignore_errors=True)


def _last_used(folder: Path) -> float:
    """Seconds since 1970."""
    times = [file.stat().st_mtime for file in (folder, folder / DONE) if file.exists()]
    return max(times, default=time.time())
