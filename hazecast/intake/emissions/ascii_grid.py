"""Grids as text, in the layout of ESRI: six lines of header, then row by row from the north."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hazecast.errors import UnreadableInput
from hazecast.intake.text import read_text

Array = NDArray[np.float64]
KEYS = ("ncols", "nrows", "cellsize")
HEADER_LINES = 6
HEADER_BYTES = 400
_REMEDY = "Deliver the grid as its source writes it."


@dataclass(frozen=True, slots=True, eq=False)
class AsciiGrid:
    """Centres of cells, latitudes from the north, and values (latitude, longitude), NaN where missing."""

    latitude: Array
    longitude: Array
    values: Array


def is_ascii_grid(file: Path) -> bool:
    """Whether the file begins as such a grid does."""
    try:
        with file.open("rb") as stream:
            start = stream.read(HEADER_BYTES).lower()
    except OSError:
        return False
    return start.lstrip().startswith(b"ncols") and b"nrows" in start


def read_ascii_grid(file: Path) -> AsciiGrid:
    """Raises UnreadableInput for a file that is not whole."""
    text = read_text(file, what="ASCII grid")
    if not text.endswith("\n"):
        raise UnreadableInput(f"{file} ends inside a line; expected whole rows, for the last number may have been cut.", _REMEDY)
    lines = text.splitlines()
    header = dict(_setting(file, line) for line in lines[:HEADER_LINES] if line[:1].isalpha())
    columns, rows, size = _shape(file, header)
    body = [line.split() for line in lines[len(header) :] if line.strip()]
    if len(body) != rows or any(len(line) != columns for line in body):
        found = sorted({len(line) for line in body})
        raise UnreadableInput(f"{file} has {len(body)} rows of {found[:3]} values; its header says {rows} of {columns}.", _REMEDY)
    values = _numbers(file, body)
    missing = header.get("nodata_value", -9999.0)
    return AsciiGrid(
        np.asarray(_first(file, header, "y", size) + np.arange(rows, dtype=np.float64) * size)[::-1],
        np.asarray(_first(file, header, "x", size) + np.arange(columns, dtype=np.float64) * size),
        np.where(values == missing, np.nan, values),
    )


def _setting(file: Path, line: str) -> tuple[str, float]:
    words = line.split()
    try:
        return words[0].lower(), float(words[1])
    except (IndexError, ValueError) as broken:
        raise UnreadableInput(f"{file}: the header has {line[:60]!r}; expected a name and a number.", _REMEDY) from broken


def _shape(file: Path, header: dict[str, float]) -> tuple[int, int, float]:
    if lacking := [key for key in KEYS if key not in header]:
        raise UnreadableInput(f"{file}: the header lacks {', '.join(lacking)}; it has {', '.join(header) or 'nothing'}.", _REMEDY)
    columns, rows, size = (header[key] for key in KEYS)
    if not (3 <= columns < 1e6 and 3 <= rows < 1e6 and columns == int(columns) and rows == int(rows) and 0 < size < 60):
        raise UnreadableInput(f"{file}: the header says {columns:g} × {rows:g} cells of {size:g} degrees; expected three or more.", _REMEDY)
    return int(columns), int(rows), size


def _first(file: Path, header: dict[str, float], axis: str, size: float) -> float:
    """The centre of the first cell, given by its corner or by itself."""
    corner, centre = header.get(f"{axis}llcorner"), header.get(f"{axis}llcenter")
    if corner is None and centre is None:
        raise UnreadableInput(f"{file}: the header lacks {axis}llcorner; it has {', '.join(header)}.", _REMEDY)
    return corner + size / 2 if corner is not None else float(centre or 0.0)


def _numbers(file: Path, body: list[list[str]]) -> Array:
    try:
        return np.array(body, dtype=np.float64)
    except ValueError as broken:
        raise UnreadableInput(f"{file} holds something that is no number: {broken}.", _REMEDY) from broken
