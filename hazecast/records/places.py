"""Where something is: stations, and areas that are warned as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.records.checks import require_utc


@dataclass(frozen=True, slots=True)
class Station:
    """A monitoring station."""

    id: str
    name: str
    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 360):
            raise ValueError(f"Station {self.name!r} lies at {self.latitude}, {self.longitude}; expected degrees north and east.")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a station stood from `since` on: an hour that ends then or before belongs to the place before. Degrees north and east."""

    station_id: str
    since: datetime
    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        require_utc("since", self.since)
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 360):
            raise ValueError(f"Station {self.station_id!r} stood at {self.latitude}, {self.longitude}; expected degrees north and east.")


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A name in one language (an ISO 639-1 code)."""

    language: str
    text: str


def name_in(language: str, names: Sequence[PlaceName]) -> str:
    """The name in `language`, or else the first that there is."""
    return next((n.text for n in names if n.language == language), names[0].text)


Polygon = tuple[NDArray[np.float64], ...]
"""Rings (point, 2) of longitude and latitude in degrees, each closed: the outline first, then holes."""


@dataclass(frozen=True, slots=True, eq=False)
class Territory:
    """The ground of an area: where it lies, and the share (latitude, longitude) of each cell of the forecast's grid that belongs to it."""

    polygons: tuple[Polygon, ...]
    share: xr.DataArray

    def __post_init__(self) -> None:
        rings = [ring for polygon in self.polygons for ring in polygon]
        if not rings or any(ring.ndim != 2 or len(ring) < 4 or ring.shape[1] != 2 or (ring[0] != ring[-1]).any() for ring in rings):
            raise ValueError("A territory needs polygons whose rings are closed and have three points at least.")
        if self.share.dims != ("latitude", "longitude") or not self.share.values.any():
            raise ValueError(f"The territory has no cell of a grid {dict(self.share.sizes)}.")


@dataclass(frozen=True, slots=True)
class Area:
    """A city, district or province that is warned as one, with its own time zone: its stations or, where it has a territory, all of that.

    With a territory `station_ids` are those that lie in it, if any. `region` is that under which it is told.
    """

    id: str
    names: tuple[PlaceName, ...]
    station_ids: tuple[str, ...]
    time_zone: str
    region: tuple[PlaceName, ...] = ()
    territory: Territory | None = None

    def __post_init__(self) -> None:
        if not self.names or not (self.station_ids or self.territory):
            raise ValueError(f"Area {self.id!r} needs a name, and a station or a territory.")

    def name_in(self, language: str) -> str:
        """The name in `language`, or else the first that there is."""
        return name_in(language, self.names)
