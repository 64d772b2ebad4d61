"""Labelled fields as the plain stacks that kernels take."""

import math
from collections.abc import Hashable

import numpy as np
import xarray as xr
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def leading_dims(values: xr.DataArray | xr.Variable, space: tuple[Hashable, ...]) -> tuple[Hashable, ...]:
    """The dimensions of a field beside those of `space`, in their order but time first."""
    return tuple(sorted((dim for dim in values.dims if dim not in space), key=lambda dim: dim != "time"))


def stacked(values: xr.DataArray | xr.Variable, space: tuple[Hashable, ...]) -> Floats:
    """The field as (anything, y, x), contiguous and writeable: 32 bits stay so, every other kind of number becomes 64."""
    ordered = values.transpose(*leading_dims(values, space), *space).values
    kind = np.float32 if ordered.dtype == np.float32 else np.float64
    return np.require(ordered, dtype=kind, requirements=("C", "W")).reshape(math.prod(ordered.shape[:-2]), *ordered.shape[-2:])
