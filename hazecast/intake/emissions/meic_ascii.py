"""MEIC as ASCII grids: one pollutant, sector and month a file, told by its name, in t for each cell and month."""

from pathlib import Path

import numpy as np

from hazecast.intake.emissions.ascii_grid import is_ascii_grid, read_ascii_grid
from hazecast.intake.emissions.cells import cells_within
from hazecast.intake.emissions.gridded import as_emission
from hazecast.intake.emissions.header import Header
from hazecast.intake.emissions.layout import Contents, InventoryFormat, Layer
from hazecast.intake.emissions.meic_names import UNITS, is_meic_name, meic_name
from hazecast.intake.emissions.units import rate_of
from hazecast.intake.fields.layout import Box


def recognises(file: Path, header: Header | None) -> bool:
    """By its header and name: the layout alone could hold anything."""
    return header is None and is_ascii_grid(file) and is_meic_name(file)


def contents(file: Path) -> Contents:
    """By the file's name."""
    name = meic_name(file)
    return Contents(name.pollutant, (name.year,), name.part)


def read(file: Path, year: int, box: Box) -> tuple[Layer, ...]:
    """The one layer of the file in the region."""
    name = meic_name(file)
    if name.pollutant is None:
        return ()
    grid = read_ascii_grid(file)
    cells = cells_within(file, grid.latitude, grid.longitude, box)
    values = grid.values[np.ix_(cells.rows, cells.columns)]
    flux = as_emission(file, "the grid", values, cells, rate_of(UNITS, str(file)), year, name.month)
    return (Layer(name.pollutant, name.sector, name.source, name.scheme, name.month, flux),)


FORMAT = InventoryFormat("MEIC ASCII", ("*.asc", "*.txt"), recognises, contents, read)
