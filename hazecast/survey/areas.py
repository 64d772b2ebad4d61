"""Which stations belong together, and what their place is called."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import takewhile

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from hazecast.config import AreaSettings
from hazecast.grids.lattice import EARTH_RADIUS_M
from hazecast.records import Station

NEIGHBOUR_M = 40_000.0  # stations linked by steps no longer than this are one city
NAMED_WITHIN_M = 60_000.0  # a cluster takes the name of the nearest known place this near to its middle


@dataclass(frozen=True, slots=True)
class Place:
    """A city that hazecast knows by name."""

    id: str
    latitude: float
    longitude: float
    names: tuple[tuple[str, str], ...]


def known_places() -> tuple[Place, ...]:
    """The cities of `places.csv`."""
    with files("hazecast.survey").joinpath("places.csv").open(encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    return tuple(
        Place(r["id"], float(r["latitude"]), float(r["longitude"]), tuple((code, r[code]) for code in ("en", "zh", "ja"))) for r in rows
    )


def areas_of(stations: Sequence[Station]) -> tuple[AreaSettings, ...]:
    """Stations gathered into cities, each under the name of the place it lies in, or else what its stations' names share."""
    clusters = _clusters(stations)
    taken: set[str] = set()
    areas = []
    for members in clusters:
        area = _named(members, taken)
        taken.add(area.id)
        areas.append(area)
    return tuple(sorted(areas, key=lambda a: a.id))


def _clusters(stations: Sequence[Station]) -> list[list[Station]]:
    if len(stations) == 1:
        return [list(stations)]
    apart = np.array([[_apart(a.latitude, a.longitude, b.latitude, b.longitude) for b in stations] for a in stations])
    labels = fcluster(linkage(squareform(apart, checks=False), "single"), NEIGHBOUR_M, "distance")
    return [[s for s, label in zip(stations, labels, strict=True) if label == wanted] for wanted in dict.fromkeys(labels)]


def _named(members: Sequence[Station], taken: set[str]) -> AreaSettings:
    latitude = float(np.mean([s.latitude for s in members]))
    longitude = float(np.mean([s.longitude for s in members]))
    ids = tuple(s.id for s in members)
    near = min(known_places(), key=lambda p: _apart(p.latitude, p.longitude, latitude, longitude))
    if _apart(near.latitude, near.longitude, latitude, longitude) <= NAMED_WITHIN_M and near.id not in taken:
        return AreaSettings(id=near.id, names=dict(near.names), stations=ids)
    name = _shared_name([s.name for s in members])
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or f"area-{len(taken) + 1}"
    return AreaSettings(id=slug if slug not in taken else f"{slug}-{len(taken) + 1}", names={"en": name}, stations=ids)


def _shared_name(names: Sequence[str]) -> str:
    """`London` for `London Westminster` and `London N. Kensington`; the first name where they share no whole word."""
    words = zip(*(n.split() for n in names), strict=False)
    shared = [same[0] for same in takewhile(lambda same: len(set(same)) == 1, words)]
    return " ".join(shared) or names[0]


def _apart(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Distance in m, good enough within a few hundred km."""
    east = np.deg2rad(longitude - other_longitude) * np.cos(np.deg2rad(0.5 * (latitude + other_latitude)))
    return float(EARTH_RADIUS_M * np.hypot(np.deg2rad(latitude - other_latitude), east))
