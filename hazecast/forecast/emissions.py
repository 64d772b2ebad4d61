"""A stand-in for an emission inventory: half spread evenly, half where people measure the air."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hazecast.grids.lattice import EARTH_RADIUS_M, Lattice
from hazecast.records import Station

CITY_RADIUS_M = 15_000.0
CITY_SHARE = 0.5
# Share of a day's emission by hour of mean solar time: morning and evening traffic over a steady floor.
DIURNAL = np.array([6, 5, 5, 5, 6, 8, 11, 13, 13, 12, 11, 11, 11, 11, 11, 11, 12, 13, 14, 13, 12, 10, 8, 7], dtype=np.float64)
DIURNAL_PROFILE = DIURNAL / DIURNAL.mean()


def station_proxy(lattice: Lattice, stations: Sequence[Station]) -> NDArray[np.float64]:
    """Relative emission per m2 of each cell, mean 1, shape of the lattice."""
    latitude = np.deg2rad(lattice.latitude)[:, None]
    density = np.zeros(lattice.shape)
    for station in stations:
        north = (latitude - np.deg2rad(station.latitude)) * EARTH_RADIUS_M
        east = (np.deg2rad(lattice.longitude)[None, :] - np.deg2rad(station.longitude)) * np.cos(latitude) * EARTH_RADIUS_M
        density = np.maximum(density, np.exp(-0.5 * (north**2 + east**2) / CITY_RADIUS_M**2))
    city = density / density.mean() if density.mean() > 1e-12 else np.ones(lattice.shape)
    return CITY_SHARE * city + (1.0 - CITY_SHARE)
