"""Concentrations as sums along backward paths: what was emitted into the air on its way, diluted, aged and washed out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from hazecast.demo.emissions import TRACERS, emission
from hazecast.demo.region import KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH, Field, plain_share
from hazecast.demo.trajectories import STEPS_HOURS, Carrier, Leg, carrier, walk_back
from hazecast.demo.weather import Weather, daylight
from hazecast.records import Station

_CLEAN_BACKGROUND: Final = np.array([16.0, 4.0, 4.0, 280.0], dtype=np.float32)
_CALM_BACKGROUND: Final = np.array([140.0, 16.0, 8.0, 900.0], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Concentrations:
    """What perfect instruments would measure at stations without surroundings of their own; each (time, station), µg m-3."""

    pm25: Field
    pm10: Field
    so2: Field
    no2: Field
    co: Field
    o3: Field


@dataclass(frozen=True, slots=True)
class _Arrivals:
    """The points (n,) at which paths end, with the wind of the mixed layer (m s-1) and the mixing height (m) there."""

    hours: Field
    latitude: Field
    longitude: Field
    speed: Field
    mixing_height: Field


def concentrations(
    weather: Weather, stations: tuple[Station, ...], hours: Field, report: Callable[[float], None] | None = None
) -> Concentrations:
    """Follow the air of every station and hour back and add up what it met; `report` hears the share done."""
    humidity = relative_humidity(weather.temperature, weather.dew_point)
    air = carrier(weather, weather.mixing_height, humidity, weather.precipitation, weather.stagnation)
    arrivals = _arrivals(air, stations, hours)
    burden = _gather(air, arrivals, report or (lambda _: None))
    series = _species(arrivals, burden)
    return Concentrations(*(s.reshape(hours.size, len(stations)) for s in series))


def relative_humidity(temperature: Field, dew_point: Field) -> Field:
    """Share of saturation over water, 0 to 1 (Magnus form, constants of Alduchov and Eskridge 1996); temperatures in K."""
    t, d = temperature - 273.15, dew_point - 273.15
    share: Field = np.exp(17.625 * (d / (d + 243.04) - t / (t + 243.04)))
    return share


def _arrivals(air: Carrier, stations: tuple[Station, ...], hours: Field) -> _Arrivals:
    arrival = np.repeat(hours, len(stations)).astype(np.float32)
    latitude = np.tile(np.array([s.latitude for s in stations], dtype=np.float32), hours.size)
    longitude = np.tile(np.array([s.longitude for s in stations], dtype=np.float32), hours.size)
    wind = air.wind_at(arrival, latitude, longitude)
    speed = np.hypot(wind[:, 0] * KM_PER_DEGREE_EAST, wind[:, 1] * KM_PER_DEGREE_NORTH) / 3.6
    return _Arrivals(arrival, latitude, longitude, speed, air.passengers_at(arrival, latitude, longitude)[:, 0])


def _gather(air: Carrier, arrivals: _Arrivals, report: Callable[[float], None]) -> Field:
    """Sum every tracer along the paths, (n, tracer), µg m-3.

    What was emitted on the way is spread over the deepest mixed layer met since, ripens in humid air and is lost by first order.
    """
    lifetime, settling, ripening, washout = (
        np.array([getattr(t, name) for t in TRACERS], dtype=np.float32) for name in ("lifetime", "settling", "ripening", "washout")
    )
    burden = np.zeros((arrivals.hours.size, len(TRACERS)), dtype=np.float32)
    exponent = np.zeros_like(burden)
    ripeness = np.zeros(arrivals.hours.size, dtype=np.float32)
    deepest = _depth(arrivals.mixing_height)
    for number, leg in enumerate(walk_back(air, arrivals.hours, arrivals.latitude, arrivals.longitude), start=1):
        height, humidity, rain, _ = leg.passengers.T
        deepest = np.maximum(deepest, _depth(height))
        ripeness += leg.length * _moist(humidity)
        exponent += leg.length * (1 / lifetime + settling / deepest[:, None] + washout * rain[:, None])
        kept = np.exp(-exponent)
        gained = emission(leg) * (leg.length / deepest)[:, None] * (1 + ripening * ripeness[:, None])
        burden += gained * kept
        report(number / len(STEPS_HOURS))
    return burden + _inherited(leg) * kept


def _depth(mixing_height: Field) -> Field:
    """Depth over which emissions are spread, m: chimneys and eddies reach above a shallow night layer."""
    return 130.0 + 0.70 * mixing_height


def _moist(humidity: Field) -> Field:
    """How fast particles grow in air of this humidity, against saturated air, 0 to 1."""
    rate: Field = 0.12 + 0.88 * np.clip((humidity - 0.55) / 0.42, 0, 1) ** 1.3
    return rate


def _inherited(leg: Leg) -> Field:
    """What the air held already where the paths begin: little in fresh air, more in long calm over the plain."""
    calm = leg.passengers[:, 3] ** 2 * plain_share(leg.latitude, leg.longitude)
    return _CLEAN_BACKGROUND + _CALM_BACKGROUND * calm[:, None]


def _species(arrivals: _Arrivals, burden: Field) -> tuple[Field, Field, Field, Field, Field, Field]:
    """PM2.5, PM10, SO2, NO2, CO and O3, each (n,): the tracers, dust that the wind raises, and ozone that NO titrates away."""
    so2, no2, co = burden[:, 1:].T
    pm25 = burden[:, 0] + 7.5
    dust = 9.0 + 0.22 * pm25 + 0.55 * np.maximum(arrivals.speed - 5, 0) ** 2
    sun = daylight(np.mod(arrivals.hours + arrivals.longitude / 15.0, 24.0))
    o3 = (64.0 + 30.0 * sun) * np.exp(-no2 / 40.0 - pm25 / 400.0) + 3
    return pm25, pm25 + dust, so2, no2, co, o3
