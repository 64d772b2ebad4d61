"""The room's one door: everything a cycle may know, and nothing that had not arrived by its `as_of`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import xarray as xr

from hazecast.archive.memory import Memory
from hazecast.archive.observations.holdings import Holdings, holdings, keys_between
from hazecast.config import Settings
from hazecast.config.places import StationSettings
from hazecast.errors import MissingVariable, NoDataInPeriod, NothingReadable, SettingsError
from hazecast.grids.enclosing import places_in_quads
from hazecast.grids.lattice import lattice_of_domain
from hazecast.intake.arrived import Runs, have_come, runs_as_of
from hazecast.intake.base_forecast import gather_base
from hazecast.intake.emissions.gathering import gather_sources
from hazecast.intake.fields.joining import SAME_PLACE_DEGREES
from hazecast.intake.fields.layout import Box, Wanted
from hazecast.intake.fields.reading import files_unreadable, read_weather
from hazecast.intake.files import identified
from hazecast.intake.monitoring.places import elsewhere, since_last_move
from hazecast.intake.monitoring.recalling import Recalled, recall
from hazecast.intake.source_regions.gathering import gather_regions
from hazecast.intake.station_weather import station_weather, weather_kept, weather_that_came
from hazecast.intake.territories import area_files
from hazecast.records import Cycle, Gathered, InputRole, MeteorologyKind, Note, NoteCode, Station
from hazecast.vocabulary import POLLUTANTS, PRECIPITATION, REQUIRED_METEOROLOGY

RECENT = timedelta(hours=48)
TOLD_WHEN_LACKING = (PRECIPITATION,)  # temperature, dew point and mixing height have notes of their own where they are used


@dataclass(frozen=True, slots=True, eq=False)
class _Weather:
    """`near` the ground and `aloft` on the source's own grid or, where nothing is gridded, `near` at the stations (time, station)."""

    near: xr.Dataset
    aloft: xr.Dataset | None
    files: tuple[Path, ...]
    notes: tuple[Note, ...]
    is_gridded: bool

    @property
    def last(self) -> np.datetime64:
        """Its last hour, NaT where there is none."""
        times = self.near["time"].values
        return times[-1] if times.size else np.datetime64("NaT")


def gather(cycle: Cycle, settings: Settings, memory: Memory) -> Gathered:
    """Weather from the start of the history to the end of the forecast, and observations: what `memory` knows to have arrived by `as_of`.

    Weather after `as_of` is there only as the forecast's own input; where it is an analysis, every product says so. Where no gridded
    weather is delivered, it is what the stations measured. Where that of forecasts had come and none of it can be used any more, there is
    none. Raises InputError for files that cannot be read and that no others can stand in for, NoDataInPeriod where neither weather nor
    recent observations are there, SettingsError or MissingExtra for source regions that there are none of, and ArchiveError.
    """
    first = _naive(cycle.init_time - timedelta(days=settings.forecast.history_days))
    regions = gather_regions(settings)
    monitoring = _recalled(cycle, settings, memory)
    stations = tuple(_station(s) for s in settings.stations)
    known, moves = since_last_move(monitoring.data, monitoring.placements, {s.id: s.name for s in stations})
    observations = known[[variable.key for variable in POLLUTANTS if variable.key in known]]
    weather = _of_stations(cycle, settings, memory, known) or _delivered(cycle, settings, memory, first, known)
    _require_something(cycle, settings, weather, observations, memory)
    wanted = Wanted(first, _naive(cycle.end_time), _around(settings))
    base = gather_base(cycle, settings.base_forecast, wanted, weather.near, _base_runs(cycle, settings, memory))
    sources = gather_sources(settings.emissions, settings.domain, cycle.init_time.year)
    return Gathered(
        cycle=cycle,
        meteorology=weather.near if weather.is_gridded else None,
        station_weather=None if weather.is_gridded else weather.near,
        meteorology_kind=settings.meteorology.kind,
        observations=observations,
        stations=stations,
        inputs=(
            *identified(weather.files, InputRole.METEOROLOGY),
            *monitoring.files,
            *identified(base.files, InputRole.BASE),
            *sources.inputs,
            *regions.inputs,
            *identified(area_files(settings), InputRole.AREAS),
        ),
        notes=(
            *weather.notes,
            *_lacking(weather.near, cycle),
            *monitoring.notes,
            *moves,
            *elsewhere(stations, monitoring.placements),
            *base.notes,
            *sources.notes,
        ),
        emissions=sources.emissions,
        population=sources.population,
        meteorology_aloft=weather.aloft,
        base=base.data,
        asked=monitoring.asked,
        regions=regions.regions,
    )


