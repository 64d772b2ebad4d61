"""Hourly weather over the demonstration's lattice, written down in formulas from the fronts, the ground, the sun and a few slow waves."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from hazecast.demo.airmass import AirMass, air_mass
from hazecast.demo.region import KM_PER_DEGREE_NORTH, SPACING, Field, elevation, lattice, sea_share, to_plane
from hazecast.demo.storyline import Storyline

ZERO_CELSIUS: Final = 273.15
_LAPSE_RATE: Final = 0.0060
_SCALE_HEIGHT: Final = 7900.0


@dataclass(frozen=True, slots=True)
class Weather:
    """Fields (time, latitude ascending, longitude); `hours` (time) counts from the start of the data.

    Wind m s-1, temperatures K, pressure Pa, mixing height m, precipitation mm in the past hour, stagnation 0 to 1.
    """

    hours: Field
    eastward_wind: Field
    northward_wind: Field
    temperature: Field
    dew_point: Field
    surface_pressure: Field
    mixing_height: Field
    precipitation: Field
    stagnation: Field


@dataclass(frozen=True, slots=True)
class _Place:
    """The lattice and what stands on it, each (latitude, longitude); x and y in km, height in m, slopes as unit-like vectors uphill."""

    latitude: Field
    longitude: Field
    x: Field
    y: Field
    height: Field
    sea: Field
    uphill_east: Field
    uphill_north: Field


@dataclass(frozen=True, slots=True)
class _Wave:
    """A plane wave: wave numbers in km-1, frequency in h-1, phase in radians."""

    east: float
    north: float
    frequency: float
    phase: float

    def sine(self, hours: Field, place: _Place) -> Field:
        """sin(east x + north y - frequency t + phase), (time, latitude, longitude)."""
        here = self.east * place.x + self.north * place.y + self.phase
        then = self.frequency * hours[:, None, None]
        wave: Field = np.sin(here) * np.cos(then) - np.cos(here) * np.sin(then)
        return wave


def make_weather(story: Storyline, hours: Field, rng: np.random.Generator) -> Weather:
    """The weather of `story` at `hours`, with slow waves drawn from `rng`."""
    place = _place()
    mass = air_mass(story, hours, place.x, place.y)
    sun_hour = np.mod(hours[:, None, None] + place.longitude / 15.0, 24.0)
    east, north = _wind(mass, place, hours, sun_hour, rng)
    temperature, dew_point = _temperatures(mass, place, hours, sun_hour, rng)
    return Weather(
        hours=hours,
        eastward_wind=east,
        northward_wind=north,
        temperature=temperature,
        dew_point=dew_point,
        surface_pressure=_pressure(mass, place, hours),
        mixing_height=_mixing_height(mass, place, sun_hour, np.hypot(east, north)),
        precipitation=_precipitation(mass, place, hours, rng),
        stagnation=mass.stagnation,
    )


def daylight(sun_hour: Field) -> Field:
    """Strength of the winter sun's heating, 0 to 1, at local solar time."""
    arc: Field = np.sin(np.pi * np.clip((sun_hour - 7.7) / 10.6, 0, 1))
    return np.maximum(arc, 0) ** 1.3


def _place() -> _Place:
    latitude, longitude = lattice()
    x, y = to_plane(latitude, longitude)
    height = elevation(latitude, longitude)
    north, east = np.gradient(height, SPACING * KM_PER_DEGREE_NORTH, np.diff(x[0])[0])
    steepness = np.hypot(north, east) + 4.0
    return _Place(latitude, longitude, x, y, height, sea_share(latitude, longitude), east / steepness, north / steepness)


def _draw_waves(rng: np.random.Generator, count: int, shortest_km: float, longest_km: float) -> list[_Wave]:
    waves = []
    for _ in range(count):
        number = math.tau / rng.uniform(shortest_km, longest_km)
        towards = rng.uniform(-0.5, 0.9)
        period = rng.uniform(26.0, 70.0)
        waves.append(_Wave(number * math.cos(towards), number * math.sin(towards), math.tau / period, rng.uniform(0, math.tau)))
    return waves


