"""A Zarr store that follows the CF conventions, or nearly so: a folder, read as one file is."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from hazecast import vocabulary as v
from hazecast.archive.content import is_store, members
from hazecast.archive.netcdf import MOST_ALONG_AN_AXIS, require_sensible_size
from hazecast.errors import MissingExtra, UnreadableInput
from hazecast.intake.fields.cf_fields import fields_in
from hazecast.intake.fields.cf_reading import Choose, read_cf
from hazecast.intake.fields.layout import FieldFormat, Part, Wanted

if TYPE_CHECKING:
    import zarr

_REMEDY = "Fetch it again from where it came."
_OFTEN_ZERO = (v.PRECIPITATION, v.SOLAR_RADIATION, v.CLOUD_COVER)


def recognises(file: Path) -> bool:
    """Whether it is a folder with the metadata of Zarr, of version 2 or 3."""
    return is_store(file)


def read(file: Path, wanted: Wanted) -> Part:
    """The hours and the region that are wanted of one store; raises MissingExtra where the optional part `zarr` is not installed."""
    return read_cf(file, wanted, partial(_opened_and_chosen, file))


FORMAT = FieldFormat("CF Zarr", ("*.zarr",), recognises, read)


def _opened_and_chosen(file: Path, choose: Choose) -> xr.Dataset:
    try:
        import zarr
    except ImportError as absent:
        raise MissingExtra(f"Reading {file}", "zarr") from absent
    try:
        group = zarr.open_group(file, mode="r", use_consolidated=False)
        _require_sensible_axes(group, file)
        with xr.open_zarr(file, chunks=None, consolidated=False, decode_timedelta=False) as raw:
            _require_whole_axes(raw, group, file)
            chosen = choose(raw)
            require_sensible_size(chosen, file, sum(member.stat().st_size for member in members(file)))
            return _without_lost_chunks(chosen.load(), raw, group, file)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, IndexError, OverflowError, SystemError) as broken:
        raise UnreadableInput(f"{file} cannot be read as Zarr: {type(broken).__name__}: {broken}.", _REMEDY) from broken


def _require_sensible_axes(group: "zarr.Group", file: Path) -> None:
    """Before they are read, which they are whatever is wanted of the fields."""
    for name, array in group.arrays():
        if array.ndim == 1 and array.size > MOST_ALONG_AN_AXIS:
            raise UnreadableInput(f"{file}: {name} claims {array.size:,} values; expected {MOST_ALONG_AN_AXIS:,} at most.", _REMEDY)


def _require_whole_axes(raw: xr.Dataset, group: "zarr.Group", file: Path) -> None:
    """A chunk that is lost reads as if it held nothing but the array's fill value, which may be a number."""
    for name in raw.xindexes:
        axis = group[str(name)]
        if _lacking(axis) and np.unique(raw[name].values).size < raw[name].size:
            raise UnreadableInput(f"{file} lacks {_lacking(axis)} chunks of {name}, whose values are not known.", _REMEDY)


def _lacking(array: Any) -> int:
    return int(array.nchunks - array.nchunks_initialized)


def _without_lost_chunks(chosen: xr.Dataset, raw: xr.Dataset, group: "zarr.Group", file: Path) -> xr.Dataset:
    """Where chunks lack, the fill value is missing, and not a calm or a frost; but rain, sun and cloud are zero often enough that chunks
    of zeros are not even written.
    """
    doubtful = (f.name for f in fields_in(raw, file) if f.variable not in _OFTEN_ZERO and f.name in chosen)
    fills = {name: _decoded_fill(group[name].fill_value, raw[name]) for name in doubtful if _lacking(group[name])}  # type: ignore[union-attr]
    return chosen.assign({name: chosen[name].where(chosen[name] != fill) for name, fill in fills.items()})


def _decoded_fill(fill: float, values: xr.DataArray) -> float:
    return float(fill) * float(values.encoding.get("scale_factor", 1.0)) + float(values.encoding.get("add_offset", 0.0))
