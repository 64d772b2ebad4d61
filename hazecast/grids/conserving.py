"""Regridding that conserves amounts per area: emissions, precipitation, population."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import InputError
from hazecast.grids.kernels.overlaps import average_cells
from hazecast.grids.lattice import Lattice
from hazecast.grids.placing import require_two_each_way
from hazecast.grids.stacking import leading_dims, stacked

Array = NDArray[np.float64]
Index = NDArray[np.int64]
CELLS = ("latitude", "longitude")


@dataclass(frozen=True, slots=True)
class _Overlaps:
    """Which source cells each target cell overlaps along one axis: those in `cell[first[i]:first[i + 1]]`, covering `part` of it."""

    first: Index
    cell: Index
    part: Array


def conserved(source: xr.Dataset, lattice: Lattice, *, absent_is_zero: bool = False) -> xr.Dataset:
    """Every field of `source` on the lattice as the mean over each cell, exact on the sphere: first-order conservative remapping
    (Jones 1999, Mon. Wea. Rev. 127, 2204), which is separable between grids of latitude and longitude.

    `source` has amounts per area with cell centres `latitude` and `longitude`, each in either order, and any further dimensions.
    What is NaN or outside the source is left out of a mean, and a cell of which less than half is covered is NaN. With
    `absent_is_zero` all that counts as zero instead, and the sum of value times area over the lattice is what the source holds
    within the lattice. Values are of 64 bits. Raises InputError for a source of a single row or column, or of axes in no order.
    """
    require_two_each_way((source.sizes["latitude"], source.sizes["longitude"]))
    latitude, south_to_north = _ascending("latitude", source["latitude"].values)
    longitude, west_to_east = _ascending("longitude", np.unwrap(source["longitude"].values, period=360.0))
    rows, columns = _overlaps_of_rows(latitude, lattice), _overlaps_of_columns(longitude, lattice)
    used_rows, row = _needed(south_to_north[rows.cell], latitude.size)
    used_columns, column = _needed(west_to_east[columns.cell], longitude.size)
    needed = source.isel(latitude=used_rows, longitude=used_columns)
    fields = {}
    for key, values in needed.data_vars.items():
        stack = stacked(values, CELLS).astype(np.float64, copy=False)
        out = np.empty((stack.shape[0], *lattice.shape))
        average_cells(stack, rows.first, row, rows.part, columns.first, column, columns.part, absent_is_zero, out)
        lead = leading_dims(values, CELLS)
        fields[key] = xr.Variable((*lead, *CELLS), out.reshape(*(values.sizes[dim] for dim in lead), *lattice.shape), values.attrs)
    kept = {name: axis for name, axis in needed.coords.items() if not set(axis.dims) & set(CELLS)}
    return xr.Dataset(fields, coords={**kept, "latitude": lattice.latitude, "longitude": lattice.longitude})


def _ascending(name: str, axis: Array) -> tuple[Array, Index]:
    """The axis in ascending order, and where each of it stood."""
    order = np.arange(axis.size)[:: -1 if axis[0] > axis[-1] else 1]
    ascending = axis[order].astype(np.float64)
    if not (np.diff(ascending) > 0).all():
        raise InputError(
            f"A field to be brought onto another grid has the {name} {axis[:4]} …; expected ever greater or ever lesser degrees.",
            "Deliver it with its rows and columns in order.",
        )
    return ascending, order


def _needed(cells: Index, size: int) -> tuple[slice, Index]:
    """The part of an axis from the first to the last of `cells`, and where they stand in it; all where that is most of it: a part
    must be copied.
    """
    if cells.size == 0 or 2 * (cells.max() + 1 - cells.min()) > size:
        return slice(None), cells
    return slice(cells.min(), cells.max() + 1), cells - cells.min()


def _overlaps_of_rows(latitude: Array, lattice: Lattice) -> _Overlaps:
    """Along a meridian, in the sine of latitude, for the area between two parallels is proportional to its difference."""
    source, target = np.clip(_edges(latitude), -90.0, 90.0), lattice.row_edges
    return _overlaps(np.sin(np.deg2rad(source)), np.arange(latitude.size), np.sin(np.deg2rad(target)))


def _overlaps_of_columns(longitude: Array, lattice: Lattice) -> _Overlaps:
    """Along a parallel, with the source laid round the globe as often as it takes; the gap between two of its turns is cell -1."""
    edges, target = _edges(longitude), lattice.column_edges
    edges[-1] = min(edges[-1], edges[0] + 360.0)
    turns = np.arange(np.floor((target[0] - edges[-1]) / 360.0), np.ceil((target[-1] - edges[0]) / 360.0) + 1)
    laid = np.maximum.accumulate((edges + 360.0 * turns[:, None]).ravel())
    return _overlaps(laid, np.tile(np.append(np.arange(longitude.size), -1), turns.size)[:-1], target)


def _edges(centres: Array) -> Array:
    between = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[2 * centres[0] - between[0]], between, [2 * centres[-1] - between[-1]]])


def _overlaps(edges: Array, cells: Index, target_edges: Array) -> _Overlaps:
    """Cut the axis at every edge of either side: each piece lies in at most one target cell and in one of `cells`, -1 being none."""
    cuts = np.unique(np.concatenate([edges, target_edges]))
    middle = (cuts[1:] + cuts[:-1]) / 2
    target, source = np.searchsorted(target_edges, middle) - 1, np.searchsorted(edges, middle) - 1
    count = target_edges.size - 1
    both = (target >= 0) & (target < count) & (source >= 0) & (source < cells.size)
    both[both] = cells[source[both]] >= 0
    part = np.diff(cuts)[both] / np.diff(target_edges)[target[both]]
    return _Overlaps(np.searchsorted(target[both], np.arange(count + 1)), cells[source[both]], part)
