"""Which emission a forecast is made with."""

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.cities import cities_near
from hazecast.forecast.emissions.emission import Emission
from hazecast.forecast.emissions.inventory import inventory_emission
from hazecast.forecast.emissions.proxies import emission_of_people, people_of_cities, people_round_stations, with_even_share
from hazecast.grids.lattice import lattice_of_data
from hazecast.records import EmissionProxy, Gridded

Array = NDArray[np.float64]


def emission_of(gridded: Gridded, time_zone: str, tops: Array) -> Emission:
    """The best there is: the inventory, or else people as a grid of theirs counts them, known cities, or the stations' surroundings.

    `time_zone` is that of the clocks which people emit by; `tops` are those of the model's layers in m.
    """
    weather = gridded.lattice_weather
    lattice, times = lattice_of_data(weather), weather["time"].values
    if gridded.emissions is not None:
        return inventory_emission(gridded.emissions, times, time_zone, tops)
    if gridded.population is not None:
        people = gridded.population["population"].transpose("latitude", "longitude").values
        return emission_of_people(float(people.mean()) * with_even_share(people), times, lattice, EmissionProxy.POPULATION)
    if cities := cities_near(lattice):
        return emission_of_people(people_of_cities(lattice, cities), times, lattice, EmissionProxy.CITIES)
    return emission_of_people(people_round_stations(lattice, gridded.gathered.stations), times, lattice, EmissionProxy.STATIONS)
