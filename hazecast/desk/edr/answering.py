"""Queries for values, answered from what a cycle stored, for who may see it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import xarray as xr

from hazecast.archive.bulletin_facts import load_stored_facts
from hazecast.desk.cases import chosen_cycle, visible_cycles
from hazecast.desk.desk import Desk
from hazecast.desk.edr.asked import names_of, outline_of, point_of, span_of
from hazecast.desk.edr.coverages import collection_of, grid, series
from hazecast.desk.edr.selecting import Wanted, cell_at, cells_in, parameter_names, stations_by_id
from hazecast.desk.frames import hours_of
from hazecast.desk.refusals import Refusal
from hazecast.grids.distance import distance
from hazecast.records import Account, Station

AT_M = 1000.0
"""So near a place a station stands at it: coordinates are often written with two decimals."""


class Collection(StrEnum):
    """What there is to ask."""

    MAPS = "maps"
    STATIONS = "stations"


@dataclass(frozen=True, slots=True)
class Asked:
    """Times and parameters as a query has them; None for all."""

    datetime: str | None
    parameter_name: str | None


def folder_of(desk: Desk, account: Account, cycle_key: str | None) -> Path:
    """The cycle of that key, or the newest, if the account sees it; raises Refusal."""
    status = chosen_cycle(desk, account, cycle_key or "", visible_cycles(desk, account, 1))
    if status is None:
        raise Refusal(404, "There is no such page.")
    return desk.archive / status.cycle.key


def at_place(desk: Desk, account: Account, collection: Collection, cycle_key: str | None, coords: str, asked: Asked) -> dict[str, Any]:
    """The coverage at a point: of the cell that it lies in, or of the station that stands there. Raises Refusal and UnreadableInput."""
    folder, (longitude, latitude) = folder_of(desk, account, cycle_key), point_of(coords)
    wanted = _wanted(folder, collection, asked)
    if collection is Collection.MAPS:
        cell = cell_at(folder, hours_of(folder).frame, (longitude, latitude), wanted)
        return series(cell, float(cell["longitude"]), float(cell["latitude"]))
    own = _stations_seen(folder, account)
    away = [float(distance(*map(np.float64, (s.latitude, s.longitude, latitude, longitude)))) for s in own]
    nearest = min(range(len(own)), key=away.__getitem__, default=None)
    if nearest is None or away[nearest] > AT_M:
        raise Refusal(404, "No station of yours lies there.")
    return _at_stations(folder, [own[nearest]], wanted)[0][0]


def in_area(desk: Desk, account: Account, collection: Collection, cycle_key: str | None, coords: str, asked: Asked) -> dict[str, Any]:
    """The coverage of an outline: the cells with their middle in it, or the stations. Raises Refusal and UnreadableInput."""
    folder, outline = folder_of(desk, account, cycle_key), outline_of(coords)
    wanted = _wanted(folder, collection, asked)
    if collection is Collection.MAPS:
        return grid(cells_in(folder, hours_of(folder).frame, outline, wanted))
    inside = [s for s in _stations_seen(folder, account) if shapely.contains_xy(outline, s.longitude, s.latitude)]
    coverages, data = _at_stations(folder, inside, wanted)
    return collection_of(coverages, data)


def _wanted(folder: Path, collection: Collection, asked: Asked) -> Wanted:
    known = parameter_names(folder, of_stations=collection is Collection.STATIONS)
    return Wanted(names_of(asked.parameter_name, known), None if asked.datetime is None else span_of(asked.datetime))


def _stations_seen(folder: Path, account: Account) -> list[Station]:
    """An agency sees the stations of its own areas."""
    facts = load_stored_facts(folder)
    own = {id for area in facts.areas if account.sees(area.id) for id in area.station_ids}
    return [station for station in facts.stations if station.id in own or not account.areas]


def _at_stations(folder: Path, stations: list[Station], wanted: Wanted) -> tuple[list[dict[str, Any]], xr.Dataset]:
    by_id = {station.id: station for station in stations}
    data = stations_by_id(folder, tuple(by_id), wanted)
    told = []
    for number, id in enumerate(data["station"].values.tolist()):
        one = series(data.isel(station=number), by_id[id].longitude, by_id[id].latitude)
        told.append({"id": id} | one)
    return told, data
