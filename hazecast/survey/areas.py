"""Which stations belong together, and what their place is called."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import count, takewhile

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from hazecast.config.places import AreaSettings
from hazecast.gazetteer.places import Place, known_places
from hazecast.grids.distance import distance
from hazecast.records import Station

NEIGHBOUR_M = 40_000.0  # stations linked by steps no longer than this are one city
INSIDE_CITY_M = 15_000.0  # a station this near to the middle of a known city stands inside it
NAMED_WITHIN_M = 60_000.0  # a cluster takes the name of the nearest known place this near to its middle


def areas_of(stations: Sequence[Station]) -> tuple[AreaSettings, ...]:
    """Stations gathered into cities, each under the name of the place it lies in, or else what its stations' names share."""
    places = known_places()
    taken: set[str] = set()
    areas = []
    for cluster in _clusters(stations):
        for members in _by_city(cluster, places):
            area = _named(members, places, taken)
            taken.add(area.id)
            areas.append(area)
    return tuple(sorted(areas, key=lambda a: a.id))


def _clusters(stations: Sequence[Station]) -> list[list[Station]]:
    if len(stations) == 1:
        return [list(stations)]
    latitude, longitude = np.array([s.latitude for s in stations]), np.array([s.longitude for s in stations])
    apart = distance(latitude[:, None], longitude[:, None], latitude, longitude)
    labels = fcluster(linkage(squareform(apart, checks=False), "single"), NEIGHBOUR_M, "distance")
    clusters: dict[int, list[Station]] = {}
    for station, label in zip(stations, labels.tolist(), strict=True):
        clusters.setdefault(label, []).append(station)
    return list(clusters.values())


def _by_city(cluster: Sequence[Station], places: Sequence[Place]) -> list[list[Station]]:
    """A cluster that takes in several known cities, parted among them; a city is taken in where a station stands inside it."""
    latitude, longitude = np.array([s.latitude for s in cluster]), np.array([s.longitude for s in cluster])
    away = np.stack([distance(latitude, longitude, np.float64(p.latitude), np.float64(p.longitude)) for p in places])
    inside = np.flatnonzero(away.min(axis=1) <= INSIDE_CITY_M)
    if inside.size < 2:
        return [list(cluster)]
    nearest = away[inside].argmin(axis=0)
    parts = [[s for s, city in zip(cluster, nearest.tolist(), strict=True) if city == wanted] for wanted in range(inside.size)]
    return [part for part in parts if part]


def _named(members: Sequence[Station], places: Sequence[Place], taken: set[str]) -> AreaSettings:
    latitude, longitude = np.mean([s.latitude for s in members]), np.mean([s.longitude for s in members])
    ids = tuple(s.id for s in members)
    away = distance(np.array([p.latitude for p in places]), np.array([p.longitude for p in places]), latitude, longitude)
    near = places[int(np.argmin(away))]
    if away.min() <= NAMED_WITHIN_M and near.id not in taken:
        names, region = ({name.language: name.text for name in told} for told in (near.names, near.region))
        return AreaSettings(id=near.id, names=names, stations=ids, region=region or None)
    name = _shared_name([s.name for s in members])
    return AreaSettings(id=_free_id(name, taken), names={"en": name}, stations=ids)


def _free_id(name: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "area"
    return slug if slug not in taken else next(f"{slug}-{n}" for n in count(2) if f"{slug}-{n}" not in taken)


def _shared_name(names: Sequence[str]) -> str:
    """`London` for `London Westminster` and `London N. Kensington`; the first name where they share no whole word."""
    words = zip(*(n.split() for n in names), strict=False)
    shared = [same[0] for same in takewhile(lambda same: len(set(same)) == 1, words)]
    return " ".join(shared) or names[0]
