"""Where an area lies, as a circle round its stations: for formats that need a place and have no borders of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hazecast.grids.distance import distance
from hazecast.records import Area, Station

MARGIN_KM = 10.0  # a station speaks for the air around it too


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle on the ground: its middle in degrees north and east (-180 to 180), and its radius in km."""

    latitude: float
    longitude: float
    radius_km: float


def stations_of(area: Area, stations: Sequence[Station]) -> tuple[Station, ...]:
    """The stations of an area, in its order; those that nobody knows the place of are left out."""
    known = {station.id: station for station in stations}
    return tuple(known[id] for id in area.station_ids if id in known)


def eastward(longitude: float) -> float:
    """A longitude as -180 to 180 degrees east."""
    return (longitude + 180.0) % 360.0 - 180.0


def circle_round(stations: Sequence[Station]) -> Circle:
    """The circle round the mean of one or more stations that holds them all with `MARGIN_KM` to spare."""
    first = stations[0].longitude
    latitudes = np.array([station.latitude for station in stations])
    longitudes = np.array([first + eastward(station.longitude - first) for station in stations])
    latitude, longitude = latitudes.mean(), longitudes.mean()
    farthest = float(distance(latitudes, longitudes, latitude, longitude).max()) / 1000
    return Circle(float(latitude), eastward(float(longitude)), farthest + MARGIN_KM)
