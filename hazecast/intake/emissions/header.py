"""The header of a NetCDF file: what it holds, without its values."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import xarray as xr

from hazecast.archive.netcdf import read_dataset

SIGNATURES = (b"CDF", b"\x89HDF")


@dataclass(frozen=True, slots=True)
class VariableHeader:
    """The dimensions of a variable with their sizes, its units and its name in words."""

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    units: str
    long_name: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class Header:
    """The variables of a file by name, coordinates among them."""

    variables: Mapping[str, VariableHeader]

    def having(self, *dims: str) -> tuple[str, ...]:
        """The names of the numeric variables that have all of `dims`."""
        return tuple(name for name, v in self.variables.items() if v.numeric and set(dims) <= set(v.dims))


def header_of(file: Path) -> Header:
    """Raises UnreadableInput for a file that is not whole NetCDF."""
    found: dict[str, VariableHeader] = {}

    def nothing(raw: xr.Dataset) -> xr.Dataset:
        for name, values in raw.variables.items():
            units = str(values.attrs.get("units", values.encoding.get("units", "")))
            long_name, numeric = str(values.attrs.get("long_name", "")), values.dtype.kind in "iuf"
            found[str(name)] = VariableHeader(tuple(map(str, values.dims)), values.shape, units, long_name, numeric)
        return xr.Dataset()

    read_dataset(file, nothing, decode_times=False)
    return Header(MappingProxyType(found))


def is_netcdf(file: Path) -> bool:
    """Whether the file begins as NetCDF, classic or 4, does."""
    try:
        with file.open("rb") as stream:
            return stream.read(4).startswith(SIGNATURES)
    except OSError:
        return False
