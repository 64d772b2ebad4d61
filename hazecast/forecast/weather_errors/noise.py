"""Errors drawn by chance: they last for hours and reach over hundreds of kilometres."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import lfilter

from hazecast.grids.lattice import EARTH_RADIUS_M

Array = NDArray[np.float64]

LASTING_HOURS = 12.0  # an error is forgotten to 1/e after so long
SLOW_HOURS = 24.0  # over which a shift in time changes
REACH_M = 400_000.0  # places this far apart have errors alike to exp(-1/2)
MODES = 16
STREAMS = (
    "shift",
    "eastward_wind",
    "northward_wind",
    "air_temperature",
    "dew_point",
    "surface_pressure",
    "precipitation",
    "mixing_height",
    "solar_radiation",
    "cloud_cover",
    "base",
)  # in this order for ever: the place in it is part of the seed
DEW_POINT_LIKE_TEMPERATURE = 0.6  # correlation of their errors


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """Standard normal errors over `count` hours from the first on, at places in degrees (place,); the same seed gives the same."""

    seed: tuple[int, ...]
    count: int
    latitude: Array
    longitude: Array

    def shift(self) -> Array:
        """(hour,), the same at all places and for all variables: weather systems come early or late as a whole."""
        pad = int(4 * SLOW_HOURS)
        impulse = np.zeros(2 * pad + 1)
        impulse[pad] = 1.0
        size = np.sqrt((gaussian_filter1d(impulse, SLOW_HOURS) ** 2).sum())
        smooth = gaussian_filter1d(self._chance("shift").standard_normal(self.count + 2 * pad), SLOW_HOURS)
        return np.asarray(smooth[pad : pad + self.count] / size)

    def of(self, key: str) -> Array:
        """(hour, place) of one variable; those of the dew point are partly those of the temperature."""
        own = self._field(key)
        if key != "dew_point":
            return own
        shared = DEW_POINT_LIKE_TEMPERATURE
        return np.asarray(shared * self._field("air_temperature") + np.sqrt(1.0 - shared**2) * own)

    def _field(self, key: str) -> Array:
        """Plane waves whose heights last (Rahimi and Recht 2007: random Fourier features of a Gaussian correlation)."""
        chance = self._chance(key)
        phase = chance.standard_normal((MODES, 2)) @ self._positions() / REACH_M
        waves = np.concatenate([np.cos(phase), np.sin(phase)]) / np.sqrt(MODES)
        return np.asarray(_lasting(chance.standard_normal((self.count + 1, 2 * MODES))) @ waves)

    def _positions(self) -> Array:
        """(2, place) in m from any point."""
        north = EARTH_RADIUS_M * np.deg2rad(self.latitude)
        east = EARTH_RADIUS_M * np.deg2rad(self.longitude) * np.cos(np.deg2rad(self.latitude.mean()))
        return np.stack([east, north])

    def _chance(self, key: str) -> np.random.Generator:
        return np.random.default_rng([*self.seed, STREAMS.index(key)])


def _lasting(white: Array) -> Array:
    """White noise (hour + 1, …) made an autoregressive process of the first order with a variance of 1, (hour, …)."""
    kept = float(np.exp(-1.0 / LASTING_HOURS))
    fresh = np.sqrt(1.0 - kept**2) * white[1:]
    return np.asarray(lfilter([1.0], [1.0, -kept], fresh, axis=0, zi=kept * white[:1])[0])
