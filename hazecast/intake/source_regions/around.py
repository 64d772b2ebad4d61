"""Circles round the stations of areas: the source regions that need no borders."""

from collections.abc import Collection, Mapping, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from hazecast.config import DomainSettings
from hazecast.config.places import AreaSettings, SourceSettings, StationSettings
from hazecast.grids.distance import distance
from hazecast.intake.source_regions.rings import circle
from hazecast.records import RESERVED

Array = NDArray[np.float64]
LEAST_KM, MOST_KM = 40.0, 2000.0
MARGIN_KM, STEP_KM = 10.0, 5.0  # round the outermost station, and what the radius is rounded up to


def ring_around(area: AreaSettings, stations: Sequence[StationSettings], radius_km: float) -> Array:
    """The ring (point, 2) of a circle round the middle of the stations of `area`."""
    return circle(*middle_of(_places(area, stations)), radius_km * 1e3)


def sources_around(
    areas: Sequence[AreaSettings], stations: Sequence[StationSettings], domain: DomainSettings
) -> tuple[SourceSettings, ...]:
    """A circle round each area that lists stations, which takes them in, at least 40 km wide each way.

    An area whose middle lies in the circle of one before it has none of its own, nor has one outside the domain.
    """
    found: list[SourceSettings] = []
    circles: list[tuple[float, float, float]] = []
    for area in (area for area in areas if area.stations):
        places = _places(area, stations)
        latitude, longitude = middle_of(places)
        taken = any(_kilometres(latitude, longitude, lat, lon) < radius for lat, lon, radius in circles)
        if taken or not _holds(domain, latitude, longitude):
            continue
        radius = _radius_km(places)
        circles.append((latitude, longitude, radius))
        id = free_id(area.id, {a.id for a in areas} - {area.id})
        found.append(SourceSettings(id=id, names=dict(area.names), around_area=area.id, radius_km=radius))
    return tuple(found)


def middle_of(places: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Latitude and longitude of the middle of places on the sphere."""
    phi, lam = np.deg2rad(np.array(places, dtype=np.float64)).T
    x, y, z = np.mean([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1)
    return float(np.rad2deg(np.arctan2(z, np.hypot(x, y)))), float(np.rad2deg(np.arctan2(y, x)))


def _places(area: AreaSettings, stations: Sequence[StationSettings]) -> list[tuple[float, float]]:
    by_id: Mapping[str, StationSettings] = {station.id: station for station in stations}
    return [(by_id[id].latitude, by_id[id].longitude) for id in area.stations]


def _radius_km(places: Sequence[tuple[float, float]]) -> float:
    middle = middle_of(places)
    farthest = max(_kilometres(*middle, *place) for place in places)
    return min(max(LEAST_KM, STEP_KM * float(np.ceil((farthest + MARGIN_KM) / STEP_KM))), MOST_KM)


def _kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    return float(distance(*(np.float64(degrees) for degrees in (latitude, longitude, other_latitude, other_longitude)))) / 1e3


def _holds(domain: DomainSettings, latitude: float, longitude: float) -> bool:
    return domain.south <= latitude <= domain.north and (longitude - domain.west) % 360.0 <= domain.east - domain.west


def free_id(id: str, taken: Collection[str] = ()) -> str:
    """The id or, where hazecast or another has it, with a number behind it."""
    used = {*RESERVED, *taken}
    return id if id not in used else next(free for n in count(1) if (free := f"{id}-{n}") not in used)
