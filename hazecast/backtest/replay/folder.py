"""The folder of a backtest: what stands where in it, and that one process at a time works in it."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hazecast.archive.manifest import verify_products
from hazecast.errors import ArchiveError, SettingsError

ARCHIVE = "archive"
CYCLES = "cycles"
WORK = "work"
SETTINGS_FILE = "settings.json"
RECORD_FILE = "backtest.json"
FORECASTS_FILE = "forecasts.nc"
OBSERVED_FILE = "observed.nc"
WARNINGS_FILE = "warnings.json"
LOCK_FILE = ".lock"


@contextmanager
def held(out: Path) -> Iterator[None]:
    """The folder, made where it is lacking, for this process alone.

    Raises SettingsError where it cannot be made, holds something else than a backtest, or another process is at it.
    """
    _require_ours(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / LOCK_FILE).open("w")
    except OSError as refused:
        raise SettingsError(f"The folder {out} cannot be written: {refused.strerror}.", "Choose another with --out.") from refused
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise SettingsError(
                f"Another process is running the backtest in {out}.", "Wait until it is through, or choose another folder with --out."
            ) from busy
        except OSError:  # a file system without locks
            pass
        yield


@contextmanager
def without_leftovers(out: Path) -> Iterator[None]:
    """Take away what processes that died left unfinished in the folder, and at the end what this one did."""
    _clear(out)
    try:
        yield
    finally:
        _clear(out)


def is_finished(out: Path, cycle_key: str) -> bool:
    """Whether all products of a cycle stand in the folder as they were made."""
    with suppress(ArchiveError):
        return bool(verify_products(out / CYCLES / cycle_key))
    return False


def write_whole(file: Path, text: str) -> None:
    """Write `file` in one step: it is whole or as before."""
    partial = file.with_name(f".{file.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)


def _require_ours(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise SettingsError(f"{out} is a file; a folder was expected.", "Choose another with --out.")
    own = {LOCK_FILE, f".{RECORD_FILE}.partial"}
    if out.is_dir() and not (out / RECORD_FILE).exists() and (others := sorted(p.name for p in out.iterdir() if p.name not in own)):
        raise SettingsError(f"{out} holds {others[0]} and no backtest; a new or empty folder was expected.", "Choose another with --out.")


def _clear(out: Path) -> None:
    shutil.rmtree(out / WORK, ignore_errors=True)
    shutil.rmtree(out / f"{ARCHIVE}.partial", ignore_errors=True)
