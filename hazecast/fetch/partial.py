"""The part of a file that has come: kept under a hidden name beside its place, with a note of what it is a part of.

Both survive the death of the process. The note is there before the first byte, so that bytes without a matching note are never
continued.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from hazecast.archive.disk import sync
from hazecast.errors import FetchError, WrongDelivery

ROOM_LEFT = 2**20  # bytes of disk that a download leaves free at least


@dataclass(frozen=True, slots=True)
class Origin:
    """What a part is a part of: the address as it may be shown, the bytes of it that are wanted (`what`), and the version.

    `validator` is the strong ETag, or the time of the last change; empty where the source names neither: then it is never continued.
    `encoding` is how the body is packed on its way.
    """

    url: str
    what: str
    validator: str
    encoding: str = ""


def partial_path(target: Path) -> Path:
    """Where the part of `target` is kept."""
    return target.with_name(f".{target.name}.partial")


def origin_path(target: Path) -> Path:
    """Where the note on it is kept."""
    return target.with_name(f".{target.name}.origin")


def bytes_kept(target: Path) -> int:
    """How much of `target` has come."""
    partial = partial_path(target)
    return partial.stat().st_size if partial.is_file() else 0


def origin_of(target: Path) -> Origin | None:
    """What the part is a part of; None where that is not known."""
    try:
        noted = json.loads(origin_path(target).read_bytes())
        return Origin(**{name: str(noted[name]) for name in ("url", "what", "validator", "encoding")})
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def begin(target: Path, origin: Origin) -> None:
    """Start anew: no bytes, and the note of what is to come."""
    discard(target)
    note = origin_path(target)
    with note.open("wb") as file:
        file.write(json.dumps(asdict(origin)).encode())
        file.flush()
        os.fsync(file.fileno())
    partial_path(target).touch()


def discard(target: Path) -> None:
    """Remove the part and the note, the part first."""
    partial_path(target).unlink(missing_ok=True)
    origin_path(target).unlink(missing_ok=True)


def append(target: Path, pieces: Iterable[bytes], most_bytes: int) -> None:
    """Write more bytes, each piece at once; when they end, all are on the disk, and when they break off, what came is kept.

    Raises WrongDelivery, and keeps nothing, when the whole grows beyond `most_bytes`.
    """
    with partial_path(target).open("ab") as file:
        length = file.tell()
        try:
            for piece in pieces:
                length += len(piece)
                if length > most_bytes:
                    raise WrongDelivery(
                        f"{target.name} grows beyond {most_bytes:,} bytes; it should have ended by then.",
                        "See whether the source is well; what came of the file was removed.",
                    )
                file.write(piece)
                file.flush()
            os.fsync(file.fileno())
        except WrongDelivery:
            discard(target)
            raise


def require_room(target: Path, more_bytes: int) -> None:
    """Raise FetchError when the disk has not the room for so much more."""
    free = shutil.disk_usage(target.parent).free
    if more_bytes + ROOM_LEFT > free:
        raise FetchError(
            f"{target.name} needs {more_bytes:,} bytes more, and the disk of {target.parent} has {free:,}.",
            "Make room, or choose a folder on another disk.",
        )


@contextmanager
def told_of_the_disk(target: Path) -> Iterator[None]:
    """Turn a disk that is full or refuses into a FetchError; the part of the file goes, what stood before stays."""
    try:
        yield
    except OSError as refused:
        discard_what_can_be(target)
        raise FetchError(
            f"{target} cannot be written: {refused.strerror or refused}.",
            "See that its disk has room and that the folder may be written to.",
        ) from refused


def discard_what_can_be(target: Path) -> None:
    """The same as `discard`, on a disk that may refuse that too."""
    try:
        discard(target)
    except OSError:
        return


def put_in_place(whole: Path, target: Path) -> None:
    """Give a whole file its name, in one step and for good; what belonged to its making goes."""
    sync(whole)
    whole.replace(target)
    discard(target)
    sync(target.parent)
