"""What is emitted, and where people live, brought to a lattice with its mass conserved."""

import xarray as xr

from hazecast.errors import InputError
from hazecast.grids.conserving import conserved
from hazecast.grids.lattice import Lattice

LEAST_COVER = 0.5  # a cell of which less is known is told to be unknown
CELLS = ("latitude", "longitude")


def emissions_on(lattice: Lattice, emissions: xr.Dataset) -> xr.Dataset:
    """The emission of every pollutant, sector and month on the lattice; what the inventory does not know counts as nothing.

    Raises InputError where no PM2.5 is emitted on the lattice.
    """
    on_lattice = conserved(emissions, lattice, absent_is_zero=True)
    if not float(on_lattice["pm25"].sum()) > 0.0:
        raise InputError(
            "The emission inventory has no emission of PM2.5 in the domain.", "Name an inventory that holds the domain, or none."
        )
    return on_lattice


def cells_without_emission(lattice: Lattice, emissions: xr.Dataset) -> int:
    """How many cells of the lattice lie for the most part where the inventory has no value of PM2.5 of any sector."""
    known = emissions["pm25"].notnull().any(("sector", "month")).transpose(*CELLS).astype(float)
    cover = conserved(known.to_dataset(name="cover"), lattice, absent_is_zero=True)["cover"]
    return int((cover < LEAST_COVER).sum())


def population_on(lattice: Lattice, population: xr.Dataset) -> xr.Dataset:
    """Persons per m2 on the lattice; where the grid has no value nobody lives. Raises InputError where nobody lives at all."""
    on_lattice = conserved(population, lattice, absent_is_zero=True)
    if not float(on_lattice["population"].sum()) > 0.0:
        raise InputError("The population grid has nobody in the domain.", "Name a population grid that holds the domain, or none.")
    return on_lattice
