"""Segments: facts of one calendar month in a folder of plain .npy files, written once and never changed.

2018-04.9f2c61d0/
    values.npy     float32 (key, hour, station)   the latest value of each cell
    stamps.npy     uint32  (key, hour, station)   the stamp of each, 0 without a fact
    rows.npy       per (key, hour)                what must be visible for the whole row to be so
    loose.npy      a list                         all other facts
    manifest.json  keys, hours, stations, and the hash and size of each file
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hazecast.archive.disk import sync
from hazecast.archive.manifest import MANIFEST_NAME
from hazecast.archive.observations.facts import (
    LOOSE,
    STAMP,
    VALUE,
    Facts,
    Hours,
    Stamps,
    Values,
    assumed_in,
    month_name,
    numbers_of,
)
from hazecast.errors import ArchiveError

VALUES_FILE, STAMPS_FILE, ROWS_FILE, LOOSE_FILE = "values.npy", "stamps.npy", "rows.npy", "loose.npy"
FILES = (VALUES_FILE, STAMPS_FILE, ROWS_FILE, LOOSE_FILE)
TEMPORARY = ".partial-"

ROW = np.dtype([("oldest", "<u4"), ("newest", "<u4"), ("last", "<u4"), ("assumed", "?")])
"""Of the facts of one row of a block: the oldest and the newest number whose arrival was recorded (1 and 0 without any), the newest
number of all, and whether there are assumed arrivals."""

_REMEDY = "Restore the folder from a backup."


@dataclass(frozen=True, slots=True)
class SegmentName:
    """A segment as the catalogue lists it; `hours` are the first and the last of its facts, `sha256` is that of its manifest."""

    name: str
    month: int
    first_hour: int
    last_hour: int
    facts: int
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A segment as its manifest describes it; `hours` are those of the block, `loose` is how many facts are outside it.

    In the block `newest_batch` is the greatest number, and `last_assumed` the last hour of a fact whose arrival is assumed, None
    without any.
    """

    folder: Path
    keys: tuple[str, ...]
    hours: Hours
    stations: tuple[str, ...]
    loose: int
    newest_batch: int
    last_assumed: int | None
    sizes: dict[str, int]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the block: keys, hours, stations."""
        return len(self.keys), self.hours.size, len(self.stations)


def write_segment(folder: Path, month: int, facts: Facts) -> SegmentName:
    """Write `facts` as a new segment into `folder`; once this returns, it is on the disk and under its name.

    Raises ArchiveError when the disk refuses; nothing is then left of it.
    """
    name = f"{month_name(month)}.{secrets.token_hex(6)}"
    temporary = folder / f"{TEMPORARY}{name}"
    try:
        temporary.mkdir(parents=True)
        manifest, size = _written(temporary, month, facts)
        temporary.rename(folder / name)
        sync(folder)
    except OSError as refused:
        raise ArchiveError(
            f"The observations could not be written to {folder}: {refused}.",
            "See that its disk has room and that it may be written; nothing was changed.",
        ) from refused
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    hours = facts.all_hours()
    return SegmentName(name, month, int(hours[0]), int(hours[-1]), facts.count, size, hashlib.sha256(manifest).hexdigest())


@lru_cache(maxsize=256)
def open_segment(folder: Path) -> Segment:
    """Read a manifest, which never changes once it is there.

    Raises FileNotFoundError where there is none (any more), ArchiveError where it is not what it should be.
    """
    with _faults_explained(folder):
        manifest = json.loads((folder / MANIFEST_NAME).read_bytes())
        sizes = {name: int(file["size_bytes"]) for name, file in manifest["files"].items()}
        return Segment(
            folder,
            tuple(manifest["keys"]),
            np.array(manifest["hours"], dtype=np.int64),
            tuple(manifest["stations"]),
            int(manifest["loose"]),
            int(manifest["newest_batch"]),
            manifest["last_assumed"],
            sizes,
        )


def facts_of(segment: Segment) -> Facts:
    """All facts of a segment, mapped and not read; raises as `open_segment`."""
    values, stamps = _array(segment, VALUES_FILE, VALUE, segment.shape), _array(segment, STAMPS_FILE, STAMP, segment.shape)
    return Facts(segment.keys, segment.hours, segment.stations, values, stamps, loose_of(segment))


def loose_of(segment: Segment) -> NDArray[np.void]:
    """The loose facts of a segment, mapped; raises as `open_segment`."""
    return _array(segment, LOOSE_FILE, LOOSE, (segment.loose,))


def rows_of(segment: Segment) -> NDArray[np.void]:
    """What is said of the rows (key, hour) of the block; raises as `open_segment`."""
    return np.array(_array(segment, ROWS_FILE, ROW, segment.shape[:2]))


@contextmanager
def values_file(segment: Segment) -> Iterator[int]:
    """The descriptor of the file of values, for `read_values`; raises as `open_segment`."""
    with _faults_explained(segment.folder):
        descriptor = os.open(segment.folder / VALUES_FILE, os.O_RDONLY)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def read_values(segment: Segment, descriptor: int, key: int, first_row: int, into: Values) -> None:
    """Read values (hour, station) of one key from `first_row` on straight into `into`, which is contiguous; raises ValueError."""
    header = segment.sizes[VALUES_FILE] - int(np.prod(segment.shape)) * VALUE.itemsize
    start = header + (key * segment.shape[1] + first_row) * segment.shape[2] * VALUE.itemsize
    wanted = into.reshape(-1).view(np.uint8).data
    read = 0
    while read < wanted.nbytes:
        count = os.preadv(descriptor, [wanted[read:]], start + read)
        if not count:
            raise ValueError(f"{VALUES_FILE} ends too early")
        read += count


def verify_segment(folder: Path, listed: SegmentName) -> None:
    """Read every byte of a segment and hold it against the catalogue and the manifest; raises ArchiveError naming what differs."""
    try:
        manifest = (folder / MANIFEST_NAME).read_bytes()
        different = [] if hashlib.sha256(manifest).hexdigest() == listed.sha256 else [MANIFEST_NAME]
        files = json.loads(manifest)["files"] if not different else {}
        different += [name for name in files if _described(folder / name) != files[name]]
    except OSError as lost:
        raise ArchiveError(f"The observations in {folder} cannot be read: {lost}.", _REMEDY) from lost
    if different:
        raise ArchiveError(f"The observations in {folder} are not as they were written: {', '.join(different)} changed.", _REMEDY)


def _written(folder: Path, month: int, facts: Facts) -> tuple[bytes, int]:
    """Write every file of a segment; returns the manifest, and the size of the others."""
    rows = _rows(facts.stamps)
    arrays = (
        (VALUES_FILE, np.ascontiguousarray(facts.values, dtype=VALUE)),
        (STAMPS_FILE, np.ascontiguousarray(facts.stamps, dtype=STAMP)),
        (ROWS_FILE, rows),
        (LOOSE_FILE, facts.loose),
    )
    listed = {file: _write_array(folder / file, array) for file, array in arrays}
    manifest = _manifest(month, facts, rows, listed)
    (folder / MANIFEST_NAME).write_bytes(manifest)
    for path in (folder / MANIFEST_NAME, folder):
        sync(path)
    return manifest, sum(file["size_bytes"] for file in listed.values())


def _rows(stamps: Stamps) -> NDArray[np.void]:
    numbers, assumed, filled = numbers_of(stamps), assumed_in(stamps), np.asarray(stamps) > 0
    recorded = filled & ~assumed
    rows = np.empty(stamps.shape[:2], dtype=ROW)
    rows["newest"] = np.max(numbers, axis=2, initial=0, where=recorded)
    rows["oldest"] = np.where(recorded.any(axis=2), np.min(numbers, axis=2, initial=2**32 - 1, where=recorded), 1)
    rows["last"] = np.max(numbers, axis=2, initial=0)
    rows["assumed"] = assumed.any(axis=2)
    return rows


def _manifest(month: int, facts: Facts, rows: NDArray[np.void], files: dict[str, dict[str, Any]]) -> bytes:
    assumed = facts.hours[rows["assumed"].any(axis=0)]
    content = {
        "month": month_name(month),
        "keys": facts.keys,
        "hours": facts.hours.tolist(),
        "stations": facts.stations,
        "loose": facts.loose.size,
        "newest_batch": int(rows["last"].max(initial=0)),
        "last_assumed": int(assumed[-1]) if assumed.size else None,
        "files": files,
    }
    return (json.dumps(content, ensure_ascii=False) + "\n").encode()


def _write_array(file: Path, array: NDArray[Any]) -> dict[str, Any]:
    with file.open("wb") as stream:
        np.save(stream, array, allow_pickle=False)
    sync(file)
    return _described(file)


def _described(file: Path) -> dict[str, Any]:
    with file.open("rb") as stream:
        return {"sha256": hashlib.file_digest(stream, "sha256").hexdigest(), "size_bytes": stream.tell()}


def _array(segment: Segment, name: str, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Mapped behind its header, whose length follows from the size of the file."""
    size, content = segment.sizes[name], int(np.prod(shape)) * dtype.itemsize
    with _faults_explained(segment.folder), (segment.folder / name).open("rb") as stream:
        found = os.fstat(stream.fileno()).st_size
        if found != size or size < content:
            raise ValueError(f"{name} has {found} bytes instead of {size}")
        if not content:
            return np.empty(shape, dtype=dtype)
        mapped = mmap(stream.fileno(), 0, access=ACCESS_READ)  # numpy's own memmap takes ten times as long to open
        return np.frombuffer(mapped, dtype=dtype, offset=size - content).reshape(shape)


@contextmanager
def _faults_explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as broken:
        raise ArchiveError(f"The observations in {folder} cannot be read: {broken}.", _REMEDY) from broken
