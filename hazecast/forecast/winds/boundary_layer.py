"""The air near the ground hour by hour: how warm the ground makes it, how it rubs, how deep it is mixed.

One land is taken for all: a suburb. What the weather delivers is preferred to what is diagnosed of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.kernels.boundary_layer import deepen, rub, warm
from hazecast.forecast.sun import cosine_of_zenith
from hazecast.grids.lattice import Lattice

Array = NDArray[np.float64]

ROUGHNESS_M = 0.5  # suburban land
EXPOSURE_M = 0.1  # roughness of the open land for which winds at 10 m are measured, and by most models given
ALBEDO = 0.2
MOISTURE = 0.5  # of towns: Hanna and Chang 1992
CALMEST = 0.5  # m s-1; air that is measured as calm still stirs
STRONGEST_COOLING = 1.0 / 30.0  # m-1; a town of some size keeps the air over it from more
STRONGEST_HEATING = 1.0 / 5.0  # m-1
LAPSE_ABOVE = 0.005  # K m-1 of potential temperature over the mixed layer
LOWEST_M, HIGHEST_M = 60.0, 3000.0
TWICE_ROTATION = 2.0 * 7.292e-5  # s-1
LEAST_CORIOLIS = 3e-5  # s-1; keeps depths finite near the equator
HOUR_S = 3600.0
LONGEST_DAY_HOURS = 24


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The air near the ground during one hour, all (y, x): m s-1, m-1 (below zero where the ground heats the air), and m."""

    friction_velocity: Array
    inverse_obukhov: Array
    mixing_height: Array


@dataclass(frozen=True, slots=True, eq=False)
class Warmth:
    """What warms the air during one hour, all (y, x).

    sine         of the sun's elevation in the middle of the hour, below zero at night
    temperature  K, and `cloud` cover of 0 to 1: NaN where not known
    heat         W m-2 that the ground gives to the air; only the sign means something where it is below zero
    gathered     K m, of that heat, since it last was none
    """

    sine: Array
    temperature: Array
    cloud: Array
    heat: Array
    gathered: Array


def field_at(weather: xr.Dataset, key: str, hour: int) -> Array:
    """A field (y, x) in 64 bits at one hour, read only now where it was not read before; NaN throughout where there is no such field."""
    if key not in weather.data_vars:
        return np.full((weather.sizes["latitude"], weather.sizes["longitude"]), np.nan)
    values = weather.variables[key].isel(time=hour).transpose("latitude", "longitude").values
    return np.ascontiguousarray(values, dtype=np.float64)


def sun_during(time: np.datetime64, lattice: Lattice) -> Array:
    """Sine of the sun's elevation, (y, x), in the middle of the hour that ends at `time`."""
    middle = np.asarray(time - np.timedelta64(30, "m"))
    return cosine_of_zenith(middle, lattice.latitude[:, None], lattice.longitude[None, :])


def warmth_of(weather: xr.Dataset, lattice: Lattice) -> Iterator[Warmth]:
    """Hour by hour; `weather` as `hours_of` takes it.

    What has gathered since sunrise when the weather begins is made of the sun alone, under the sky of the first hour.
    """
    times = weather["time"].values
    gathered = np.zeros(lattice.shape)
    for hour in range(times.size):
        temperature, cloud, solar = (field_at(weather, key, hour) for key in ("air_temperature", "cloud_cover", "solar_radiation"))
        if hour == 0:
            for back in range(LONGEST_DAY_HOURS, 0, -1):
                before = times[0] - np.timedelta64(back, "h")
                _warmed(sun_during(before, lattice), temperature, cloud, np.full(lattice.shape, np.nan), gathered)
        yield _warmed(sun_during(times[hour], lattice), temperature, cloud, solar, gathered)


def _warmed(sine: Array, temperature: Array, cloud: Array, solar: Array, gathered: Array) -> Warmth:
    """One hour on; `gathered` is changed in place."""
    heat = np.empty_like(sine)
    warm(sine, temperature, cloud, solar, ALBEDO, MOISTURE, HOUR_S, heat, gathered)
    return Warmth(sine, temperature, cloud, heat, gathered)


def ground_under(eastward: Array, northward: Array, delivered_depth: Array, warmth: Warmth, lattice: Lattice) -> Ground:
    """From wind at 10 m in m s-1 and the mixing height delivered in m, NaN where it is not; all (y, x). Where wind lacks, NaN.

    Friction and stability after Holtslag and van Ulden (1983) by day and van Ulden and Holtslag (1985) by night. The depth, where none
    is delivered, is by day the deeper of what the wind makes (Venkatram 1980) and what warmth does (Tennekes 1973), both under a
    constant lapse rate, and while the ground cools what the wind makes in steady stable or neutral air (Nieuwstadt 1981). Within
    `LOWEST_M` and `HIGHEST_M` in any case.
    """
    friction, stability, depth = np.empty(lattice.shape), np.empty(lattice.shape), delivered_depth.copy()
    limits = EXPOSURE_M, ROUGHNESS_M, CALMEST, STRONGEST_COOLING, STRONGEST_HEATING
    rub(eastward, northward, warmth.heat, warmth.temperature, warmth.cloud, *limits, friction, stability)
    coriolis = np.maximum(TWICE_ROTATION * np.abs(np.sin(np.deg2rad(lattice.latitude))), LEAST_CORIOLIS)
    deepen(friction, stability, warmth.heat, warmth.gathered, warmth.temperature, coriolis, LAPSE_ABOVE, LOWEST_M, HIGHEST_M, depth)
    return Ground(friction, stability, depth)
