"""Looks at a user's data and finds settings that work for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from tzfpy import get_tz

from hazecast.config import (
    DomainSettings,
    MeteorologySettings,
    ObservationSettings,
    OutputSettings,
    Settings,
    SiteSettings,
    StationSettings,
)
from hazecast.errors import NoDataInPeriod
from hazecast.intake.era5_netcdf import read_weather
from hazecast.intake.openaq_csv import read_monitoring
from hazecast.records import MeteorologyKind, Station
from hazecast.survey.areas import areas_of
from hazecast.vocabulary import METEOROLOGY, POLLUTANTS

MARGIN_DEGREES = 3.0  # weather farther than this from every station is left out of the domain
FEWEST_ROWS = 12  # a lattice is refined until it has as many rows and columns, or its cells are FINEST wide
FINEST_DEGREES = 0.05


@dataclass(frozen=True, slots=True)
class Survey:
    """Settings that fit the data, and what was found. Times are UTC; names are those of the vocabulary."""

    settings: Settings
    weather_first: np.datetime64
    weather_last: np.datetime64
    weather_hours_lacking: int
    observations_first: np.datetime64
    observations_last: np.datetime64
    weather_found: tuple[str, ...]
    weather_lacking: tuple[str, ...]
    pollutants_found: tuple[str, ...]
    pollutants_lacking: tuple[str, ...]
    stations_without_pm25: tuple[str, ...]
    cells: tuple[int, int]


def survey(meteorology: Path, observations: Path, out: Path) -> Survey:
    """Read both sources whole and derive domain, lattice, stations, areas and time zone; `out` is where the settings will stand.

    Raises InputError for data that cannot be read, and NoDataInPeriod when no station lies where there is weather.
    """
    weather = read_weather(meteorology).data
    monitoring = read_monitoring(observations)
    domain = _domain(weather, monitoring.stations)
    stations = tuple(s for s in monitoring.stations if _inside(s, domain))
    if not stations:
        raise NoDataInPeriod(
            f"None of the {len(monitoring.stations)} stations of {observations} lies in the domain of {meteorology}: {_extent(weather)}.",
            "Give weather and observations of one region.",
        )
    areas = areas_of(stations)
    settings = Settings(
        site=SiteSettings(title=_title(areas[0].names["en"], len(areas)), time_zone=_time_zone(stations)),
        domain=domain,
        meteorology=MeteorologySettings(path=meteorology, kind=MeteorologyKind.ANALYSIS),
        observations=ObservationSettings(path=observations),
        output=OutputSettings(archive=out.parent / f"{out.stem}-archive", outbox=out.parent / f"{out.stem}-bulletins"),
        stations=tuple(StationSettings(id=s.id, name=s.name, latitude=s.latitude, longitude=s.longitude) for s in stations),
        areas=areas,
    )
    return _described(settings, weather, monitoring.data)


def _described(settings: Settings, weather: xr.Dataset, observed: xr.Dataset) -> Survey:
    times, heard = weather["time"].values, observed["time"].values
    spread = int((times[-1] - times[0]) / np.timedelta64(1, "h")) + 1
    rows = round((settings.domain.north - settings.domain.south) / settings.domain.spacing) + 1
    columns = round((settings.domain.east - settings.domain.west) / settings.domain.spacing) + 1
    names = {s.id: s.name for s in settings.stations}
    silent = observed["pm25"].isnull().all("time") if "pm25" in observed else observed["station"] == observed["station"]
    return Survey(
        settings=settings,
        weather_first=times[0],
        weather_last=times[-1],
        weather_hours_lacking=spread - times.size,
        observations_first=heard[0],
        observations_last=heard[-1],
        weather_found=tuple(v.long_name for v in METEOROLOGY if v.key in weather),
        weather_lacking=tuple(v.long_name for v in METEOROLOGY if v.key not in weather),
        pollutants_found=tuple(v.long_name for v in POLLUTANTS if v.key in observed),
        pollutants_lacking=tuple(v.long_name for v in POLLUTANTS if v.key not in observed),
        stations_without_pm25=tuple(names[str(s)] for s in observed["station"].values[silent.values] if str(s) in names),
        cells=(rows, columns),
    )


def _domain(weather: xr.Dataset, stations: Sequence[Station]) -> DomainSettings:
    """The weather's own extent, cut to the stations' surroundings, with cells no wider than the weather's."""
    south, north = _reach(weather["latitude"].values, [s.latitude for s in stations])
    west, east = _reach(weather["longitude"].values, [s.longitude for s in stations])
    spacing = float(min(np.diff(weather["latitude"].values).min(), np.diff(weather["longitude"].values).min()))
    while min(north - south, east - west) / spacing < FEWEST_ROWS and spacing / 2 >= FINEST_DEGREES:
        spacing /= 2
    return DomainSettings(south=round(south, 5), north=round(north, 5), west=round(west, 5), east=round(east, 5), spacing=round(spacing, 5))


def _reach(axis: np.ndarray[tuple[int], np.dtype[np.float64]], places: Sequence[float]) -> tuple[float, float]:
    near = axis[(axis >= min(places) - MARGIN_DEGREES) & (axis <= max(places) + MARGIN_DEGREES)]
    return (float(near[0]), float(near[-1])) if near.size >= 2 else (float(axis[0]), float(axis[-1]))


def _inside(station: Station, domain: DomainSettings) -> bool:
    edge = domain.spacing
    return domain.south - edge <= station.latitude <= domain.north + edge and domain.west - edge <= station.longitude <= domain.east + edge


def _extent(weather: xr.Dataset) -> str:
    latitude, longitude = weather["latitude"].values, weather["longitude"].values
    return f"{latitude[0]:g} to {latitude[-1]:g} degrees north, {longitude[0]:g} to {longitude[-1]:g} degrees east"


def _time_zone(stations: Sequence[Station]) -> str:
    zones = [get_tz(s.longitude, s.latitude) for s in stations]
    return max(dict.fromkeys(zones), key=zones.count) or "UTC"


def _title(first_city: str, cities: int) -> str:
    return f"Haze forecast for {first_city}" + (f" and {cities - 1} more" if cities > 1 else "")
