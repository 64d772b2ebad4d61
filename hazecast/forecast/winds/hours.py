"""The room's door: from weather on the lattice to what drives the transport, hour by hour."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.kernels.wind_profile import layer_winds, lower_wind, mean_or_later
from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Layers
from hazecast.forecast.winds.aloft import heights_above_ground
from hazecast.forecast.winds.boundary_layer import EXPOSURE_M, Ground, Warmth, field_at, ground_under, warmth_of
from hazecast.forecast.winds.consistency import Balance, air_through_faces, balance_of, close_columns
from hazecast.grids.lattice import Lattice, lattice_of_data
from hazecast.grids.wind_profile import ESTIMATED_FROM

Array = NDArray[np.float64]
Floats = NDArray[np.floating]

ROUNDS_FROM_ALOFT = 2  # in which the wind at 10 m and the stability that it is lowered by are found in turn
POINTS = np.array([-0.5, 0.5]) / np.sqrt(3.0)  # of Gauss and Legendre, in thicknesses from the middle of a layer
TURNS_FROM_DEGREES = 10.0  # of latitude; nearer to the equator the wind turns less with height, and at it not at all
WINDS = ("eastward_wind", "northward_wind")
WINDS_ALOFT = ("eastward_wind_aloft", "northward_wind_aloft")


@dataclass(frozen=True, slots=True, eq=False)
class _Surface:
    """Wind at 10 m and mixing height at one moment, (y, x), NaN where not delivered."""

    eastward: Array
    northward: Array
    depth: Array

    @property
    def is_whole(self) -> bool:
        """Whether there is wind everywhere."""
        return bool(np.isfinite(self.eastward).all() and np.isfinite(self.northward).all())


@dataclass(frozen=True, slots=True, eq=False)
class Aloft:
    """Winds in m s-1 and heights above the ground in m at one moment, (level, y, x) in 32 bits; there may be no level."""

    eastward: Floats
    northward: Floats
    height: Floats


@dataclass(frozen=True, slots=True, eq=False)
class LayerWinds:
    """Mean wind of each layer in m s-1, (layer, y, x) in 32 bits, and whether most columns had winds at two levels or more."""

    eastward: Floats
    northward: Floats
    is_layered: bool


def hours_of(weather: xr.Dataset, aloft: xr.Dataset | None, layers: Layers) -> Iterator[Hour | None]:
    """What drives the transport during each hour that ends at a time of `weather`; None where wind lacks anywhere.

    weather  (time, latitude, longitude), hourly: wind at 10 m in m s-1; mixing height (m), air temperature (K), cloud cover (0 to 1),
             solar radiation (W m-2), surface pressure (Pa) and precipitation (mm) where delivered
    aloft    (time, level, latitude, longitude) on the same cells: winds, and geopotential height (m) where delivered; hours that it
             has not, and cells whose levels are all missing or below the ground, do with the wind at 10 m

    The wind of an hour is the mean of those at its beginning and its end, or that at its end where the one before lacks; so are the
    mixing height and what is aloft. The sun is that of the middle of the hour. Fields are read hour by hour, never more than two at once.
    A wind at 10 m that was itself estimated from that aloft, as its attribute says, is but a first guess: the wind there is lowered from
    the lowest level by similarity and turned back. Winds that were raised from 10 m or from one level are made to close every column
    (`close_columns`); those on several levels are not. Fluxes are of 32 bits.
    """
    lattice = lattice_of_data(weather)
    balance = balance_of(lattice, layers)
    lookup = _index_aloft(weather, aloft)
    before: tuple[_Surface, Aloft] | None = None
    for hour, warmth in enumerate(warmth_of(weather, lattice)):
        surface = _Surface(*(field_at(weather, key, hour) for key in (*WINDS, "mixing_height")))
        if not surface.is_whole:
            before = None
            yield None
            continue
        high = _aloft_at(aloft, int(lookup[hour]), _pressure(weather, hour), lattice)
        mean = (surface, high) if before is None else (_mean_surface(before[0], surface), _mean_aloft(before[1], high))
        before = surface, high
        if ESTIMATED_FROM in weather["eastward_wind"].attrs:
            mean = _lowered(*mean, warmth, lattice), mean[1]
        yield _driven(*mean, warmth, _rain(weather, hour), lattice, layers, balance)


def _driven(surface: _Surface, aloft: Aloft, warmth: Warmth, rain: Array, lattice: Lattice, layers: Layers, balance: Balance) -> Hour:
    ground = ground_under(surface.eastward, surface.northward, surface.depth, warmth, lattice)
    winds = winds_of_layers(surface.eastward, surface.northward, ground, aloft, lattice, layers)
    east, north = air_through_faces(winds.eastward, winds.northward, lattice, layers)
    if not winds.is_layered:
        close_columns(east, north, balance)
    return Hour(
        east_flux=east,
        north_flux=north,
        friction_velocity=ground.friction_velocity.astype(np.float32),
        inverse_obukhov=ground.inverse_obukhov.astype(np.float32),
        mixing_height=ground.mixing_height.astype(np.float32),
        rain=rain.astype(np.float32),
        cosine_of_zenith=warmth.sine.astype(np.float32),
    )


def _lowered(surface: _Surface, aloft: Aloft, warmth: Warmth, lattice: Lattice) -> _Surface:
    """The wind at 10 m that agrees with the lowest level, under a stability that agrees with it."""
    for _ in range(ROUNDS_FROM_ALOFT):
        ground = ground_under(surface.eastward, surface.northward, surface.depth, warmth, lattice)
        near = surface.eastward.copy(), surface.northward.copy()
        state = ground.inverse_obukhov, ground.mixing_height, _turning(lattice)
        lower_wind(*state, aloft.eastward, aloft.northward, aloft.height, EXPOSURE_M, *near)
        surface = _Surface(*near, surface.depth)
    return surface


def _turning(lattice: Lattice) -> Array:
    """1 where the wind veers with height as at Cabauw, -1 where it backs so, (y,)."""
    return np.clip(lattice.latitude / TURNS_FROM_DEGREES, -1.0, 1.0)


def winds_of_layers(eastward: Array, northward: Array, ground: Ground, aloft: Aloft, lattice: Lattice, layers: Layers) -> LayerWinds:
    """From the wind at 10 m in m s-1 (y, x) and what is aloft.

    How, the kernel `layer_winds` says; a layer's mean is that at the two points of Gauss and Legendre.
    """
    east, north = (np.empty((layers.count, *lattice.shape), np.float32) for _ in range(2))
    layered = np.empty(lattice.shape[0], np.int64)
    heights = layers.centres[:, None] + layers.thickness[:, None] * POINTS
    near = eastward, northward, ground.inverse_obukhov, ground.mixing_height, _turning(lattice)
    layer_winds(*near, aloft.eastward, aloft.northward, aloft.height, heights, EXPOSURE_M, east, north, layered)
    return LayerWinds(east, north, bool(2 * layered.sum() > east[0].size))


def _index_aloft(weather: xr.Dataset, aloft: xr.Dataset | None) -> NDArray[np.int64]:
    """Where in `aloft` each hour stands, -1 where it has none."""
    if aloft is None or not set(WINDS_ALOFT) <= set(aloft.data_vars):
        return np.full(weather.sizes["time"], -1)
    return np.asarray(aloft.indexes["time"].get_indexer(weather.indexes["time"]), dtype=np.int64)


def _aloft_at(aloft: xr.Dataset | None, hour: int, surface_pressure: Array | None, lattice: Lattice) -> Aloft:
    nothing = np.empty((0, *lattice.shape), np.float32)
    if aloft is None or hour < 0:
        return Aloft(nothing, nothing, nothing)
    geopotential = _levels_at(aloft, "geopotential_height_aloft", hour) if "geopotential_height_aloft" in aloft else None
    height = heights_above_ground(aloft["level"], geopotential, surface_pressure, lattice.shape)
    if height is None:
        return Aloft(nothing, nothing, nothing)
    east, north = (_levels_at(aloft, key, hour) for key in WINDS_ALOFT)
    return Aloft(east, north, height)


def _levels_at(aloft: xr.Dataset, key: str, hour: int) -> Floats:
    values = aloft.variables[key].isel(time=hour).transpose("level", "latitude", "longitude").values
    return np.ascontiguousarray(values, dtype=np.float32)


def _pressure(weather: xr.Dataset, hour: int) -> Array | None:
    return field_at(weather, "surface_pressure", hour) if "surface_pressure" in weather else None


def _rain(weather: xr.Dataset, hour: int) -> Array:
    return np.nan_to_num(field_at(weather, "precipitation", hour))


def _mean_surface(before: _Surface, after: _Surface) -> _Surface:
    pairs = ((before.eastward, after.eastward), (before.northward, after.northward), (before.depth, after.depth))
    return _Surface(*(_either_mean(*pair) for pair in pairs))


def _mean_aloft(before: Aloft, after: Aloft) -> Aloft:
    if before.height.shape != after.height.shape:
        return after
    pairs = ((before.eastward, after.eastward), (before.northward, after.northward), (before.height, after.height))
    return Aloft(*(_either_mean(*pair) for pair in pairs))


def _either_mean(before: NDArray[Any], after: NDArray[Any]) -> NDArray[Any]:
    """The mean of both, or what is there after where nothing is before."""
    mean = np.empty_like(after)
    mean_or_later(before.ravel(), after.ravel(), mean.ravel())
    return mean
