"""The source regions of the settings, from wherever their outlines are."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hazecast.config import DomainSettings, Settings
from hazecast.config.places import SourceSettings
from hazecast.intake.fields.layout import Box
from hazecast.intake.files import guarded, identified
from hazecast.intake.source_regions.around import ring_around, sources_around
from hazecast.intake.source_regions.china import divisions_named
from hazecast.intake.source_regions.geojson import Choice, read_polygons
from hazecast.intake.source_regions.mask import read_mask
from hazecast.records import InputFile, InputRole, PlaceName, SourceRegion


@dataclass(frozen=True, slots=True)
class Regions:
    """The regions in the order of the settings, and the files that were delivered with their outlines."""

    regions: tuple[SourceRegion, ...]
    inputs: tuple[InputFile, ...]


def gather_regions(settings: Settings) -> Regions:
    """The regions of [[sources]] or, where there are none, one round each area.

    Raises SettingsError for a name, property or variable that there is none of, InputError for a file that cannot be used, and
    MissingExtra where Chinese names need the optional part `maps`.
    """
    sources = settings.sources or sources_around(settings.areas, settings.stations, settings.domain)
    files = dict.fromkeys(file for source in sources for file in _files(source))
    inputs = identified(files, InputRole.SOURCES)
    return Regions(tuple(_region(source, settings) for source in sources), inputs)


def _files(source: SourceSettings) -> tuple[Path, ...]:
    return tuple(path for path in (source.polygons, source.mask) if path is not None)


def _region(source: SourceSettings, settings: Settings) -> SourceRegion:
    names = _names(source.names)
    if source.mask is not None:
        with guarded(source.mask):
            return SourceRegion(source.id, names, mask=read_mask(source.mask, source.variable, box_of(settings.domain)))
    if source.polygons is not None:
        with guarded(source.polygons):
            return SourceRegion(source.id, names, read_polygons(source.polygons, _choice(source)))
    if source.china is not None:
        return SourceRegion(source.id, names, tuple(ring for division in divisions_named(source.china) for ring in division.rings))
    (area,) = (area for area in settings.areas if area.id == source.around_area)
    return SourceRegion(source.id, names, (ring_around(area, settings.stations, source.radius_km or 0.0),))


def _choice(source: SourceSettings) -> Choice | None:
    return None if source.property is None or source.value is None else Choice(source.property, source.value)


def _names(by_language: Mapping[str, str]) -> tuple[PlaceName, ...]:
    return tuple(PlaceName(language, text) for language, text in by_language.items())


def box_of(domain: DomainSettings) -> Box:
    """The domain with the whole of its outermost cells."""
    half = domain.spacing / 2
    return Box(max(domain.south - half, -90.0), min(domain.north + half, 90.0), domain.west - half, domain.east + half)
