"""Finding the files of a source, and telling later whether they are the same."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from hazecast.errors import NoDataInPeriod
from hazecast.records import InputFile


def files_below(path: Path, patterns: Sequence[str], what: str) -> tuple[Path, ...]:
    """The file itself, or the matching files of a folder in order of their names; raises NoDataInPeriod if there are none."""
    found = (path,) if path.is_file() else tuple(sorted({f for p in patterns for f in path.glob(p)}))
    if not found:
        state = "holds none" if path.is_dir() else "is not there"
        raise NoDataInPeriod(f"{path} {state}; expected {what} ({', '.join(patterns)}).", "Correct the path.")
    return found


def identified(files: Iterable[Path], role: str) -> tuple[InputFile, ...]:
    """Each file with the hash of its content."""
    return tuple(_identified(file, role) for file in files)


def _identified(file: Path, role: str) -> InputFile:
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return InputFile(path=file, sha256=digest, size_bytes=file.stat().st_size, role=role)
