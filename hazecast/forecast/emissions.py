"""What is emitted where and when: an inventory with its sectors' profiles, or what stands in for one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.cities import City, cities_near
from hazecast.forecast.profiles import civil_time, profiles
from hazecast.forecast.sun import solar_hour
from hazecast.grids.distance import distance
from hazecast.grids.lattice import Lattice, lattice_of_data
from hazecast.records import EmissionProxy, Gridded, Station
from hazecast.vocabulary import Sector

Array = NDArray[np.float64]
Times = NDArray[np.datetime64]

CITY_RADIUS_M = 15_000.0
CITY_SHARE = 0.5
COUNTRY_PEOPLE_PER_M2 = 300e-6  # rural plains of China and India
# Share of a day's emission by hour of mean solar time: morning and evening traffic over a steady floor.
DIURNAL = np.array([6, 5, 5, 5, 6, 8, 11, 13, 13, 12, 11, 11, 11, 11, 11, 11, 12, 13, 14, 13, 12, 10, 8, 7], dtype=np.float64)
DIURNAL_PROFILE = DIURNAL / DIURNAL.mean()


@dataclass(frozen=True, slots=True, eq=False)
class Emission:
    """Relative emission per m2 on a lattice: `fields` (field, y, x), and how much of each falls into every hour, (time, field).

    `proxy` says what it is, unless it is an inventory.
    """

    fields: Array
    shares: Array
    proxy: EmissionProxy | None

    def __post_init__(self) -> None:
        if self.fields.ndim != 3 or self.shares.ndim != 2 or self.shares.shape[1] != self.fields.shape[0]:
            raise ValueError(f"Fields have the shape {self.fields.shape}, shares {self.shares.shape}; expected one share a field and hour.")

    def during(self, hour: int) -> Array:
        """The emission (y, x) of the hour with this index."""
        used = np.flatnonzero(self.shares[hour])
        return np.asarray(np.tensordot(self.shares[hour, used], self.fields[used], axes=1))


def emission_of(gridded: Gridded, time_zone: str) -> Emission:
    """The best there is: the inventory, or else people as a grid of theirs counts them, known cities, or the stations' surroundings."""
    weather = gridded.lattice_weather
    lattice, times = lattice_of_data(weather), weather["time"].values
    if gridded.emissions is not None:
        return inventory_emission(gridded.emissions, times, time_zone)
    if gridded.population is not None:
        people = gridded.population["population"].transpose("latitude", "longitude").values
        return steady(_with_even_share(people), times, lattice, EmissionProxy.POPULATION)
    if cities := cities_near(lattice):
        return steady(city_proxy(lattice, cities), times, lattice, EmissionProxy.CITIES)
    return steady(station_proxy(lattice, gridded.gathered.stations), times, lattice, EmissionProxy.STATIONS)


def inventory_emission(emissions: xr.Dataset, times: Times, time_zone: str) -> Emission:
    """PM2.5 of the inventory (sector, month, latitude, longitude), each sector by its profiles in the civil time of `time_zone`.

    The mean over the lattice and the inventory's months is 1. A month that the inventory lacks is the nearest that it has, made larger
    or smaller as the sector's season is.
    """
    pm25 = emissions["pm25"].transpose("sector", "month", "latitude", "longitude")
    months, latitude = pm25["month"].values.astype(np.int64), float(pm25["latitude"].mean())
    clock = civil_time(times, time_zone)
    shares = np.zeros((times.size, *pm25.shape[:2]))
    hours = np.arange(times.size)
    for i, name in enumerate(pm25["sector"].values.tolist()):
        profile = profiles()[Sector(name)]
        entry, factor = _by_month(months, profile.season(latitude))
        shares[hours, i, entry[clock.month]] = factor[clock.month] * profile.hourly[clock.hour] * profile.weekly[clock.weekday]
    fields = pm25.values / float(pm25.mean("month").sum("sector").mean())
    return Emission(fields.reshape(-1, *fields.shape[2:]), shares.reshape(times.size, -1), None)


def _by_month(months: NDArray[np.int64], season: Array) -> tuple[NDArray[np.int64], Array]:
    """For each month of the year: which of the inventory's `months` stands for it (0: the year's mean), and times how much."""
    if months.tolist() == [0]:
        return np.zeros(12, dtype=np.int64), season
    apart = np.abs(np.arange(1, 13)[:, None] - months)
    entry = np.minimum(apart, 12 - apart).argmin(axis=1)
    return entry, season / np.maximum(season[months[entry] - 1], 1e-3)


def steady(density: Array, times: Times, lattice: Lattice, proxy: EmissionProxy) -> Emission:
    """`density` (y, x) all the year, by the sun's hour at the middle of the lattice."""
    share = DIURNAL_PROFILE[solar_hour(times, lattice.longitude.mean()).astype(int)]
    return Emission(density[None], share[:, None], proxy)


def city_proxy(lattice: Lattice, cities: Sequence[City]) -> Array:
    """Relative emission per m2 of each cell, mean 1: people of `cities` and, evenly, of the country round them.

    A city is a Gaussian as dense in its middle as a city with its suburbs and works is, the wider the more people it has.
    """
    density: Array = np.full(lattice.shape, COUNTRY_PEOPLE_PER_M2)
    for city in cities:
        radius = max(city.radius, lattice.east_face_length[0] / 2)
        density += city.people / (2.0 * np.pi * radius**2) * _nearness(lattice, city.latitude, city.longitude, radius)
    return density / float(density.mean())


def station_proxy(lattice: Lattice, stations: Sequence[Station]) -> Array:
    """Relative emission per m2 of each cell, mean 1: half spread evenly, half where people measure the air."""
    radius = max(CITY_RADIUS_M, lattice.east_face_length[0] / 2)  # else a station between the centres of wide cells would not count
    density = np.zeros(lattice.shape)
    for station in stations:
        density = np.maximum(density, _nearness(lattice, station.latitude, station.longitude, radius))
    return _with_even_share(density)


def _nearness(lattice: Lattice, latitude: float, longitude: float, radius: float) -> Array:
    away = distance(lattice.latitude[:, None], lattice.longitude[None, :], np.array(latitude), np.array(longitude))
    return np.exp(-0.5 * (away / radius) ** 2)


def _with_even_share(density: Array) -> Array:
    city = density / density.mean() if density.mean() > 1e-12 else np.ones(density.shape)
    return CITY_SHARE * city + (1.0 - CITY_SHARE)
