"""Reading of text and CSV, whole or not at all."""

import csv
import gzip
import zlib
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path

import pandas as pd

from hazecast.errors import UnreadableInput

BLOCK = 1 << 20
MOST_BYTES = 4 << 30
MOST_COLUMNS = 20_000  # the widest tables have a column a station
BOMB_RATIO, BOMB_BYTES = 100, 64 << 20  # no table of measurements packs so well; a file made to fill the memory does

BROKEN: tuple[type[Exception], ...] = (
    pd.errors.ParserError,
    pd.errors.EmptyDataError,
    UnicodeDecodeError,
    EOFError,
    OSError,
    OverflowError,
    zlib.error,
    csv.Error,
)
_REMEDY = "Name files of monitoring data, or deliver this one again."


def read_text(file: Path, encodings: Sequence[str] = ("utf-8-sig",), what: str = "text") -> str:
    """The text of a file in the first of `encodings` that fits, gunzipped if its name says so.

    Raises UnreadableInput for one that is not whole, or unpacks to more than any table of measurements.
    """
    try:
        content = _unpacked(file) if file.suffix == ".gz" else _limited(file.read_bytes(), file)
        for encoding in encodings[:-1]:
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
        return content.decode(encodings[-1])
    except BROKEN as reason:
        raise UnreadableInput(f"{file} is not a whole {what} file in {_named(encodings)}: {reason}.", _REMEDY) from reason


def read_csv(
    file: Path,
    types: Mapping[str, type],
    missing: Sequence[str],
    encodings: Sequence[str] = ("utf-8-sig",),
    delimiter: str = ",",
    header_row: int = 0,
) -> pd.DataFrame:
    """A CSV file, gunzipped if its name says so; `missing` are further codes for a missing value, `header_row` the row of the names.

    A last row without the end of its line is left out where others stand before it: its last number may have been cut short. Raises
    UnreadableInput for a file that is not whole.
    """
    text = read_text(file, encodings, "CSV")
    try:
        if file.suffix != ".gz":  # gzip itself knows whether it is whole
            text = _ended(text, delimiter, header_row)
        _require_columns(text, delimiter, header_row)
        table = pd.read_csv(StringIO(text), dtype=dict(types), na_values=list(missing), sep=delimiter, skiprows=header_row)
        if not isinstance(table.index, pd.RangeIndex):  # pandas would take what stands first for names of the rows
            raise csv.Error("its rows have more fields than its header")
        return table
    except BROKEN as reason:
        raise UnreadableInput(f"{file} is not a whole CSV file in {_named(encodings)}: {reason}.", _REMEDY) from reason


def _named(encodings: Sequence[str]) -> str:
    return " or ".join(e.removesuffix("-sig").upper() for e in encodings)


def _require_columns(text: str, delimiter: str, header_row: int) -> None:
    """Raise csv.Error for more columns than any table has: to look at them would take minutes."""
    lines = text.split("\n", header_row + 1)
    count = lines[min(header_row, len(lines) - 1)].count(delimiter) + 1
    if count > MOST_COLUMNS:
        raise csv.Error(f"its header names {count:,} columns; expected {MOST_COLUMNS:,} at most")


def _ended(text: str, delimiter: str, header_row: int) -> str:
    """Without a last row that has all its fields and no end; raises csv.Error for one that lacks fields."""
    end = text.rfind("\n") + 1
    whole, last = text[:end], text[end:]
    lines = text.split("\n", header_row + 1)
    there, expected = last.count(delimiter) + 1, lines[min(header_row, len(lines) - 1)].count(delimiter) + 1
    if last and there < expected:
        raise csv.Error(f"its last row has {there} of {expected} fields; the file may be cut off")
    return whole if whole.count("\n") > header_row + 1 else text


def _unpacked(file: Path) -> bytes:
    packed, blocks, size = file.stat().st_size, [], 0
    with gzip.open(file) as stream:
        while block := stream.read(BLOCK):
            size += len(block)
            if size > BOMB_BYTES and size > BOMB_RATIO * packed:
                raise OSError(f"its {packed} bytes unpack to more than {size}")
            blocks.append(_limited(block, file, size))
    return b"".join(blocks)


def _limited(content: bytes, file: Path, size: int | None = None) -> bytes:
    if (len(content) if size is None else size) > MOST_BYTES:
        raise OSError(f"{file.name} holds more than {MOST_BYTES} bytes; give the data in several files")
    return content
