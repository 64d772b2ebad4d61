"""What stands in for an emission inventory: people, as they are counted, as cities have them, or as stations hint at them."""

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.cities import City
from hazecast.forecast.emissions.emission import Emission
from hazecast.forecast.emissions.heights import at_ground
from hazecast.forecast.profiles import profiles
from hazecast.forecast.sun import solar_hour
from hazecast.grids.distance import distance
from hazecast.grids.lattice import Lattice
from hazecast.records import EmissionProxy, Station
from hazecast.vocabulary import Sector

Array = NDArray[np.float64]
Times = NDArray[np.datetime64]

CITY_RADIUS_M = 15_000.0
CITY_SHARE = 0.5
COUNTRY_PEOPLE_PER_M2 = 300e-6  # rural plains of China and India
# µg s-1 for each person of PM2.5, SO2 and NOx as NO2: China's 11.4, 25.4 and 27.7 Tg of 2013 (Zheng and others 2018, Atmos. Chem. Phys. 18,
# 14095) over its 1,357 million people. What a region emits in truth is learnt from observations, as a multiple of this.
PER_PERSON = np.array([266.0, 593.0, 647.0])
# Of the PM2.5 that China emits, rounded (the same inventory): homes, works, power stations and traffic have seasons of their own.
SECTOR_SHARES = MappingProxyType({Sector.RESIDENTIAL: 0.4, Sector.INDUSTRY: 0.5, Sector.POWER: 0.05, Sector.TRANSPORT: 0.05})
# Share of a day's emission by hour of mean solar time: morning and evening traffic over a steady floor.
DIURNAL = np.array([6, 5, 5, 5, 6, 8, 11, 13, 13, 12, 11, 11, 11, 11, 11, 11, 12, 13, 14, 13, 12, 10, 8, 7], dtype=np.float64)
DIURNAL_PROFILE = DIURNAL / DIURNAL.mean()


def emission_of_people(people: Array, times: Times, lattice: Lattice, proxy: EmissionProxy) -> Emission:
    """The emission of `people` per m2 (y, x) near the ground, by the season and the sun's hour at the middle of the lattice."""
    by_month = sum(weight * profiles()[sector].season(float(lattice.latitude.mean())) for sector, weight in SECTOR_SHARES.items())
    month = times.astype("datetime64[M]").astype(np.int64) % 12
    share = np.asarray(by_month)[month] * DIURNAL_PROFILE[solar_hour(times, lattice.longitude.mean()).astype(int)]
    return Emission(PER_PERSON[:, None, None, None] * people, share[:, None], at_ground(1), proxy)


def people_of_cities(lattice: Lattice, cities: Sequence[City]) -> Array:
    """People per m2 of each cell: those of `cities` and, evenly, of the country round them.

    A city is a Gaussian as dense in its middle as a city with its suburbs and works is, the wider the more people it has.
    """
    density: Array = np.full(lattice.shape, COUNTRY_PEOPLE_PER_M2)
    for city in cities:
        radius = max(city.radius, lattice.east_face_length[0] / 2)
        density += city.people / (2.0 * np.pi * radius**2) * _nearness(lattice, city.latitude, city.longitude, radius)
    return density


def people_round_stations(lattice: Lattice, stations: Sequence[Station]) -> Array:
    """People per m2 of each cell, of whom half live evenly, half where the air is measured; on the mean as many as on rural plains."""
    radius = max(CITY_RADIUS_M, lattice.east_face_length[0] / 2)  # else a station between the centres of wide cells would not count
    density = np.zeros(lattice.shape)
    for station in stations:
        density = np.maximum(density, _nearness(lattice, station.latitude, station.longitude, radius))
    return COUNTRY_PEOPLE_PER_M2 * with_even_share(density)


def with_even_share(density: Array) -> Array:
    """Half as `density` is, half even, with a mean of 1: farms and kilns emit where few people live."""
    city = density / density.mean() if density.mean() > 1e-12 else np.ones(density.shape)
    return CITY_SHARE * city + (1.0 - CITY_SHARE)


def _nearness(lattice: Lattice, latitude: float, longitude: float, radius: float) -> Array:
    away = distance(lattice.latitude[:, None], lattice.longitude[None, :], np.array(latitude), np.array(longitude))
    return np.exp(-0.5 * (away / radius) ** 2)
