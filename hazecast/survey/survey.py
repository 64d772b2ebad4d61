"""Looks at a user's data and finds settings that work for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import ValidationError
from tzfpy import get_tz

from hazecast.config import (
    AreaSettings,
    DomainSettings,
    MeteorologySettings,
    ObservationSettings,
    OutputSettings,
    Settings,
    SiteSettings,
    StationSettings,
)
from hazecast.errors import InputError, MissingVariable, NoDataInPeriod
from hazecast.intake.fields.reading import read_weather
from hazecast.intake.monitoring.reading import Monitoring, read_monitoring
from hazecast.records import MeteorologyKind, Note, NoteCode, Station
from hazecast.survey.areas import areas_of
from hazecast.vocabulary import METEOROLOGY, PM25, POLLUTANTS, REQUIRED_METEOROLOGY, VARIABLES

Axis = NDArray[np.float64]
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
    stations_outside: tuple[str, ...]
    stations_without_place: tuple[str, ...]
    rejected: tuple[Note, ...]
    cells: tuple[int, int]


def survey(meteorology: Path, observations: Path, out: Path) -> Survey:
    """Read both sources whole and derive domain, lattice, stations, areas and time zone; `out` is where the settings will stand.

    Raises InputError for data that cannot be read or makes no lattice, MissingVariable without wind or PM2.5, and NoDataInPeriod
    when no station with PM2.5 lies where there is weather.
    """
    read = read_weather(meteorology)
    weather = _with_values(read.data, meteorology)
    monitoring = read_monitoring(observations)
    beside = tuple(_beside(s, weather["longitude"].values) for s in monitoring.stations)
    near = tuple(s for s in beside if _within(s, weather))
    if not near:
        raise NoDataInPeriod(
            f"None of the {len(beside)} stations of {observations} lies where {meteorology} has weather: {_extent(weather)}"
            f"{_for_example(beside)}.",
            "Give weather and observations of one region.",
        )
    _require_pm25(monitoring.data, near, observations)
    domain = _domain(weather, near, meteorology)
    areas = areas_of(near)
    settings = Settings(
        site=SiteSettings(titles=_titles(areas), time_zone=_time_zone(near)),
        domain=domain,
        meteorology=MeteorologySettings(path=meteorology, kind=MeteorologyKind.ANALYSIS),
        observations=ObservationSettings(path=observations),
        output=OutputSettings(archive=out.parent / f"{out.stem}-archive", outbox=out.parent / f"{out.stem}-bulletins"),
        stations=tuple(StationSettings(id=s.id, name=s.name, latitude=s.latitude, longitude=s.longitude) for s in near),
        areas=areas,
    )
    return _described(settings, weather, monitoring, (*read.notes, *monitoring.notes))


def _with_values(weather: xr.Dataset, meteorology: Path) -> xr.Dataset:
    """Without variables that have no usable value at all; the wind must have some."""
    empty = [str(key) for key, values in weather.data_vars.items() if not values.notnull().any()]
    if lacking := [w.long_name for w in REQUIRED_METEOROLOGY if w.key in empty]:
        raise MissingVariable(
            f"{meteorology} has no usable value of {', '.join(lacking)}: they are missing, or outside what is plausible.",
            "Deliver it again, or check its units: without wind there is no forecast.",
        )
    return weather.drop_vars(empty)


def _described(settings: Settings, weather: xr.Dataset, monitoring: Monitoring, notes: tuple[Note, ...]) -> Survey:
    observed = monitoring.data
    times, heard = weather["time"].values, observed["time"].values
    spread = int((times[-1] - times[0]) / np.timedelta64(1, "h")) + 1
    rows = round((settings.domain.north - settings.domain.south) / settings.domain.spacing) + 1
    columns = round((settings.domain.east - settings.domain.west) / settings.domain.spacing) + 1
    names = {s.id: s.name for s in settings.stations}
    silent = observed["pm25"].isnull().all("time")
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
        stations_outside=tuple(s.name for s in monitoring.stations if s.id not in names),
        stations_without_place=monitoring.unplaced,
        rejected=tuple(n for n in notes if n.code is NoteCode.VALUES_REJECTED),
        cells=(rows, columns),
    )


def _beside(station: Station, longitudes: Axis) -> Station:
    """The station with its longitude counted as that of the weather is, be it from Greenwich or across the date line."""
    turns = round((float(longitudes.mean()) - station.longitude) / 360.0)
    return replace(station, longitude=station.longitude + 360.0 * turns) if turns else station


def _within(station: Station, weather: xr.Dataset) -> bool:
    """Inside the weather's grid, or less than one of its cells outside."""
    places = (("latitude", station.latitude), ("longitude", station.longitude))
    axes = ((weather[dim].values, place) for dim, place in places)
    return all(axis[0] - np.diff(axis).max() <= place <= axis[-1] + np.diff(axis).max() for axis, place in axes)


