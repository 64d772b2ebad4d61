"""MEIC as NetCDF in the classic layout of GMT: `z` flattened, row by row from the north, with x_range, y_range, spacing, dimension.

One pollutant, sector and month a file, told by its name, in t for each cell and month.
"""

from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.archive.netcdf import read_dataset
from hazecast.errors import UnreadableInput
from hazecast.intake.emissions.cells import cells_within
from hazecast.intake.emissions.gridded import as_emission
from hazecast.intake.emissions.header import Header
from hazecast.intake.emissions.layout import Contents, InventoryFormat, Layer
from hazecast.intake.emissions.meic_names import MISSING, UNITS, meic_name
from hazecast.intake.emissions.units import rate_of
from hazecast.intake.fields.layout import Box

Array = NDArray[np.float64]
VARIABLES = ("x_range", "y_range", "spacing", "dimension", "z")


def recognises(file: Path, header: Header | None) -> bool:  # noqa: ARG001
    """By its five variables."""
    return header is not None and set(VARIABLES) <= set(header.variables)


def contents(file: Path) -> Contents:
    """By the file's name."""
    name = meic_name(file)
    return Contents(name.pollutant, (name.year,), name.part)


def read(file: Path, year: int, box: Box) -> tuple[Layer, ...]:
    """The one layer of the file in the region."""
    name = meic_name(file)
    if name.pollutant is None:
        return ()
    raw = read_dataset(file, lambda whole: whole[list(VARIABLES)], decode_times=False)
    latitude, longitude, rows = _grid(file, raw)
    missing = float(np.ravel(raw["z"].attrs.get("nodata_value", MISSING))[0])
    cells = cells_within(file, latitude, longitude, box)
    values = np.where(rows == missing, np.nan, rows)[np.ix_(cells.rows, cells.columns)]
    flux = as_emission(file, "z", values, cells, rate_of(UNITS, str(file)), year, name.month)
    return (Layer(name.pollutant, name.sector, name.source, name.scheme, name.month, flux),)


FORMAT = InventoryFormat("MEIC NetCDF", ("*.nc", "*.nc4"), recognises, contents, read)


def _grid(file: Path, raw: xr.Dataset) -> tuple[Array, Array, Array]:
    """Latitudes from the north, longitudes from the west, and z of the cells."""
    (west, east), (south, north), (dx, dy), (columns, rows) = (_pair(file, raw[name]) for name in VARIABLES[:4])
    if raw["z"].size != columns * rows or raw["z"].dtype.kind not in "iuf" or not (dx > 0 and dy > 0 and columns >= 3 and rows >= 3):
        raise UnreadableInput(
            f"{file}: z has {raw['z'].size} values of type {raw['z'].dtype}; dimension says {columns:g} × {rows:g}, "
            f"spacing {dx:g} and {dy:g}.",
            "Deliver the file as MEIC writes it.",
        )
    longitude, latitude = _centres(file, "x", west, east, dx, int(columns)), _centres(file, "y", south, north, dy, int(rows))
    return latitude[::-1], longitude, raw["z"].values.astype(np.float64).reshape(int(rows), int(columns))


def _pair(file: Path, values: xr.DataArray) -> tuple[float, float]:
    if values.size != 2 or values.dtype.kind not in "iuf" or not np.isfinite(values).all():
        raise UnreadableInput(f"{file}: {values.name} is {values.values}; expected two numbers.", "Deliver the file as MEIC writes it.")
    first, second = values.values.ravel().astype(np.float64).tolist()
    return first, second


def _centres(file: Path, axis: str, low: float, high: float, step: float, count: int) -> Array:
    """The range is that of the cells' edges or, on a grid of nodes, of their centres."""
    for outside in (0.5, 0.0):
        if np.isclose(low + (count - 1 + 2 * outside) * step, high, rtol=0.0, atol=0.01 * step):
            return np.asarray(low + (np.arange(count) + outside) * step)
    raise UnreadableInput(
        f"{file}: {axis}_range {low:g} to {high:g} does not hold {count} cells of {step:g} degrees.", "Deliver the file as MEIC writes it."
    )
