"""The facts of a bulletin among the products of its cycle, so that it can be composed again, with what a person decided."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from hazecast.archive.attribution_file import load_attribution
from hazecast.archive.cycle_files import GRID_FILE, STATIONS_FILE
from hazecast.archive.manifest import RESTORE_REMEDY
from hazecast.archive.netcdf import read_dataset, write_dataset
from hazecast.archive.products import FileWriter, bytes_writer
from hazecast.errors import ArchiveError
from hazecast.records import (
    Area,
    AreaStatus,
    Assessment,
    BulletinFacts,
    Cycle,
    Forecast,
    HazeWarning,
    InputFile,
    Level,
    Note,
    PlaceName,
    PreviousBulletin,
    StandardFacts,
    Station,
    Territory,
    Why,
    WindowAssessment,
    name_in,
)

FACTS_FILE = "facts/facts.json"
OBSERVED_FILE = "facts/observed.nc"
GROUND_FILE = "facts/ground.nc"
WEATHER_FILE = "facts/weather.nc"


Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class StoredArea:
    """An area without the shares of its cells; the rings of its `polygons` in degrees east and north, none where it has no territory."""

    id: str
    names: tuple[PlaceName, ...]
    station_ids: tuple[str, ...]
    time_zone: str
    region: tuple[PlaceName, ...]
    polygons: tuple[tuple[Ring, ...], ...]

    def name_in(self, language: str) -> str:
        """The name in `language`, or else the first that there is."""
        return name_in(language, self.names)

    def on(self, ground: xr.DataArray | None) -> Area:
        """The area itself, with the shares (area, latitude, longitude) of the grid's cells that belong to areas."""
        territory = None
        if self.polygons and ground is not None:
            rings = tuple(tuple(np.array(ring) for ring in polygon) for polygon in self.polygons)
            territory = Territory(rings, ground.sel(area=self.id, drop=True))
        return Area(self.id, self.names, self.station_ids, self.time_zone, self.region, territory)


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """All facts but the fields and series, which stand in files of their own."""

    titles: tuple[PlaceName, ...]
    issued_at: datetime
    time_zone: str
    cycle: Cycle
    edition: str
    software_version: str
    settings_sha256: str
    areas: tuple[StoredArea, ...]
    stations: tuple[Station, ...]
    windows: tuple[WindowAssessment, ...]
    messages: tuple[HazeWarning, ...]
    in_force: tuple[HazeWarning, ...]
    statuses: tuple[AreaStatus, ...]
    standard: StandardFacts | None
    inputs: tuple[InputFile, ...]
    notes: tuple[Note, ...]
    forecast_notes: tuple[Note, ...]
    exercise: bool
    in_force_before: tuple[HazeWarning, ...]
    sender: str
    previous: PreviousBulletin | None
    replaced: tuple[HazeWarning, ...]
    forecaster: str
    reasons: tuple[Why, ...]

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels of the edition by which the cycle decided, the lowest first."""
        return tuple(sorted({chance.level for window in self.windows for chance in window.chances}))

    def assessment(self, grid_level: xr.DataArray | None = None, stations: xr.Dataset | None = None) -> Assessment:
        """The assessment, with the levels of hours where they are given."""
        nothing = xr.DataArray()
        return Assessment(
            cycle=self.cycle,
            edition=self.edition,
            grid_level=nothing if grid_level is None else grid_level,
            station_level=nothing if stations is None else stations["level"],
            station_probability=None if stations is None else stations.get("level_probability"),
            windows=self.windows,
            messages=self.messages,
            in_force=self.in_force,
            statuses=self.statuses,
            standard=self.standard,
            reasons=self.reasons,
        )


@dataclass(frozen=True, slots=True)
class StoredWindows:
    """What was decided on alone."""

    edition: str
    windows: tuple[WindowAssessment, ...]


_stored = TypeAdapter(StoredFacts)
_windows = TypeAdapter(StoredWindows)
Read = TypeVar("Read")


def facts_files(facts: BulletinFacts) -> dict[str, FileWriter]:
    """The files that `load_facts` reads beside the forecast's own, for `store_products`."""
    ground = _ground(facts.areas)
    series = {
        OBSERVED_FILE: facts.observations,
        **({} if facts.weather is None else {WEATHER_FILE: facts.weather}),
        **({} if ground is None else {GROUND_FILE: ground}),
    }
    return {
        FACTS_FILE: bytes_writer(_stored.dump_json(_stored_of(facts), indent=1) + b"\n"),
        **{name: partial(write_dataset, data) for name, data in series.items()},
    }


