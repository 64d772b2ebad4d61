"""A copy of an archive, made while others go on writing to it: whole, with a manifest, and an archive itself.

The databases are copied first, each as of one moment; what they list is on the disk by then and is never changed. A file that the
copy before has is linked and not copied again, so that a copy costs as much as what is new.
"""

import hashlib
import os
import secrets
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from hazecast.archive.disk import sync
from hazecast.archive.manifest import MANIFEST_NAME, Product, read_manifest, write_manifest
from hazecast.errors import ArchiveError

DATABASES = ("ledger.sqlite", "operations.sqlite", "observations/catalogue.sqlite")
DUMP = "postgres.dump"
MOST_TRIES = 5


def make_backup(archive: Path, folder: Path, now: datetime, keep: int, address: str | None = None) -> Path:
    """Copy `archive` into a new folder inside `folder`, and remove all but the newest `keep` copies; returns the new one.

    Databases at the `address` of a PostgreSQL are dumped by its own `pg_dump`.
    Raises ArchiveError where a file cannot be read or the copy not be written; nothing half-made stays.
    """
    if folder.resolve().is_relative_to(archive.resolve()):
        raise ArchiveError(
            f"Copies in {folder} would lie inside the archive {archive} itself.", "Name another folder, better on another disk."
        )
    target = folder / f"{now:%Y%m%dT%H%M%SZ}"
    partial = folder / f".{target.name}.partial-{secrets.token_hex(4)}"
    if target.exists():
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for leftover in folder.glob(".*.partial-*"):
            shutil.rmtree(leftover)
        _fill(partial, archive, newest(folder), address)
        partial.rename(target)
        sync(folder)
        for old in copies(folder)[:-keep]:
            shutil.rmtree(old)
    except (OSError, sqlite3.Error) as refused:
        raise ArchiveError(
            f"The archive {archive} cannot be copied into {folder}: {refused}.", "See that its disk has room and may be written to."
        ) from refused
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def copies(folder: Path) -> tuple[Path, ...]:
    """The whole copies in a folder, the oldest first."""
    there = folder.iterdir() if folder.is_dir() else ()
    return tuple(sorted(path for path in there if not path.name.startswith(".") and (path / MANIFEST_NAME).is_file()))


def newest(folder: Path) -> Path | None:
    """The newest whole copy in a folder; None without any."""
    return copies(folder)[-1] if copies(folder) else None


def _fill(partial: Path, archive: Path, before: Path | None, address: str | None) -> None:
    known = {} if before is None else {product.name: product for product in read_manifest(before)}
    for attempt in range(1, MOST_TRIES + 1):
        shutil.rmtree(partial, ignore_errors=True)
        try:
            databases = _databases(partial, archive) if address is None else [_dumped(partial, address)]
            products = [*databases, *_files(partial, archive, before, known)]
        except FileNotFoundError as gone:  # merged into another since it was listed
            if attempt == MOST_TRIES or gone.filename == "pg_dump":
                raise
        else:
            write_manifest(partial, tuple(sorted(products, key=lambda product: product.name)))
            return


def _databases(partial: Path, archive: Path) -> list[Product]:
    made = []
    for name in DATABASES:
        if not (archive / name).is_file():
            continue
        (partial / name).parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(archive / name)) as source, closing(sqlite3.connect(partial / name)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # so that the copy is one file
        made.append(_product(partial, name))
    return made


def _dumped(partial: Path, address: str) -> Product:
    partial.mkdir(parents=True)
    command = ("pg_dump", "--format=custom", f"--file={partial / DUMP}", f"--dbname={address}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"pg_dump ended with status {done.returncode}: {done.stderr.strip()[-300:]}")
    return _product(partial, DUMP)


def _files(partial: Path, archive: Path, before: Path | None, known: dict[str, Product]) -> list[Product]:
    made = []
    for file in sorted(path for path in archive.rglob("*") if path.is_file()):
        name = file.relative_to(archive).as_posix()
        if name.startswith(DATABASES) or any(part.startswith(".") for part in Path(name).parts) or name == MANIFEST_NAME:
            continue
        (partial / name).parent.mkdir(parents=True, exist_ok=True)
        linked = before is not None and name in known and _linked(before / name, file, partial / name)
        if not linked:
            shutil.copy2(file, partial / name)
        made.append(known[name] if linked else _product(partial, name))
    return made


def _linked(copied: Path, file: Path, target: Path) -> bool:
    """Whether the copy before holds the same file and could be linked: files of one size and time are the same, for none is changed."""
    with suppress(OSError):
        there, here = copied.stat(), file.stat()
        if (there.st_size, there.st_mtime_ns) == (here.st_size, here.st_mtime_ns):
            os.link(copied, target)
            return True
    return False


def _product(folder: Path, name: str) -> Product:
    with (folder / name).open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    sync(folder / name)
    return Product(name, digest, (folder / name).stat().st_size)
