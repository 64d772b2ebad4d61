"""Taking a part of a lazily opened dataset so that no more than that part is read."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

MOST_PIECES = 4

Index = NDArray[np.int64] | slice


def picked(data: xr.Dataset, **indices: Index) -> xr.Dataset:
    """`data` at `indices` along each dimension that it has, in the order of the file; nothing is loaded where that can be helped.

    Indices are turned into slices: libraries read what is scattered one by one, and unpack a chunk anew for each. A region across the
    seam of a global file makes two slices, which are read and joined.
    """
    pieces = {dim: _pieces(wanted) for dim, wanted in indices.items() if dim in data.dims}
    whole = {dim: of_dim[0] for dim, of_dim in pieces.items() if len(of_dim) == 1}
    return _joined(data.isel(whole), {dim: of_dim for dim, of_dim in pieces.items() if len(of_dim) > 1})


def _joined(data: xr.Dataset, pieces: Mapping[str, Sequence[Index]]) -> xr.Dataset:
    """`data` at the pieces along each dimension; joining loads, and so it is done with what is cut every way."""
    if not pieces:
        return data
    (dim, of_dim), *others = pieces.items()
    return _side_by_side([_joined(data.isel({dim: piece}), dict(others)) for piece in of_dim], dim)


def _pieces(wanted: Index) -> list[Index]:
    if isinstance(wanted, slice):
        return [wanted]
    ascending = np.unique(wanted)
    steps = np.unique(np.diff(ascending))
    if ascending.size and steps.size <= 1:
        return [slice(int(ascending[0]), int(ascending[-1]) + 1, int(steps[0]) if steps.size else 1)]
    neighbours = np.split(ascending, np.flatnonzero(np.diff(ascending) > 1) + 1)
    if ascending.size and len(neighbours) <= MOST_PIECES:
        return [slice(int(run[0]), int(run[-1]) + 1) for run in neighbours]
    return [ascending]


def in_order(data: xr.Dataset, *dims: str) -> xr.Dataset:
    """`data` with ascending coordinates along `dims`, each value once, the last of those that are equal; a view where it can be one."""
    for dim in dims:
        _, from_the_end = np.unique(data[dim].values[::-1], return_index=True)
        data = data.isel({dim: _sliced(data.sizes[dim] - 1 - from_the_end)})
    return data


def _sliced(indices: NDArray[np.int64]) -> Index:
    steps = np.unique(np.diff(indices))
    if indices.size < 2 or steps.size > 1:
        return indices
    end = int(indices[-1] + np.sign(steps[0]))
    return slice(int(indices[0]), end if end >= 0 else None, int(steps[0]))


def _side_by_side(pieces: list[xr.Dataset], dim: str) -> xr.Dataset:
    return xr.concat(pieces, dim, data_vars="minimal", coords="minimal", compat="override", join="override", combine_attrs="override")
