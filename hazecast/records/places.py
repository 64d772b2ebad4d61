"""Where something is: stations, and areas that are warned as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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


@dataclass(frozen=True, slots=True)
class Area:
    """A city or district that is warned as one, made of stations, with its own time zone; `region` is that under which it is told."""

    id: str
    names: tuple[PlaceName, ...]
    station_ids: tuple[str, ...]
    time_zone: str
    region: tuple[PlaceName, ...] = ()

    def __post_init__(self) -> None:
        if not self.names or not self.station_ids:
            raise ValueError(f"Area {self.id!r} needs a name and at least one station.")

    def name_in(self, language: str) -> str:
        """The name in `language`, or else the first that there is."""
        return name_in(language, self.names)
