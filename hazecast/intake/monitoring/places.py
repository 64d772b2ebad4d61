"""Where stations stand and stood: a station's place is dated, for what it measured elsewhere is of another place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise, zip_longest

import numpy as np
import pandas as pd
import xarray as xr

from hazecast.grids.distance import distance
from hazecast.intake.monitoring.times import HOUR
from hazecast.records import Note, NoteCode, Placement, Station

SAME_PLACE_M = 500.0  # nearer than this is the same place, told more exactly
SLIP = pd.Timedelta(days=1)  # another place that is told for less, and then the first again, is a slip of the pen
LONG_AGO = datetime(1700, 1, 1)
TELLING = ["station_id", "name", "latitude", "longitude"]


@dataclass(frozen=True, slots=True)
class Places:
    """The ids of all stations; those with a place on Earth as last known, the names of the others, and every place since when."""

    ids: tuple[str, ...]
    stations: tuple[Station, ...]
    unplaced: tuple[str, ...]
    placements: tuple[Placement, ...]


def places_of(table: pd.DataFrame, listed: pd.DataFrame | None) -> Places:
    """The places that a table of values gives, in the order of its times, and those of a list of stations (`listed_stations`).

    The places of the list count for a station whose places it dates, or for which the table gives none.
    """
    told = runs_of(table)
    if listed is not None:
        told = _with_list(told, listed, table["time"].min() - HOUR)
    ids: list[str] = []
    stations: list[Station] = []
    unplaced: list[str] = []
    placements: list[Placement] = []
    for id, runs in told.groupby("station_id", sort=True):
        ids.append(str(id))
        name = _name(runs, str(id))
        placed = runs[_on_earth(runs["latitude"], runs["longitude"])]
        placements += _placements(str(id), placed)
        if placed.empty:
            unplaced.append(name)
        else:
            stations.append(Station(str(id), name, float(placed["latitude"].iloc[-1]), float(placed["longitude"].iloc[-1])))
    return Places(tuple(ids), tuple(stations), tuple(unplaced), tuple(placements))


def _on_earth(latitude: pd.Series, longitude: pd.Series) -> pd.Series:
    return latitude.between(-90, 90) & longitude.between(-180, 360)


def runs_of(table: pd.DataFrame) -> pd.DataFrame:
    """TELLING with `since` and `until`, one row for as long as a station is told to be the same, in the order of time."""
    rows = table.loc[table["station_id"].notna(), [*TELLING, "time"]].sort_values(["station_id", "time"], kind="stable", ignore_index=True)
    before = rows[TELLING].shift()
    changes = ((rows[TELLING] != before) & ~(rows[TELLING].isna() & before.isna())).any(axis=1)
    runs = rows[changes].rename(columns={"time": "since"}).assign(since=lambda begun: begun["since"] - HOUR)
    return runs.assign(until=rows["time"].groupby(changes.cumsum()).last().to_numpy())


def _with_list(told: pd.DataFrame, listed: pd.DataFrame, begin: pd.Timestamp) -> pd.DataFrame:
    """The runs, with those of the list before them, so that names of the table count; where one is not believed, it gives no place."""
    dated = set(listed.loc[listed["since"].notna(), "station_id"])
    placed = set(told.loc[_on_earth(told["latitude"], told["longitude"]), "station_id"])
    earliest = listed["since"].min() if dated else begin
    rows = listed.assign(since=listed["since"].fillna(min(begin, earliest)))
    rows = rows.assign(until=rows["since"] + SLIP).sort_values("since", kind="stable")
    outdone = rows["station_id"].isin(placed - dated)
    overruled = told["station_id"].isin(dated)
    nowhere = {"latitude": np.nan, "longitude": np.nan}
    both = [rows[~outdone], rows[outdone].assign(**nowhere), told[~overruled], told[overruled].assign(**nowhere)]
    return pd.concat([part for part in both if not part.empty]).sort_values("station_id", kind="stable", ignore_index=True)


def _name(runs: pd.DataFrame, id: str) -> str:
    """The last that was told, in one line."""
    names = [" ".join(name.split()) for name in runs["name"] if isinstance(name, str)]
    return next((name for name in reversed(names) if name), id)


@dataclass(frozen=True, slots=True)
class _Telling:
    """A place on Earth, and from when until when it was told."""

    since: pd.Timestamp
    until: pd.Timestamp
    latitude: float
    longitude: float

    def is_slip(self, before: Placement, following: "_Telling | None") -> bool:
        """Whether it is told for a short while between two tellings of one place."""
        return self.until - self.since < SLIP and following is not None and not _apart(before, following)


def _placements(id: str, runs: pd.DataFrame) -> list[Placement]:
    tellings = [
        _Telling(pd.Timestamp(since), pd.Timestamp(until), latitude, longitude)
        for since, until, latitude, longitude in zip(
            runs["since"], runs["until"], runs["latitude"].tolist(), runs["longitude"].tolist(), strict=True
        )
    ]
    placements: list[Placement] = []
    for telling, following in zip_longest(tellings, tellings[1:]):
        if placements and (not _apart(placements[-1], telling) or telling.is_slip(placements[-1], following)):
            continue
        since = telling.since.to_pydatetime(warn=False).replace(tzinfo=UTC)
        placements.append(Placement(id, since, telling.latitude, telling.longitude))
    return placements


def _apart(place: Placement | Station, other: _Telling | Station) -> bool:
    one, another = np.array([place.latitude, place.longitude]), np.array([other.latitude, other.longitude])
    return bool(distance(*one, *another) > SAME_PLACE_M)


def since_last_move(data: xr.Dataset, placements: Sequence[Placement], names: Mapping[str, str]) -> tuple[xr.Dataset, tuple[Note, ...]]:
    """`data` of (time, station) without what stations measured before they last moved, and a note of those that lost values so."""
    moves = {new.station_id: new.since for old, new in pairwise(placements) if old.station_id == new.station_id}
    ids = [str(id) for id in data["station"].values]
    since = np.array([moves[id].replace(tzinfo=None) if id in moves else LONG_AGO for id in ids], dtype="datetime64[ns]")
    here = data["time"] > xr.DataArray(since, dims="station", coords={"station": data["station"]})
    if bool(here.all()):
        return data, ()
    lost = (data.notnull() & ~here).any("time").to_array().any("variable").values
    who = [names.get(id, id) for id, did in zip(ids, lost, strict=True) if did]
    return data.where(here), (Note(NoteCode.STATIONS_MOVED, len(who), ", ".join(who)),) if who else ()


def elsewhere(stations: Sequence[Station], placements: Sequence[Placement]) -> tuple[Note, ...]:
    """A note of the stations that the last of their placements puts at another place."""
    last = {placement.station_id: placement for placement in placements}
    who = [station.name for station in stations if station.id in last and _apart(last[station.id], station)]
    return (Note(NoteCode.STATIONS_ELSEWHERE, len(who), ", ".join(who)),) if who else ()
