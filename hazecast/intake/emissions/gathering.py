"""What a cycle may know of emission: an inventory or, without one, where people live."""

from dataclasses import dataclass

import xarray as xr

from hazecast.config import DomainSettings, EmissionSettings
from hazecast.intake.emissions.population import read_population
from hazecast.intake.emissions.reading import read_inventory
from hazecast.intake.fields.layout import Box
from hazecast.intake.files import identified
from hazecast.records import InputFile, Note


@dataclass(frozen=True, slots=True)
class Sources:
    """The inventory or the population grid, as in `Gathered`, with the files read and what must be known of them.

    `year` is that of the inventory.
    """

    emissions: xr.Dataset | None
    population: xr.Dataset | None
    inputs: tuple[InputFile, ...]
    notes: tuple[Note, ...]
    year: int | None = None


def gather_sources(settings: EmissionSettings, domain: DomainSettings, year: int) -> Sources:
    """What the settings name, over the cells of the domain, of the year that is nearest.

    Raises InputError for a file that cannot be used.
    """
    half = domain.spacing / 2
    box = Box(max(domain.south - half, -90.0), min(domain.north + half, 90.0), domain.west - half, domain.east + half)
    if settings.path is not None:
        read = read_inventory(settings.path, year, box)
        return Sources(read.inventory.data, None, identified(read.files, "emissions"), read.notes, read.inventory.year)
    if settings.population is not None:
        people = read_population(settings.population, year, box)
        return Sources(None, people, identified((settings.population,), "population"), ())
    return Sources(None, None, (), ())
