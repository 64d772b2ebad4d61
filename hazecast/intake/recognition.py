"""A look at the beginning of a file, to tell its format."""

import zlib
from pathlib import Path

GZIP = b"\x1f\x8b"
GZIP_HEADER_BITS = 31  # zlib's window size for data with a gzip header


def beginning(file: Path, size: int = 16384, encoding: str = "utf-8") -> str:
    """The first characters of a file, gunzipped if it is packed; what is not of `encoding` is replaced. Empty where nothing can be read."""
    try:
        with file.open("rb") as stream:
            head = stream.read(size)
        if head.startswith(GZIP):
            head = zlib.decompressobj(GZIP_HEADER_BITS).decompress(head, size)
    except (OSError, zlib.error):
        return ""
    return head.decode(encoding, errors="replace").removeprefix("\ufeff")


def first_line(file: Path) -> str:
    """The first line of a file, without its end."""
    return beginning(file).partition("\n")[0].rstrip("\r")
