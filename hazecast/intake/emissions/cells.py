"""The regular cells of an inventory: checked, and only those that a region needs."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import InputError, UnreadableInput
from hazecast.grids.lattice import EARTH_RADIUS_M
from hazecast.intake.fields.layout import Box, require_axis, unrolled

Array = NDArray[np.float64]
Index = NDArray[np.int64]

EVENNESS = 1e-2  # of a cell; axes in single precision are a little uneven
SINGLE_DECIMALS = 5  # of degrees: what single precision leaves of them


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Which rows and columns of a file are wanted, and the centres of those cells, ascending, in the turn of the region."""

    rows: Index
    columns: Index
    latitude: Array
    longitude: Array

    @property
    def area(self) -> Array:
        """Of a cell of each row, m2, exact on the sphere, as (latitude, 1)."""
        half, width = _step(self.latitude) / 2, np.deg2rad(_step(self.longitude))
        south, north = (np.deg2rad(np.clip(self.latitude + edge, -90.0, 90.0)) for edge in (-half, half))
        return np.asarray(EARTH_RADIUS_M**2 * width * (np.sin(north) - np.sin(south)))[:, None]

    def field(self, values: Array) -> xr.DataArray:
        """`values` (latitude, longitude) of these cells, with their places."""
        return xr.DataArray(values, coords={"latitude": self.latitude, "longitude": self.longitude}, dims=("latitude", "longitude"))


def cells_within(file: Path, latitude: NDArray[np.generic], longitude: NDArray[np.generic], box: Box) -> Cells:
    """The cells that `box` needs, and one more each side where there is one.

    Raises UnreadableInput for axes that are no centres of regular cells, InputError for a grid that has no part of the box.
    """
    require_axis(file, "latitude", latitude, 90.0)
    require_axis(file, "longitude", longitude, 360.0)
    rows, south_to_north = _ascending(_plain(latitude))
    columns, west_to_east = _ascending(_in_turn_of(box, _plain(longitude)))
    for name, axis in (("latitude", south_to_north), ("longitude", west_to_east)):
        _require_even(file, name, axis)
    _require_overlap(file, "latitude", south_to_north, box.south, box.north)
    _require_overlap(file, "longitude", west_to_east, box.west, box.east)
    lines, posts = _needed(south_to_north, box.south, box.north), _needed(west_to_east, box.west, box.east)
    wanted = Cells(rows[lines], columns[posts], south_to_north[lines], west_to_east[posts])
    _require_on_earth(file, wanted)
    return wanted


def _plain(axis: NDArray[np.generic]) -> Array:
    degrees = np.asarray(axis, dtype=np.float64)
    return np.round(degrees, SINGLE_DECIMALS) if axis.dtype.itemsize == 4 else degrees


def _in_turn_of(box: Box, longitude: Array) -> Array:
    """Each column of a grid round the globe in the turn nearest to the box, those of a region in one turn together."""
    middle = (box.west + box.east) / 2
    together = unrolled(longitude)
    west, east = together.min(), together.max()
    spacing = (east - west) / max(np.unique(together).size - 1, 1)
    if east - west + 1.5 * spacing > 360.0:
        return longitude - 360.0 * np.round((longitude - middle) / 360.0)
    return np.asarray(together - 360.0 * np.round(((west + east) / 2 - middle) / 360.0))


def _ascending(axis: Array) -> tuple[Index, Array]:
    """The order in which the values ascend, and they in it, each place once."""
    order = np.argsort(axis, kind="stable")
    kept = np.append(True, np.diff(axis[order]) > 1e-6)
    return order[kept], axis[order][kept]


def _step(axis: Array) -> float:
    return float((axis[-1] - axis[0]) / (axis.size - 1))


def _require_even(file: Path, name: str, axis: Array) -> None:
    steps = np.diff(axis)
    if axis.size < 3 or not np.allclose(steps, np.median(steps), rtol=EVENNESS, atol=0.0):
        raise UnreadableInput(
            f"{file}: {name} has {axis.size} values with steps from {steps.min(initial=360.0):g} to {steps.max(initial=0.0):g} degrees; "
            "expected the centres of three or more cells of one width.",
            "Deliver the inventory on its regular grid of latitude and longitude.",
        )


def _require_overlap(file: Path, name: str, axis: Array, low: float, high: float) -> None:
    half = _step(axis) / 2
    if high < axis[0] - half or low > axis[-1] + half:
        raise InputError(
            f"{file} has cells from {axis[0]:g} to {axis[-1]:g} degrees of {name}, the domain lies from {low:g} to {high:g}.",
            "Name an inventory that holds the domain.",
        )


def _needed(axis: Array, low: float, high: float) -> slice:
    """At least three, so that their width is known."""
    half = _step(axis) / 2
    first = max(int(np.searchsorted(axis + half, low, side="right")) - 1, 0)
    last = min(int(np.searchsorted(axis - half, high, side="left")) + 1, axis.size)
    first = max(min(first, last - 3), 0)
    return slice(first, max(last, first + 3))


def _require_on_earth(file: Path, cells: Cells) -> None:
    half = _step(cells.latitude) / 2
    if max(-cells.latitude[0], cells.latitude[-1]) + half > 90.0 + EVENNESS * half:
        raise UnreadableInput(
            f"{file}: cells reach beyond a pole, from {cells.latitude[0]:g} to {cells.latitude[-1]:g} degrees north.",
            "Deliver the inventory with the centres of its cells as latitude and longitude.",
        )
