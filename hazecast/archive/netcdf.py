"""NetCDF files, read and written. Nothing else in hazecast opens one: netCDF and HDF5 are not thread-safe, even on separate files."""

import secrets
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from math import prod
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr

from hazecast.archive.disk import sync
from hazecast.archive.netcdf_classic import MAGIC as CLASSIC_MAGIC
from hazecast.archive.netcdf_classic import bytes_lacking
from hazecast.archive.netcdf_probe import require_harmless
from hazecast.errors import UnreadableInput

_LOCK = threading.Lock()
HDF5_MAGIC = b"\x89HDF"
MOST_BYTES = 8 << 30
MOST_ALONG_AN_AXIS = 10_000_000  # the values of axes are read whatever is wanted of the fields
BOMB_RATIO, BOMB_BYTES = 300, 256 << 20  # no field packs so well; a file made to fill the memory does
LEAST_CHUNK_BYTES = 16 << 10
LEAST_EFFORT = 1  # of compression: more takes longer and hardly makes forecast fields smaller
_REMEDY = "Fetch it again from where it came."


def read_dataset(path: Path, choose: Callable[[xr.Dataset], xr.Dataset] = lambda whole: whole, *, decode_times: bool = True) -> xr.Dataset:
    """What `choose` takes of a NetCDF file, all of it by default, in memory; hours with units stay numbers, times become datetime64[ns].

    Only the chosen part is read from the disk. Without `decode_times` times stay the numbers that the file has.

    Raises UnreadableInput for a file that is absent, empty, truncated, or not NetCDF.
    """
    _require_whole(path)
    try:
        with _LOCK, netCDF4.Dataset(path) as header:
            _require_sensible_axes(header, path)
        with _LOCK, xr.open_dataset(path, engine="netcdf4", decode_times=decode_times, decode_timedelta=False) as dataset:
            chosen = choose(dataset)
            require_sensible_size(chosen, path, path.stat().st_size)
            return chosen.load()
    except (OSError, RuntimeError, ValueError, OverflowError) as broken:
        raise UnreadableInput(f"{path} cannot be read as NetCDF: {broken}.", _REMEDY) from broken


def variables_in(path: Path) -> Mapping[str, tuple[str, ...]]:
    """The variables of a NetCDF file with their dimensions; no value is read.

    Raises UnreadableInput as `read_dataset` does.
    """
    _require_whole(path)
    try:
        with _LOCK, netCDF4.Dataset(path) as dataset:
            return {name: variable.dimensions for name, variable in dataset.variables.items()}
    except (OSError, RuntimeError, ValueError) as broken:
        raise UnreadableInput(f"{path} cannot be read as NetCDF: {broken}.", _REMEDY) from broken


