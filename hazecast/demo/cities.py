"""The cities of the demonstration, what they emit, and where their invented monitoring stations stand."""

from dataclasses import dataclass
from typing import Final

from hazecast.demo.region import KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH
from hazecast.records import Area, PlaceName, Station

TIME_ZONE: Final = "Asia/Shanghai"
FIRST_LOCATION_ID: Final = 910_001


@dataclass(frozen=True, slots=True)
class City:
    """A city as a source: strengths by sector relative to a middling city, and the radius of its built-up land."""

    name: str
    chinese_name: str
    latitude: float
    longitude: float
    industry: float
    traffic: float
    heating: float
    radius_km: float
    station_count: int

    def __post_init__(self) -> None:
        if min(self.industry, self.traffic, self.heating, self.radius_km) <= 0 or not 1 <= self.station_count <= len(_PLACES):
            raise ValueError(f"{self.name}: strengths and radius must be positive and stations number 1 to {len(_PLACES)}.")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a city a station stands, in kilometres from its centre."""

    name: str
    east_km: float
    north_km: float


_PLACES: Final = (
    _Place("Centre", 1.2, -0.8),
    _Place("North", -2.6, 11.5),
    _Place("South-east", 9.4, -7.3),
    _Place("West", -14.2, -1.9),
)

CITIES: Final = (
    City("Beijing", "北京", 39.904, 116.407, 0.7, 2.1, 1.2, 21.0, 4),
    City("Tianjin", "天津", 39.125, 117.190, 1.2, 1.6, 1.1, 18.0, 4),
    City("Shijiazhuang", "石家庄", 38.042, 114.514, 1.7, 1.2, 1.6, 16.0, 4),
    City("Baoding", "保定", 38.874, 115.464, 1.1, 0.9, 1.8, 14.0, 3),
    City("Tangshan", "唐山", 39.630, 118.180, 2.3, 0.9, 1.2, 16.0, 3),
    City("Langfang", "廊坊", 39.538, 116.684, 0.8, 0.8, 1.0, 12.0, 3),
    City("Cangzhou", "沧州", 38.304, 116.839, 0.7, 0.6, 0.9, 12.0, 3),
    City("Hengshui", "衡水", 37.739, 115.669, 0.8, 0.6, 1.3, 12.0, 3),
    City("Xingtai", "邢台", 37.070, 114.504, 1.6, 0.7, 1.4, 13.0, 3),
    City("Handan", "邯郸", 36.625, 114.539, 1.9, 0.8, 1.3, 14.0, 3),
    City("Jinan", "济南", 36.651, 117.120, 1.1, 1.3, 1.0, 16.0, 3),
    City("Taiyuan", "太原", 37.870, 112.549, 1.6, 0.9, 1.3, 14.0, 3),
)


def stations_of(city: City) -> tuple[Station, ...]:
    """The stations of one city, their ids running on through the table of cities."""
    before = sum(c.station_count for c in CITIES[: CITIES.index(city)])
    return tuple(
        Station(
            id=str(FIRST_LOCATION_ID + before + number),
            name=f"{city.name} {place.name}",
            latitude=round(city.latitude + place.north_km / KM_PER_DEGREE_NORTH, 4),
            longitude=round(city.longitude + place.east_km / KM_PER_DEGREE_EAST, 4),
        )
        for number, place in enumerate(_PLACES[: city.station_count])
    )


def all_stations() -> tuple[Station, ...]:
    """Every station, in the order of the cities."""
    return tuple(station for city in CITIES for station in stations_of(city))


def area_of(city: City) -> Area:
    """The city as an area to warn, named in Chinese and English."""
    return Area(
        id=city.name.lower(),
        names=(PlaceName("zh", city.chinese_name), PlaceName("en", city.name)),
        station_ids=tuple(s.id for s in stations_of(city)),
        time_zone=TIME_ZONE,
    )
