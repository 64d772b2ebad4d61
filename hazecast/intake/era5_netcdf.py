"""ERA5 as the Climate Data Store delivers it in NetCDF, old layout (`time`) and new (`valid_time`, `expver`, `number`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast import vocabulary as v
from hazecast.archive.netcdf import read_dataset
from hazecast.errors import MissingVariable, NoDataInPeriod, UnreadableInput
from hazecast.intake.files import files_below
from hazecast.intake.units import conversion_to
from hazecast.records import Note, NoteCode
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
SAME_PLACE_DEGREES = 1e-4  # axes written as float32 and as float64 differ by less
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weather:
    """Gridded weather as read: (time, latitude, longitude), both axes ascending, in the vocabulary's keys and units."""

    data: xr.Dataset
    files: tuple[Path, ...]
    notes: tuple[Note, ...]


def read_weather(path: Path, first: np.datetime64 | None = None, last: np.datetime64 | None = None) -> Weather:
    """Read a NetCDF file or a folder of them, from `first` to `last` inclusive.

    Files may share hours: each brings the values that it has, and where two have one, that of the later name counts. Values
    outside the plausible range become NaN and are counted in a note. Raises UnreadableInput, MissingVariable (no wind),
    UnknownUnits, or NoDataInPeriod.
    """
    whole = {file: _read_one(file) for file in files_below(path, ("*.nc", "*.nc4"), "NetCDF files of gridded weather")}
    sliced = {file: part.sel(time=slice(first, last)) for file, part in whole.items()}
    used = {file: part for file, part in sliced.items() if part.sizes["time"]}
    if not used:
        raise NoDataInPeriod(
            f"{path} holds no weather{_period(first, last)}; it has {_hours_of(whole.values())}.",
            "Choose a cycle inside the data, or add the files of that period.",
        )
    data = _joined(used)
    _require_wind(data, path)
    checked, notes = _within_plausible_range(data)
    return Weather(checked, tuple(used), notes)


def _period(first: np.datetime64 | None, last: np.datetime64 | None) -> str:
    return "".join(f" {word} {_minute(moment)}" for word, moment in (("from", first), ("to", last)) if moment is not None)


def _hours_of(parts: Iterable[xr.Dataset]) -> str:
    times = np.sort(np.concatenate([part["time"].values for part in parts]))
    return f"{_minute(times[0])} to {_minute(times[-1])} UTC" if times.size else "no hours at all"


def _minute(moment: np.datetime64) -> str:
    return str(moment)[:16].replace("T", " ")


def _read_one(file: Path) -> xr.Dataset:
    raw = read_dataset(file)
    if "valid_time" in raw.dims:
        raw = raw.rename({"valid_time": "time"})
    _require_axes(raw, file)
    known = {name: LEXICON[name] for name in map(str, raw.data_vars) if name in LEXICON}
    translated = {variable.key: _translated(raw[name], variable, file) for name, variable in known.items()}
    return _ascending(xr.Dataset(translated, coords={dim: raw[dim].variable for dim in DIMS}))


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
            f"{file}: no hour is a full one; they begin {_minute(times.values[0])} UTC.",
            "Deliver the weather of full hours, as ERA5 has it.",
        )
    for dim, furthest in (("latitude", 90.0), ("longitude", 360.0)):
        axis = raw[dim].values
        if axis.dtype.kind not in "iuf" or axis.size < 2 or not (np.abs(axis) <= furthest).all():
            raise UnreadableInput(
                f"{file}: {dim} is {axis[:4]}{' …' if axis.size > 4 else ''}; expected two or more values in degrees within ±{furthest:g}.",
                remedy,
            )


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
        time=data["time"].dt.round("s"),  # days as fractions miss the hour by a hair
        latitude=data["latitude"].astype(np.float64),
        longitude=_unrolled(data["longitude"].values.astype(np.float64)),
    )
    data = data.drop_duplicates("longitude").drop_duplicates("time", keep="last")
    return data.sortby(["latitude", "longitude", "time"])


def _unrolled(longitude: Array) -> Array:
    """Degrees east from -180 on or, for a region across the date line, from its western edge on: neighbours stay side by side."""
    west_to_east = np.where(longitude >= 180.0, longitude - 360.0, longitude)
    circle = np.unique(west_to_east)
    gaps = np.diff(circle, append=circle[0] + 360.0)
    edge = int(np.argmax(gaps))
    across_the_date_line = gaps[edge] > 1.5 * gaps[-1]
    return np.where(west_to_east <= circle[edge], west_to_east + 360.0, west_to_east) if across_the_date_line else west_to_east


def _joined(parts: Mapping[Path, xr.Dataset]) -> xr.Dataset:
    """One dataset over the hours of all `parts`, which are on one grid; each part's values over those of the parts before it."""
    first_file, first = next(iter(parts.items()))
    for file, part in parts.items():
        _require_one_grid(first_file, first, file, part)
    if len(parts) == 1:
        return first
    times = np.unique(np.concatenate([part["time"].values for part in parts.values()]))
    fields = {}
    for key in dict.fromkeys(key for part in parts.values() for key in part.data_vars):
        whole = np.full((times.size, first.sizes["latitude"], first.sizes["longitude"]), np.nan)
        for part in (part for part in parts.values() if key in part):
            rows, values = np.searchsorted(times, part["time"].values), part[key].values
            whole[rows] = np.where(np.isnan(values), whole[rows], values)
        fields[key] = (DIMS, whole, {"units": v.VARIABLES[str(key)].units})
    return xr.Dataset(fields, coords={"time": times, "latitude": first["latitude"].values, "longitude": first["longitude"].values})


def _require_one_grid(first_file: Path, first: xr.Dataset, file: Path, part: xr.Dataset) -> None:
    for dim in ("latitude", "longitude"):
        one, other = first[dim].values, part[dim].values
        if one.shape != other.shape or not np.allclose(one, other, rtol=0.0, atol=SAME_PLACE_DEGREES):
            raise UnreadableInput(
                f"{file.name} and {first_file.name} in {file.parent} are not on one grid: {dim} is {_span(other)} and {_span(one)}.",
                "Keep files of one grid in a folder.",
            )


def _span(axis: Array) -> str:
    return f"{axis[0]:g} to {axis[-1]:g} in {axis.size} values"


def _require_wind(data: xr.Dataset, path: Path) -> None:
    names = {variable: name for name, variable in LEXICON.items()}
    lacking = [w for w in v.REQUIRED_METEOROLOGY if w.key not in data]
    if lacking:
        wanted = ", ".join(f"{names[w]} ({w.long_name})" for w in lacking)
        raise MissingVariable(
            f"{path} lacks {wanted}; it has {', '.join(map(str, data.data_vars)) or 'nothing known'}.",
            "Add it to the download: without wind there is no forecast.",
        )


def _within_plausible_range(data: xr.Dataset) -> tuple[xr.Dataset, tuple[Note, ...]]:
    kept, notes = {}, []
    for key, values in data.data_vars.items():
        variable = v.VARIABLES[str(key)]
        plausible = (values >= variable.lowest) & (values <= variable.highest)
        rejected = int((~plausible & values.notnull()).sum())
        if rejected:
            notes.append(Note(NoteCode.VALUES_REJECTED, rejected, variable.long_name))
        kept[key] = values.where(plausible)
    return data.assign(kept), tuple(notes)