def _require_pm25(observed: xr.Dataset, stations: Sequence[Station], observations: Path) -> None:
    found = ", ".join(VARIABLES[str(key)].long_name for key in observed.data_vars)
    remedy = "Add PM2.5 of a station in the region: it is what is forecast."
    if "pm25" not in observed:
        raise MissingVariable(f"{observations} holds no PM2.5; it has {found}.", remedy)
    if not observed["pm25"].sel(station=[s.id for s in stations]).notnull().any():
        raise NoDataInPeriod(
            f"{observations} holds no usable PM2.5 of the {len(stations)} stations where there is weather: it is missing, "
            f"or not from {PM25.lowest:g} to {PM25.highest:g} {PM25.units}.",
            remedy,
        )


def _domain(weather: xr.Dataset, stations: Sequence[Station], meteorology: Path) -> DomainSettings:
    """The weather's own extent, cut to the stations' surroundings, with cells no wider than the weather's."""
    south, north = _reach(weather["latitude"].values, [s.latitude for s in stations])
    west, east = _reach(weather["longitude"].values, [s.longitude for s in stations])
    spacing = float(min(np.diff(weather["latitude"].values).min(), np.diff(weather["longitude"].values).min()))
    while min(north - south, east - west) / spacing < FEWEST_ROWS and spacing / 2 >= FINEST_DEGREES:
        spacing /= 2
    edges = {"south": south, "north": north, "west": west, "east": east, "spacing": spacing}
    try:
        return DomainSettings(**{name: round(value, 5) for name, value in edges.items()})
    except ValidationError as unfit:
        reason = str(unfit.errors()[0]["msg"]).removeprefix("Value error, ")
        raise InputError(
            f"No lattice can be laid over the weather of {meteorology}, {_extent(weather)}: {reason}.",
            "Give weather on a regular grid of a few hundred kilometres round the stations.",
        ) from unfit


def _reach(axis: Axis, places: Sequence[float]) -> tuple[float, float]:
    near = axis[(axis >= min(places) - MARGIN_DEGREES) & (axis <= max(places) + MARGIN_DEGREES)]
    return (float(near[0]), float(near[-1])) if near.size >= 2 else (float(axis[0]), float(axis[-1]))


def _extent(weather: xr.Dataset) -> str:
    latitude, longitude = weather["latitude"].values, weather["longitude"].values
    return f"{latitude[0]:g} to {latitude[-1]:g} degrees north, {longitude[0]:g} to {longitude[-1]:g} degrees east"


def _for_example(stations: Sequence[Station]) -> str:
    return f"; {stations[0].name} lies at {stations[0].latitude:g}, {stations[0].longitude:g}" if stations else ""


def _time_zone(stations: Sequence[Station]) -> str:
    zones = [get_tz((s.longitude + 180.0) % 360.0 - 180.0, s.latitude) for s in stations]
    return max(dict.fromkeys(zones), key=zones.count) or "UTC"


def _titles(areas: Sequence[AreaSettings]) -> dict[str, str]:
    """A title in each language of the bulletins, after the first area."""
    first, others = areas[0].names, len(areas) - 1
    english, chinese = first["en"], first.get("zh", first["en"])
    return {
        "zh": f"{chinese}霾预报" if not others else f"{chinese}等{others + 1}地霾预报",
        "en": f"Haze forecast for {english}" + (f" and {others} more" if others else ""),
    }
