"""ERA5 as the Climate Data Store delivers it in NetCDF, old layout (`time`) and new (`valid_time`, `expver`, `number`)."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast import vocabulary as v
from hazecast.archive.netcdf import read_dataset
from hazecast.errors import UnreadableInput
from hazecast.intake.fields.layout import FieldFormat, Part, Wanted, require_axis, rows_and_columns, unrolled
from hazecast.intake.units import conversion_to
from hazecast.vocabulary import Variable

LEXICON: Mapping[str, Variable] = MappingProxyType(
    {
        "u10": v.EASTWARD_WIND,
        "v10": v.NORTHWARD_WIND,
        "t2m": v.AIR_TEMPERATURE,
        "d2m": v.DEW_POINT,
        "sp": v.SURFACE_PRESSURE,
        "tp": v.PRECIPITATION,
        "blh": v.MIXING_HEIGHT,
        "ssrd": v.SOLAR_RADIATION,
        "tcc": v.CLOUD_COVER,
    }
)
DIMS = ("time", "latitude", "longitude")
PACKING_RESIDUE = 0.01  # in the variable's unit
Array = NDArray[np.float64]


def recognises(file: Path) -> bool:
    """Whether it is NetCDF, classic or 4, or cannot be told: then reading it says what is wrong."""
    return file.suffix in (".nc", ".nc4")


def read(file: Path, wanted: Wanted) -> Part:
    """The hours and the region that are wanted of one file."""
    offered: list[NDArray[np.datetime64]] = []

    def chosen(raw: xr.Dataset) -> xr.Dataset:
        named = raw.rename({"valid_time": "time"}) if "valid_time" in raw.dims else raw
        _require_axes(named, file)
        times = _to_seconds(named["time"])
        offered.append(times)
        rows, columns = rows_and_columns(
            named["latitude"].values.astype(np.float64), named["longitude"].values.astype(np.float64), wanted.box
        )
        known = [name for name in named.data_vars if name in LEXICON]
        return named[known].isel(time=np.flatnonzero(wanted.hours_of(times)), latitude=rows, longitude=columns)

    raw = read_dataset(file, chosen)
    known = {name: LEXICON[name] for name in map(str, raw.data_vars)}
    translated = {variable.key: _translated(raw[name], variable, file) for name, variable in known.items()}
    surface = _ascending(xr.Dataset(translated, coords={dim: raw[dim].variable for dim in DIMS}))
    return Part(surface, None, offered[0])


FORMAT = FieldFormat("ERA5 NetCDF", ("*.nc", "*.nc4"), recognises, read)


def _to_seconds(time: xr.DataArray) -> NDArray[np.datetime64]:
    """Days as fractions miss the hour by a hair."""
    return np.asarray(time.dt.round("s").values)


def _require_axes(raw: xr.Dataset, file: Path) -> None:
    remedy = "Deliver the file as the Climate Data Store writes it."
    if lacking := [dim for dim in DIMS if dim not in raw.coords or raw[dim].dims != (dim,)]:
        raise UnreadableInput(
            f"{file} lacks the axes {', '.join(lacking)}; it has {', '.join(f'{d} ({n})' for d, n in raw.sizes.items()) or 'none'}; "
            "expected time or valid_time, latitude and longitude, each with its values.",
            remedy,
        )
    if not np.issubdtype(raw["time"].dtype, np.datetime64) or raw["time"].isnull().any():
        raise UnreadableInput(
            f"{file}: the values of time cannot be read as times; they begin {raw['time'].values[:1]}, "
            f"in units {_units_of(raw['time'])!r}; expected such as 'hours since 1900-01-01' in the standard calendar.",
            remedy,
        )
    times = raw["time"].dt.round("s")
    if times.size and not (times == times.dt.floor("h")).any():
        raise UnreadableInput(
            f"{file}: no hour is a full one; they begin {str(times.values[0])[:16]} UTC.",
            "Deliver the weather of full hours, as ERA5 has it.",
        )
    for dim, furthest in (("latitude", 90.0), ("longitude", 360.0)):
        require_axis(file, dim, raw[dim].values, furthest)


def _units_of(values: xr.DataArray) -> str:
    return str(values.attrs.get("units", values.encoding.get("units", "")))


def _translated(values: xr.DataArray, variable: Variable, file: Path) -> xr.DataArray:
    if values.dtype.kind not in "iuf" or not set(DIMS) <= set(values.dims):
        raise UnreadableInput(
            f"{file}: {values.name} is of type {values.dtype} along {', '.join(map(str, values.dims)) or 'no dimension'}; "
            "expected numbers along time, latitude and longitude.",
            "Deliver the file as the Climate Data Store writes it.",
        )
    for dim in [str(d) for d in values.dims if d not in DIMS]:
        values = _without(values, dim, file)
    convert = conversion_to(variable, _units_of(values), f"{file}: {values.name}")
    plain = values.transpose(*DIMS).reset_coords(drop=True)
    converted = np.asarray(convert(plain.values.astype(np.float64)), dtype=np.float64)
    return plain.copy(data=_without_residue(converted, variable)).assign_attrs(units=variable.units)


def _without(values: xr.DataArray, dim: str, file: Path) -> xr.DataArray:
    """Final and preliminary reanalysis (`expver`) are merged, the final first; any other surplus dimension must be single."""
    if dim == "expver":
        merged = values.isel(expver=0)
        for i in range(1, values.sizes["expver"]):
            merged = merged.fillna(values.isel(expver=i))
        return merged
    if values.sizes[dim] != 1:
        raise UnreadableInput(
            f"{file}: {values.name} has {values.sizes[dim]} entries along {dim!r}; expected one.",
            "Deliver one member and one level a file.",
        )
    return values.isel({dim: 0})


def _without_residue(values: Array, variable: Variable) -> Array:
    """Packing into integers leaves a hair below zero where there was none of what cannot be negative."""
    hair = (values < 0.0) & (values >= -PACKING_RESIDUE) & (variable.lowest == 0.0)
    return np.where(hair, 0.0, values)


def _ascending(data: xr.Dataset) -> xr.Dataset:
    data = data.assign_coords(
        time=_to_seconds(data["time"]),
        latitude=data["latitude"].astype(np.float64),
        longitude=unrolled(data["longitude"].values.astype(np.float64)),
    )
    data = data.drop_duplicates("longitude").drop_duplicates("time", keep="last").sortby(["latitude", "longitude", "time"])
    return data.assign_coords(init_time=("time", np.full(data.sizes["time"], np.datetime64("NaT"), dtype="datetime64[ns]")))
