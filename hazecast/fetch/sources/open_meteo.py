"""Open-Meteo: weather and air quality of models at single places, as JSON; free without a key for uses that earn nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from hazecast import vocabulary as v
from hazecast.errors import SettingsError
from hazecast.fetch.addresses import base_address, require_fit_for_keys
from hazecast.fetch.download import Remote
from hazecast.fetch.kinds import Kind, parse_json
from hazecast.fetch.names import name_part
from hazecast.fetch.plan import Item, Plan
from hazecast.fetch.secrecy import Secrets, with_query
from hazecast.fetch.source import Progress, Source
from hazecast.fetch.web import Web
from hazecast.fetch.wishes import Period, require_variables
from hazecast.records import Station
from hazecast.vocabulary import Variable

MOST_FILE_BYTES = 64 * 2**20


class Product(StrEnum):
    """What Open-Meteo computes: a weather forecast (with some past days), weather of the past from reanalyses, or air quality from CAMS."""

    FORECAST = "forecast"
    ARCHIVE = "archive"
    AIR_QUALITY = "air-quality"


HOSTS: Mapping[Product, str] = MappingProxyType(
    {
        Product.FORECAST: "api.open-meteo.com",
        Product.ARCHIVE: "archive-api.open-meteo.com",
        Product.AIR_QUALITY: "air-quality-api.open-meteo.com",
    }
)
WEATHER: Mapping[Variable, tuple[str, ...]] = MappingProxyType(
    {
        v.EASTWARD_WIND: ("wind_speed_10m", "wind_direction_10m"),
        v.NORTHWARD_WIND: ("wind_speed_10m", "wind_direction_10m"),
        v.AIR_TEMPERATURE: ("temperature_2m",),
        v.DEW_POINT: ("dew_point_2m",),
        v.RELATIVE_HUMIDITY: ("relative_humidity_2m",),
        v.SURFACE_PRESSURE: ("surface_pressure",),
        v.PRECIPITATION: ("precipitation",),
        v.MIXING_HEIGHT: ("boundary_layer_height",),
        v.SOLAR_RADIATION: ("shortwave_radiation",),
        v.CLOUD_COVER: ("cloud_cover",),
        v.VISIBILITY: ("visibility",),
    }
)
AIR: Mapping[Variable, tuple[str, ...]] = MappingProxyType(
    {
        v.PM25: ("pm2_5",),
        v.PM10: ("pm10",),
        v.SO2: ("sulphur_dioxide",),
        v.NO2: ("nitrogen_dioxide",),
        v.O3: ("ozone",),
        v.CO: ("carbon_monoxide",),
    }
)


def lexicon(product: Product) -> Mapping[Variable, tuple[str, ...]]:
    """What a product has, by our variables."""
    if product is Product.AIR_QUALITY:
        return AIR
    return WEATHER if product is Product.FORECAST else {key: names for key, names in WEATHER.items() if key is not v.VISIBILITY}


@dataclass(frozen=True, slots=True)
class OpenMeteoRequest:
    """A product at some places over a period, by whole days in UTC. An empty `variables` means all that the product has."""

    product: Product
    places: tuple[Station, ...]
    period: Period
    variables: tuple[str, ...] = ()
    base: str = ""
    key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.key:
            require_fit_for_keys(self.address)
        require_variables(self.wanted, lexicon(self.product), f"Open-Meteo ({self.product})")
        names = [name_part(place.id) for place in self.places]
        if not names or "" in names or len(set(names)) < len(names):
            raise SettingsError(
                f"Open-Meteo is asked for the places {', '.join(place.id for place in self.places) or '(none given)'}.",
                "Give --place as ID:LATITUDE,LONGITUDE, each with an id of its own of Latin letters and digits.",
            )

    @property
    def wanted(self) -> tuple[str, ...]:
        """The keys of the variables that are asked for."""
        return self.variables or tuple(variable.key for variable in lexicon(self.product))

    @property
    def hourly(self) -> tuple[str, ...]:
        """The same as Open-Meteo names them."""
        offered = lexicon(self.product)
        found = require_variables(self.wanted, offered, f"Open-Meteo ({self.product})")
        return tuple(dict.fromkeys(name for variable in found for name in offered[variable]))

    @property
    def address(self) -> str:
        """Where the product is asked for; who has a key is asked to use other hosts."""
        host = f"https://{'customer-' if self.key else ''}{HOSTS[self.product]}"
        return f"{base_address(self.base or host)}/v1/{self.product}"


def plan(request: OpenMeteoRequest, _web: Web, _progress: Progress) -> Plan:
    """One file a place."""
    return Plan(tuple(_item(request, place) for place in request.places))


def _item(request: OpenMeteoRequest, place: Station) -> Item:
    days = request.period.days()
    query = (
        ("latitude", f"{place.latitude:.6g}"),
        ("longitude", f"{(place.longitude + 180.0) % 360.0 - 180.0:.6g}"),
        ("hourly", ",".join(request.hourly)),
        ("start_date", f"{days[0]}"),
        ("end_date", f"{days[-1]}"),
        ("timezone", "GMT"),
        *(() if request.product is Product.AIR_QUALITY else (("wind_speed_unit", "ms"),)),
    )
    address = with_query(request.address, query)
    secrets = Secrets(query=(("apikey", request.key),)) if request.key else Secrets()
    kind = Kind("JSON of Open-Meteo", (b"{",), lambda path: _require_hours(path, request.hourly), is_text=True)
    remote = Remote(address, kind, secrets, most_bytes=MOST_FILE_BYTES)
    name = f"open-meteo-{request.product}-{name_part(place.id)}-{days[0]:%Y%m%d}-{days[-1]:%Y%m%d}.json"
    return Item(name, address, lambda _web, _memo: remote)


def _require_hours(path: Path, hourly: tuple[str, ...]) -> None:
    said = parse_json(path)
    if isinstance(said, dict) and said.get("error"):
        raise ValueError(f"it is an error message: {str(said.get('reason'))[:200]}")
    hours = said.get("hourly") if isinstance(said, dict) else None
    times = hours.get("time") if isinstance(hours, dict) else None
    if not isinstance(hours, dict) or not isinstance(times, list) or not times:
        raise ValueError("it holds no hourly values with their times")
    for name in hourly:
        if not isinstance(hours.get(name), list) or len(hours[name]) != len(times):
            raise ValueError(f"it holds not one value of {name} an hour")


SOURCE = Source("open-meteo", "Open-Meteo's weather and air quality at places", "no key for uses that earn nothing", plan)
