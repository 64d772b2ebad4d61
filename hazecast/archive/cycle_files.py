"""The gridded files that a cycle leaves, each described so that it can be read alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import xarray as xr

from hazecast.archive.attribution_file import AREA_SOURCES_FILE, attribution_data
from hazecast.archive.netcdf import write_dataset
from hazecast.archive.previous import DRIVERS_FILE
from hazecast.archive.products import FileWriter
from hazecast.records import Assessment, Attribution, Forecast, Gathered, MeteorologyKind, Note, NoteCode

GRID_FILE = "grid.nc"
STATIONS_FILE = "stations.nc"
DRAWS_FILE = "draws.nc"
SOURCES_FILE = "sources.nc"
STATION_SOURCES_FILE = "station-sources.nc"
STRENGTHS_FILE = "strengths.nc"
EXCHANGED_FILE = "exchanged.nc"
MAP_BITS = 12  # of maps of sources, rounded to 1 in 8,000: no map shows more, and the rest is noise that does not pack


@dataclass(frozen=True, slots=True)
class Description:
    """What every file says of itself: the site's title, the version that made it, and what the cycle was made from."""

    title: str
    software_version: str
    gathered: Gathered
    notes: tuple[Note, ...]

    def of(self, data: xr.Dataset) -> xr.Dataset:
        """The data with the attributes of CF."""
        return data.assign_attrs(
            Conventions="CF-1.11",
            title=self.title,
            source=f"hazecast {self.software_version}",
            history=f"hazecast cycle {self.gathered.cycle.key} as of {self.gathered.cycle.as_of.isoformat()}",
            comment=f"Weather: {self._weather}. Base forecast: {self._base}. {'; '.join(map(_remark, self.notes))}".strip(),
        )

    @property
    def _weather(self) -> str:
        if any(note.code is NoteCode.WEATHER_ERRORS_ADDED for note in self.gathered.notes):
            return "a trial: an analysis of the weather that came, with errors put in that grow as those of a forecast do"
        return {
            MeteorologyKind.FORECAST: "a forecast",
            MeteorologyKind.ANALYSIS: "perfect prognosis: an analysis of the weather that came stands in for a weather forecast",
            MeteorologyKind.PAST: "known of the past alone",
        }[self.gathered.meteorology_kind]

    @property
    def _base(self) -> str:
        delivered = any(note.code is NoteCode.BASE_DELIVERED for note in self.notes)
        return "a delivered model's, where it has values, beside hazecast's own transport" if delivered else "hazecast's own transport"


def forecast_files(forecast: Forecast, assessment: Assessment, described: Description) -> dict[str, FileWriter]:
    """The forecast on the lattice and at the stations with the level of each hour and how likely it is, and its trajectories."""
    probability = assessment.station_probability
    levels = {"level": assessment.station_level} | ({} if probability is None else {"level_probability": probability})
    parts = {GRID_FILE: forecast.grid.assign(level=assessment.grid_level), STATIONS_FILE: forecast.stations.assign(levels)}
    return _writers(parts | {DRAWS_FILE: forecast.draws}, described)


def driver_files(forecast: Forecast, described: Description) -> dict[str, FileWriter]:
    """What drove the forecast, for the next cycle to hold its own against, and what came of exchanging it."""
    return _writers({DRIVERS_FILE: forecast.drivers, EXCHANGED_FILE: forecast.exchanged}, described)


def source_files(forecast: Forecast, attribution: Attribution | None, described: Description) -> dict[str, FileWriter]:
    """Where PM2.5 comes from on the lattice, at the stations and in the areas, and the strengths behind it; nothing where not known."""
    sources = forecast.sources
    if sources is None or attribution is None:
        return {}
    parts = {
        STATION_SOURCES_FILE: sources.stations,
        STRENGTHS_FILE: sources.strengths,
        AREA_SOURCES_FILE: attribution_data(attribution),
    }
    return {SOURCES_FILE: partial(write_dataset, described.of(sources.grid), map_bits=MAP_BITS)} | _writers(parts, described)


def _writers(parts: Mapping[str, xr.Dataset | None], described: Description) -> dict[str, FileWriter]:
    return {name: partial(write_dataset, described.of(data)) for name, data in parts.items() if data is not None}


def _remark(note: Note) -> str:
    return f"{note.code}{f' {note.count}' if note.count is not None else ''}{f' ({note.detail})' if note.detail else ''}"