def _swell(rng: np.random.Generator, hours: Field, place: _Place) -> Field:
    """A slow smooth field of unit variance."""
    waves = _draw_waves(rng, 4, 500.0, 1400.0)
    total: Field = np.sum([w.sine(hours, place) for w in waves], axis=0)
    return total * math.sqrt(2 / len(waves))


def _wind(mass: AirMass, place: _Place, hours: Field, sun_hour: Field, rng: np.random.Generator) -> tuple[Field, Field]:
    """Surge and return flow, the weak southerly of the calm, eddies that hardly diverge, the breeze up and down the slopes."""
    openness = 1 - 0.8 * np.minimum(np.hypot(mass.eastward, mass.northward) / 8.0, 1)
    quiet = openness * (1 - 0.68 * mass.stagnation)
    east = mass.eastward - 0.1 * quiet
    north = mass.northward + 1.6 * quiet
    for wave in _draw_waves(rng, 5, 600.0, 1600.0):
        number = math.hypot(wave.east, wave.north)
        swirl = wave.sine(hours, place) * quiet * 0.75
        east -= swirl * (wave.north / number)
        north += swirl * (wave.east / number)
    breeze = np.cos((2 * np.pi / 24) * (sun_hour - 15.0)) * openness * 0.9
    east += breeze * place.uphill_east
    north += breeze * place.uphill_north
    gain = (0.82 + 0.34 * daylight(sun_hour)) * (1 + 0.25 * place.sea + place.height / 6000)
    return east * gain, north * gain


def _temperatures(mass: AirMass, place: _Place, hours: Field, sun_hour: Field, rng: np.random.Generator) -> tuple[Field, Field]:
    """Air temperature, and a dew point that stays below it."""
    winter = (ZERO_CELSIUS + 3.0) - 0.95 * (place.latitude - 37.0) + 3.0 * place.sea
    mean = winter - _LAPSE_RATE * place.height + mass.warmth + 0.8 * _swell(rng, hours, place)
    swing = (5.0 - 2.6 * mass.stagnation) * (1 - 0.7 * place.sea)
    daily = np.cos((2 * np.pi / 24) * (sun_hour - 14.8))
    temperature = mean + swing * daily
    dryness = (3.3 + 12.5 * (1 - mass.stagnation) ** 1.4) * np.exp(-np.minimum(mass.rain, 1))
    depression = temperature - mean + dryness * (1 + 0.15 * _swell(rng, hours, place))
    return temperature, temperature - 0.4 - np.logaddexp(depression - 0.4, 0)


def _pressure(mass: AirMass, place: _Place, hours: Field) -> Field:
    """Surface pressure in Pa: sea-level pressure with the fronts' highs and a half-daily tide, lifted to the height of the ground."""
    tide = 0.8 * np.cos((2 * np.pi / 12) * (hours - 2.0))[:, None, None]
    sea_level = 1024.0 + 0.35 * (place.latitude - 38.0) + mass.pressure + tide
    lift = np.exp(-place.height / _SCALE_HEIGHT)
    pressure: Field = 100.0 * sea_level * lift
    return pressure


def _mixing_height(mass: AirMass, place: _Place, sun_hour: Field, speed: Field) -> Field:
    """Metres: a shallow night layer stirred by the wind, and a day's growth that stagnation holds down."""
    stirred = 55.0 + 58.0 * speed**1.15 + 120.0 * place.sea
    grown = daylight(sun_hour) * (1000.0 - 800.0 * mass.stagnation) * (1 - 0.6 * place.sea)
    height: Field = stirred + grown
    return height


def _precipitation(mass: AirMass, place: _Place, hours: Field, rng: np.random.Generator) -> Field:
    """Patches of light rain or snow along a wet front."""
    patches = np.clip(0.6 + 0.6 * _swell(rng, hours, place), 0, 1.5)
    amount = mass.rain * patches
    felt: Field = np.where(amount > 0.05, amount, np.zeros_like(amount))
    return felt