def _of_stations(cycle: Cycle, settings: Settings, memory: Memory, known: xr.Dataset) -> _Weather | None:
    """What the stations measured, in a perfect prognosis of the hours ahead too; None where there is a grid."""
    if settings.meteorology.path is not None:
        return None
    ids = [station.id for station in settings.stations]
    came = weather_that_came(memory.observations, ids, cycle) if settings.meteorology.kind is MeteorologyKind.ANALYSIS else None
    weather = station_weather(known, came)
    return _Weather(weather.data, None, (), (Note(NoteCode.WEATHER_FROM_STATIONS), *weather.notes), is_gridded=False)


def _delivered(cycle: Cycle, settings: Settings, memory: Memory, first: np.datetime64, known: xr.Dataset) -> _Weather:
    """On the grid; none at all where what a machine was delivered cannot be used, for a forecast without weather is better than none."""
    try:
        return _on_grid(cycle, settings, memory, first)
    except NothingReadable as refused:
        told: tuple[Note, ...] = (files_unreadable(refused.names),)
    except NoDataInPeriod:
        is_analysis = settings.meteorology.kind is MeteorologyKind.ANALYSIS
        if is_analysis or not have_come(memory.ledger, InputRole.METEOROLOGY, cycle.as_of):
            raise
        told = ()
    return _Weather(known.drop_vars(list(known.data_vars)), None, (), told, is_gridded=False)


def _on_grid(cycle: Cycle, settings: Settings, memory: Memory, first: np.datetime64) -> _Weather:
    """Of what is aloft only the hours about the forecast, unless wind near the ground is lacking and that aloft must stand in for it."""
    path = settings.meteorology.path
    if path is None:
        raise ValueError("Without a path there is no gridded weather.")
    runs, last = _weather_runs(cycle, settings, memory), _naive(cycle.end_time)
    if settings.meteorology.kind is MeteorologyKind.PAST:
        last = _naive(min(cycle.init_time, cycle.as_of - timedelta(hours=settings.meteorology.arrival_delay_hours)))

    def read(aloft_first: np.datetime64 | None) -> _Weather:
        fields = read_weather(path, first, last, _around(settings), _naive(cycle.as_of), aloft_first, runs)
        return _Weather(fields.data, fields.aloft, fields.files, fields.notes, is_gridded=True)

    weather = read(_naive(cycle.init_time - RECENT))
    weather = weather if all(wind.key in weather.near for wind in REQUIRED_METEOROLOGY) else read(None)
    _require_domain_covered(weather.near, settings)
    return weather


def _weather_runs(cycle: Cycle, settings: Settings, memory: Memory) -> Runs | None:
    """None where an analysis of what came stands in for a forecast: when that was made is of no matter."""
    if settings.meteorology.kind is MeteorologyKind.ANALYSIS:
        return None
    return runs_as_of(memory.ledger, InputRole.METEOROLOGY, cycle.as_of, timedelta(hours=settings.meteorology.arrival_delay_hours))


def _base_runs(cycle: Cycle, settings: Settings, memory: Memory) -> Runs:
    return runs_as_of(memory.ledger, InputRole.BASE, cycle.as_of, timedelta(hours=settings.base_forecast.arrival_delay_hours))


def _around(settings: Settings) -> Box:
    """The domain and every listed station."""
    domain, stations = settings.domain, settings.stations
    return Box(
        min(domain.south, *(s.latitude for s in stations)),
        max(domain.north, *(s.latitude for s in stations)),
        min(domain.west, *(s.longitude for s in stations)),
        max(domain.east, *(s.longitude for s in stations)),
    )


def _naive(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.replace(tzinfo=None), "ns")


def _station(listed: StationSettings) -> Station:
    return Station(listed.id, listed.name, listed.latitude, listed.longitude)


def _lacking(weather: xr.Dataset, cycle: Cycle) -> tuple[Note, ...]:
    """One note of the variables that are not delivered for the hours ahead, without which the forecast is another."""
    ahead = weather.isel(time=weather["time"].values > _naive(cycle.init_time))
    if not ahead.sizes["time"]:
        return ()
    lacking = [v.key for v in TOLD_WHEN_LACKING if v.key not in ahead or bool(ahead[v.key].isnull().all())]
    return (Note(NoteCode.VARIABLE_LACKING, len(lacking), ", ".join(lacking)),) if lacking else ()


