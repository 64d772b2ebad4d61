"""GRIB files, editions 1 and 2, taken apart into their fields: where each stands, and what its header says.

This is done here and not by the library that decodes GRIB, so that the data of what is not wanted are never read, that messages with
several fields need no state, and that a file which is cut off or damaged is told before the library meets it.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hazecast.errors import UnreadableInput

MAGIC = b"GRIB"
END = b"7777"
LONGEST_JUNK = 1024  # headers of bulletins and the like between messages; more than that is a message that was damaged
LONGEST_HEADER = 1 << 22
BLANK = b"\0 \t\r\n"
_BLOCK = 1 << 16
_REMEDY = "Fetch it again from where it came."
_NO_BITMAP = struct.pack(">IBB", 6, 6, 255)
_NO_DATA = struct.pack(">IB", 5, 7)
_AS_BEFORE = 254  # a bitmap that stood in the message already

Code = tuple[int, int, int]
Span = tuple[int, int]  # offset and length


@dataclass(frozen=True, slots=True)
class Message:
    """One field of a GRIB file.

    `number` counts the fields of the file from 1. `header` is a message of its own, without data. `grid` is the section that describes
    the grid. Of edition 2, `code` is the parameter by discipline, category and number, and `template` how the product is described; of
    edition 1 they are None. `spans` are the parts of the file that, put together, are the field with its data.
    """

    number: int
    edition: int
    code: Code | None
    template: int | None
    header: bytes
    grid: bytes
    spans: tuple[Span, ...]

    def read(self, stream: BinaryIO) -> bytes:
        """The field as a message of its own, from the open file."""
        pieces = []
        for offset, length in self.spans:
            stream.seek(offset)
            pieces.append(stream.read(length))
        if self.edition == 1:
            return pieces[0]
        return _enclosed(self.header[:8], b"".join(pieces))


def messages_of(file: Path) -> Iterator[Message]:
    """The fields of a file in their order, by their headers only; those of a message with several are parted.

    Raises UnreadableInput for a file that cannot be opened, is empty, holds no message or other things than messages, and for a message
    that is cut off, damaged, or of another edition.
    """
    try:
        with file.open("rb") as stream:
            yield from _Scan(file, stream, file.stat().st_size).messages()
    except OSError as refused:
        raise UnreadableInput(f"{file} cannot be read: {refused.strerror}.", "See that it is there and that you may read it.") from refused


def _enclosed(start: bytes, sections: bytes) -> bytes:
    """A message of edition 2 of `sections` 1 to 7; `start` is the beginning of section 0, up to the edition."""
    return start + struct.pack(">Q", 16 + len(sections) + len(END)) + sections + END


@dataclass(frozen=True, slots=True)
class _Scan:
    file: Path
    stream: BinaryIO
    size: int

    def messages(self) -> Iterator[Message]:
        if not self.size:
            raise UnreadableInput(f"{self.file} is empty; GRIB messages were expected.", _REMEDY)
        offset = count = 0
        while (start := self._next_message(offset)) is not None:
            edition = self.bytes_at(start, 8)[7]
            if edition not in (1, 2):
                raise self.fault(start, f"is of GRIB edition {edition}; expected 1 or 2")
            length = self._length_1(start) if edition == 1 else struct.unpack(">Q", self.bytes_at(start + 8, 8))[0]
            offset = self._end_of(start, length)
            for message in (_edition_1 if edition == 1 else _edition_2)(self, start, offset, count):
                count += 1
                yield message
        if not count:
            raise UnreadableInput(f"{self.file} holds no GRIB message; it begins with {self.bytes_at(0, min(16, self.size))!r}.", _REMEDY)

    def _next_message(self, offset: int) -> int | None:
        """Where the next message begins; nothing but a little junk may stand before it."""
        junk = b""
        while offset < self.size:
            self.stream.seek(offset)
            block = self.stream.read(_BLOCK + len(MAGIC) - 1)
            found = block.find(MAGIC)
            junk += (block[:_BLOCK] if found < 0 else block[:found]).strip(BLANK)
            self._require_little(junk, offset)
            if found >= 0:
                return offset + found
            offset += _BLOCK
        return None

    def _require_little(self, junk: bytes, offset: int) -> None:
        if len(junk) > LONGEST_JUNK or junk.endswith(END):
            raise UnreadableInput(
                f"{self.file} holds something else than GRIB messages, or damaged ones, from byte {offset} on: {junk[:16]!r}.", _REMEDY
            )

    def _length_1(self, start: int) -> int:
        """Edition 1 has three bytes for the length; that of a message above 8 MiB stands there in units of 120 bytes.

        What the last unit has too much then stands in the length of the data section (ECMWF's convention).
        """
        length = _three(self.bytes_at(start + 4, 3))
        if not length & 0x800000:
            return length
        data = start + 8 + _three(self.bytes_at(start + 8, 3))
        flags = self.bytes_at(start + 15, 1)[0]
        for optional in (0x80, 0x40):
            data += _three(self.bytes_at(data, 3)) if flags & optional else 0
        excess = _three(self.bytes_at(data, 3))
        return length if excess >= 120 else (length & 0x7FFFFF) * 120 - excess + 4

    def _end_of(self, start: int, length: int) -> int:
        end = start + length
        if end > self.size:
            raise self.fault(start, f"is cut off: the file lacks its last {end - self.size} of {length} bytes")
        if length < 12 or self.bytes_at(end - len(END), len(END)) != END:
            raise self.fault(start, "does not end as a GRIB message does")
        return end

    def bytes_at(self, offset: int, length: int) -> bytes:
        self.stream.seek(offset)
        found = self.stream.read(length)
        if len(found) < length:
            raise self.fault(offset, f"is cut off: the file has {self.size} bytes")
        return found

    def fault(self, offset: int, what: str) -> UnreadableInput:
        return UnreadableInput(f"{self.file}: the GRIB message at byte {offset} {what}.", _REMEDY)

    def section(self, offset: int, end: int, length: int) -> bytes:
        """A section of a header, which ends before `end`."""
        if not 3 <= length <= min(end - len(END) - offset, LONGEST_HEADER):
            raise self.fault(offset, "is damaged: its sections do not fit into it")
        return self.bytes_at(offset, length)


def _three(number: bytes) -> int:
    return int.from_bytes(number[:3], "big")


def _edition_1(scan: _Scan, start: int, end: int, count: int) -> Iterator[Message]:
    offset = start + 8
    product = scan.section(offset, end, _three(scan.bytes_at(offset, 3)))
    if len(product) < 28:
        raise scan.fault(start, "is damaged: its product section is too short")
    offset += len(product)
    grid = scan.section(offset, end, _three(scan.bytes_at(offset, 3))) if product[7] & 0x80 else b""
    offset += len(grid)
    if product[7] & 0x40:  # the bitmap, of which the header tells nothing
        offset += _three(scan.bytes_at(offset, 3))
    data = scan.section(offset, end, 11)
    without_bitmap = product[:7] + bytes([product[7] & ~0x40]) + product[8:]
    body = without_bitmap + grid + (12).to_bytes(3, "big") + data[3:] + b"\0" + END
    header = MAGIC + (8 + len(body)).to_bytes(3, "big") + b"\1" + body
    yield Message(count + 1, 1, None, None, header, grid, ((start, end - start),))


def _edition_2(scan: _Scan, start: int, end: int, count: int) -> Iterator[Message]:
    """A section stands until another of its number comes; every data section ends a field."""
    beginning = scan.bytes_at(start, 8)
    now: dict[int, bytes] = {}
    spans: dict[int, Span] = {}
    bitmap: Span | None = None
    offset = start + 16
    while offset < end - len(END):
        length, number = struct.unpack(">IB", scan.section(offset, end, 5))
        if not (1 <= number <= 7 and 5 <= length <= end - len(END) - offset):
            raise scan.fault(start, "is damaged: its sections do not fit into it")
        spans[number] = (offset, length)
        if number == 6:
            indicator = scan.section(offset, end, 6)[5]
            spans[6] = bitmap if indicator == _AS_BEFORE and bitmap else spans[6]
            bitmap = spans[6] if indicator == 0 else bitmap
        elif number < 6:
            now[number] = scan.section(offset, end, length)
        else:
            count += 1
            yield _field(scan, start, beginning, now, spans, count)
        offset += length
    if 7 not in spans or offset != end - len(END):
        raise scan.fault(start, "is damaged: its sections do not fill it")


def _field(scan: _Scan, start: int, beginning: bytes, now: dict[int, bytes], spans: dict[int, Span], number: int) -> Message:
    if not {1, 3, 4, 5} <= now.keys() or 6 not in spans or len(now[4]) < 11:
        raise scan.fault(start, "is damaged: it lacks a section")
    header = _enclosed(beginning, b"".join(now[i] for i in sorted(now)) + _NO_BITMAP + _NO_DATA)
    product = now[4]
    code = (beginning[6], product[9], product[10])
    template = int.from_bytes(product[7:9], "big")
    return Message(number, 2, code, template, header, now[3], tuple(spans[i] for i in sorted(spans)))
