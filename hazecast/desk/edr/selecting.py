"""What of a cycle's maps and stations lies where and when a query asks. Nothing is taken from the nearest place or hour instead."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely
import xarray as xr
from numpy.typing import NDArray

from hazecast.archive.cycle_files import GRID_FILE, STATIONS_FILE
from hazecast.archive.netcdf import read_dataset, variables_in
from hazecast.desk.frames import MapFrame
from hazecast.desk.refusals import Refusal

MOST_VALUES = 1_000_000
CELL = ("lead_time", "latitude", "longitude")
STATION = ("lead_time", "station")
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which parameters, and the first and last moment; None for every hour."""

    names: tuple[str, ...]
    span: Span | None


@lru_cache(maxsize=64)
def parameter_names(folder: Path, *, of_stations: bool) -> tuple[str, ...]:
    """The parameters of a cycle's maps or stations: what has one value a place and hour. Raises UnreadableInput."""
    file, dims = (STATIONS_FILE, STATION) if of_stations else (GRID_FILE, CELL)
    return tuple(name for name, given in variables_in(folder / file).items() if sorted(given) == sorted(dims))


@lru_cache(maxsize=64)
def described(folder: Path, *, of_stations: bool) -> xr.Dataset:
    """The parameters at one place, every hour: for their descriptions and times. Raises UnreadableInput."""
    file = STATIONS_FILE if of_stations else GRID_FILE
    names = list(parameter_names(folder, of_stations=of_stations))
    return read_dataset(folder / file, lambda whole: whole[names].isel({dim: 0 for dim in whole[names].dims if dim != "lead_time"}))


def cell_at(folder: Path, frame: MapFrame, place: tuple[float, float], wanted: Wanted) -> xr.Dataset:
    """The series of the cell that a place lies in; raises Refusal outside the map or its hours."""
    longitude, latitude = _turned(place[0], frame), place[1]
    if not (frame.west <= longitude <= frame.east and frame.south <= latitude <= frame.north):
        raise Refusal(404, "The place lies outside the map.")

    def choose(whole: xr.Dataset) -> xr.Dataset:
        one = _hours(whole, wanted)
        return one.isel(
            latitude=int(np.abs(whole["latitude"].values - latitude).argmin()),
            longitude=int(np.abs(whole["longitude"].values - longitude).argmin()),
        )

    return read_dataset(folder / GRID_FILE, choose)


def cells_in(folder: Path, frame: MapFrame, outline: shapely.Geometry, wanted: Wanted) -> xr.Dataset:
    """The box of the cells whose middle an outline holds, unknown at the others; raises Refusal where there are none, or too many."""
    west = outline.bounds[0]
    turned = shapely.transform(outline, lambda points: points + np.array([_turned(west, frame) - west, 0.0]))

    def choose(whole: xr.Dataset) -> xr.Dataset:
        x, y = np.meshgrid(whole["longitude"].values, whole["latitude"].values)
        inside = shapely.contains_xy(turned, x, y)
        if not inside.any():
            raise Refusal(404, "No cell of the map has its middle in the area.")
        rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
        box = {"latitude": slice(rows[0], rows[-1] + 1), "longitude": slice(columns[0], columns[-1] + 1)}
        chosen = _hours(whole, wanted).isel(box)
        _require_few(chosen)
        return chosen.where(xr.DataArray(inside, dims=("latitude", "longitude")).isel(box), drop=False)

    return read_dataset(folder / GRID_FILE, choose)


def stations_by_id(folder: Path, ids: tuple[str, ...], wanted: Wanted) -> xr.Dataset:
    """The series of stations in that order; raises Refusal where the cycle has none of them, or there are too many values."""

    def choose(whole: xr.Dataset) -> xr.Dataset:
        stored = whole["station"].values.tolist()
        found = [stored.index(id) for id in ids if id in stored]
        if not found:
            raise Refusal(404, "No station of yours lies there.")
        chosen = _hours(whole, wanted).isel(station=found)
        _require_few(chosen)
        return chosen

    return read_dataset(folder / STATIONS_FILE, choose)


def _hours(whole: xr.Dataset, wanted: Wanted) -> xr.Dataset:
    chosen = whole[list(wanted.names)]
    if wanted.span is None:
        return chosen
    first, last = (np.datetime64(moment.replace(tzinfo=None), "us") for moment in wanted.span)
    moments: NDArray[np.datetime64] = whole["valid_time"].values.astype("datetime64[us]")
    hours = np.flatnonzero((moments >= first) & (moments <= last))
    if not hours.size:
        raise Refusal(404, "The forecast has no hour then.")
    return chosen.isel(lead_time=hours)


def _require_few(chosen: xr.Dataset) -> None:
    values = sum(field.size for field in chosen.values())
    if values > MOST_VALUES:
        raise Refusal(400, "These are more values than are given at once. Ask for fewer hours or parameters, or a smaller area.")


def _turned(longitude: float, frame: MapFrame) -> float:
    """The same meridian, counted as the map counts."""
    return longitude if frame.west <= longitude <= frame.east else (longitude - frame.west) % 360.0 + frame.west
