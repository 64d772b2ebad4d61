"""The numbers of a gridded field in the unit of the vocabulary."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.intake.units import conversion_to
from hazecast.vocabulary import Variable

PACKING_RESIDUE = 0.01  # in the variable's unit
Array = NDArray[np.float64]


def converted(values: NDArray[np.generic], units: str, variable: Variable, where: str) -> Array:
    """`values` as float64 in the unit of `variable`; raises UnknownUnits, naming `where` they stand.

    Packing into integers leaves a hair below zero where there was none of what cannot be negative: that becomes zero.
    """
    numbers = np.asarray(conversion_to(variable, units, where)(values.astype(np.float64)), dtype=np.float64)
    hair = (numbers < 0.0) & (numbers >= -PACKING_RESIDUE) & (variable.lowest == 0.0)
    return np.where(hair, 0.0, numbers)


def units_of(values: xr.DataArray) -> str:
    """The units as the file has them; xarray keeps those of times apart."""
    return str(values.attrs.get("units", values.encoding.get("units", "")))
