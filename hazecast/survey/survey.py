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
    BaseForecastSettings,
    ColumnSettings,
    DomainSettings,
    EmissionSettings,
    MeteorologySettings,
    ObservationSettings,
    OutputSettings,
    Settings,
    SiteSettings,
)
from hazecast.config.places import AreaSettings, StationSettings
from hazecast.errors import InputError, MissingVariable, NoDataInPeriod
from hazecast.grids.wind_profile import wind_near_ground
from hazecast.intake.fields.layout import Box
from hazecast.intake.fields.reading import Fields, read_weather
from hazecast.intake.monitoring.reading import Monitoring, read_monitoring
from hazecast.quality.telling import rejected_counts
from hazecast.quality.thresholds import default_thresholds
from hazecast.quality.vet import vet
from hazecast.records import MeteorologyKind, Note, NoteCode, Station
from hazecast.survey.areas import areas_of
from hazecast.survey.emissions import EmissionsFound, emissions_found
from hazecast.survey.extent import MARGIN_DEGREES, Extent, beside, domain_edges, extent_of, within
from hazecast.survey.source_regions import sources_of
from hazecast.survey.sources import SourcesFound, sources_found
from hazecast.survey.transport import transport_for
from hazecast.survey.without_grid import domain_round, measured_weather, placed_together
from hazecast.vocabulary import ALOFT, METEOROLOGY, PM25, POLLUTANTS, REQUIRED_METEOROLOGY, VARIABLES

NEVER = np.datetime64("NaT", "ns")


@dataclass(frozen=True, slots=True)
class Survey:
    """Settings that fit the data, and what was found. Times are UTC, NaT where there is none; names are those of the vocabulary."""

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
    sources: SourcesFound
    emissions: EmissionsFound


@dataclass(frozen=True, slots=True, eq=False)
class _Region:
    """The weather that there is, where it is, and the stations that it is for; `read` is what it was taken from."""

    weather: xr.Dataset
    read: Fields
    domain: DomainSettings
    stations: tuple[Station, ...]
    meteorology: MeteorologySettings


def survey(
    meteorology: Path | None,
    observations: Path,
    out: Path,
    emissions: EmissionSettings | None = None,
    columns: ColumnSettings | None = None,
    base: Path | None = None,
) -> Survey:
    """Read the observations, and the weather about their stations, and derive domain, lattice, stations, areas and time zone.

    Without `meteorology` the weather is what the stations measure of it, and of the hours ahead there is none. `out` is where the
    settings will stand; of `emissions` it is told how much of them lies in the domain. `columns` lays out tables of the user's own,
    `base` is where forecasts of PM2.5 by another model are.

    Raises InputError for data that cannot be read or makes no lattice, MissingVariable without wind or PM2.5, and NoDataInPeriod
    when no station with PM2.5 lies where there is weather.
    """
    raw = read_monitoring(observations, columns=columns)
    region = _without_grid(raw, observations) if meteorology is None else _on_grid(raw, meteorology, observations)
    monitoring, near, domain = _vetted(raw), region.stations, region.domain
    _require_pm25(monitoring.data, near, observations)
    areas = areas_of(near)
    stations = tuple(StationSettings(id=s.id, name=s.name, latitude=s.latitude, longitude=s.longitude) for s in near)
    sources = () if meteorology is None else sources_of(areas, stations, domain)
    settings = Settings(
        site=SiteSettings(titles=_titles(areas), time_zone=_time_zone(near)),
        domain=domain,
        meteorology=region.meteorology,
        observations=ObservationSettings(path=observations, columns=columns),
        emissions=emissions or EmissionSettings(),
        base_forecast=BaseForecastSettings(path=base),
        output=OutputSettings(archive=out.parent / f"{out.stem}-archive", outbox=out.parent / f"{out.stem}-bulletins"),
        stations=stations,
        areas=areas,
        transport=transport_for(domain, len(sources)),
        sources=sources,
    )
    return _described(settings, region, monitoring)


def _on_grid(raw: Monitoring, meteorology: Path, observations: Path) -> _Region:
    read = read_weather(meteorology, box=_around(raw.stations))
    weather = _with_values(read, meteorology)
    extent = extent_of(weather)
    near = _near(raw, extent, meteorology, observations)
    return _Region(weather, read, _domain(extent, near, meteorology), near, MeteorologySettings(path=meteorology, kind=_kind(weather)))


def _without_grid(raw: Monitoring, observations: Path) -> _Region:
    """Of hours to come stations know nothing."""
    _require_places(raw, observations)
    read, near = measured_weather(raw), placed_together(raw.stations)
    return _Region(read.data, read, domain_round(near), near, MeteorologySettings(kind=MeteorologyKind.PAST))


def _require_places(monitoring: Monitoring, observations: Path) -> None:
    if not monitoring.stations:
        raise NoDataInPeriod(
            f"{observations} gives no place on Earth for any of its {len(monitoring.unplaced)} stations.",
            "Add a list of them beside it, stations.csv with location_id,location,lat,lon; see docs/sources.md.",
        )


def _near(monitoring: Monitoring, extent: Extent, meteorology: Path, observations: Path) -> tuple[Station, ...]:
    """The stations where there is weather; raises NoDataInPeriod where none is."""
    counted = tuple(beside(s, extent) for s in monitoring.stations)
    near = within(counted, extent)
    _require_places(monitoring, observations)
    if not near:
        raise NoDataInPeriod(
            f"None of the {len(counted)} stations of {observations} lies where {meteorology} has weather: {extent}{_for_example(counted)}.",
            "Give weather and observations of one region.",
        )
    return near


