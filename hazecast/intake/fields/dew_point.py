"""The dew point, where a source gives the moisture of the air in another way."""

import numpy as np
from numpy.typing import NDArray

DRY_TO_VAPOUR = 0.62198  # ratio of the molar masses of water and dry air
ZERO_CELSIUS_K = 273.15
LEAST_VAPOUR_PA = 0.01  # below it the formula leaves its range; drier than any air near the ground
Array = NDArray[np.float64]


def of_vapour_pressure(vapour: Array) -> Array:
    """K from Pa, over water: the Magnus formula of Alduchov and Eskridge 1996 (J. Appl. Meteor. 35, 601, eq. 21) turned round."""
    logarithm = np.log(np.maximum(vapour, LEAST_VAPOUR_PA) / 610.94)
    return np.asarray(243.04 * logarithm / (17.625 - logarithm) + ZERO_CELSIUS_K)


def of_mixing_ratio(kg_per_kg: Array, pressure: Array) -> Array:
    """K from the mass of vapour in that of dry air, kg kg-1, and the pressure in Pa."""
    return of_vapour_pressure(pressure * kg_per_kg / (DRY_TO_VAPOUR + kg_per_kg))


def of_specific_humidity(kg_per_kg: Array, pressure: Array) -> Array:
    """K from the mass of vapour in that of moist air, kg kg-1, and the pressure in Pa."""
    return of_mixing_ratio(kg_per_kg / (1.0 - kg_per_kg), pressure)


def of_relative_humidity(percent: Array, temperature: Array) -> Array:
    """K from the relative humidity over water in % and the temperature in K."""
    celsius = temperature - ZERO_CELSIUS_K
    return of_vapour_pressure(percent / 100.0 * 610.94 * np.exp(17.625 * celsius / (celsius + 243.04)))
