"""Large cities and their people, for where no grid of population is at hand.

`cities.csv` has positions to 0.01 degrees and people of 2020 in thousands, rounded to ten: United Nations, Department of Economic and
Social Affairs, Population Division, World Urbanization Prospects: The 2018 Revision (CC BY 3.0 IGO), file 12.
"""

import csv
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from hazecast.grids.distance import distance
from hazecast.grids.lattice import Lattice

AREA_PER_PERSON_M2 = 1000.0  # in the middle of a city with its suburbs and works: the municipality of Beijing has 800
REACH_RADII = 3.0


@dataclass(frozen=True, slots=True)
class City:
    """A city's middle in degrees, and how many people live in it."""

    name: str
    latitude: float
    longitude: float
    people: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180 and self.people > 0):
            raise ValueError(f"{self.name} lies at {self.latitude}, {self.longitude} and has {self.people} people.")

    @property
    def radius(self) -> float:
        """The width in m of the Gaussian that it is drawn as."""
        return math.sqrt(AREA_PER_PERSON_M2 * self.people / (2.0 * math.pi))


@cache
def known_cities() -> tuple[City, ...]:
    """The cities of `cities.csv`."""
    with files("hazecast.forecast").joinpath("cities.csv").open(encoding="utf-8") as text:
        return tuple(
            City(r["name"], float(r["latitude"]), float(r["longitude"]), 1000.0 * float(r["thousands"])) for r in csv.DictReader(text)
        )


def cities_near(lattice: Lattice) -> tuple[City, ...]:
    """Those that reach onto the lattice."""
    return tuple(city for city in known_cities() if _away(lattice, city) <= REACH_RADII * city.radius)


def _away(lattice: Lattice, city: City) -> float:
    """Metres from the city's middle to the nearest centre of a cell."""
    latitude, longitude = np.array(city.latitude), np.array(city.longitude)
    return float(distance(lattice.latitude[:, None], lattice.longitude[None, :], latitude, longitude).min())
