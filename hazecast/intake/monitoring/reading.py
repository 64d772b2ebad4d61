"""Monitoring data of every format, read into one dataset of hours and stations."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from hazecast.errors import NoDataInPeriod
from hazecast.intake.files import files_below
from hazecast.intake.monitoring.formats import MONITORING_FORMATS, format_of
from hazecast.intake.monitoring.layout import listed_stations
from hazecast.records import Note, NoteCode, Station
from hazecast.vocabulary import POLLUTANTS, VARIABLES

STATION_LIST = "stations.csv"


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
    """Read every file below `path`; with `known_by` (UTC, naive) only what had arrived then, `arrival_delay` after its hour.

    A value belongs to the hour that it ends in; of usable rows of one moment the last read counts, and several moments of one hour are
    averaged. A value outside the plausible range is not used; a note counts it. Stations without any value are kept when a
    `stations.csv` in the folder or beside it names them. Raises UnreadableInput, UnknownUnits, or NoDataInPeriod.
    """
    patterns = tuple(dict.fromkeys(f"**/{p}" for f in MONITORING_FORMATS for p in f.patterns))
    found = files_below(path, patterns, "files of monitoring data")
    files = tuple(f for f in found if f.name != STATION_LIST) or found
    table = pd.concat([format_of(file).read(file) for file in files], ignore_index=True)
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
    checked, notes = _plausible(known[known["key"].isin([v.key for v in POLLUTANTS])])
    return Monitoring(_by_hour_and_station(checked, [id for id, *_ in places]), stations, unplaced, files, notes)


def _period_of(table: pd.DataFrame) -> str:
    if table.empty:
        return "no rows at all"
    return f"{table['time'].min():%Y-%m-%d %H:%M} to {table['time'].max():%Y-%m-%d %H:%M} UTC"


def _places(table: pd.DataFrame, path: Path) -> list[tuple[str, str, float, float]]:
    """Every station by its id: the name and place last given, or else those of the list of stations."""
    seen = table[["station_id", "name", "latitude", "longitude"]].drop_duplicates()
    for folder in (path, path.parent) if path.is_dir() else (path.parent,):
        more = listed_stations(folder / STATION_LIST)
        if more is not None:
            seen = pd.concat([more.set_axis(seen.columns, axis=1), seen])
            break
    seen = seen[seen["station_id"].notna()]
    for column in ("latitude", "longitude"):
        seen = seen.assign(**{column: pd.to_numeric(seen[column], errors="coerce").astype(np.float64)})
    last = seen.groupby("station_id")[["name", "latitude", "longitude"]].last().sort_index()
    names = [" ".join(name.split()) if isinstance(name, str) else "" for name in last["name"]]
    named = [name or id for id, name in zip(last.index, names, strict=True)]
    return list(zip(map(str, last.index), named, last["latitude"].tolist(), last["longitude"].tolist(), strict=True))


def _on_earth(latitude: float, longitude: float) -> bool:
    return -90 <= latitude <= 90 and -180 <= longitude <= 360


def _plausible(table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    lowest = table["key"].map({k: variable.lowest for k, variable in VARIABLES.items()})
    highest = table["key"].map({k: variable.highest for k, variable in VARIABLES.items()})
    good = table["value"].between(lowest, highest)
    counts = table[~good & table["value"].notna()].groupby("key").size()
    notes = tuple(Note(NoteCode.VALUES_REJECTED, int(count), VARIABLES[str(key)].long_name) for key, count in counts.items())
    return table.assign(value=table["value"].where(good)), notes


def _by_hour_and_station(table: pd.DataFrame, ids: list[str]) -> xr.Dataset:
    """Rejected values leave their hours behind, empty: that something was measured is known."""
    times = pd.DatetimeIndex(np.sort(table["time"].dt.ceil("h").unique()))
    last = table[table["value"].notna()].drop_duplicates(["key", "station_id", "time"], keep="last")
    last = last.assign(time=last["time"].dt.ceil("h"))
    fields = {}
    for key in sorted(table["key"].unique()):
        rows = last[last["key"] == key]
        if rows.duplicated(["station_id", "time"]).any():
            rows = rows.groupby(["station_id", "time"], as_index=False)["value"].mean()
        wide = rows.pivot(index="time", columns="station_id", values="value").reindex(index=times, columns=ids)
        variable = VARIABLES[str(key)]
        fields[variable.key] = (("time", "station"), wide.to_numpy(np.float64), {"units": variable.units})
    return xr.Dataset(fields, coords={"time": times.to_numpy("datetime64[ns]"), "station": ids})
