"""The grid of a GRIB message: how its values are ordered, where its cells lie, and which of them are wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hazecast.errors import UnreadableInput
from hazecast.intake.fields.curvilinear import Heading, heading_of, require_places, window_of
from hazecast.intake.fields.grib_decoder import DECODER, KeyType, Question
from hazecast.intake.fields.grib_messages import Message
from hazecast.intake.fields.grib_projections import places_of
from hazecast.intake.fields.layout import Box, require_axis, rows_and_columns, unrolled

WIND_ALONG_GRID = 0x08  # of resolutionAndComponentFlags, in either edition
MOST_CELLS = 100_000_000
SAME_PLACE_DEGREES = 1e-4
Array = NDArray[np.float64]
Index = NDArray[np.int64] | slice
_REMEDY = "Deliver the file on a regular grid of latitude and longitude, or on one of the projections that docs/sources.md names."

_KEYS: Mapping[str, KeyType] = MappingProxyType(
    {
        "gridType": "str",
        **dict.fromkeys(("Ni", "Nj", "resolutionAndComponentFlags", "projectionCentreFlag"), "int"),
        **dict.fromkeys(("iScansNegatively", "jScansPositively", "jPointsAreConsecutive", "alternativeRowScanning"), "int"),
        **dict.fromkeys(
            (
                "latitudeOfFirstGridPointInDegrees",
                "longitudeOfFirstGridPointInDegrees",
                "latitudeOfLastGridPointInDegrees",
                "longitudeOfLastGridPointInDegrees",
                "latitudeOfSouthernPoleInDegrees",
                "longitudeOfSouthernPoleInDegrees",
                "angleOfRotationInDegrees",
                "orientationOfTheGridInDegrees",
                "LaDInDegrees",
                "LoVInDegrees",
                "Latin1InDegrees",
                "Latin2InDegrees",
                "DxInMetres",
                "DyInMetres",
                "radius",
                "earthMajorAxisInMetres",
                "earthMinorAxisInMetres",
            ),
            "float",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Order:
    """In which order the values of `rows` × `columns` cells come."""

    rows: int
    columns: int
    from_east: bool = False
    from_south: bool = False
    by_columns: bool = False
    to_and_fro: bool = False

    def laid_out(self, values: Array) -> Array:
        """The values as (y, x), from south to north and from west to east on the grid's own axes."""
        lines = values.reshape((self.columns, self.rows) if self.by_columns else (self.rows, self.columns))
        if self.to_and_fro:
            lines = np.where((np.arange(len(lines)) % 2 == 1)[:, None], lines[:, ::-1], lines)
        table = lines.T if self.by_columns else lines
        return table[:: 1 if self.from_south else -1, :: -1 if self.from_east else 1]

    def offsets(self) -> tuple[Array, Array]:
        """How many cells each column and each row, as laid out, lies right of and above the first value."""
        columns, rows = np.arange(self.columns, dtype=np.float64), np.arange(self.rows, dtype=np.float64)
        return columns - (self.columns - 1 if self.from_east else 0), rows - (0 if self.from_south else self.rows - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The wanted part of a grid: latitude and longitude of its rows and columns or, on a projection, of every cell.

    `heading` is there where the wind's components follow the grid's axes and not east and north.
    """

    order: Order
    rows: Index
    columns: Index
    latitude: Array
    longitude: Array
    heading: Heading | None

    @property
    def dims(self) -> tuple[str, str]:
        """The names of the two dimensions."""
        return ("latitude", "longitude") if self.latitude.ndim == 1 else ("y", "x")

    def of(self, values: Array) -> Array:
        """The wanted part of a field's values, which come in the order of the file; raises ValueError for another number of them."""
        return np.ascontiguousarray(self.order.laid_out(values)[self.rows][:, self.columns])

    def is_at(self, other: "Grid") -> bool:
        """Whether the cells are at the same places."""
        same_shape = self.latitude.shape == other.latitude.shape and self.longitude.shape == other.longitude.shape
        return (
            same_shape
            and np.allclose(self.latitude, other.latitude, rtol=0.0, atol=SAME_PLACE_DEGREES)
            and np.allclose(self.longitude, other.longitude, rtol=0.0, atol=SAME_PLACE_DEGREES)
        )


def grid_of(file: Path, message: Message, box: Box | None) -> Grid:
    """The part of a message's grid that `box` needs, one row and column more on each side.

    Raises UnreadableInput for a grid that is not regular, not known, or makes no sense.
    """
    where = f"{file}: message {message.number}"
    keys = DECODER.ask(message.header, Question(_KEYS), where).keys
    kind = str(keys.get("gridType", "of an unknown kind"))
    order = _order(keys, where, kind)
    try:
        if kind in ("regular_ll", "regular_gg"):
            return _regular(file, keys, order, _gaussian(message, where) if kind == "regular_gg" else None, box)
        places = places_of(keys, order.offsets())
    except (KeyError, ValueError) as wrong:
        raise UnreadableInput(f"{where}: its grid ({kind}) makes no sense: {wrong}.", "Fetch the file again from where it came.") from None
    if places is None:
        raise UnreadableInput(f"{where} is on a grid that hazecast does not know ({kind}).", _REMEDY)
    return _curvilinear(file, keys, order, *places, box)


def _order(keys: Mapping[str, Any], where: str, kind: str) -> Order:
    columns, rows = keys.get("Ni"), keys.get("Nj")
    if not isinstance(columns, int) or not isinstance(rows, int) or not 0 < columns * rows <= MOST_CELLS:
        raise UnreadableInput(
            f"{where} has {columns} columns and {rows} rows on a grid of kind {kind}; expected rows of one length, "
            f"and no more than {MOST_CELLS} cells.",
            _REMEDY,
        )
    flags = ("iScansNegatively", "jScansPositively", "jPointsAreConsecutive", "alternativeRowScanning")
    return Order(rows, columns, *(bool(keys.get(flag, 0)) for flag in flags))


def _gaussian(message: Message, where: str) -> Array:
    return np.sort(DECODER.ask(message.header, Question(arrays=("distinctLatitudes",)), where).arrays[0])


def _regular(file: Path, keys: Mapping[str, Any], order: Order, gaussian: Array | None, box: Box | None) -> Grid:
    latitude = _axis(keys, "latitude", order.rows, order.from_south) if gaussian is None else gaussian
    longitude = _turned(_axis(keys, "longitude", order.columns, not order.from_east))
    if latitude.size != order.rows:
        raise ValueError(f"it has {order.rows} rows and {latitude.size} latitudes")
    require_axis(file, "latitude", latitude, 90.0)
    require_axis(file, "longitude", longitude, 360.0)
    rows, columns = rows_and_columns(latitude, longitude, box)
    return Grid(order, rows, columns, latitude[rows], unrolled(longitude)[columns], None)


def _turned(longitude: Array) -> Array:
    return longitude - 360.0 * np.floor(longitude / 360.0)


def _axis(keys: Mapping[str, Any], word: str, size: int, forwards: bool) -> Array:
    """From south to north, or from west to east without a turn."""
    ends = [float(keys[f"{word}Of{which}GridPointInDegrees"]) for which in ("First", "Last")]
    low, high = ends if forwards else reversed(ends)
    if word == "longitude" and high < low:
        high += 360.0
    if high < low:
        raise ValueError(f"its {word} runs from {ends[0]:g} to {ends[1]:g}, against the order of its values")
    return np.linspace(low, high, size)


def _curvilinear(file: Path, keys: Mapping[str, Any], order: Order, latitude: Array, longitude: Array, box: Box | None) -> Grid:
    require_places(file, latitude, longitude)
    rows, columns = window_of(latitude, longitude, box)
    latitude, longitude = latitude[rows, columns], longitude[rows, columns]
    along_grid = int(keys.get("resolutionAndComponentFlags", 0)) & WIND_ALONG_GRID
    heading = heading_of(latitude, longitude) if along_grid else None
    return Grid(order, rows, columns, latitude, unrolled(_turned(longitude)), heading)
