"""Visibility from PM2.5 and relative humidity (Koschmieder 1924, with hygroscopic growth in the κ form)."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hazecast.config import VisibilitySettings

RAYLEIGH_PER_KM = 0.010
UG_PER_G = 1e6
M_PER_KM = 1000.0
HIGHEST_HUMIDITY = 0.97  # beyond it fog forms and the growth law no longer describes what limits the view


def growth(relative_humidity: NDArray[np.float64], kappa: float) -> NDArray[np.float64]:
    """Scattering at a humidity (%) over that when dry, f(RH) = (1 + κ RH / (1 - RH))^(2/3); see ACP 20, 3931 (2020) for κ."""
    fraction = np.clip(relative_humidity / 100.0, 0.0, HIGHEST_HUMIDITY)
    return np.asarray((1.0 + kappa * fraction / (1.0 - fraction)) ** (2.0 / 3.0))


def visibility(
    pm25: NDArray[np.float64],
    relative_humidity: NDArray[np.float64],
    optics: VisibilitySettings,
    extinction_factor: NDArray[np.float64] | float = 1.0,
) -> NDArray[np.float64]:
    """Visibility in m from PM2.5 (µg m-3) and humidity (%); NaN where either is.

    V = -ln(contrast) / b with b the sum of scattering, absorption and the clean air's own (science: Koschmieder). The
    `extinction_factor` times scattering and absorption is what the particles do where they are not those of the settings.
    """
    scattering = optics.mass_scattering_efficiency * growth(relative_humidity, optics.kappa)
    per_metre = extinction_factor * (scattering + optics.mass_absorption_efficiency) * np.maximum(pm25, 0.0) / UG_PER_G
    return np.asarray(-np.log(optics.contrast) / (per_metre + RAYLEIGH_PER_KM / M_PER_KM))


def extinction_factors(count: int, optics: VisibilitySettings, random: np.random.Generator) -> NDArray[np.float64]:
    """So many factors of equal chance (count,), in random order: log-normal round 1, with the standard error `optics.log_error`.

    Efficiencies measured in Beijing, 3.4 ± 1.2 m2 g-1, are about 0.3 in the logarithm.
    """
    scores = ndtri((np.arange(count) + 0.5) / count)
    return np.asarray(np.exp(optics.log_error * random.permutation(scores)))
