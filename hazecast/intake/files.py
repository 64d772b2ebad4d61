"""Finding the files of a source, and telling later whether they are the same."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from hazecast.archive.content import content_digest, is_store, members, stamp_of
from hazecast.archive.fetched import MANIFEST_NAME, digests_in
from hazecast.archive.stamps import Stamp
from hazecast.errors import FetchError, NoDataInPeriod, UnreadableInput
from hazecast.records import InputFile

REMEMBERED_BYTES = 1 << 26  # a file as large is hashed once as long as it stays as it is; it takes too long to be rewritten unseen


def files_below(path: Path, patterns: Sequence[str], what: str) -> tuple[Path, ...]:
    """The file itself, or the matching files of a folder in order of their names; raises NoDataInPeriod if there are none.

    A folder that is a Zarr store counts as one file. Names that begin with a dot are of files that are still being written, and left
    out.
    """
    try:
        found = (path,) if path.is_file() or is_store(path) else tuple(sorted(_visible({f for p in patterns for f in path.glob(p)}, path)))
        state = "holds none" if path.is_dir() else "is not there"
    except OSError as refused:
        raise UnreadableInput(f"{path} cannot be looked into: {refused.strerror}.", "See that you may read it.") from refused
    if not found:
        raise NoDataInPeriod(f"{path} {state}; expected {what} ({', '.join(patterns)}).", "Correct the path.")
    return found


def _visible(files: Iterable[Path], folder: Path) -> Iterator[Path]:
    whole = (f for f in files if f.is_file() or is_store(f))
    return (f for f in whole if not any(part.startswith(".") for part in f.relative_to(folder).parts))


def identified(files: Iterable[Path], role: str) -> tuple[InputFile, ...]:
    """Each file with its absolute path and the hash of its content; raises UnreadableInput for one that cannot be read (any more).

    That of a store is the hash of the names, sizes and contents of all its files in order of their names.
    """
    return tuple(_identified(file, role) for file in files)


def _identified(file: Path, role: str) -> InputFile:
    size, digest = _size_and_digest(file)
    return InputFile(path=file.absolute(), sha256=digest, size_bytes=size, role=role)


def _size_and_digest(file: Path) -> tuple[int, str]:
    with _refusals_explained(file):
        states = [_state(member) for member in members(file)]
        size = sum(state.st_size for state in states)
        stamps = tuple((s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for s in states)
        return size, _remembered(file, stamps) if size >= REMEMBERED_BYTES else content_digest(file)


@contextmanager
def guarded(file: Path, digest: str | None = None) -> Iterator[None]:
    """Round the reading of one file: raises UnreadableInput as `require_as_fetched`, for a pipe or a device, and for what the memory
    does not hold.
    """
    if file.exists() and not (file.is_file() or is_store(file)):
        raise UnreadableInput(f"{file} is no file, nor a store; expected one.", "Name the file itself.")
    require_as_fetched(file, digest)
    try:
        yield
    except MemoryError as full:
        raise UnreadableInput(
            f"{file} takes more memory than there is{f': {full}' if str(full) else ''}.",
            "Deliver it in several files or, of gridded fields, for a smaller region; deliver it again if it should be small.",
        ) from full


def require_as_fetched(file: Path, digest: str | None = None) -> None:
    """Raise UnreadableInput for a file that is no more what `hazecast fetch` brought, by the manifest beside it, or if that is damaged.

    A file that no manifest lists is not judged. `digest` is that of the file where it is known already.
    """
    try:
        expected = _fetched_digests(file.parent).get(file.name)
    except FetchError as damaged:
        raise UnreadableInput(f"{file} cannot be trusted: {damaged.problem}", damaged.remedy) from damaged
    if expected is not None and expected != (digest or _size_and_digest(file)[1]):
        raise UnreadableInput(
            f"{file} is not what was fetched: its content has another hash than {MANIFEST_NAME} beside it says.",
            "Fetch it again or, if you changed it yourself, into a folder of its own; a fetch that is under way must end first.",
        )


def _fetched_digests(folder: Path) -> Mapping[str, str]:
    try:
        state = (folder / MANIFEST_NAME).stat()
    except OSError:
        return {}
    return _read_digests(folder, state.st_ino, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=64)
def _read_digests(folder: Path, *_state: int) -> Mapping[str, str]:
    return digests_in(folder)


@contextmanager
def _refusals_explained(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as refused:
        raise UnreadableInput(
            f"{file} cannot be read: {refused.strerror}.", "See that it is still there and that you may read it."
        ) from refused


def digest_of_file(file: Path) -> str:
    """The hash of a file's content, or of a store's; raises UnreadableInput for one that cannot be read (any more)."""
    with _refusals_explained(file):
        return content_digest(file)


def stamp_of_file(file: Path) -> Stamp:
    """What the file system says of a file, or of all files of a store together; raises UnreadableInput."""
    with _refusals_explained(file):
        return stamp_of(file)


def _state(file: Path) -> os.stat_result:
    with file.open("rb") as stream:
        return os.fstat(stream.fileno())


@lru_cache(maxsize=256)
def _remembered(file: Path, _stamps: tuple[tuple[int, ...], ...]) -> str:
    return content_digest(file)
