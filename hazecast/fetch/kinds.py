"""The kinds of file that are fetched: how each begins, and how one tells that it is whole."""

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hazecast.archive.netcdf_classic import bytes_lacking

MOST_UNPACKED = 64 * 2**30
MOST_JSON = 512 * 2**20
HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
HDF5_HEAD = 52  # as far as any superblock keeps the end of the file
GRIB_END = b"7777"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. `require_whole` raises ValueError with what is wrong with a file."""

    name: str
    beginnings: tuple[bytes, ...]
    require_whole: Callable[[Path], None]
    is_text: bool = False

    def begins(self, first: bytes) -> bool:
        """Whether the first bytes of a file, eight or more where it has them, are those of this kind."""
        return (first.lstrip() if self.is_text else first).startswith(self.beginnings)


def looks_like_markup(first: bytes) -> bool:
    """Whether a file begins as a web page or an XML message does."""
    return first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def require_whole_grib(path: Path) -> None:
    """Every message says how long it is, and ends where it says, with 7777; between messages there are zeros at most."""
    size = path.stat().st_size
    with path.open("rb") as file:
        position = messages = 0
        while position < size:
            start = _begin_of_message(file, position, size)
            if start is None:
                break
            position = _end_of_message(file, start, size)
            messages += 1
    if not messages:
        raise ValueError("it holds no GRIB message")


def _begin_of_message(file: BinaryIO, position: int, size: int) -> int | None:
    file.seek(position)
    while padding := file.read(2**12):
        stripped = padding.lstrip(b"\0")
        position += len(padding) - len(stripped)
        if stripped:
            break
    if position >= size:
        return None
    file.seek(position)
    begin = file.read(4)
    if begin != b"GRIB":
        raise ValueError(f"byte {position} should begin a message with GRIB, and reads {begin!r}")
    return position


def _end_of_message(file: BinaryIO, start: int, size: int) -> int:
    file.seek(start)
    end = start + _length_of_message(file.read(16), size - start)
    if end > size:
        raise ValueError(f"the message at byte {start} should be {end - start} bytes long, and {end - size} are lacking")
    file.seek(end - len(GRIB_END))
    if file.read(len(GRIB_END)) != GRIB_END:
        raise ValueError(f"the message at byte {start} does not end with 7777")
    return end


def _length_of_message(head: bytes, rest: int) -> int:
    """Octets 5-7 in edition 1, 9-16 in edition 2 (WMO Manual on Codes, FM 92). Edition 1 has no way to say more than 8 MiB."""
    if len(head) < 16 or head[7] not in (1, 2):
        raise ValueError(f"a message begins {head!r}, which is neither edition 1 nor 2")
    length = int.from_bytes(head[4:7] if head[7] == 1 else head[8:16], "big")
    if head[7] == 1 and length & 0x800000:  # how ECMWF marks a longer one; its length hides in a later section
        return rest
    if length < 20:
        raise ValueError(f"a message of {length} bytes is none")
    return length


def require_whole_netcdf(path: Path) -> None:
    """The file is as long as its header says; the data inside are not read."""
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith(HDF5_MAGIC):
        lacking = _end_of_hdf5(head) - path.stat().st_size
    else:
        try:
            lacking = bytes_lacking(path)
        except (EOFError, IndexError, OverflowError) as broken:
            raise ValueError(f"its header makes no sense: {broken}") from broken
    if lacking > 0:
        raise ValueError(f"{lacking} bytes are lacking at its end")


def _end_of_hdf5(head: bytes) -> int:
    """The end-of-file address in the superblock (HDF5 File Format Specification, II.A), for the usual addresses of 8 bytes; or 0."""
    if len(head) < HDF5_HEAD:
        raise ValueError("its header is cut short")
    version = head[8]
    place = {0: 40, 1: 44, 2: 28, 3: 28}.get(version)
    width = head[13] if version < 2 else head[9]
    return 0 if place is None or width != 8 else int.from_bytes(head[place : place + 8], "little")


def require_whole_gzip(path: Path) -> None:
    """It can be unpacked to its end, checksums included; nothing is kept of it."""
    unpacked = 0
    try:
        with gzip.open(path) as file:
            while piece := file.read(2**20):
                unpacked += len(piece)
                if unpacked > MOST_UNPACKED:
                    raise ValueError(f"it unpacks to more than {MOST_UNPACKED:,} bytes")
    except (EOFError, OSError, zlib.error) as broken:
        raise ValueError(f"it cannot be unpacked: {broken}") from broken


def require_whole_json(path: Path) -> None:
    """It can be parsed."""
    parse_json(path)


def parse_json(path: Path) -> object:
    """What a JSON file says; raises ValueError."""
    if path.stat().st_size > MOST_JSON:
        raise ValueError(f"it is longer than {MOST_JSON:,} bytes")
    try:
        return json.loads(path.read_bytes())
    except RecursionError as deep:
        raise ValueError("it is nested too deeply") from deep


GRIB = Kind("GRIB", (b"GRIB",), require_whole_grib)
NETCDF = Kind("NetCDF", (HDF5_MAGIC, b"CDF\x01", b"CDF\x02", b"CDF\x05"), require_whole_netcdf)
GZIP = Kind("gzip", (b"\x1f\x8b",), require_whole_gzip)
JSON = Kind("JSON", (b"{", b"["), require_whole_json, is_text=True)
