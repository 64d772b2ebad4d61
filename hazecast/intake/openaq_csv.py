"""Monitoring data as the OpenAQ archive writes it: long CSV, one file a station or day, mostly gzipped, times with an offset."""

import csv
import gzip
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


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Values as read: `data` has (time, station), hourly steps as delivered, in the vocabulary's keys and units."""

    data: xr.Dataset
    stations: tuple[Station, ...]
    files: tuple[Path, ...]
    notes: tuple[Note, ...]


def read_monitoring(path: Path, known_by: pd.Timestamp | None = None, arrival_delay: pd.Timedelta = pd.Timedelta(0)) -> Monitoring:
    """Read every CSV below `path`; with `known_by` (UTC, naive) only what had arrived then, `arrival_delay` after its hour.

    A value outside the plausible range is not used; a note counts it. Stations without any value are kept when a
    `stations.csv` beside the folder names them. Raises UnreadableInput, UnknownUnits, or NoDataInPeriod.
    """
    files = files_below(path, ("*.csv.gz", "*.csv"), "CSV files in the OpenAQ archive layout")
    table = pd.concat([_read_one(file) for file in files], ignore_index=True)
    if known_by is not None:
        table = table[table["time"] + arrival_delay <= known_by]
    if table.empty:
        raise NoDataInPeriod(f"{path} holds no observation that had arrived by {known_by}.", "Choose a later cycle, or add earlier files.")
    stations = _stations(table, path)
    usable, notes = _plausible(_in_known_units(table, path))
    return Monitoring(_by_hour_and_station(usable, stations), stations, files, notes)


def _read_one(file: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(file, dtype={"location_id": str, "units": str, "parameter": str, "location": str}, na_values=["-;", "_"])
    except (
        pd.errors.ParserError,
        pd.errors.EmptyDataError,
        UnicodeDecodeError,
        EOFError,
        gzip.BadGzipFile,
        zlib.error,
        csv.Error,
    ) as broken:
        raise UnreadableInput(f"{file} is not a whole CSV file: {broken}.", "Deliver it again.") from broken
    lacking = [c for c in COLUMNS if c not in table]
    if lacking:
        raise UnreadableInput(
            f"{file} lacks the columns {lacking}; it has {list(table)[:12]}.", "Deliver it as the OpenAQ archive writes it."
        )
    try:
        table["time"] = pd.to_datetime(table["datetime"], utc=True, format="ISO8601").dt.tz_localize(None).dt.ceil("h")
        numbers = table[["lat", "lon", "value"]].astype(np.float64)
    except (ValueError, TypeError) as wrong:
        raise UnreadableInput(f"{file}: {wrong}.", "Times must be ISO 8601 with an offset; lat, lon and value numbers.") from wrong
    return table[["location_id", "location", "time", "parameter", "units"]].join(numbers)


def _stations(table: pd.DataFrame, path: Path) -> tuple[Station, ...]:
    seen = table.drop_duplicates("location_id", keep="last")[["location_id", "location", "lat", "lon"]]
    listed = (path if path.is_dir() else path.parent).parent / "stations.csv"
    if listed.is_file():
        more = pd.read_csv(listed, dtype={"location_id": str, "location": str})
        if set(seen.columns) <= set(more.columns):
            seen = pd.concat([seen, more[list(seen.columns)]]).drop_duplicates("location_id")
    columns = (seen.sort_values("location_id")[c].tolist() for c in ("location_id", "location", "lat", "lon"))
    return tuple(Station(id, name, float(latitude), float(longitude)) for id, name, latitude, longitude in zip(*columns, strict=True))


def _in_known_units(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    known = table[table["parameter"].isin(LEXICON)].reset_index(drop=True)
    parts = []
    for (parameter, units), rows in known.groupby(["parameter", "units"], dropna=False):
        convert = conversion_to(LEXICON[str(parameter)], str(units), f"{path}: {parameter}")
        parts.append(rows.assign(value=convert(rows["value"].to_numpy())))
    if not parts:
        raise NoDataInPeriod(f"{path} holds none of {', '.join(LEXICON)}.", "Check the column 'parameter'.")
    return pd.concat(parts, ignore_index=True)


def _plausible(table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    lowest = table["parameter"].map({k: variable.lowest for k, variable in LEXICON.items()})
    highest = table["parameter"].map({k: variable.highest for k, variable in LEXICON.items()})
    good = table["value"].between(lowest, highest)
    counts = table[~good & table["value"].notna()].groupby("parameter").size()
    notes = tuple(Note(NoteCode.VALUES_REJECTED, int(count), LEXICON[str(parameter)].long_name) for parameter, count in counts.items())
    return table[good], notes


def _by_hour_and_station(table: pd.DataFrame, stations: tuple[Station, ...]) -> xr.Dataset:
    ids = [s.id for s in stations]
    times = pd.DatetimeIndex(np.sort(table["time"].unique()))
    last = table.drop_duplicates(["parameter", "location_id", "time"], keep="last")
    fields = {}
    for parameter, rows in last.groupby("parameter"):
        wide = rows.pivot(index="time", columns="location_id", values="value").reindex(index=times, columns=ids)
        variable = LEXICON[str(parameter)]
        fields[variable.key] = (("time", "station"), wide.to_numpy(np.float64), {"units": variable.units})
    return xr.Dataset(fields, coords={"time": times.to_numpy("datetime64[ns]"), "station": ids})