def _vetted(monitoring: Monitoring) -> Monitoring:
    """Without what the checks reject, and with a note of that for each variable."""
    vetted = vet(monitoring.data, monitoring.stations, default_thresholds())
    rejected = (Note(NoteCode.VALUES_REJECTED, n, VARIABLES[key].long_name) for key, n in rejected_counts(vetted).items())
    return replace(monitoring, data=vetted.usable(), notes=(*monitoring.notes, *rejected))


def _around(stations: Sequence[Station]) -> Box | None:
    latitudes, longitudes = [s.latitude for s in stations], [s.longitude for s in stations]
    if not stations:
        return None
    margin = MARGIN_DEGREES
    return Box(min(latitudes) - margin, max(latitudes) + margin, min(longitudes) - margin, max(longitudes) + margin)


def _with_values(read: Fields, meteorology: Path) -> xr.Dataset:
    """Without variables that have no usable value at all; the wind must have some, near the ground or aloft."""
    delivered = all(w.key in read.data for w in REQUIRED_METEOROLOGY)
    winds = read.data if delivered or read.aloft is None else wind_near_ground(read.aloft)
    if lacking := [w.long_name for w in REQUIRED_METEOROLOGY if not winds[w.key].notnull().any()]:
        raise MissingVariable(
            f"{meteorology} has no usable value of {', '.join(lacking)}: they are missing, or outside what is plausible.",
            "Deliver it again, or check its units: without wind there is no forecast.",
        )
    return read.data.drop_vars([str(key) for key, values in read.data.data_vars.items() if not values.notnull().any()])


def _kind(weather: xr.Dataset) -> MeteorologyKind:
    """Forecasts say when they were made."""
    return MeteorologyKind.FORECAST if not np.isnat(weather["init_time"].values).any() else MeteorologyKind.ANALYSIS


def _described(settings: Settings, region: _Region, monitoring: Monitoring) -> Survey:
    weather, read = region.weather, region.read
    observed, high = monitoring.data, xr.Dataset() if read.aloft is None else read.aloft
    times, heard = weather["time"].values, observed["time"].values
    rows = round((settings.domain.north - settings.domain.south) / settings.domain.spacing) + 1
    columns = round((settings.domain.east - settings.domain.west) / settings.domain.spacing) + 1
    names = {s.id: s.name for s in settings.stations}
    silent = observed["pm25"].isnull().all("time")
    return Survey(
        settings=settings,
        weather_first=times[0] if times.size else NEVER,
        weather_last=times[-1] if times.size else NEVER,
        weather_hours_lacking=_times_lacking(times),
        observations_first=heard[0],
        observations_last=heard[-1],
        weather_found=tuple(v.long_name for v in (*METEOROLOGY, *ALOFT, *POLLUTANTS) if v.key in weather or v.key in high),
        weather_lacking=tuple(v.long_name for v in METEOROLOGY if v.key not in weather),
        pollutants_found=tuple(v.long_name for v in POLLUTANTS if v.key in observed),
        pollutants_lacking=tuple(v.long_name for v in POLLUTANTS if v.key not in observed),
        stations_without_pm25=tuple(names[str(s)] for s in observed["station"].values[silent.values] if str(s) in names),
        stations_outside=tuple(s.name for s in monitoring.stations if s.id not in names),
        stations_without_place=monitoring.unplaced,
        rejected=tuple(n for n in (*read.notes, *monitoring.notes) if n.code is NoteCode.VALUES_REJECTED),
        cells=(rows, columns),
        sources=sources_found(settings, weather, read, monitoring),
        emissions=emissions_found(settings.emissions, settings.domain, int(str((times if times.size else heard)[-1])[:4])),
    )


def _times_lacking(times: NDArray[np.datetime64]) -> int:
    """Between the first and the last, at the shortest step that there is between two."""
    return round((times[-1] - times[0]) / np.diff(times).min()) + 1 - times.size if times.size > 1 else 0


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


def _domain(extent: Extent, stations: Sequence[Station], meteorology: Path) -> DomainSettings:
    """The weather's own extent, cut to the stations' surroundings, with cells no wider than the weather's."""
    try:
        return DomainSettings(**{name: round(value, 5) for name, value in domain_edges(extent, stations).items()})
    except ValueError as unfit:
        reason = str(unfit.errors()[0]["msg"]).removeprefix("Value error, ") if isinstance(unfit, ValidationError) else str(unfit)
        raise InputError(
            f"No lattice can be laid over the weather of {meteorology}, {extent}: {reason}.",
            "Give weather on a regular grid of a few hundred kilometres round the stations.",
        ) from unfit


def _for_example(stations: Sequence[Station]) -> str:
    return f"; {stations[0].name} lies at {stations[0].latitude:g}, {stations[0].longitude:g}" if stations else ""


def _time_zone(stations: Sequence[Station]) -> str:
    zones = [get_tz((s.longitude + 180.0) % 360.0 - 180.0, s.latitude) for s in stations]
    return max(dict.fromkeys(zones), key=zones.count) or "UTC"


def _titles(areas: Sequence[AreaSettings]) -> dict[str, str]:
    """A title in each language of the bulletins, after the first area."""
    first, others = areas[0].names, len(areas) - 1
    english, chinese, japanese = (first.get(language, first["en"]) for language in ("en", "zh", "ja"))
    return {
        "zh": f"{chinese}霾预报" if not others else f"{chinese}等{others + 1}地霾预报",
        "en": f"Haze forecast for {english}" + (f" and {others} more" if others else ""),
        "ja": japanese + (f"ほか{others}地域" if others else "") + "の煙霧予報",
    }
