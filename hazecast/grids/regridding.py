"""Bilinear regridding to a lattice or to stations, from sources of latitude and longitude and from those on other projections."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.grids.enclosing import places_in_quads
from hazecast.grids.kernels.crossings import blend_to_grid
from hazecast.grids.kernels.places import blend_to_points
from hazecast.grids.lattice import Lattice
from hazecast.grids.placing import Places, Shares, closed, in_the_turn_of, shares_along
from hazecast.grids.stacking import Floats, leading_dims, stacked
from hazecast.records import Station

Array = NDArray[np.float64]


def to_lattice(source: xr.Dataset, lattice: Lattice) -> xr.Dataset:
    """Every field of `source` on the lattice, as (time, level where there is one, latitude, longitude), in its own precision.

    `source` has (time, latitude, longitude), both axes ascending, or (time, y, x) with `latitude` and `longitude` along both, and
    may have a `level`. A cell that is NaN leaves its weight to its neighbours while these have half of it. Up to one cell outside
    the source the edge is taken; beyond that, NaN. Raises InputError for a source of a single row or column.
    """
    onto = {"latitude": lattice.latitude, "longitude": lattice.longitude}
    if _is_curvilinear(source):
        latitude, longitude = np.meshgrid(lattice.latitude, lattice.longitude, indexing="ij")
        places = _places(source, latitude.ravel(), longitude.ravel())
        return _each_field(source, lambda stack: _at_places(stack, places), onto)
    rows, columns = _rows_and_columns(source, lattice.latitude, lattice.longitude)
    return _each_field(source, lambda stack: _at_crossings(stack, rows, columns), onto)


def to_stations(source: xr.Dataset, stations: Sequence[Station]) -> xr.Dataset:
    """Every field of `source` at the stations, as (time, level where there is one, station); otherwise as `to_lattice`."""
    latitude = np.array([s.latitude for s in stations], dtype=np.float64)
    longitude = np.array([s.longitude for s in stations], dtype=np.float64)
    places = _places(source, latitude, longitude)
    return _each_field(source, lambda stack: _at_places(stack, places), {"station": np.array([s.id for s in stations])})


def _is_curvilinear(source: xr.Dataset) -> bool:
    return source.variables["latitude"].ndim == 2


def _axes(source: xr.Dataset) -> tuple[Array, Array]:
    return source.variables["latitude"].values.astype(np.float64), source.variables["longitude"].values.astype(np.float64)


def _places(source: xr.Dataset, latitude: Array, longitude: Array) -> Places:
    if _is_curvilinear(source):
        return places_in_quads(*_axes(source), latitude, longitude)
    return Places(*_rows_and_columns(source, latitude, longitude))


def _rows_and_columns(source: xr.Dataset, latitude: Array, longitude: Array) -> tuple[Shares, Shares]:
    rows, columns = _axes(source)
    columns = closed(columns)
    return shares_along(rows, latitude), shares_along(columns, in_the_turn_of(columns, longitude))


def _each_field(source: xr.Dataset, blend: Callable[[Floats], Floats], onto: Mapping[str, NDArray[np.generic]]) -> xr.Dataset:
    """Every field put through `blend`, which keeps the first dimension of a stack and gives the values of `onto` after it."""
    curvilinear = _is_curvilinear(source)
    space = source.variables["latitude"].dims if curvilinear else ("latitude", "longitude")
    columns = 0 if curvilinear else closed(source.variables["longitude"].values).size
    fields = {}
    for key in source.data_vars:
        values = source.variables[key]
        lead = leading_dims(values, space)
        out = blend(_wrapped(stacked(values, space), columns))
        shape = (*(values.sizes[dim] for dim in lead), *(len(axis) for axis in onto.values()))
        fields[key] = xr.Variable((*lead, *onto), out.reshape(shape), values.attrs)
    return xr.Dataset(fields, coords=_kept_coords(source) | dict(onto))


def _kept_coords(source: xr.Dataset) -> dict[str, object]:
    """As indices where they are indices already, for making one of an array takes longer than a small field."""
    coords: dict[str, object] = {"time": source.indexes["time"] if "time" in source.xindexes else source["time"].values}
    return coords | {"level": source["level"].variable} if "level" in source.coords else coords


def _wrapped(stack: Floats, columns: int) -> Floats:
    """The stack with its first column once more at the end, where so many are expected."""
    return np.concatenate([stack, stack[..., :1]], axis=-1) if columns > stack.shape[-1] else stack


def _at_crossings(stack: Floats, rows: Shares, columns: Shares) -> Floats:
    out = np.empty((stack.shape[0], rows.below.size, columns.below.size), dtype=stack.dtype)
    blend_to_grid(stack, rows.below, rows.share, columns.below, columns.share, out)
    out[:, ~rows.inside] = np.nan
    out[:, :, ~columns.inside] = np.nan
    return out


def _at_places(stack: Floats, places: Places) -> Floats:
    out = np.empty((stack.shape[0], places.inside.size), dtype=stack.dtype)
    blend_to_points(stack, places.rows.below, places.rows.share, places.columns.below, places.columns.share, out)
    out[:, ~places.inside] = np.nan
    return out
