"""Where the sun stands."""

import numpy as np
from numpy.typing import NDArray


def solar_hour(times: NDArray[np.datetime64], longitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean solar time in hours, at least 0 and below 24, shape of `times` broadcast with `longitude` (degrees east)."""
    seconds = (times - times.astype("datetime64[D]")) / np.timedelta64(1, "s")
    hours = (seconds / 3600.0 + longitude / 15.0) % 24.0
    return np.asarray(np.where(hours < 24.0, hours, 0.0))  # a hair before midnight is rounded up to 24 by the remainder


def cosine_of_zenith(times: NDArray[np.datetime64], latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosine of the sun's zenith angle, negative at night; declination after Cooper (1969), good to about a degree."""
    day = (times - times.astype("datetime64[Y]")) / np.timedelta64(1, "D") + 1.0
    declination = np.deg2rad(23.45) * np.sin(2.0 * np.pi * (284.0 + day) / 365.0)
    hour_angle = np.deg2rad(15.0 * (solar_hour(times, longitude) - 12.0))
    phi = np.deg2rad(latitude)
    return np.asarray(np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour_angle))
