"""Where the air at a place and hour came from: backward paths through the weather, many at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hazecast.demo.region import KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH, SOUTH, SPACING, WEST, Field
from hazecast.demo.weather import Weather

STEPS_HOURS: Final = (0.25,) * 8 + (0.5,) * 4 + (1.0,) * 20 + (2.0,) * 24
_LAYER_WIND: Final = 1.65
_LAYER_WIND_LOST_IN_CALM: Final = 0.45
_VEERING: Final = float(np.radians(12.0))
_EAST_PER_MS: Final = 3.6 / KM_PER_DEGREE_EAST
_NORTH_PER_MS: Final = 3.6 / KM_PER_DEGREE_NORTH
_CORNERS: Final = tuple((t, y, x) for t in (0, 1) for y in (0, 1) for x in (0, 1))


@dataclass(frozen=True, slots=True)
class Carrier:
    """Fields side by side, (time, latitude, longitude, field), so that one look-up gives all of them at a point.

    `wind` is that of the mixed layer in degrees per hour, east and north; `passengers` are read where a path ends a step.
    """

    first_hour: float
    wind: Field
    passengers: Field

    def wind_at(self, hours: Field, latitude: Field, longitude: Field) -> Field:
        """Wind at points (n,) as (n, 2)."""
        return _interpolate(self.wind, hours - self.first_hour, latitude, longitude)

    def passengers_at(self, hours: Field, latitude: Field, longitude: Field) -> Field:
        """Passengers at points (n,) as (n, passenger)."""
        return _interpolate(self.passengers, hours - self.first_hour, latitude, longitude)


@dataclass(frozen=True, slots=True)
class Leg:
    """One step back along every path: its length and its age half-way, in hours, and where it ends: points (n,), passengers (n, each)."""

    length: float
    age: float
    hours: Field
    latitude: Field
    longitude: Field
    passengers: Field


def carrier(weather: Weather, *passengers: Field) -> Carrier:
    """Lay the wind of the mixed layer, stronger and veered against that at 10 m, beside `passengers` (time, latitude, longitude)."""
    gain = _LAYER_WIND - _LAYER_WIND_LOST_IN_CALM * weather.stagnation
    east = (weather.eastward_wind * np.cos(_VEERING) + weather.northward_wind * np.sin(_VEERING)) * gain * _EAST_PER_MS
    north = (weather.northward_wind * np.cos(_VEERING) - weather.eastward_wind * np.sin(_VEERING)) * gain * _NORTH_PER_MS
    return Carrier(float(weather.hours[0]), np.stack([east, north], axis=-1), np.stack(passengers, axis=-1))


def walk_back(air: Carrier, hours: Field, latitude: Field, longitude: Field) -> Iterator[Leg]:
    """Follow the air that arrives at points (n,) back in time, with the midpoint rule, one `Leg` a step of STEPS_HOURS."""
    age = 0.0
    for length in STEPS_HOURS:
        half = length / 2
        wind = air.wind_at(hours, latitude, longitude)
        wind = air.wind_at(hours - half, latitude - half * wind[:, 1], longitude - half * wind[:, 0])
        hours = hours - length
        latitude = latitude - length * wind[:, 1]
        longitude = longitude - length * wind[:, 0]
        yield Leg(length, age + length / 2, hours, latitude, longitude, air.passengers_at(hours, latitude, longitude))
        age += length


def _interpolate(fields: Field, position: Field, latitude: Field, longitude: Field) -> Field:
    """Linear in time and space, held constant beyond the edges."""
    times, rows, columns, count = fields.shape
    cells = fields.reshape(-1, count)
    t, dt = _split(position, times)
    y, dy = _split((latitude - SOUTH) / SPACING, rows)
    x, dx = _split((longitude - WEST) / SPACING, columns)
    corner = (t * rows + y) * columns + x
    total = np.zeros((corner.size, count), dtype=np.float32)
    for up, north, east in _CORNERS:
        weight = (dt if up else 1 - dt) * (dy if north else 1 - dy) * (dx if east else 1 - dx)
        total += weight[:, None] * np.take(cells, corner + ((up * rows + north) * columns + east), axis=0)
    return total


def _split(position: Field, size: int) -> tuple[NDArray[np.int32], Field]:
    held = np.clip(position, 0, size - 1)
    cell = np.minimum(held.astype(np.int32), size - 2)
    return cell, (held - cell).astype(np.float32)