def _stored_of(facts: BulletinFacts) -> StoredFacts:
    assessment = facts.assessment
    """Of inputs the names alone, as bulletins have them: where they lay is told by the origin."""
    return StoredFacts(
        **{name: getattr(facts, name) for name in StoredFacts.__slots__ if name not in _APART},
        areas=tuple(_stored_area(area) for area in facts.areas),
        inputs=tuple(replace(file, path=Path(file.path.name)) for file in facts.inputs),
        **{name: getattr(assessment, name) for name in _OF_THE_ASSESSMENT},
        forecast_notes=facts.forecast.notes,
    )


_OF_THE_ASSESSMENT = ("windows", "messages", "in_force", "statuses", "standard", "reasons")
_APART = {*_OF_THE_ASSESSMENT, "forecast_notes", "inputs", "areas"}


def load_facts(folder: Path) -> BulletinFacts:
    """The facts that the bulletin in a cycle's folder was composed of, but for draws and the fields by source, which no bulletin shows.

    Raises ArchiveError where they are lacking, as in cycles of before they were kept, or cannot be read.
    """
    stored, weather = load_stored_facts(folder), folder / WEATHER_FILE
    ground = _load_ground(folder, stored)
    grid, stations = read_dataset(folder / GRID_FILE), read_dataset(folder / STATIONS_FILE)
    return BulletinFacts(
        **{name: getattr(stored, name) for name in StoredFacts.__slots__ if name not in _APART},
        areas=tuple(area.on(ground) for area in stored.areas),
        inputs=stored.inputs,
        assessment=stored.assessment(grid["level"], stations),
        forecast=Forecast(stored.cycle, grid, stations, stored.forecast_notes),
        observations=read_dataset(folder / OBSERVED_FILE),
        attribution=load_attribution(folder),
        weather=read_dataset(weather) if weather.is_file() else None,
    )


def load_told_facts(folder: Path) -> BulletinFacts:
    """The same without fields and series, for what is told in words and shares; in a fraction of the time."""
    stored = load_stored_facts(folder)
    ground = _load_ground(folder, stored)
    lead = {"lead_time": list(stored.cycle.lead_hours)}
    grid = xr.Dataset(coords=lead | {"latitude": [], "longitude": []})
    stations = xr.Dataset(coords=lead | {"station": [], "quantile": []})
    return BulletinFacts(
        **{name: getattr(stored, name) for name in StoredFacts.__slots__ if name not in _APART},
        areas=tuple(area.on(ground) for area in stored.areas),
        inputs=stored.inputs,
        assessment=stored.assessment(),
        forecast=Forecast(stored.cycle, grid, stations, stored.forecast_notes),
        observations=xr.Dataset(coords={"time": [], "station": []}),
        attribution=load_attribution(folder),
    )


def _load_ground(folder: Path, stored: StoredFacts) -> xr.DataArray | None:
    file = folder / GROUND_FILE
    if file.is_file():
        return read_dataset(file)["share"]
    bare = [area.id for area in stored.areas if not area.station_ids]
    if bare:
        raise ArchiveError(f"{file} is lacking, and {', '.join(bare)} cannot be told without it.", RESTORE_REMEDY)
    return None


def _stored_area(area: Area) -> StoredArea:
    rings = () if area.territory is None else tuple(tuple(map(_pairs, polygon)) for polygon in area.territory.polygons)
    return StoredArea(area.id, area.names, area.station_ids, area.time_zone, area.region, rings)


def _pairs(ring: NDArray[np.float64]) -> Ring:
    return tuple((float(x), float(y)) for x, y in ring)


def _ground(areas: tuple[Area, ...]) -> xr.Dataset | None:
    """The shares of the grid's cells that belong to areas, (area, latitude, longitude); None where no area has a territory."""
    shares = {area.id: area.territory.share for area in areas if area.territory is not None}
    if not shares:
        return None
    return xr.Dataset({"share": xr.concat(shares.values(), xr.DataArray(list(shares), dims="area", name="area"))})


def load_stored_facts(folder: Path) -> StoredFacts:
    """The same without any field or series, at once; raises ArchiveError as `load_facts` does."""
    return _read(folder / FACTS_FILE, _stored.validate_json)


def load_windows(folder: Path) -> StoredWindows:
    """The windows alone, in a third of that time; raises ArchiveError as `load_facts` does."""
    return _read(folder / FACTS_FILE, _windows.validate_json)


def _read(file: Path, parse: Callable[[bytes], Read]) -> Read:
    try:
        return parse(file.read_bytes())
    except (OSError, ValidationError) as broken:
        raise ArchiveError(f"{file} cannot be read: {broken!s:.300}.", RESTORE_REMEDY) from broken
