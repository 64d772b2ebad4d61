"""What hazecast and the process that decodes GRIB for it say to each other: words as JSON, and bytes beside them."""

import json
import struct
from typing import IO, Any

_LENGTHS = struct.Struct(">QQ")


def send(stream: IO[bytes], words: dict[str, Any], data: bytes) -> None:
    """Write one frame; raises OSError where nobody reads any more."""
    text = json.dumps(words).encode()
    stream.write(_LENGTHS.pack(len(text), len(data)))
    stream.write(text)
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """The next frame; raises EOFError where the other side has ended, be it in the middle of one."""
    text_length, data_length = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    return json.loads(_exactly(stream, text_length)), _exactly(stream, data_length)


def _exactly(stream: IO[bytes], length: int) -> bytes:
    found = stream.read(length)
    if len(found) < length:
        raise EOFError(f"{len(found)} of {length} bytes came.")
    return found
