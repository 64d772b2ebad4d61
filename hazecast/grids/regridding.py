"""Bilinear regridding from a latitude-longitude source to a lattice or to stations."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import InputError
from hazecast.grids.kernels import blend_to_grid, blend_to_points
from hazecast.grids.lattice import Lattice
from hazecast.records import Station

Array = NDArray[np.float64]
OUTSIDE_TOLERANCE_CELLS = 1.0  # a target this far outside the source takes the value of the edge; beyond it, none


def to_lattice(source: xr.Dataset, lattice: Lattice) -> xr.Dataset:
    """Every field of `source` (time, latitude, longitude; axes ascending) on the lattice; NaN where the source does not reach.

    Raises InputError for a source of a single row or column.
    """
    rows, row_shares, row_inside = _weights(source["latitude"].values, lattice.latitude)
    columns, column_shares, column_inside = _weights(*_in_one_turn(source["longitude"].values, lattice.longitude))
    inside = row_inside[:, None] & column_inside[None, :]
    fields = {}
    for key, values in source.data_vars.items():
        out = np.empty((values.sizes["time"], *lattice.shape))
        blend_to_grid(_plain(values), rows, row_shares, columns, column_shares, out)
        out[:, ~inside] = np.nan
        fields[key] = (("time", "latitude", "longitude"), out, values.attrs)
    coords = {"time": source["time"].values, "latitude": lattice.latitude, "longitude": lattice.longitude}
    return xr.Dataset(fields, coords=coords)


def to_stations(source: xr.Dataset, stations: Sequence[Station]) -> xr.Dataset:
    """Every field of `source` (time, latitude, longitude; axes ascending) at the stations, as (time, station); NaN where the
    source does not reach. Raises InputError for a source of a single row or column.
    """
    latitude = np.array([s.latitude for s in stations])
    longitude = np.array([s.longitude for s in stations])
    rows, row_shares, row_inside = _weights(source["latitude"].values, latitude)
    columns, column_shares, column_inside = _weights(*_in_one_turn(source["longitude"].values, longitude))
    fields = {}
    for key, values in source.data_vars.items():
        out = np.empty((values.sizes["time"], len(stations)))
        blend_to_points(_plain(values), rows, row_shares, columns, column_shares, out)
        out[:, ~(row_inside & column_inside)] = np.nan
        fields[key] = (("time", "station"), out, values.attrs)
    return xr.Dataset(fields, coords={"time": source["time"].values, "station": [s.id for s in stations]})


def _plain(values: xr.DataArray) -> Array:
    return np.ascontiguousarray(values.transpose("time", "latitude", "longitude").values, dtype=np.float64)


def _in_one_turn(axis: Array, longitude: Array) -> tuple[Array, Array]:
    """`axis`, and `longitude` by as many whole turns nearer to it as it takes: 359 and -1 degrees east are one place."""
    middle = (axis[0] + axis[-1]) / 2
    return axis, longitude - 360.0 * np.round((longitude - middle) / 360.0)


def _weights(axis: Array, targets: Array) -> tuple[NDArray[np.int64], Array, NDArray[np.bool_]]:
    """Per target: the source index below it, the share of the one above, and whether the source reaches it."""
    if axis.size < 2:
        raise InputError(
            "A field to be brought onto another grid has a single row or column; at least two of each were expected.",
            "Deliver weather with at least two latitudes and two longitudes round the stations.",
        )
    below = np.clip(np.searchsorted(axis, targets, side="right") - 1, 0, axis.size - 2)
    share = (targets - axis[below]) / (axis[below + 1] - axis[below])
    inside = (share >= -OUTSIDE_TOLERANCE_CELLS) & (share <= 1.0 + OUTSIDE_TOLERANCE_CELLS)
    share = np.clip(share, 0.0, 1.0)
    share = np.where(share < 1e-9, 0.0, np.where(share > 1.0 - 1e-9, 1.0, share))
    return below.astype(np.int64), share, inside
