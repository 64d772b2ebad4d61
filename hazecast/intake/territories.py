"""The areas of the settings, those with an outline on the forecast's grid."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hazecast.config import Settings
from hazecast.config.places import AreaSettings, has_outline, outline_files
from hazecast.grids.lattice import lattice_of_domain
from hazecast.grids.territories import stations_inside, territory_of_mask, territory_within
from hazecast.intake.files import guarded
from hazecast.intake.source_regions.china import divisions_named
from hazecast.intake.source_regions.gathering import box_of
from hazecast.intake.source_regions.geojson import Choice, read_outlines
from hazecast.intake.source_regions.mask import read_mask
from hazecast.records import Area, PlaceName, Polygon, Station, Territory


def areas_of(settings: Settings) -> tuple[Area, ...]:
    """The areas that the settings list; of one with an outline the stations are those inside it, unless some are listed.

    Raises InputError for an outline that cannot be used, SettingsError for one that does not fit the domain, and MissingExtra.
    """
    return tuple(_area(area, settings) for area in settings.areas)


def area_files(settings: Settings) -> tuple[Path, ...]:
    """The files with their outlines, each once."""
    return tuple(dict.fromkeys(file for area in settings.areas for file in outline_files(area)))


def _area(area: AreaSettings, settings: Settings) -> Area:
    names, zone, region = _names(area.names), settings.site.time_zone, _names(area.region or {})
    if not has_outline(area):
        return Area(area.id, names, area.stations, zone, region)
    territory = _territory(area, settings)
    stations = area.stations or stations_inside(territory, (Station(s.id, s.name, s.latitude, s.longitude) for s in settings.stations))
    return Area(area.id, names, stations, zone, region, territory)


def _territory(area: AreaSettings, settings: Settings) -> Territory:
    called, lattice = f"Area {area.id!r}", lattice_of_domain(settings.domain)
    if area.mask is not None:
        with guarded(area.mask):
            return territory_of_mask(called, read_mask(area.mask, area.variable, box_of(settings.domain)), lattice)
    if area.polygons is not None:
        choice = None if area.property is None or area.value is None else Choice(area.property, area.value)
        with guarded(area.polygons):
            return territory_within(called, read_outlines(area.polygons, choice), lattice)
    divisions = divisions_named(area.china or ())
    return territory_within(called, tuple(_polygons(division.geometry for division in divisions)), lattice)


def _polygons(geometries: Iterable[Any]) -> Iterable[Polygon]:
    for geometry in geometries:
        for part in getattr(geometry, "geoms", (geometry,)):
            yield (np.asarray(part.exterior.coords)[:, :2], *(np.asarray(hole.coords)[:, :2] for hole in part.interiors))


def _names(by_language: Mapping[str, str]) -> tuple[PlaceName, ...]:
    return tuple(PlaceName(language, text) for language, text in by_language.items())
