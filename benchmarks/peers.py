"""How others bring fields from one grid to another, each from the weights and in the layout that it likes best."""

import numpy as np
import sparse
import xarray as xr
from numba import njit, prange
from numpy.typing import NDArray
from scipy.sparse import csr_array, kron

from hazecast.grids.lattice import Lattice

Floats = NDArray[np.floating]
CELLS = ["latitude", "longitude"]


def bilinear_matrix(field: xr.DataArray, lattice: Lattice) -> csr_array:
    """Bilinear weights from a regular grid that holds the lattice, as one matrix (target cells, source cells) of the field's type."""
    rows = _matrix_along(field["latitude"].values, lattice.latitude)
    columns = _matrix_along(field["longitude"].values, lattice.longitude)
    return csr_array(kron(rows, columns, format="csr"), dtype=field.dtype)


def conserving_matrix(field: xr.DataArray, lattice: Lattice) -> csr_array:
    """First-order conservative weights from a regular grid that holds the lattice, as one matrix (target cells, source cells)."""
    rows = _overlap(np.sin(np.deg2rad(_edges(field["latitude"].values))), np.sin(np.deg2rad(lattice.row_edges)))
    columns = _overlap(_edges(field["longitude"].values), lattice.column_edges)
    return csr_array(kron(csr_array(rows), csr_array(columns), format="csr"), dtype=field.dtype)


def _edges(centres: Floats) -> Floats:
    half = (centres[-1] - centres[0]) / (centres.size - 1) / 2
    return np.append(centres - half, centres[-1] + half)


def _overlap(source: Floats, target: Floats) -> Floats:
    """The part of each target cell that each source cell covers, by their edges; (target, source)."""
    reach = np.minimum(source[1:], target[1:, None]) - np.maximum(source[:-1], target[:-1, None])
    return np.maximum(reach, 0.0) / np.diff(target)[:, None]


def _matrix_along(axis: Floats, targets: Floats) -> csr_array:
    below = np.clip(np.searchsorted(axis, targets, side="right") - 1, 0, axis.size - 2)
    share = (targets - axis[below]) / np.diff(axis)[below]
    target = np.arange(targets.size)
    places = np.concatenate([target, target]), np.concatenate([below, below + 1])
    return csr_array((np.concatenate([1 - share, share]), places), shape=(targets.size, axis.size))


def scipy_hour_by_hour(matrix: csr_array, values: Floats, shape: tuple[int, int]) -> Floats:
    """One sparse matrix-vector product an hour, into (time, row, column)."""
    out = np.empty((values.shape[0], matrix.shape[0]), dtype=values.dtype)
    for hour, field in enumerate(values.reshape(values.shape[0], -1)):
        out[hour] = matrix @ field
    return out.reshape(-1, *shape)


def scipy_at_once(matrix: csr_array, values: Floats, shape: tuple[int, int]) -> Floats:
    """One sparse matrix-matrix product of all hours; the result is left as it comes, hours innermost."""
    return (matrix @ values.reshape(values.shape[0], -1).T).T.reshape(-1, *shape, copy=False)


def coo_weights(matrix: csr_array, source_shape: tuple[int, int], shape: tuple[int, int]) -> xr.DataArray:
    """The same weights as xESMF holds them: float64 COO of the package `sparse`, in four dimensions."""
    weights = sparse.COO.from_scipy_sparse(matrix.astype(np.float64).tocoo())
    return xr.DataArray(weights.reshape((*shape, *source_shape)), dims=("y_out", "x_out", "y_in", "x_in"))


def as_xesmf(field: xr.DataArray, weights: xr.DataArray) -> xr.DataArray:
    """The way xESMF applies its weights.

    xESMF 0.8 itself needs ESMF, which is on no package index. Mimicked here is what its `Regridder` does with a field once the weights
    are made: `xarray.apply_ufunc` over the two horizontal dimensions, inside it `numpy.tensordot` of the plain field with the sparse
    weights (which `sparse` runs as a numba loop over a flattened (extra, y * x) field), then a cast to the type of the field.
    """
    return xr.apply_ufunc(
        _tensordot,
        field,
        weights,
        input_core_dims=[CELLS, ["y_out", "x_out", "y_in", "x_in"]],
        output_core_dims=[["y_out", "x_out"]],
    )


def _tensordot(values: Floats, weights: sparse.COO) -> Floats:
    space = values.ndim - 2, values.ndim - 1
    return np.tensordot(values, weights, axes=(space, (2, 3))).astype(values.dtype)


def merely_written(shape: tuple[int, ...], dtype: np.dtype) -> Floats:
    """An array of the size of a result, filled with one number on all threads."""
    out = np.empty(shape, dtype=dtype)
    _fill(out)
    return out


@njit(parallel=True, cache=True)
def _fill(out: Floats) -> None:
    for t in prange(out.shape[0]):
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                out[t, i, j] = 1.5