def write_dataset(dataset: xr.Dataset, path: Path, map_bits: int | None = None) -> None:
    """Write a compressed NetCDF-4 file in one step: `path` is whole or as before. The same data give the same bytes.

    Of the fractions of maps only the first `map_bits` bits are kept, rounded, as an attribute then says; all of them by default. Raises
    OSError when it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    bare = dataset.drop_encoding()
    try:
        with _LOCK:
            bare.to_netcdf(temporary, engine="netcdf4", format="NETCDF4", encoding=_encodings(bare, map_bits))
        sync(temporary)
        temporary.replace(path)
    except RuntimeError as refused:  # how the netCDF library tells of a disk that is full
        raise OSError(f"{path} could not be written: {refused}.") from refused
    finally:
        temporary.unlink(missing_ok=True)


def write_classic(dataset: xr.Dataset, path: Path) -> None:
    """Write a small NetCDF-3 file, without the netCDF library. Raises OSError when it cannot be written."""
    dataset.to_netcdf(path, engine="scipy")


def require_sensible_size(chosen: xr.Dataset, path: Path, stored_bytes: int) -> None:
    """Raise UnreadableInput for what takes more memory than a field may: a few bytes of a header can claim any size."""
    if chosen.nbytes > MOST_BYTES or (chosen.nbytes > BOMB_BYTES and chosen.nbytes > BOMB_RATIO * stored_bytes):
        raise UnreadableInput(
            f"{path}: what is wanted of it takes {chosen.nbytes / 2**30:,.1f} GiB, of {stored_bytes / 2**30:,.3f} GiB on the disk; "
            f"expected {MOST_BYTES >> 30} GiB at most, and no more than {BOMB_RATIO} times what it has there.",
            "Make the domain or the period smaller, or deliver it again if it should be.",
        )


def _require_sensible_axes(dataset: netCDF4.Dataset, path: Path) -> None:
    """Before xarray reads them."""
    for name, dimension in dataset.dimensions.items():
        if dimension.size > MOST_ALONG_AN_AXIS and name in dataset.variables:
            raise UnreadableInput(
                f"{path}: the axis {name} claims {dimension.size:,} values; expected {MOST_ALONG_AN_AXIS:,} at most.", _REMEDY
            )


def _require_whole(path: Path) -> None:
    if not path.is_file():
        raise UnreadableInput(f"There is no file {path}.", "See whether it was moved, or fetch it again.")
    try:
        with path.open("rb") as file:
            start = file.read(16)
        lacking = bytes_lacking(path) if start.startswith(CLASSIC_MAGIC) else 0
    except (OSError, EOFError, ValueError, IndexError) as broken:
        raise UnreadableInput(f"{path} cannot be read as NetCDF: {broken}.", _REMEDY) from broken
    if not start:
        raise UnreadableInput(f"{path} is empty; a NetCDF file was expected.", _REMEDY)
    if start.lstrip().startswith((b"<", b"{")):
        raise UnreadableInput(f"{path} holds a web page or a message, not NetCDF; it begins with {start!r}.", _REMEDY)
    if lacking:
        raise UnreadableInput(f"{path} is truncated: {lacking} bytes are lacking at its end.", _REMEDY)
    if start.startswith(HDF5_MAGIC):
        require_harmless(path)


def _encodings(dataset: xr.Dataset, map_bits: int | None = None) -> dict[Hashable, dict[str, Any]]:
    coordinates = {name: {"_FillValue": None} for name in dataset.coords}  # CF: a coordinate has no missing values
    return {name: coordinates.get(name, {}) | _encoding(variable, map_bits) for name, variable in dataset.variables.items()}


def _encoding(variable: xr.Variable, map_bits: int | None) -> dict[str, Any]:
    encoding: dict[str, Any] = {}
    if np.issubdtype(variable.dtype, np.datetime64):
        encoding |= {"units": "seconds since 1970-01-01T00:00:00Z", "calendar": "standard", "dtype": "int64"}
    if variable.ndim and variable.dtype.kind in "iufM":
        encoding |= {"zlib": True, "complevel": LEAST_EFFORT, "shuffle": True}
        if variable.dims[-2:] == ("latitude", "longitude") and variable.size and _map_bytes(variable) >= LEAST_CHUNK_BYTES:
            encoding["chunksizes"] = (*(1 for _ in variable.shape[:-2]), *variable.shape[-2:])  # maps are read one at a time
            if map_bits is not None and variable.dtype.kind == "f":
                encoding |= {"quantize_mode": "BitRound", "significant_digits": map_bits}
    return encoding


def _map_bytes(variable: xr.Variable) -> int:
    return int(prod(variable.shape[-2:]) * variable.dtype.itemsize)


def write_slices(slices: Iterable[xr.Dataset], along: str, path: Path) -> None:
    """Write datasets that come one after the other, each with one value of `along`, into one file in one step; one is in memory at a time.

    All have the variables and the other coordinates of the first, and its attributes. Raises OSError where it cannot be written, and
    ValueError for none at all or one unlike the first.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    number = -1
    try:
        for number, part in enumerate(slices):
            bare = part.drop_encoding()
            with _LOCK:
                if number == 0:
                    encoding = _encodings(bare)
                    bare.to_netcdf(temporary, engine="netcdf4", format="NETCDF4", encoding=encoding, unlimited_dims=[along])
                else:
                    _append(bare, along, number, temporary)
        if number < 0:
            raise ValueError(f"{path} would hold nothing along {along}.")
        sync(temporary)
        temporary.replace(path)
    except RuntimeError as refused:
        raise OSError(f"{path} could not be written: {refused}.") from refused
    finally:
        temporary.unlink(missing_ok=True)


def _append(part: xr.Dataset, along: str, number: int, path: Path) -> None:
    with netCDF4.Dataset(path, "a") as file:
        growing = {name for name, variable in file.variables.items() if along in variable.dimensions}
        given = {str(name): variable for name, variable in part.variables.items() if along in variable.dims}
        if growing != set(given):
            raise ValueError(f"{path} has {sorted(growing)} along {along}; slice {number} has {sorted(given)}.")
        for name, variable in given.items():
            stored = file.variables[name]
            values = variable.transpose(*stored.dimensions).values
            if values.shape[1:] != stored.shape[1:]:
                raise ValueError(f"{path}: {name} has {stored.shape}; slice {number} has {values.shape}.")
            is_time = np.issubdtype(values.dtype, np.datetime64)
            stored[number : number + 1] = values.astype("datetime64[s]").astype(np.int64) if is_time else values
