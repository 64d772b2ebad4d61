"""What has arrived, looked over before it gets its name."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hazecast.errors import WrongDelivery
from hazecast.fetch.kinds import GZIP, Kind

PIECE = 2**20


class Damaged(Exception):
    """What arrived is not what was sent; it may be once more."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A file that has arrived."""

    size_bytes: int
    sha256: str


def look_over(path: Path, size_bytes: int | None, md5: str, sha256: str) -> Whole:
    """The size and hash of a file; raises Damaged unless they are those given (None or empty: not known)."""
    found_md5, found_sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            found_md5.update(piece)
            found_sha256.update(piece)
        length = file.tell()
    if size_bytes is not None and length != size_bytes:
        raise Damaged(f"it has {length:,} bytes instead of {size_bytes:,}")
    for name, expected, found in (("MD5", md5, found_md5.hexdigest()), ("SHA-256", sha256, found_sha256.hexdigest())):
        if expected and expected.lower() != found:
            raise Damaged(f"its {name} is {found} instead of {expected.lower()}")
    return Whole(length, found_sha256.hexdigest())


def require_whole(path: Path, kind: Kind) -> None:
    """Raise Damaged unless the file begins and ends as one of its kind."""
    with path.open("rb") as file:
        first = file.read(16)
    if not kind.begins(first):
        raise Damaged(f"it begins {first!r}, which is not {kind.name}")
    try:
        kind.require_whole(path)
    except ValueError as wrong:
        raise Damaged(f"as {kind.name}, {wrong}") from wrong


@contextmanager
def unpacked_if_packed(path: Path, encoding: str, kind: Kind, most_bytes: int) -> Iterator[Path]:
    """The file without the gzip that it was sent in, or the file itself; what was unpacked is removed afterwards.

    Stores also mark as packed what is a gzip file by itself: that stays as it is. Raises Damaged, or WrongDelivery for what grows
    beyond `most_bytes`.
    """
    if encoding != "gzip" or (kind is GZIP and not _is_packed_twice(path)):
        yield path
        return
    unpacked = path.with_name(f"{path.name}.unpacked")
    try:
        _unpack(path, unpacked, most_bytes)
        yield unpacked
    finally:
        unpacked.unlink(missing_ok=True)


def _is_packed_twice(path: Path) -> bool:
    try:
        with gzip.open(path) as inside:
            return inside.read(2) == b"\x1f\x8b"
    except (EOFError, OSError, zlib.error):
        return False


def _unpack(path: Path, unpacked: Path, most_bytes: int) -> None:
    with path.open("rb") as packed, gzip.GzipFile(fileobj=packed) as inside, unpacked.open("wb") as file:
        while piece := _next_piece(inside):
            if file.tell() + len(piece) > most_bytes:
                raise WrongDelivery(f"{path.name} unpacks to more than {most_bytes:,} bytes.", "See whether the source is well.")
            file.write(piece)


def _next_piece(inside: gzip.GzipFile) -> bytes:
    try:
        return inside.read(PIECE)
    except (EOFError, gzip.BadGzipFile, zlib.error) as broken:
        raise Damaged(f"it cannot be unpacked: {broken}") from broken
