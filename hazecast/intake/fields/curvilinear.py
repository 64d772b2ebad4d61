"""Grids whose cells have a latitude and a longitude each: the part of them that is wanted, and which way their rows run."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hazecast.errors import UnreadableInput
from hazecast.intake.fields.layout import Box

Array = NDArray[np.float64]


def window_of(latitude: Array, longitude: Array, box: Box | None) -> tuple[slice, slice]:
    """The rows and columns of a grid (y, x) that `box` needs, one more on each side included.

    `longitude` may be counted in any turn. Where the box misses the grid altogether, all of the grid is given: whoever asked says
    so better.
    """
    if box is None:
        return slice(None), slice(None)
    touched = _meshes_touching(latitude, longitude, box)
    if not touched.any():
        return slice(None), slice(None)
    return _around(np.flatnonzero(touched.any(axis=1))), _around(np.flatnonzero(touched.any(axis=0)))


def _meshes_touching(latitude: Array, longitude: Array, box: Box) -> NDArray[np.bool_]:
    """Which meshes between four neighbouring cells reach into the box, (y - 1, x - 1)."""
    middle = (box.west + box.east) / 2
    first, *others = _corners(longitude)
    first = middle + _turned(first - middle)
    east = np.stack([first, *(first + _turned(corner - first) for corner in others)])
    north = np.stack(_corners(latitude))
    return np.asarray(
        (north.min(axis=0) <= box.north)
        & (north.max(axis=0) >= box.south)
        & (east.min(axis=0) <= box.east)
        & (east.max(axis=0) >= box.west)
    )


def _corners(values: Array) -> list[Array]:
    return [values[:-1, :-1], values[:-1, 1:], values[1:, :-1], values[1:, 1:]]


def _turned(degrees: Array) -> Array:
    """By whole turns into -180 to 180."""
    return degrees - 360.0 * np.round(degrees / 360.0)


def _around(touched: NDArray[np.int64]) -> slice:
    """The cells round the touched meshes, and one more on each side."""
    return slice(max(int(touched[0]) - 1, 0), int(touched[-1]) + 3)


@dataclass(frozen=True, slots=True, eq=False)
class Heading:
    """The angle from east to the direction in which x grows, counter-clockwise, by its cosine and sine, (y, x)."""

    cosine: Array
    sine: Array

    def to_earth(self, along_x: Array, along_y: Array) -> tuple[Array, Array]:
        """Eastward and northward wind from wind along the grid, (…, y, x), whose y stands a quarter turn left of its x."""
        return along_x * self.cosine - along_y * self.sine, along_x * self.sine + along_y * self.cosine


def heading_of(latitude: Array, longitude: Array) -> Heading:
    """Which way x grows at every cell of a grid (y, x), from the places of its neighbours in the row.

    The step between the neighbours, in space, is laid on the directions east and north at the cell.
    """
    phi, lam = np.deg2rad(latitude), np.deg2rad(longitude)
    place = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    step = np.gradient(place, axis=2)
    east = -np.sin(lam) * step[0] + np.cos(lam) * step[1]
    north = -np.sin(phi) * (np.cos(lam) * step[0] + np.sin(lam) * step[1]) + np.cos(phi) * step[2]
    length = np.hypot(east, north)
    return Heading(east / length, north / length)


def require_places(file: Path, latitude: Array, longitude: Array) -> None:
    """Raise UnreadableInput unless a grid (y, x) has two or more rows and columns and every cell a place on the Earth."""
    sound = latitude.shape == longitude.shape and latitude.ndim == 2 and min(latitude.shape) >= 2
    if not sound or not ((np.abs(latitude) <= 90.0).all() and (np.abs(longitude) <= 360.0).all()):
        raise UnreadableInput(
            f"{file}: the cells' latitude is {_span(latitude)} and their longitude {_span(longitude)}; expected degrees within ±90 "
            "and ±360 for each of two or more rows and columns.",
            "Deliver the file as its source writes it.",
        )


def _span(values: Array) -> str:
    known = values[np.isfinite(values)]
    extent = f"{known.min():g} to {known.max():g}" if known.size else "nowhere known"
    return f"{extent} in {' × '.join(map(str, values.shape))} cells"
