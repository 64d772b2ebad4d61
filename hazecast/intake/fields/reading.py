"""Gridded fields of every format, read into one dataset over the hours and the region that are wanted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast import vocabulary as v
from hazecast.errors import MissingVariable, NoDataInPeriod, UnreadableInput
from hazecast.intake.fields.formats import FIELD_FORMATS, format_of
from hazecast.intake.fields.layout import Box, Part, Wanted
from hazecast.intake.files import files_below
from hazecast.records import Note, NoteCode

SAME_PLACE_DEGREES = 1e-4  # axes written as float32 and as float64 differ by less
Array = NDArray[np.float64]
Parts = Mapping[Path, xr.Dataset]


@dataclass(frozen=True, slots=True)
class Fields:
    """Gridded fields as read; `data` and `aloft` as in `Part`, over the hours of all files."""

    data: xr.Dataset
    aloft: xr.Dataset | None
    files: tuple[Path, ...]
    notes: tuple[Note, ...]


def read_weather(
    path: Path,
    first: np.datetime64 | None = None,
    last: np.datetime64 | None = None,
    box: Box | None = None,
    latest_run: np.datetime64 | None = None,
) -> Fields:
    """Weather from a file or a folder of them, as `read_fields`; raises MissingVariable also where there is no wind."""
    fields = read_fields(path, Wanted(first, last, box), latest_run)
    _require_wind(fields, path)
    return fields


def read_fields(path: Path, wanted: Wanted, latest_run: np.datetime64 | None = None) -> Fields:
    """Read a file or a folder of them, each in the format that it is recognised by.

    Files may share hours: each brings the values that it has, and where two have one, that of the later run counts or, of analyses,
    that of the later name. Runs after `latest_run` are left out. Values outside the plausible range become NaN and are counted in a
    note. Raises UnreadableInput, UnknownUnits, or NoDataInPeriod.
    """
    patterns = tuple(dict.fromkeys(p for f in FIELD_FORMATS for p in f.patterns))
    read = {file: _read_one(file, wanted) for file in files_below(path, patterns, "files of gridded fields")}
    used = {file: part for file, part in _of_runs_until(read, latest_run).items() if part.surface.sizes["time"] or _hours(part.aloft)}
    if not used:
        raise NoDataInPeriod(
            f"{path} holds no weather{_period(wanted.first, wanted.last)}; it has {_hours_of(read.values())}.",
            "Choose a cycle inside the data, or add the files of that period.",
        )
    used = dict(sorted(used.items(), key=lambda item: _first_run(item[1])))
    surface = {file: part.surface for file, part in used.items() if part.surface.data_vars}
    aloft = {file: part.aloft for file, part in used.items() if part.aloft is not None and part.aloft.data_vars}
    if not surface and not aloft:
        raise MissingVariable(f"{path} holds no variable that hazecast knows.", "See docs/sources.md for what each format is read by.")
    data, notes = _within_plausible_range(_joined(surface) if surface else xr.Dataset())
    high, more = _within_plausible_range(_joined(aloft)) if aloft else (None, ())
    return Fields(data, high, tuple(used), (*notes, *more))


def _read_one(file: Path, wanted: Wanted) -> Part:
    return format_of(file).read(file, wanted)


def _hours(data: xr.Dataset | None) -> int:
    return 0 if data is None else data.sizes["time"]


def _first_run(part: Part) -> np.datetime64:
    """When its run began; analyses come before every run, so that a forecast never gives way to one of the same hour."""
    holder = part.surface if part.surface.sizes["time"] or part.aloft is None else part.aloft
    run: np.datetime64 = holder["init_time"].values[0]
    return np.datetime64(0, "ns") if np.isnat(run) else run


def _of_runs_until(parts: Mapping[Path, Part], latest_run: np.datetime64 | None) -> dict[Path, Part]:
    if latest_run is None:
        return dict(parts)
    return {file: Part(_runs_until(p.surface, latest_run), p.aloft if p.aloft is None else _runs_until(p.aloft, latest_run), p.offered)
            for file, p in parts.items()}  # fmt: skip


def _runs_until(data: xr.Dataset, latest_run: np.datetime64) -> xr.Dataset:
    runs = data["init_time"].values
    return data.isel(time=np.isnat(runs) | (runs <= latest_run))


def _hours_of(parts: Iterable[Part]) -> str:
    times = np.sort(np.concatenate([part.offered for part in parts]))
    return f"{_minute(times[0])} to {_minute(times[-1])} UTC" if times.size else "no hours at all"


def _period(first: np.datetime64 | None, last: np.datetime64 | None) -> str:
    return "".join(f" {word} {_minute(moment)}" for word, moment in (("from", first), ("to", last)) if moment is not None)


def _minute(moment: np.datetime64) -> str:
    return str(moment)[:16].replace("T", " ")


def _joined(parts: Parts) -> xr.Dataset:
    """One dataset over the hours of all `parts`, which are on one grid; each part's values over those of the parts before it."""
    first_file, first = next(iter(parts.items()))
    for file, part in parts.items():
        _require_one_grid(first_file, first, file, part)
    if len(parts) == 1:
        return first
    times = np.unique(np.concatenate([part["time"].values for part in parts.values()]))
    rows = {file: np.searchsorted(times, part["time"].values) for file, part in parts.items()}
    runs = np.full(times.shape, np.datetime64("NaT"), dtype="datetime64[ns]")
    for file, part in parts.items():
        runs[rows[file]] = part["init_time"].values
    fields = {}
    for key in dict.fromkeys(key for part in parts.values() for key in part.data_vars):
        having = {file: part for file, part in parts.items() if key in part}
        pattern = next(iter(having.values()))[key]
        whole = np.full((times.size, *pattern.shape[1:]), np.nan, dtype=pattern.dtype)
        for file, part in having.items():
            values = part[key].values
            whole[rows[file]] = np.where(np.isnan(values), whole[rows[file]], values)
        fields[key] = (pattern.dims, whole, {"units": v.VARIABLES[str(key)].units})
    places = {name: axis.variable for name, axis in first.coords.items() if "time" not in axis.dims}
    return xr.Dataset(fields, coords={"time": times, "init_time": ("time", runs), **places})


def _require_one_grid(first_file: Path, first: xr.Dataset, file: Path, part: xr.Dataset) -> None:
    for name in ("latitude", "longitude", "level"):
        if name not in first.coords and name not in part.coords:
            continue
        one, other = (np.asarray(p[name].values if name in p.coords else []) for p in (first, part))
        if one.shape != other.shape or not np.allclose(one, other, rtol=0.0, atol=SAME_PLACE_DEGREES):
            raise UnreadableInput(
                f"{file.name} and {first_file.name} in {file.parent} are not on one grid: {name} is {_span(other)} and {_span(one)}.",
                "Keep files of one grid in a folder.",
            )


def _span(axis: Array) -> str:
    return f"{axis.flat[0]:g} to {axis.flat[-1]:g} in {axis.size} values" if axis.size else "not there"


def _require_wind(fields: Fields, path: Path) -> None:
    aloft = fields.aloft is not None and {v.EASTWARD_WIND_ALOFT.key, v.NORTHWARD_WIND_ALOFT.key} <= set(map(str, fields.aloft.data_vars))
    lacking = [w.long_name for w in v.REQUIRED_METEOROLOGY if w.key not in fields.data]
    if lacking and not aloft:
        raise MissingVariable(
            f"{path} lacks {', '.join(lacking)}; it has {', '.join(map(str, fields.data.data_vars)) or 'nothing known'}.",
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
