"""How far the weather reaches, on axes of latitude and longitude or on another projection, and the domain that fits into it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.grids.distance import distance
from hazecast.grids.enclosing import places_in_quads
from hazecast.grids.lattice import EARTH_RADIUS_M
from hazecast.records import Station

Array = NDArray[np.float64]
MARGIN_DEGREES = 3.0  # weather farther than this from every station is left out of the domain
FEWEST_ROWS = 12  # a lattice is refined until it has as many rows and columns, or its cells are FINEST wide
FINEST_DEGREES = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Extent:
    """The places of the weather's cells in degrees: two ascending axes, or both along rows and columns."""

    latitude: Array
    longitude: Array

    @property
    def is_curvilinear(self) -> bool:
        """Whether each cell has its own latitude and longitude."""
        return self.latitude.ndim == 2

    def __str__(self) -> str:
        south, north, west, east = self.latitude.min(), self.latitude.max(), self.longitude.min(), self.longitude.max()
        return f"{south:g} to {north:g} degrees north, {west:g} to {east:g} degrees east"


def extent_of(weather: xr.Dataset) -> Extent:
    """That of the `latitude` and `longitude` of a dataset."""
    return Extent(weather["latitude"].values.astype(np.float64), weather["longitude"].values.astype(np.float64))


def beside(station: Station, extent: Extent) -> Station:
    """The station with its longitude counted as that of the weather is, be it from Greenwich or across the date line.

    One on the other side of the Earth stays as it is.
    """
    turned = station.longitude + 360.0 * round((float(extent.longitude.mean()) - station.longitude) / 360.0)
    return replace(station, longitude=turned) if turned != station.longitude and -180.0 <= turned <= 360.0 else station


def within(stations: Sequence[Station], extent: Extent) -> tuple[Station, ...]:
    """Those inside the weather's grid, or less than one of its cells outside."""
    latitude, longitude = np.array([s.latitude for s in stations]), np.array([s.longitude for s in stations])
    if extent.is_curvilinear:
        inside = places_in_quads(extent.latitude, extent.longitude, latitude, longitude).inside
    else:
        inside = _along(extent.latitude, latitude) & _along(extent.longitude, longitude)
    return tuple(station for station, there in zip(stations, inside, strict=True) if there)


def _along(axis: Array, places: Array) -> NDArray[np.bool_]:
    widest = np.diff(axis).max()
    return np.asarray((axis[0] - widest <= places) & (places <= axis[-1] + widest))


def domain_edges(extent: Extent, stations: Sequence[Station]) -> Mapping[str, float]:
    """South, north, west, east and spacing of a domain round the stations, inside the weather, with cells no wider than its own.

    Raises ValueError where the stations lie so far at the weather's rim that no rectangle round them is inside.
    """
    spacing = _spacing(extent)
    if extent.is_curvilinear:
        south, north, west, east = _widest_rectangle(extent, stations, spacing)
    else:
        south, north = _reach(extent.latitude, [s.latitude for s in stations])
        west, east = _reach(extent.longitude, [s.longitude for s in stations])
    while min(north - south, east - west) / spacing < FEWEST_ROWS and spacing / 2 >= FINEST_DEGREES:
        spacing /= 2
    return {"south": south, "north": north, "west": west, "east": east, "spacing": spacing}


def _spacing(extent: Extent) -> float:
    if not extent.is_curvilinear:
        return float(min(np.diff(extent.latitude).min(), np.diff(extent.longitude).min()))
    latitude, longitude = extent.latitude, extent.longitude
    along_x = distance(latitude[:, 1:], longitude[:, 1:], latitude[:, :-1], longitude[:, :-1])
    along_y = distance(latitude[1:], longitude[1:], latitude[:-1], longitude[:-1])
    return round(float(np.rad2deg(min(np.median(along_x), np.median(along_y)) / EARTH_RADIUS_M)), 3)


def _reach(axis: Array, places: Sequence[float]) -> tuple[float, float]:
    near = axis[(axis >= min(places) - MARGIN_DEGREES) & (axis <= max(places) + MARGIN_DEGREES)]
    return (float(near[0]), float(near[-1])) if near.size >= 2 else (float(axis[0]), float(axis[-1]))


def _widest_rectangle(extent: Extent, stations: Sequence[Station], spacing: float) -> tuple[float, float, float, float]:
    """Grown from the stations outwards, side by side, as long as all of the new side is inside."""
    latitude, first_row, last_row = _steps([s.latitude for s in stations], spacing)
    longitude, first_column, last_column = _steps([s.longitude for s in stations], spacing)
    rows, columns = np.meshgrid(latitude, longitude, indexing="ij")
    inside = places_in_quads(extent.latitude, extent.longitude, rows.ravel(), columns.ravel()).inside.reshape(rows.shape)
    sides = [first_row, last_row, first_column, last_column]
    if not inside[first_row : last_row + 1, first_column : last_column + 1].all():
        raise ValueError("the stations lie at the rim of the weather, and no rectangle round them is inside it")
    while sum(_grows(inside, sides, side) for side in range(4)):
        pass
    return float(latitude[sides[0]]), float(latitude[sides[1]]), float(longitude[sides[2]]), float(longitude[sides[3]])


def _steps(places: Sequence[float], spacing: float) -> tuple[Array, int, int]:
    """Steps of `spacing` from the margin before the first place to that after the last, and the indices of those round the places."""
    margin = int(MARGIN_DEGREES / spacing)
    between = int(np.ceil((max(places) - min(places)) / spacing))
    steps: Array = min(places) + spacing * np.arange(-margin, between + margin + 1, dtype=np.float64)
    return steps, margin, margin + between


def _grows(inside: NDArray[np.bool_], sides: list[int], side: int) -> bool:
    """Move one side of the rectangle outwards, if all of it is inside there."""
    moved = sides.copy()
    moved[side] += -1 if side % 2 == 0 else 1
    first_row, last_row, first_column, last_column = moved
    if min(first_row, first_column) < 0 or last_row >= inside.shape[0] or last_column >= inside.shape[1]:
        return False
    if not inside[first_row : last_row + 1, first_column : last_column + 1].all():
        return False
    sides[side] = moved[side]
    return True
