"""A look at an emission inventory or at what is to stand in for one: how much of it lies in the domain."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.config import DomainSettings, EmissionSettings
from hazecast.grids.lattice import Lattice, lattice_of_domain
from hazecast.grids.sources import emissions_on, population_on
from hazecast.intake.emissions.gathering import gather_sources

SECONDS_OF_A_YEAR = 365.2425 * 86_400.0
KILOGRAMS_OF_A_KILOTONNE = 1e6


@dataclass(frozen=True, slots=True)
class EmissionsFound:
    """What the domain's cells hold together: PM2.5 in kt a year by an inventory of `year`, or `people`; neither without a file."""

    files: int = 0
    year: int | None = None
    pm25_kilotonnes: float | None = None
    people: float | None = None


def emissions_found(settings: EmissionSettings, domain: DomainSettings, year: int) -> EmissionsFound:
    """Read what the settings name, of the year nearest to `year`; raises InputError for what cannot be used in the domain."""
    sources, lattice = gather_sources(settings, domain, year), lattice_of_domain(domain)
    files = len(sources.inputs)
    if sources.emissions is not None:
        pm25 = emissions_on(lattice, sources.emissions)["pm25"].mean("month").sum("sector")
        kilograms = _whole(pm25, lattice) * SECONDS_OF_A_YEAR
        return EmissionsFound(files, sources.year, pm25_kilotonnes=kilograms / KILOGRAMS_OF_A_KILOTONNE)
    if sources.population is not None:
        return EmissionsFound(files, people=_whole(population_on(lattice, sources.population)["population"], lattice))
    return EmissionsFound()


def emission_line(found: EmissionsFound) -> str:
    """The same for a person."""
    if found.pm25_kilotonnes is not None:
        files = f"{found.files} file{'' if found.files == 1 else 's'}"
        return f"an inventory of {found.year} in {files}, {_rounded(found.pm25_kilotonnes)} kt of PM2.5 a year in the domain"
    if found.people is not None:
        return f"no inventory: {found.people:,.0f} people of a population grid stand in for it; every product will say so"
    return "no inventory: where people are known to live stands in for it; every product will say so"


def _rounded(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _whole(density: xr.DataArray, lattice: Lattice) -> float:
    per_area: NDArray[np.float64] = density.transpose("latitude", "longitude").values
    return float((per_area * lattice.cell_area[:, None]).sum())
