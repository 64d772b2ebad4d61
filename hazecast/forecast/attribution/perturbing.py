"""Members of an ensemble: the same weather with errors as forecasts and emissions have them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.transport.hour import Hour

Array = NDArray[np.float64]

# How far winds, mixing heights and emissions are off, as one standard deviation. Assumed: of the size that Hanna, Chang and Fernau 1998
# (Atmos. Environ. 32, 3619) gathered from experts for models of one region.
DIRECTION_SPREAD = np.deg2rad(20.0)
SPEED_SPREAD = 0.2
DEPTH_SPREAD = 0.25
EMISSION_SPREAD = 0.3  # of each region, besides what the fit of its strength leaves open
LASTING_HOURS = 12.0  # an error of the weather is forgotten to 1/e after so long

_WINDS = (("eastward_wind", "northward_wind"), ("eastward_wind_aloft", "northward_wind_aloft"))


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """What one member's weather is off by, hour by hour, the same all over the domain: (time,) each.

    `turn` in radians, to the left of the wind; `speed` and `depth` as factors.
    """

    turn: Array
    speed: Array
    depth: Array

    def at(self, hours: NDArray[np.int64]) -> "Errors":
        """Those of some hours, by their indices."""
        return Errors(self.turn[hours], self.speed[hours], self.depth[hours])


def errors_of(hours: int, seed: tuple[int, int]) -> Errors:
    """Errors of so many hours, the same for the same seed: turns are normally distributed, factors log-normally."""
    chance = np.random.default_rng(seed)
    turn, speed, depth = (_lasting(chance.standard_normal(hours + 1)) for _ in range(3))
    return Errors(DIRECTION_SPREAD * turn, np.exp(SPEED_SPREAD * speed), np.exp(DEPTH_SPREAD * depth))


def _lasting(noise: Array) -> Array:
    """White noise made to last: an autoregressive process of the first order with a variance of 1."""
    kept = np.exp(-1.0 / LASTING_HOURS)
    series = np.empty(noise.size - 1)
    level = noise[0]
    for i, fresh in enumerate(noise[1:]):
        level = kept * level + np.sqrt(1.0 - kept**2) * fresh
        series[i] = level
    return series


def perturbed(weather: xr.Dataset, errors: Errors) -> xr.Dataset:
    """`weather` (time, …) with its winds, near the ground and aloft, turned and made faster or slower."""
    out = weather
    for east, north in _WINDS:
        if east in weather and north in weather:
            cosine, sine = (_along_time(errors.speed * f(errors.turn), weather[east]) for f in (np.cos, np.sin))
            out = out.assign(
                {
                    east: (weather[east] * cosine - weather[north] * sine).assign_attrs(weather[east].attrs),
                    north: (weather[east] * sine + weather[north] * cosine).assign_attrs(weather[north].attrs),
                }
            )
    return out


def with_depths(hours: Iterable[Hour | None], depth: Array) -> Iterator[Hour | None]:
    """The hours with their mixing height times a factor, (time,)."""
    for hour, factor in zip(hours, depth, strict=True):
        yield None if hour is None else replace(hour, mixing_height=hour.mixing_height * hour.mixing_height.dtype.type(factor))


def _along_time(values: Array, field: xr.DataArray) -> xr.DataArray:
    return xr.DataArray(values.astype(field.dtype), dims="time")


def drawn_strengths(strengths: Array, covariance: Array, draws: int, seed: int) -> Array:
    """Strengths (draw, region + side) as they may be too: what the fit leaves open, and an error of each's own; none below 0."""
    chance = np.random.default_rng([seed, draws])
    fitted = chance.multivariate_normal(strengths, covariance, size=draws, method="eigh")
    own = np.exp(EMISSION_SPREAD * chance.standard_normal(fitted.shape))
    return np.maximum(fitted, 0.02 * strengths) * own
