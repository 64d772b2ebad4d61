"""Monitoring data of every format, read into one dataset of hours and stations."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from hazecast.config import ColumnSettings
from hazecast.errors import NoDataInPeriod
from hazecast.intake.files import files_below, guarded
from hazecast.intake.monitoring.formats import format_of, formats_with
from hazecast.intake.monitoring.hourly import hourly
from hazecast.intake.monitoring.layout import AMBIGUOUS, ORIGIN, listed_stations
from hazecast.intake.monitoring.places import places_of
from hazecast.intake.monitoring.wind import with_wind_components
from hazecast.records import Note, NoteCode, Origin, Placement, Station
from hazecast.vocabulary import VARIABLES

STATION_LIST = "stations.csv"
NO_VALUES = (STATION_LIST, "manifest.json")  # the second is what `hazecast fetch` leaves beside its files


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Values as read, raw: `data` has (time, station), the hours as delivered, in the vocabulary's keys and units, with all that is
    implausible; `modelled` has the same of what no instrument measured, with the places as coordinates.

    `stations` are those with a place on Earth, where they last stood; `unplaced` are the names of the others. `placements` are all
    places known, by station and in the order of time.
    """

    data: xr.Dataset
    stations: tuple[Station, ...]
    unplaced: tuple[str, ...]
    files: tuple[Path, ...]
    notes: tuple[Note, ...]
    placements: tuple[Placement, ...]
    modelled: xr.Dataset


def monitoring_files(path: Path, columns: ColumnSettings | None = None) -> tuple[Path, ...]:
    """The files of values below `path`, in order of their names; raises NoDataInPeriod where there are none."""
    patterns = tuple(dict.fromkeys(f"**/{p}" for f in formats_with(columns) for p in f.patterns))
    found = files_below(path, patterns, "files of monitoring data")
    return tuple(f for f in found if f.name not in NO_VALUES) or found


def read_table(path: Path, columns: ColumnSettings | None = None) -> tuple[pd.DataFrame, tuple[Path, ...]]:
    """Every value below `path`, with VALUE_COLUMNS and where a source tells them ORIGIN and AMBIGUOUS, and the files that were read.

    `columns` lays out tables of the user's own. Raises UnreadableInput, UnknownUnits, or NoDataInPeriod.
    """
    files = monitoring_files(path, columns)
    return with_wind_components(pd.concat([_read_one(file, columns) for file in files], ignore_index=True)), files


def _read_one(file: Path, columns: ColumnSettings | None) -> pd.DataFrame:
    with guarded(file):
        return format_of(file, columns).read(file)


def read_monitoring(
    path: Path,
    known_by: pd.Timestamp | None = None,
    arrival_delay: pd.Timedelta = pd.Timedelta(0),
    columns: ColumnSettings | None = None,
) -> Monitoring:
    """Read every file below `path`; with `known_by` (UTC, naive) only what had arrived then, `arrival_delay` after its hour.

    A value belongs to the hour that it ends in; of plausible rows of one moment the last read counts, and several moments of one hour
    are averaged. Where none is plausible the last stays as it is: the checks judge it. Stations without any value are kept when a
    `stations.csv` in the folder or beside it names them. Raises UnreadableInput, UnknownUnits, or NoDataInPeriod.
    """
    table, files = read_table(path, columns)
    known = table if known_by is None else table[table["time"].dt.ceil("h") + arrival_delay <= known_by]
    if known.empty:
        raise NoDataInPeriod(
            f"{path} holds no observation{'' if known_by is None else f' that had arrived by {known_by:%Y-%m-%d %H:%M} UTC'}; "
            f"it has {_period_of(table)}.",
            "Choose a cycle inside the data, or add the files of that period.",
        )
    is_modelled = known[ORIGIN] == Origin.MODELLED if ORIGIN in known else pd.Series(False, index=known.index)
    observed, modelled = known[~is_modelled], known[is_modelled]
    if observed.empty:
        raise NoDataInPeriod(f"{path} holds modelled values alone, such as {modelled['name'].iloc[0]!r}.", "Add what stations observed.")
    places = places_of(observed, _listed(path, known_by))
    return Monitoring(
        data=_by_hour_and_station(observed, places.ids),
        stations=places.stations,
        unplaced=places.unplaced,
        files=files,
        notes=_ambiguous(observed),
        placements=places.placements,
        modelled=_at_points(modelled),
    )


def _period_of(table: pd.DataFrame) -> str:
    if table.empty:
        return "no rows at all"
    return f"{table['time'].min():%Y-%m-%d %H:%M} to {table['time'].max():%Y-%m-%d %H:%M} UTC"


def _listed(path: Path, known_by: pd.Timestamp | None) -> pd.DataFrame | None:
    """The list of stations in the folder or beside it, with what was known by then."""
    listed = list_beside(path)
    return listed if listed is None or known_by is None else listed[~(listed["since"] > known_by)]


def list_beside(path: Path) -> pd.DataFrame | None:
    """The list of stations in the folder or beside it, as `listed_stations` gives it; None where there is none."""
    for folder in (path, path.parent) if path.is_dir() else (path.parent,):
        listed = listed_stations(folder / STATION_LIST)
        if listed is not None:
            return listed
    return None


def _ambiguous(table: pd.DataFrame) -> tuple[Note, ...]:
    count = int((table[AMBIGUOUS].eq(True) & table["value"].notna()).sum()) if AMBIGUOUS in table else 0
    return (Note(NoteCode.LOCAL_TIMES_AMBIGUOUS, count),) if count else ()


def _at_points(table: pd.DataFrame) -> xr.Dataset:
    places = table.drop_duplicates("station_id", keep="last").set_index("station_id").sort_index()
    data = _by_hour_and_station(table, tuple(places.index))
    return data.assign_coords({name: ("station", places[name].to_numpy()) for name in ("name", "latitude", "longitude")})


def _by_hour_and_station(table: pd.DataFrame, ids: Sequence[str]) -> xr.Dataset:
    """Missing values leave their hours behind, empty: that something was measured is known."""
    given = hourly(table.drop(columns=ORIGIN, errors="ignore"))
    hours = np.unique(given.hour)
    place = {id: i for i, id in enumerate(ids)}
    at = np.searchsorted(hours, given.hour), np.array([place[id] for id in given.stations], dtype=np.int64)[given.station]
    fields = {}
    for number, key in enumerate(given.keys):
        of_key = given.key == number
        values = np.full((hours.size, len(ids)), np.nan)
        values[at[0][of_key], at[1][of_key]] = given.value[of_key]
        fields[key] = (("time", "station"), values, {"units": VARIABLES[key].units})
    times = hours.astype("datetime64[h]").astype("datetime64[ns]")
    return xr.Dataset(fields, coords={"time": times, "station": list(ids)})
