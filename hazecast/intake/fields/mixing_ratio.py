"""Pollutants as their share of the mass of air, made into mass in a volume of air."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hazecast.errors import UnknownUnits
from hazecast.vocabulary import Variable

GAS_CONSTANT_OF_DRY_AIR = 287.05  # J kg-1 K-1; vapour makes the same air at most 2 % lighter
_PER_KG: Mapping[str, float] = MappingProxyType({"µg m-3": 1e9, "mg m-3": 1e6})
Array = NDArray[np.float64]


def is_mixing_ratio(units: str) -> bool:
    """Whether units, as GRIB and CAMS write them, are mass by mass of air."""
    return units.replace("**", "").strip() == "kg kg-1"


def concentration(ratio: Array, pressure: Array, temperature: Array, variable: Variable) -> Array:
    """Mixing ratio in kg kg-1 times the density of dry air, by the law of ideal gases, in the units of `variable`.

    `pressure` in Pa and `temperature` in K are those of the air at the ground, of the same shape or one that extends to it.
    """
    return ratio * pressure / (GAS_CONSTANT_OF_DRY_AIR * temperature) * _PER_KG[variable.units]


def no_density(where: str, variable: Variable) -> UnknownUnits:
    """The error for a mixing ratio in a file that does not tell how dense the air is."""
    return UnknownUnits(
        f"{where}: {variable.long_name} is in kg kg-1, and the file lacks the pressure or the temperature of the air, which it takes "
        f"to have it in {variable.units}.",
        "Add surface pressure and temperature at 2 m to the download.",
    )
