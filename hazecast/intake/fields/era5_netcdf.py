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
from hazecast.intake.fields.conversion import converted, units_of
from hazecast.intake.fields.layout import FieldFormat, Part, Wanted, require_axis, rows_and_columns, unrolled
from hazecast.intake.fields.netcdf_names import dimensions_in
from hazecast.intake.fields.picking import in_order, picked
from hazecast.intake.units import is_sum
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
OF_A_FORECAST = frozenset({"forecast_reference_time", "forecast_period"})
OTHER_AXES = frozenset({"pressure_level", "level", "isobaricInhPa", "plev", "height", "step", "forecast_period"})


def recognises(file: Path) -> bool:
    """Whether it has a variable by its name in ERA5, along latitude or longitude; levels, runs, steps and curvilinear grids it has not."""
    variables = dimensions_in(file)
    if OF_A_FORECAST & set(variables):
        return False
    fields = [set(dims) for name, dims in variables.items() if name in LEXICON]
    along = [dim for dim in ("latitude", "longitude") if len(variables.get(dim, (dim,))) == 1]
    return any(dims & set(along) for dims in fields) and not any(dims & OTHER_AXES for dims in fields)


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
        return picked(named[known], time=np.flatnonzero(wanted.hours_of(times)), latitude=rows, longitude=columns)

    raw = read_dataset(file, chosen)
    known = {name: LEXICON[name] for name in map(str, raw.data_vars)}
    translated = {variable.key: _translated(raw[name], variable, file) for name, variable in known.items()}
    surface = _ascending(xr.Dataset(translated, coords={dim: raw[dim].variable for dim in DIMS}))
    start_unknown = np.full(surface.sizes["time"], np.datetime64("NaT"), dtype="datetime64[ns]")
    sums = [variable.key for name, variable in known.items() if is_sum(variable, units_of(raw[name]))]
    return Part(surface, None, offered[0], dict.fromkeys(sums, start_unknown))


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
            f"in units {units_of(raw['time'])!r}; expected such as 'hours since 1900-01-01' in the standard calendar.",
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


def _translated(values: xr.DataArray, variable: Variable, file: Path) -> xr.DataArray:
    if values.dtype.kind not in "iuf" or not set(DIMS) <= set(values.dims):
        raise UnreadableInput(
            f"{file}: {values.name} is of type {values.dtype} along {', '.join(map(str, values.dims)) or 'no dimension'}; "
            "expected numbers along time, latitude and longitude.",
            "Deliver the file as the Climate Data Store writes it.",
        )
    for dim in [str(d) for d in values.dims if d not in DIMS]:
        values = _without(values, dim, file)
    plain = values.transpose(*DIMS).reset_coords(drop=True)
    numbers = converted(plain.values, units_of(values), variable, f"{file}: {values.name}")
    return plain.copy(data=numbers).assign_attrs(units=variable.units)


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


def _ascending(data: xr.Dataset) -> xr.Dataset:
    data = data.assign_coords(
        time=_to_seconds(data["time"]),
        latitude=data["latitude"].astype(np.float64),
        longitude=unrolled(data["longitude"].values.astype(np.float64)),
    )
    data = in_order(data, *DIMS)
    return data.assign_coords(init_time=("time", np.full(data.sizes["time"], np.datetime64("NaT"), dtype="datetime64[ns]")))
