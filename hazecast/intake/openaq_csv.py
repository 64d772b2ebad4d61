"""Monitoring data as the OpenAQ archive writes it: long CSV, one file a station or day, mostly gzipped, times with an offset."""

import csv
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import xarray as xr

from hazecast import vocabulary as v
from hazecast.errors import NoDataInPeriod, UnreadableInput
from hazecast.intake.files import files_below
from hazecast.intake.units import conversion_to
from hazecast.records import Note, NoteCode, Station
from hazecast.vocabulary import Variable

LEXICON: Mapping[str, Variable] = MappingProxyType({"pm25": v.PM25, "pm10": v.PM10, "so2": v.SO2, "no2": v.NO2, "o3": v.O3, "co": v.CO})
COLUMNS = ("location_id", "location", "datetime", "lat", "lon", "parameter", "units", "value")
NEVER_EMPTY = ("location_id", "datetime", "parameter", "units")
STATION_LIST = "stations.csv"
STATION_COLUMNS = ("location_id", "location", "lat", "lon")
WITH_OFFSET = r"(?:Z|[+-]\d\d:?\d\d)$"
TEXT = {"location_id": str, "location": str, "datetime": str, "parameter": str, "units": str}


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Values as read: `data` has (time, station), the hours as delivered, in the vocabulary's keys and units.

    `stations` are those with a place on Earth; `unplaced` are the names of the others.
    """

    data: xr.Dataset
    stations: tuple[Station, ...]
    unplaced: tuple[str, ...]
    files: tuple[Path, ...]
    notes: tuple[Note, ...]


def read_monitoring(path: Path, known_by: pd.Timestamp | None = None, arrival_delay: pd.Timedelta = pd.Timedelta(0)) -> Monitoring:
    """Read every CSV below `path`; with `known_by` (UTC, naive) only what had arrived then, `arrival_delay` after its hour.

    A value belongs to the hour that it ends in; of usable rows of one moment the last read counts, and several moments of one hour are
    averaged. A value outside the plausible range is not used; a note counts it. Stations without any value are kept when a
    `stations.csv` in the folder or beside it names them. Raises UnreadableInput, UnknownUnits, or NoDataInPeriod.
    """
    found = files_below(path, ("**/*.csv.gz", "**/*.csv"), "CSV files in the OpenAQ archive layout")
    files = tuple(f for f in found if f.name != STATION_LIST) or found
    table = pd.concat([_read_one(file) for file in files], ignore_index=True)
    known = table if known_by is None else table[table["time"].dt.ceil("h") + arrival_delay <= known_by]
    if known.empty:
        raise NoDataInPeriod(
            f"{path} holds no observation{'' if known_by is None else f' that had arrived by {known_by:%Y-%m-%d %H:%M} UTC'}; "
            f"it has {_period_of(table)}.",
            "Choose a cycle inside the data, or add the files of that period.",
        )
    places = _places(known, path)
    stations = tuple(Station(id, name, latitude, longitude) for id, name, latitude, longitude in places if _on_earth(latitude, longitude))
    unplaced = tuple(name for _, name, latitude, longitude in places if not _on_earth(latitude, longitude))
    checked, notes = _plausible(_in_known_units(known, path))
    return Monitoring(_by_hour_and_station(checked, [id for id, *_ in places]), stations, unplaced, files, notes)


def _period_of(table: pd.DataFrame) -> str:
    if table.empty:
        return "no rows at all"
    return f"{table['time'].min():%Y-%m-%d %H:%M} to {table['time'].max():%Y-%m-%d %H:%M} UTC"


def _read_one(file: Path) -> pd.DataFrame:
    table = _read_csv(file, ["-;", "_"])
    lacking = [c for c in COLUMNS if c not in table]
    if lacking:
        raise UnreadableInput(
            f"{file} lacks the columns {', '.join(lacking)}; it begins {', '.join(map(str, table.columns[:12]))!r}.",
            "Deliver it as the OpenAQ archive writes it.",
        )
    _require_filled(table, file)
    try:
        table["time"] = _utc(table["datetime"])
        numbers = table[["lat", "lon", "value"]].astype(np.float64)
    except (ValueError, TypeError, OverflowError) as wrong:
        sentence = str(wrong).partition(". ")[0]
        raise UnreadableInput(f"{file}: {sentence}.", "Times must be ISO 8601 with an offset; lat, lon and value numbers.") from wrong
    return table[["location_id", "location", "time", "parameter", "units"]].join(numbers)


def _read_csv(file: Path, missing: list[str]) -> pd.DataFrame:
    broken: tuple[type[Exception], ...] = (
        pd.errors.ParserError,
        pd.errors.EmptyDataError,
        UnicodeDecodeError,
        EOFError,
        OSError,
        zlib.error,
        csv.Error,
    )
    try:
        table = pd.read_csv(file, dtype=TEXT, na_values=missing)
        if not isinstance(table.index, pd.RangeIndex):  # pandas would take what stands first for names of the rows
            raise csv.Error("its rows have more fields than its header")
        return table
    except broken as reason:
        raise UnreadableInput(
            f"{file} is not a whole CSV file in UTF-8: {reason}.", "Name CSV files in the OpenAQ archive layout, or deliver this one again."
        ) from reason


def _require_filled(table: pd.DataFrame, file: Path) -> None:
    """A row that ends early is what a file that was cut off ends with."""
    empty = table[list(NEVER_EMPTY)].isna()
    if empty.any(axis=None):
        row = int(np.argmax(empty.any(axis=1).to_numpy()))
        columns = ", ".join(empty.columns[empty.iloc[row]])
        raise UnreadableInput(f"{file}: row {row + 1} of {len(table)} has no {columns}; the file may be cut off.", "Deliver it again.")


def _utc(written: pd.Series) -> pd.Series:
    """Times as naive UTC; raises ValueError for what is not ISO 8601 with an offset: local time is never taken for UTC."""
    codes, moments = pd.factorize(pd.Index(written))
    local = moments[~moments.str.contains(WITH_OFFSET, regex=True)]
    if not local.empty:
        raise ValueError(f"the time {local[0]!r} has no offset from UTC, such as +00:00 or +08:00 at its end")
    parsed = pd.DatetimeIndex(pd.to_datetime(pd.Series(moments), utc=True, format="ISO8601")).tz_localize(None).as_unit("ns")
    return pd.Series(parsed.take(codes), index=written.index)


def _places(table: pd.DataFrame, path: Path) -> list[tuple[str, str, float, float]]:
    """Every station by its id: the name and place last given, or else those of the list of stations."""
    seen = table[list(STATION_COLUMNS)].drop_duplicates()
    for folder in (path, path.parent) if path.is_dir() else (path.parent,):
        listed = folder / STATION_LIST
        if listed.is_file() and set(STATION_COLUMNS) <= set((more := _read_csv(listed, [])).columns):
            seen = pd.concat([more[list(STATION_COLUMNS)], seen])
            break
    seen = seen[seen["location_id"].notna()]
    for column in ("lat", "lon"):
        seen = seen.assign(**{column: pd.to_numeric(seen[column], errors="coerce").astype(np.float64)})
    last = seen.groupby("location_id")[["location", "lat", "lon"]].last().sort_index()
    names = [" ".join(name.split()) if isinstance(name, str) else "" for name in last["location"]]
    named = [name or id for id, name in zip(last.index, names, strict=True)]
    return list(zip(map(str, last.index), named, last["lat"].tolist(), last["lon"].tolist(), strict=True))


def _on_earth(latitude: float, longitude: float) -> bool:
    return -90 <= latitude <= 90 and -180 <= longitude <= 360


def _in_known_units(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    known = table[table["parameter"].isin(LEXICON)].reset_index(drop=True)
    parts = []
    for (parameter, units), rows in known.groupby(["parameter", "units"], sort=False):
        convert = conversion_to(LEXICON[str(parameter)], str(units), f"{path}: {parameter}")
        parts.append(rows.assign(value=convert(rows["value"].to_numpy())))
    if not parts:
        raise NoDataInPeriod(
            f"{path} holds none of {', '.join(LEXICON)}; it has {', '.join(sorted(table['parameter'].unique())[:12])}.",
            "Check the column 'parameter'.",
        )
    return pd.concat(parts).sort_index()


def _plausible(table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    lowest = table["parameter"].map({k: variable.lowest for k, variable in LEXICON.items()})
    highest = table["parameter"].map({k: variable.highest for k, variable in LEXICON.items()})
    good = table["value"].between(lowest, highest)
    counts = table[~good & table["value"].notna()].groupby("parameter").size()
    notes = tuple(Note(NoteCode.VALUES_REJECTED, int(count), LEXICON[str(parameter)].long_name) for parameter, count in counts.items())
    return table.assign(value=table["value"].where(good)), notes


def _by_hour_and_station(table: pd.DataFrame, ids: list[str]) -> xr.Dataset:
    """Rejected values leave their hours behind, empty: that something was measured is known."""
    times = pd.DatetimeIndex(np.sort(table["time"].dt.ceil("h").unique()))
    last = table[table["value"].notna()].drop_duplicates(["parameter", "location_id", "time"], keep="last")
    last = last.assign(time=last["time"].dt.ceil("h"))
    fields = {}
    for parameter in sorted(table["parameter"].unique()):
        rows = last[last["parameter"] == parameter]
        if rows.duplicated(["location_id", "time"]).any():
            rows = rows.groupby(["location_id", "time"], as_index=False)["value"].mean()
        wide = rows.pivot(index="time", columns="location_id", values="value").reindex(index=times, columns=ids)
        variable = LEXICON[str(parameter)]
        fields[variable.key] = (("time", "station"), wide.to_numpy(np.float64), {"units": variable.units})
    return xr.Dataset(fields, coords={"time": times.to_numpy("datetime64[ns]"), "station": ids})
