"""Values of a NetCDF variable along latitude, longitude and perhaps time, as emission over months."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.archive.netcdf import read_dataset
from hazecast.errors import UnreadableInput
from hazecast.intake.emissions.cells import Cells, cells_within
from hazecast.intake.emissions.layout import WHOLE_YEAR, require_emission
from hazecast.intake.emissions.units import Rate, rate_of
from hazecast.intake.fields.layout import Box

Array = NDArray[np.float64]
_AXES = {"latitude": "lat", "longitude": "lon"}
MISSING_BELOW = -900.0  # -999, -9999 and the like, undeclared


def read_layers(
    file: Path, variable: str, units: str, year: int, months: Sequence[int], box: Box, entries: Sequence[int] | None = None
) -> tuple[xr.DataArray, ...]:
    """One field for each of `months`, (latitude, longitude) in kg m-2 s-1; `entries` are theirs along time, by default from the first.

    Raises UnreadableInput, UnknownUnits, or InputError where the file has no part of the box.
    """
    rate = rate_of(units, f"{file}: {variable}")
    values, cells = read_values(file, variable, box, "time", range(len(months)) if entries is None else entries)
    return tuple(as_emission(file, variable, values[i], cells, rate, year, month) for i, month in enumerate(months))


def as_emission(file: Path, variable: str, values: Array, cells: Cells, rate: Rate, year: int, month: int) -> xr.DataArray:
    """`values` of the cells as kg m-2 s-1; raises UnreadableInput where one is negative and no code of a missing value."""
    flux = cells.field(rate.flux(without_codes(values), cells.area, year, month))
    require_emission(file, f"{variable} of {year}" + (f"-{month:02d}" if month != WHOLE_YEAR else ""), flux)
    return flux


def without_codes(values: Array) -> Array:
    """NaN in place of -999, -9999 and the like."""
    return np.where(values <= MISSING_BELOW, np.nan, values)


def read_values(file: Path, variable: str, box: Box, along: str, entries: Sequence[int]) -> tuple[Array, Cells]:
    """The values (entry, latitude, longitude) of the cells that `box` needs, of `entries` along the dimension `along` if there is one.

    Raises UnreadableInput for a variable along other dimensions, or InputError where the file has no part of the box.
    """
    found: list[Cells] = []

    def chosen(raw: xr.Dataset) -> xr.Dataset:
        named = raw[[variable]].rename({long: short for long, short in _AXES.items() if long in raw.dims})
        named = named.reset_coords([name for name in named.coords if name not in named.dims], drop=True)
        _require_axes(file, named, variable, along)
        cells = cells_within(file, named["lat"].values, named["lon"].values, box)
        found.append(cells)
        wanted = named.isel(lat=cells.rows, lon=cells.columns)
        return wanted.isel({along: list(entries)}) if along in wanted.dims else wanted

    field = read_dataset(file, chosen, decode_times=False)[variable]
    field = field.isel({dim: 0 for dim in field.dims if dim not in (along, "lat", "lon")})
    field = field if along in field.dims else field.expand_dims(along)
    return field.transpose(along, "lat", "lon").values.astype(np.float64), found[0]


def _require_axes(file: Path, raw: xr.Dataset, variable: str, along: str) -> None:
    values = raw[variable]
    lacking = [dim for dim in ("lat", "lon") if dim not in values.dims or dim not in raw.coords or raw[dim].dims != (dim,)]
    surplus = [str(dim) for dim, size in values.sizes.items() if dim not in (along, "lat", "lon") and size != 1]
    if lacking or surplus:
        raise UnreadableInput(
            f"{file}: {variable} lies along {', '.join(f'{d} ({n})' for d, n in values.sizes.items()) or 'no dimension'}; "
            f"expected latitude and longitude, each with its values, and {along}.",
            "Deliver the grid as its source writes it.",
        )
