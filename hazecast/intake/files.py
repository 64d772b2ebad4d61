"""Finding the files of a source, and telling later whether they are the same."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from hazecast.errors import NoDataInPeriod, UnreadableInput
from hazecast.records import InputFile


def files_below(path: Path, patterns: Sequence[str], what: str) -> tuple[Path, ...]:
    """The file itself, or the matching files of a folder in order of their names; raises NoDataInPeriod if there are none.

    Names that begin with a dot are of files that are still being written, and left out.
    """
    try:
        found = (path,) if path.is_file() else tuple(sorted(_visible({f for p in patterns for f in path.glob(p)}, path)))
        state = "holds none" if path.is_dir() else "is not there"
    except OSError as refused:
        raise UnreadableInput(f"{path} cannot be looked into: {refused.strerror}.", "See that you may read it.") from refused
    if not found:
        raise NoDataInPeriod(f"{path} {state}; expected {what} ({', '.join(patterns)}).", "Correct the path.")
    return found


def _visible(files: Iterable[Path], folder: Path) -> Iterator[Path]:
    return (f for f in files if f.is_file() and not any(part.startswith(".") for part in f.relative_to(folder).parts))


def identified(files: Iterable[Path], role: str) -> tuple[InputFile, ...]:
    """Each file with the hash of its content; raises UnreadableInput for one that cannot be read (any more)."""
    return tuple(_identified(file, role) for file in files)


def _identified(file: Path, role: str) -> InputFile:
    try:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return InputFile(path=file, sha256=digest, size_bytes=stream.tell(), role=role)
    except OSError as refused:
        raise UnreadableInput(
            f"{file} cannot be read: {refused.strerror}.", "See that it is still there and that you may read it."
        ) from refused
