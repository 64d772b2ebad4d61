"""One attempt at a task: it works in a folder of its own, and what it made is put in place in one step.

Two attempts at one task, such as that of a worker taken for dead and the one that followed, never meet: the first to come to its end
counts, and the other made the same.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hazecast.archive.disk import sync
from hazecast.archive.manifest import Product, verify_products
from hazecast.backtest.replay.folder import CYCLES, WORK, is_finished


@contextmanager
def attempt(out: Path, name: str) -> Iterator[Path]:
    """A new folder for one attempt, removed at its end."""
    folder = out / WORK / f"{name}-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(made: Path, out: Path) -> tuple[Product, ...]:
    """Move the folder of a cycle's products among the finished ones, unless it is there; a torn one gives way. Raises ArchiveError."""
    final = out / CYCLES / made.name
    final.parent.mkdir(exist_ok=True)
    if final.exists() and not is_finished(out, made.name):
        final.rename(made.with_name(f"{made.name}-torn"))
    try:
        made.rename(final)
        sync(final.parent)
    except OSError:
        if not final.exists():
            raise
    return verify_products(final)
