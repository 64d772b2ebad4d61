"""How long a classic NetCDF file must be, from its header.

The netCDF library reads the lacking end of a truncated classic file as zeros, without a word: clean air that nobody measured.
The format is that of the NetCDF Classic Format Specification (Unidata), versions 1, 2 and 5.
"""

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO

MAGIC = b"CDF"
_STREAMING = (2**32 - 1, 2**64 - 1)
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8, 7: 1, 8: 2, 9: 4, 10: 8, 11: 8}


@dataclass(frozen=True, slots=True)
class _Variable:
    begin: int
    record_bytes: int
    is_record: bool


@dataclass(frozen=True, slots=True)
class _Header:
    """Reads the header's fields in the order in which they stand; the widths of counts and offsets follow the version."""

    file: BinaryIO
    size_bytes: int
    count_width: int
    offset_width: int

    def number(self, width: int) -> int:
        digits = self.file.read(width)
        if len(digits) < width:
            raise EOFError("the header itself is cut short")
        return int.from_bytes(digits, "big")

    def count(self) -> int:
        return self.number(self.count_width)

    def skip_padded(self, length: int) -> None:
        if length > self.size_bytes:
            raise EOFError("the header names more bytes than there are")
        self.file.seek(length + -length % 4, 1)

    def items(self) -> range:
        self.number(4)
        return range(self.count())

    def skip_attributes(self) -> None:
        for _ in self.items():
            self.skip_padded(self.count())
            width = self.type_bytes()
            self.skip_padded(self.count() * width)

    def type_bytes(self) -> int:
        code = self.number(4)
        if code not in _TYPE_BYTES:
            raise ValueError(f"the header names a type {code} that NetCDF does not have")
        return _TYPE_BYTES[code]

    def dimension(self) -> int:
        self.skip_padded(self.count())
        return self.count()

    def variable(self, dimensions: list[int]) -> _Variable:
        self.skip_padded(self.count())
        lengths = [dimensions[self.count()] for _ in range(self.count())]
        self.skip_attributes()
        width = self.type_bytes()
        self.count()
        is_record = bool(lengths) and lengths[0] == 0
        return _Variable(self.number(self.offset_width), prod(lengths[is_record:]) * width, is_record)


def bytes_lacking(path: Path) -> int:
    """How many bytes the file is shorter than its header says; 0 for a whole one.

    Raises EOFError when the header is cut short, ValueError or IndexError when it makes no sense.
    """
    with path.open("rb") as file:
        version = file.read(4)[3]
        header = _Header(file, path.stat().st_size, count_width=8 if version == 5 else 4, offset_width=4 if version == 1 else 8)
        records = header.count()
        dimensions = [header.dimension() for _ in header.items()]
        header.skip_attributes()
        variables = [header.variable(dimensions) for _ in header.items()]
    return max(0, _end(variables, 0 if records in _STREAMING else records) - path.stat().st_size)


def _end(variables: list[_Variable], records: int) -> int:
    in_records = [v for v in variables if v.is_record]
    padded = [v.record_bytes + (-v.record_bytes % 4 if len(in_records) > 1 else 0) for v in in_records]
    fixed_ends = [v.begin + v.record_bytes for v in variables if not v.is_record]
    record_ends = [v.begin + (records - 1) * sum(padded) + v.record_bytes for v in in_records if records]
    return max([*fixed_ends, *record_ends], default=0)
