"""What an input file holds, as a hash. A folder that is a Zarr store counts as one file."""

import hashlib
from pathlib import Path

from hazecast.archive.stamps import Stamp

STORE_MARKS = ("zarr.json", ".zgroup", ".zarray", ".zmetadata")


def is_store(path: Path) -> bool:
    """Whether it is a folder that holds a Zarr array or group."""
    return path.is_dir() and any((path / mark).is_file() for mark in STORE_MARKS)


def members(file: Path) -> list[Path]:
    """The file itself, or all files of a store in order of their names."""
    return sorted(f for f in file.rglob("*") if f.is_file()) if is_store(file) else [file]


def content_digest(file: Path) -> str:
    """The hash of a file's content; of a store, that of the names, sizes and contents of its files. Raises OSError."""
    inside = members(file)
    if inside == [file]:
        return _digest_of_one(file)
    whole = hashlib.sha256()
    for member in inside:
        whole.update(f"{member.relative_to(file).as_posix()} {member.stat().st_size} {_digest_of_one(member)}\n".encode())
    return whole.hexdigest()


def stamp_of(file: Path) -> Stamp:
    """What the file system says of a file, or of the files of a store together. Raises OSError."""
    states = [member.stat() for member in members(file)]
    return Stamp(sum(s.st_size for s in states), max((s.st_mtime_ns for s in states), default=0), file.stat().st_ino)


def _digest_of_one(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
