"""Masks of source regions: the share of each cell that belongs to one, as NetCDF."""

from pathlib import Path

import numpy as np
import xarray as xr

from hazecast.errors import InputError, SettingsError, UnreadableInput
from hazecast.intake.emissions.gridded import read_values
from hazecast.intake.emissions.header import Header, header_of
from hazecast.intake.fields.layout import Box

AXES = (("lat", "lon"), ("latitude", "longitude"))
ROUNDING = 1e-6


def read_mask(file: Path, variable: str | None, box: Box) -> xr.DataArray:
    """The share (latitude, longitude) of the cells that `box` needs, 0 where the file has no value.

    Raises UnreadableInput for shares that are not from 0 to 1 or not on a regular grid, SettingsError where the variable is not there or
    not the only one, InputError where the file has no part of the box.
    """
    name = _variable(file, header_of(file), variable)
    try:
        values, cells = read_values(file, name, box, "entry", (0,))
    except InputError as unfit:
        raise type(unfit)(unfit.problem, "Give the mask on a regular grid of latitude and longitude that holds the region.") from unfit
    share = np.nan_to_num(values[0], nan=0.0)
    if share.min() < -ROUNDING or share.max() > 1.0 + ROUNDING:
        raise UnreadableInput(
            f"{file}: {name} has values from {share.min():g} to {share.max():g}; expected the share of each cell, 0 to 1.",
            "Divide percentages by 100, make one mask for each region of numbered ones, and declare the code of a missing value.",
        )
    return cells.field(np.clip(share, 0.0, 1.0)).assign_attrs(units="1")


def _variable(file: Path, header: Header, wanted: str | None) -> str:
    gridded = [name for name, found in header.variables.items() for axes in AXES if set(axes) <= set(found.dims)]
    if wanted is not None and wanted in gridded:
        return wanted
    if wanted is None and len(gridded) == 1:
        return gridded[0]
    there = ", ".join(gridded[:8]) or "none"
    if wanted is not None or gridded:
        what = f"no {wanted!r}" if wanted is not None else f"{len(gridded)} variables"
        raise SettingsError(f"{file} has {what} along latitude and longitude; it has {there}.", "Name one as `variable`.")
    raise UnreadableInput(f"{file} has no variable along latitude and longitude.", "Give a mask on a regular grid of them.")
