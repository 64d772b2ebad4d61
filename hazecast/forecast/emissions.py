"""A stand-in for an emission inventory: half spread evenly, half where people measure the air."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hazecast.grids.distance import distance
from hazecast.grids.lattice import Lattice
from hazecast.records import Station

CITY_RADIUS_M = 15_000.0
CITY_SHARE = 0.5
# Share of a day's emission by hour of mean solar time: morning and evening traffic over a steady floor.
DIURNAL = np.array([6, 5, 5, 5, 6, 8, 11, 13, 13, 12, 11, 11, 11, 11, 11, 11, 12, 13, 14, 13, 12, 10, 8, 7], dtype=np.float64)
DIURNAL_PROFILE = DIURNAL / DIURNAL.mean()


def station_proxy(lattice: Lattice, stations: Sequence[Station]) -> NDArray[np.float64]:
    """Relative emission per m2 of each cell, mean 1, shape of the lattice."""
    radius = max(CITY_RADIUS_M, lattice.east_face_length[0] / 2)  # else a station between the centres of wide cells would not count
    density = np.zeros(lattice.shape)
    for station in stations:
        latitude, longitude = np.array(station.latitude), np.array(station.longitude)
        away = distance(lattice.latitude[:, None], lattice.longitude[None, :], latitude, longitude)
        density = np.maximum(density, np.exp(-0.5 * (away / radius) ** 2))
    city = density / density.mean() if density.mean() > 1e-12 else np.ones(lattice.shape)
    return CITY_SHARE * city + (1.0 - CITY_SHARE)
