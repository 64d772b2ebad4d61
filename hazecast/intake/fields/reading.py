"""Gridded fields of every format, read into one dataset over the hours and the region that are wanted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import xarray as xr

from hazecast import vocabulary as v
from hazecast.errors import MissingVariable, NoDataInPeriod, NothingReadable, UnreadableInput
from hazecast.intake.fields.accumulation import LONGEST_SUM, made_hourly
from hazecast.intake.fields.formats import FIELD_FORMATS, format_of
from hazecast.intake.fields.joining import joined, require_one_grid
from hazecast.intake.fields.layout import Box, Part, Wanted
from hazecast.intake.fields.picking import picked
from hazecast.intake.files import files_below, guarded
from hazecast.records import Note, NoteCode


@dataclass(frozen=True, slots=True)
class Fields:
    """Gridded fields as read; `data` and `aloft` as in `Part`, over the hours of all files.

    Where nothing near the ground was delivered, `data` has the hours and places of `aloft` and no variable.
    """

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
    aloft_first: np.datetime64 | None = None,
    runs: Mapping[Path, np.datetime64] | None = None,
) -> Fields:
    """Weather from a file or a folder of them, as `read_fields`; raises MissingVariable also where there is no wind at any height."""
    fields = read_fields(path, Wanted(first, last, box, aloft_first, latest_run), runs=runs)
    _require_wind(fields, path)
    return fields


def field_files(path: Path) -> tuple[Path, ...]:
    """The files of gridded fields below `path`, in order of their names; raises NoDataInPeriod where there are none."""
    patterns = tuple(dict.fromkeys(p for f in FIELD_FORMATS for p in f.patterns))
    return files_below(path, patterns, "files of gridded fields")


def read_fields(
    path: Path, wanted: Wanted, latest_run: np.datetime64 | None = None, runs: Mapping[Path, np.datetime64] | None = None
) -> Fields:
    """Read a file or a folder of them, each in the format that it is recognised by.

    Files may share hours: each brings the values that it has, and where two have one, that of the later run counts or, of analyses,
    that of the later name. Runs after `latest_run` are left out, and with `runs` all files that it does not name and runs after that
    which it has for a file. Of those that it names, one that cannot be read is left out and told by a note, as long as another can
    be: a forecast by an older run is better than none. Sums become means of an hour. Values outside the plausible range become NaN
    and are counted in a note.
    Raises UnreadableInput, with `runs` only as NothingReadable, UnknownUnits, MissingVariable, or NoDataInPeriod.
    """
    wanted = wanted if latest_run is None else replace(wanted, latest_run=latest_run)
    of_file = dict.fromkeys(field_files(path), wanted)
    if runs is not None:
        of_file = {file: replace(wanted, latest_run=runs[file.absolute()]) for file in of_file if file.absolute() in runs}
    read, refused = _read_all(of_file, may_leave_out=runs is not None)
    if not any(_has_wanted_hours(part, wanted) for part in read.values()):
        raise NoDataInPeriod(
            f"{path} holds no weather{_period(wanted.first, wanted.last)}; it has {_hours_of(read.values())}.",
            "Choose a cycle inside the data, or add the files of that period.",
        )
    used = {file: part for file, part in read.items() if part.surface.sizes["time"] or _hours(part.aloft)}
    fields = _put_together(path, dict(sorted(used.items(), key=lambda item: _first_run(item[1]))), wanted)
    left_out = (files_unreadable([file.name for file in refused]),) if refused else ()
    return replace(fields, notes=(*left_out, *fields.notes))


def files_unreadable(names: Sequence[str]) -> Note:
    """That these files could not be read, and were not used."""
    return Note(NoteCode.FILES_UNREADABLE, len(names), ", ".join(names))


def _read_all(of_file: Mapping[Path, Wanted], *, may_leave_out: bool) -> tuple[dict[Path, Part], tuple[Path, ...]]:
    """What each file has, and the files that cannot be read; raises the first refusal unless they may be left out, and then if all are."""
    read: dict[Path, Part] = {}
    refusals: dict[Path, UnreadableInput] = {}
    for file, wanted in of_file.items():
        try:
            read[file] = _read_one(file, wanted)
        except UnreadableInput as refusal:
            refusals[file] = refusal
            if not may_leave_out:
                break
    if refusals and not read and may_leave_out:
        first = next(iter(refusals.values()))
        raise NothingReadable(first.problem, first.remedy, tuple(file.name for file in refusals)) from first
    if refusals and not may_leave_out:
        raise next(iter(refusals.values()))
    return read, tuple(refusals)


def _read_one(file: Path, wanted: Wanted) -> Part:
    """Without the runs and the hours that are not wanted; only of what is summed the hours just before stay, to subtract from."""
    first = wanted.first
    lead_in = wanted if first is None else replace(wanted, first=first - LONGEST_SUM, aloft_first=wanted.aloft_first or first)
    with guarded(file):
        part = format_of(file).read(file, lead_in)
    hours = wanted.hours_of(part.surface["time"].values) | np.bool_(bool(part.accumulated_from))
    kept = hours & wanted.runs_of(part.surface["init_time"].values)
    return replace(
        part,
        surface=picked(part.surface, time=np.flatnonzero(kept)),
        aloft=None if part.aloft is None else _wanted_aloft(part.aloft, wanted),
        accumulated_from={key: start[kept] for key, start in part.accumulated_from.items()},
    )


def _wanted_aloft(aloft: xr.Dataset, wanted: Wanted) -> xr.Dataset:
    kept = wanted.hours_aloft_of(aloft["time"].values) & wanted.runs_of(aloft["init_time"].values)
    return picked(aloft, time=np.flatnonzero(kept))


def _has_wanted_hours(part: Part, wanted: Wanted) -> bool:
    return bool(wanted.hours_of(part.surface["time"].values).any()) or _hours(part.aloft) > 0


def _hours(data: xr.Dataset | None) -> int:
    return 0 if data is None else data.sizes["time"]


def _first_run(part: Part) -> np.datetime64:
    """When its run began; analyses come before every run, so that a forecast never gives way to one of the same hour."""
    holder = part.surface if part.surface.sizes["time"] or part.aloft is None else part.aloft
    run: np.datetime64 = holder["init_time"].values[0]
    return np.datetime64(0, "ns") if np.isnat(run) else run


def _put_together(path: Path, used: Mapping[Path, Part], wanted: Wanted) -> Fields:
    surface = {file: part for file, part in used.items() if part.surface.data_vars and part.surface.sizes["time"]}
    aloft = {file: part.aloft for file, part in used.items() if part.aloft is not None and part.aloft.data_vars}
    if not surface and not aloft:
        raise MissingVariable(f"{path} holds no variable that hazecast knows.", "See docs/sources.md for what each format is read by.")
    high, notes_aloft = _within_plausible_range(joined(tuple(aloft.items()))) if aloft else (None, ())
    near, notes = _within_plausible_range(_joined_surface(surface, wanted)) if surface else (xr.Dataset(), ())
    return Fields(near if near.sizes.get("time") else _bare(high), high, tuple(used), (*notes, *notes_aloft))


def _joined_surface(parts: Mapping[Path, Part], wanted: Wanted) -> xr.Dataset:
    require_one_grid([(file, part.surface) for file, part in parts.items()])
    hourly = zip(parts, made_hourly(tuple(parts.values())), strict=True)
    whole = joined([(file, part.surface) for file, part in hourly])
    return picked(whole, time=np.flatnonzero(wanted.hours_of(whole["time"].values)))


def _bare(aloft: xr.Dataset | None) -> xr.Dataset:
    """The hours and places of what is aloft."""
    return xr.Dataset() if aloft is None else aloft.drop_vars([*aloft.data_vars, "level"])


def _hours_of(parts: Iterable[Part]) -> str:
    offered = [part.offered for part in parts]
    times = np.sort(np.concatenate(offered)) if offered else np.empty(0, dtype="datetime64[ns]")
    nothing = "no hours at all" if offered else "no file that had arrived"
    return f"{_minute(times[0])} to {_minute(times[-1])} UTC" if times.size else nothing


def _period(first: np.datetime64 | None, last: np.datetime64 | None) -> str:
    return "".join(f" {word} {_minute(moment)}" for word, moment in (("from", first), ("to", last)) if moment is not None)


def _minute(moment: np.datetime64) -> str:
    return str(moment)[:16].replace("T", " ")


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
        beyond = (values < variable.lowest) | (values > variable.highest)
        rejected = int(beyond.sum())
        if rejected:
            notes.append(Note(NoteCode.VALUES_REJECTED, rejected, variable.long_name))
            kept[key] = values.where(~beyond)
    return data.assign(kept), tuple(notes)
