"""A start from observations: the surface PM2.5 of a background drawn to what stations observed at that hour."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import InputError
from hazecast.forecast.analysis.error_statistics import ErrorStatistics
from hazecast.forecast.analysis.geometry import cells_of, directions_of
from hazecast.forecast.analysis.interpolation import Departures, interpolated, interpolated_locally
from hazecast.forecast.analysis.scale import moved, on_scale, variance_of
from hazecast.grids.kernels.places import blend_to_points
from hazecast.grids.lattice import Lattice
from hazecast.grids.placing import in_the_turn_of, shares_along
from hazecast.records import Station

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LARGEST_RATIO = 20.0  # a background next to nothing is not multiplied further, for what lies above it may be much: the rest is added


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """Surface PM2.5 drawn to the observations, `surface` = `ratio` · background + `added`.

    surface, added  (y, x) µg m-3;  ratio  (y, x) of 1, not above `LARGEST_RATIO`;  variance  (y, x) of the surface's error, (µg m-3)²
    used            (station,) whose observation counted;  departures  (station,) observed less background on the scale, else NaN
    """

    surface: Array
    ratio: Array
    added: Array
    variance: Array
    used: Mask
    departures: Array


def analyse(
    background: Array | xr.DataArray, lattice: Lattice, observed: Array, stations: Sequence[Station], statistics: ErrorStatistics
) -> Analysis:
    """The background drawn to the stations by optimal interpolation of departures on the scale of their errors.

    background (y, x) surface PM2.5 in µg m-3, at least 0;  observed (station,) µg m-3: NaN, below 0 or off the lattice counts for nothing

    The mean is that of all stations at once, the variance that of the 16 nearest of each cell. Never below 0. Where no station reaches,
    and everywhere without observations, the background stays to the bit. Where it is NaN, so is the analysis. Raises InputError for
    shapes that do not fit and a background below 0.
    """
    field = np.ascontiguousarray(background.values if isinstance(background, xr.DataArray) else background, dtype=np.float64)
    _require(field, lattice, observed, stations)
    latitude, longitude = (
        np.array([s.latitude for s in stations], dtype=np.float64),
        np.array([s.longitude for s in stations], dtype=np.float64),
    )
    departures = departures_at(field, lattice, observed, latitude, longitude)
    used = ~np.isnan(departures)
    noise = np.full(int(used.sum()), statistics.noise)
    counted = Departures(directions_of(latitude[used], longitude[used]), departures[used], noise)
    cells = cells_of(lattice.latitude, lattice.longitude)
    surface = moved(field, interpolated(cells, counted, statistics.correlation))
    _, left = interpolated_locally(cells, counted, statistics.correlation)
    ratio, added = _ratio_and_rest(field, surface)
    return Analysis(surface, ratio, added, variance_of(surface, statistics.background_variance * left), used, departures)


def departures_at(background: Array, lattice: Lattice, observed: Array, latitude: Array, longitude: Array) -> Array:
    """Observed less background at the stations (station,) on the scale, NaN where there is no observation or no background.

    background (y, x), observed (station,) in µg m-3;  latitude, longitude (station,) degrees. The background is taken bilinearly.
    """
    rows = shares_along(lattice.latitude, latitude)
    columns = shares_along(lattice.longitude, in_the_turn_of(lattice.longitude, longitude))
    here = np.empty((1, latitude.size))
    blend_to_points(np.ascontiguousarray(background[None]), rows.below, rows.share, columns.below, columns.share, here)
    known = rows.inside & columns.inside & (observed >= 0.0) & np.isfinite(observed) & np.isfinite(here[0])
    return np.where(known, on_scale(np.where(known, observed, 0.0)) - on_scale(np.where(known, here[0], 0.0)), np.nan)


def _ratio_and_rest(background: Array, surface: Array) -> tuple[Array, Array]:
    ratio = np.where(background > 0.0, np.minimum(surface, LARGEST_RATIO * background), 1.0) / np.where(background > 0.0, background, 1.0)
    ratio = np.where(np.isnan(background), np.nan, ratio)
    return ratio, np.maximum(surface - ratio * background, 0.0)


def _require(background: Array, lattice: Lattice, observed: Array, stations: Sequence[Station]) -> None:
    if background.shape != lattice.shape or observed.shape != (len(stations),):
        raise InputError(
            f"The background has the shape {background.shape} and the observations {observed.shape}; "
            f"expected {lattice.shape} and {(len(stations),)}.",
            "Bring the background to the lattice and give one value a station, NaN where there is none.",
        )
    if (background < 0.0).any():
        raise InputError(
            f"The background falls to {np.nanmin(background):g} µg m-3; at least 0 was expected.", "Take negative values off before."
        )
