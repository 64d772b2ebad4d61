"""Optimal interpolation of departures at stations: exactly from all of them, or with its variance from the nearest of each cell."""

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from hazecast.forecast.analysis.correlation import Correlation
from hazecast.forecast.analysis.geometry import Cells
from hazecast.forecast.kernels.banded import solve_band
from hazecast.forecast.kernels.nearest_stations import local_analysis
from hazecast.forecast.kernels.optimal_interpolation import among_neighbours, among_stations, spread_mean
from hazecast.grids.lattice import EARTH_RADIUS_M

Array = NDArray[np.float64]
Index = NDArray[np.int64]

NEAREST = 16
SLACK = 1.0 + 1e-9  # against rounding
BAND_PAYS = 0.4  # a matrix whose band is narrower than this share of it is solved as a band


@dataclass(frozen=True, slots=True)
class Departures:
    """Observed less background at stations: directions (3, station), the values, and variance of observation over that of background."""

    stations: Array
    values: Array
    noise: Array

    def __post_init__(self) -> None:
        count = self.values.size
        if self.stations.shape != (3, count) or self.noise.shape != (count,):
            raise ValueError(f"Directions {self.stations.shape}, noise {self.noise.shape} of {count} departures; expected one of each.")
        if not (np.isfinite(self.values).all() and np.isfinite(self.noise).all() and (self.noise > 0.0).all()):
            raise ValueError("Departures and noise must be finite, and noise above zero; leave out what is missing.")


def interpolated(cells: Cells, departures: Departures, correlation: Correlation) -> Array:
    """The mean (y, x) from all stations at once, in the unit of the departures; exactly zero where no station reaches.

    With correlations c of a cell and C among the stations: cᵀ (C + noise)⁻¹ departures (Daley 1991, Atmospheric Data Analysis, ch. 4).
    """
    mean = np.zeros(cells.shape)
    if departures.values.size:
        drawn = weights(departures, correlation)
        spread_mean(
            cells.level, cells.height, cells.towards, cells.west, cells.step,
            departures.stations, drawn, correlation.kind, correlation.parameters, mean,
        )  # fmt: skip
    return mean


def interpolated_locally(cells: Cells, departures: Departures, correlation: Correlation, nearest: int = NEAREST) -> tuple[Array, Array]:
    """The mean (y, x) from the `nearest` stations of each cell, and the share of the background's variance that is left, 0 to 1."""
    mean, left = np.zeros(cells.shape), np.ones(cells.shape)
    if departures.values.size:
        local_analysis(
            cells.level, cells.height, cells.towards, departures.stations, departures.values, departures.noise,
            min(nearest, departures.values.size), correlation.kind, correlation.parameters, mean, left,
        )  # fmt: skip
    return mean, left


def weights(departures: Departures, correlation: Correlation) -> Array:
    """What each station adds to its surroundings: the solution of (C + noise) weights = departures, by Cholesky's method."""
    order, width = _narrowest(departures.stations, correlation.end_m / EARTH_RADIUS_M)
    if width >= BAND_PAYS * order.size:
        return solved(departures.stations, departures.noise, departures.values, correlation)
    band = np.empty((order.size, width + 1))
    among_neighbours(np.ascontiguousarray(departures.stations[:, order]), correlation.kind, correlation.parameters, band)
    band[:, 0] += departures.noise[order]
    ordered, out = departures.values[order], np.empty(order.size)
    solve_band(band, ordered)
    out[order] = ordered
    return out


def solved(stations: Array, noise: Array, wanted: Array, correlation: Correlation) -> Array:
    """The solution of (C + noise) out = wanted (station,) or (station, case), the whole matrix at once."""
    matrix = np.empty((noise.size, noise.size))
    among_stations(stations, correlation.kind, correlation.parameters, matrix)
    matrix[np.diag_indices(noise.size)] += noise
    factor = scipy.linalg.cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
    return np.asarray(scipy.linalg.cho_solve(factor, wanted, check_finite=False))


def _narrowest(stations: Array, end: float) -> tuple[Index, int]:
    """An order of the stations in which those within `end` of each other stand closest, and the furthest they stand apart.

    Along any straight line stations lie no further apart than in space, and along the meridian no further than on the sphere.
    """
    latitude = np.arcsin(np.clip(stations[2], -1.0, 1.0))
    ways = [*((axis, end) for axis in stations), (latitude, 2.0 * np.arcsin(min(end, 2.0) / 2.0))]
    orders = [np.argsort(along, kind="stable") for along, _ in ways]
    widths = [_furthest(along[order], reach) for order, (along, reach) in zip(orders, ways, strict=True)]
    best = int(np.argmin(widths))
    return orders[best], widths[best]


def _furthest(ascending: Array, reach: float) -> int:
    """How many places apart two of the values stand at most that differ by no more than `reach`."""
    return int((np.searchsorted(ascending, ascending + reach * SLACK, side="right") - np.arange(ascending.size) - 1).max())
