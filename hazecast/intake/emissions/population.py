"""A population grid, which stands in for an emission inventory: GPW, WorldPop and the like, as NetCDF or as an ASCII grid."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import InputError, UnknownUnits, UnreadableInput
from hazecast.intake.emissions.ascii_grid import is_ascii_grid, read_ascii_grid
from hazecast.intake.emissions.cells import Cells, cells_within
from hazecast.intake.emissions.gridded import read_values, without_codes
from hazecast.intake.emissions.header import Header, VariableHeader, header_of
from hazecast.intake.emissions.layout import require_emission
from hazecast.intake.emissions.months import months_of
from hazecast.intake.fields.layout import Box
from hazecast.intake.files import guarded

Array = NDArray[np.float64]
UNITS = "m-2"
KM2 = 1e6
MOST_PEOPLE = 1e3  # on a square metre: no crowd stands so close, a fill value that nobody declared does
POPULATION = re.compile(r"population|people|persons|inhabitants|\bpop|^band1$", re.IGNORECASE)
PER_M2 = re.compile(r"(?<!k)m-2|/ ?m2|per square met", re.IGNORECASE)
DENSITY = re.compile(r"densit|km-?2|km\^|/ ?km|per square|per sq|_pd_", re.IGNORECASE)
COUNT = re.compile(r"count|number|ppp|persons|people|inhabitants|total", re.IGNORECASE)
A_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str
    about: VariableHeader


def read_population(file: Path, year: int, box: Box) -> xr.Dataset:
    """`population` (latitude, longitude) in persons per m2 over the cells that `box` needs, NaN where the grid has no value.

    Of several years that nearest to `year`. Raises UnreadableInput, UnknownUnits, or InputError where nobody lives in the box.
    """
    with guarded(file):
        values, cells, said = _from_text(file, box) if is_ascii_grid(file) else _from_netcdf(file, year, box)
    known = without_codes(values)
    density = cells.field(known * _per_m2(file, said, cells))
    require_emission(file, "population", density, MOST_PEOPLE)
    if not float(density.sum()) > 0.0:
        raise InputError(f"{file} has nobody in the domain.", "Name a population grid of the region, or none.")
    return xr.Dataset({"population": density.assign_attrs(units=UNITS)})


def _from_text(file: Path, box: Box) -> tuple[Array, Cells, str]:
    grid = read_ascii_grid(file)
    cells = cells_within(file, grid.latitude, grid.longitude, box)
    return grid.values[np.ix_(cells.rows, cells.columns)], cells, file.stem


def _from_netcdf(file: Path, year: int, box: Box) -> tuple[Array, Cells, str]:
    variable = _variable(file, header_of(file))
    along, entry = _entry(file, variable, year)
    values, cells = read_values(file, variable.name, box, along, (entry,))
    about = variable.about
    return values[0], cells, f"{about.units} {variable.name} {about.long_name} {file.stem}"


def _variable(file: Path, header: Header) -> _Variable:
    """The first that is called population, or the only one there is."""
    names = (*header.having("lat", "lon"), *header.having("latitude", "longitude"))
    called = [n for n in names if POPULATION.search(n) or POPULATION.search(header.variables[n].long_name)]
    if not called and len(names) != 1:
        raise UnreadableInput(
            f"{file} has no population on a grid of latitude and longitude; it has {', '.join(list(header.variables)[:8]) or 'nothing'}.",
            "Name a NetCDF file with one variable of population.",
        )
    name = (called or list(names))[0]
    return _Variable(name, header.variables[name])


def _entry(file: Path, variable: _Variable, year: int) -> tuple[str, int]:
    """Along which dimension years follow each other, and the entry of the one that is nearest."""
    sizes = dict(zip(variable.about.dims, variable.about.shape, strict=True))
    if sizes.get("raster", 1) > 1:  # GPW: the years stand in the name, and rasters beyond them are of other things
        years = [int(y) for y in A_YEAR.findall(f"{variable.name} {variable.about.long_name}")]
        along = "raster"
    else:
        years = [y for y, _ in months_of(file)] if sizes.get("time", 1) > 1 else []
        along = "time"
    if sizes.get(along, 1) > 1 and not years:
        raise UnreadableInput(
            f"{file}: {variable.name} has {sizes[along]} entries along {along}, and nothing says of which years.",
            "Deliver the population of one year.",
        )
    years = years[: sizes.get(along, 0)]
    return along, min(range(len(years)), key=lambda i: abs(years[i] - year), default=0)


def _per_m2(file: Path, said: str, cells: Cells) -> Array | float:
    if PER_M2.search(said):
        return 1.0
    if DENSITY.search(said):
        return 1.0 / KM2
    if COUNT.search(said):
        return np.asarray(1.0 / cells.area)
    raise UnknownUnits(
        f"{file} does not say what its population counts; it says {said.strip()!r}; expected persons, or persons per km2.",
        "Correct the units of the variable, or let the file's name say count or density.",
    )