def _recalled(cycle: Cycle, settings: Settings, memory: Memory) -> Recalled:
    """What was known of the listed stations from the start of the history to `init_time`: pollutants, and weather if nothing is gridded."""
    store, hours = memory.observations, (cycle.init_time - timedelta(days=settings.forecast.history_days), cycle.init_time)
    held = keys_between(store, *hours)
    pm25, *others = (variable.key for variable in POLLUTANTS)
    if held and pm25 not in held:
        raise MissingVariable(
            f"{settings.observations.path} holds no PM2.5 of those hours; it has {', '.join(held)}.",
            "Add PM2.5 to the observations: it is what is forecast.",
        )
    keys = [pm25, *(key for key in others if key in held)]
    if settings.meteorology.path is None:
        keys += weather_kept(store, *hours)
    ids = [station.id for station in settings.stations]
    return recall(store, ids, keys, hours, cycle.as_of, timedelta(hours=settings.observations.arrival_delay_hours))


def _require_domain_covered(weather: xr.Dataset, settings: Settings) -> None:
    """Cells without weather at the edge would leave the air that flows in from there unknown, and soon all of it."""
    domain = settings.domain
    if weather["latitude"].ndim == 2:
        _require_lattice_within(weather, settings)
        return
    for dim, low, high in (("latitude", domain.south, domain.north), ("longitude", domain.west, domain.east)):
        axis = weather[dim].values
        first, last = axis[0] - (axis[1] - axis[0]), axis[-1] + (axis[-1] - axis[-2])
        if low < first - SAME_PLACE_DEGREES or high > last + SAME_PLACE_DEGREES:
            raise SettingsError(
                f"The domain reaches from {low:g} to {high:g} degrees of {dim}, the weather of {settings.meteorology.path} "
                f"from {axis[0]:g} to {axis[-1]:g}; it may go one of its cells further.",
                "Make the domain smaller, or deliver weather for all of it.",
            )


def _require_lattice_within(weather: xr.Dataset, settings: Settings) -> None:
    lattice = lattice_of_domain(settings.domain)
    latitude, longitude = (places.ravel() for places in np.meshgrid(lattice.latitude, lattice.longitude, indexing="ij"))
    outside = ~places_in_quads(weather["latitude"].values, weather["longitude"].values, latitude, longitude).inside
    if outside.any():
        raise SettingsError(
            f"{int(outside.sum())} of the domain's {outside.size} cells lie outside the weather of {settings.meteorology.path}, the first "
            f"at {latitude[outside][0]:g}, {longitude[outside][0]:g}; they may lie one of its cells outside.",
            "Make the domain smaller, or deliver weather for all of it.",
        )


def _require_something(cycle: Cycle, settings: Settings, weather: _Weather, observations: xr.Dataset, memory: Memory) -> None:
    remedy = "Choose a cycle inside the data, or add the files of that period."
    if not observations.sizes["time"]:
        raise NoDataInPeriod(
            f"{settings.observations.path} holds no observation that had arrived by {cycle.as_of:%Y-%m-%d %H:%M} UTC of the stations of "
            f"cycle {cycle.key} up to {cycle.init_time:%Y-%m-%d %H:%M} UTC; {_said(holdings(memory.observations))}.",
            remedy,
        )
    ahead = bool(weather.last > _naive(cycle.init_time))
    recent = observations["pm25"].sel(time=slice(_naive(cycle.init_time - RECENT), None)).notnull().any()
    if not ahead and not recent:
        raise NoDataInPeriod(
            f"For cycle {cycle.key} there is no weather after {cycle.init_time:%Y-%m-%d %H:%M} UTC (it "
            f"{'is nowhere' if np.isnat(weather.last) else f'ends {str(weather.last)[:16]}'.replace('T', ' ')}) and no observation of the "
            f"{RECENT // timedelta(hours=1)} hours before.",
            remedy,
        )


def _said(held: Holdings) -> str:
    if held.first is None or held.last is None:
        return "the archive holds none at all"
    return f"the archive holds {held.stations} stations, {held.first:%Y-%m-%d %H:%M} to {held.last:%Y-%m-%d %H:%M} UTC"
