"""ERA5 as the Climate Data Store delivers it in NetCDF, old layout (`time`) and new (`valid_time`, `expver`, `number`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import xarray as xr

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


@dataclass(frozen=True, slots=True)
class Weather:
    """Gridded weather as read: (time, latitude, longitude), both axes ascending, in the vocabulary's keys and units."""

    data: xr.Dataset
    files: tuple[Path, ...]
    notes: tuple[Note, ...]


def read_weather(path: Path, first: np.datetime64 | None = None, last: np.datetime64 | None = None) -> Weather:
    """Read a NetCDF file or a folder of them, from `first` to `last` inclusive.

    Values outside the plausible range become NaN and are counted in a note. Raises UnreadableInput, MissingVariable (no wind),
    UnknownUnits, or NoDataInPeriod.
    """
    files = files_below(path, ("*.nc", "*.nc4"), "NetCDF files of gridded weather")
    parts = [part.sel(time=slice(first, last)) for part in (_read_one(file) for file in files)]
    used = [(file, part) for file, part in zip(files, parts, strict=True) if part.sizes["time"]]
    if not used:
        raise NoDataInPeriod(
            f"{path} holds no weather from {first} to {last}.", "Choose a cycle inside the data, or add the files of that period."
        )
    data = _joined([part for _, part in used], path)
    _require_wind(data, path)
    checked, notes = _within_plausible_range(data)
    return Weather(checked, tuple(file for file, _ in used), notes)


def _read_one(file: Path) -> xr.Dataset:
    raw = read_dataset(file)
    raw = raw.rename({old: "time" for old in ("valid_time",) if old in raw.dims})
    for dim in ("time", "latitude", "longitude"):
        if dim not in raw.dims:
            raise UnreadableInput(
                f"{file} has the dimensions {list(raw.sizes)}; expected time or valid_time, latitude and longitude.",
                "Deliver the file as the Climate Data Store writes it.",
            )
    known = {name: LEXICON[name] for name in map(str, raw.data_vars) if name in LEXICON}
    translated = {variable.key: _translated(raw[name], variable, file) for name, variable in known.items()}
    return _ascending(xr.Dataset(translated, coords={dim: raw[dim].variable for dim in ("time", "latitude", "longitude")}))


def _translated(values: xr.DataArray, variable: Variable, file: Path) -> xr.DataArray:
    surplus = [d for d in values.dims if d not in ("time", "latitude", "longitude")]
    for dim in surplus:
        values = _without(values, str(dim), file)
    convert = conversion_to(variable, str(values.attrs.get("units", "")), f"{file}: {values.name}")
    plain = values.transpose("time", "latitude", "longitude").reset_coords(drop=True)
    return plain.copy(data=convert(plain.values.astype(np.float64))).assign_attrs(units=variable.units)


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
    west_to_east = (data["longitude"] + 180.0) % 360.0 - 180.0
    crosses_the_date_line = float(west_to_east.max() - west_to_east.min()) > 180.0
    if not crosses_the_date_line:
        data = data.assign_coords(longitude=west_to_east)
    return data.astype(np.float64).sortby(["latitude", "longitude", "time"])


def _joined(parts: list[xr.Dataset], path: Path) -> xr.Dataset:
    try:
        data = xr.concat(parts, "time", join="exact", coords="minimal", compat="override", data_vars="all")
    except ValueError as unequal:
        raise UnreadableInput(
            f"The files of {path} are not on one grid, or not of the same variables: {unequal}.",
            "Keep files of one grid and one set of variables in a folder.",
        ) from unequal
    return data.sortby("time").drop_duplicates("time", keep="last")


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
