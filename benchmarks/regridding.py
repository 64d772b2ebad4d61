"""Regridding: bilinear in 32 bits from 0.25° to 0.1° and from both to stations, and mass-conserving in 64 bits from 0.1° to 0.25°."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import xarray as xr
import xarray_regrid  # noqa: F401  gives datasets their accessor

from benchmarks import peers
from benchmarks.measuring import Row, Times, in_turn
from hazecast.grids.conserving import conserved
from hazecast.grids.lattice import Lattice
from hazecast.grids.regridding import to_lattice, to_stations
from hazecast.records import Station

SOUTH, WEST = 20.1, 100.1
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Size:
    """How much is regridded: hours, stations, cells of the lattice of a region and of that of a country, and rounds of each timing."""

    hours: int
    stations: int
    region: tuple[int, int]
    country: tuple[int, int]
    rounds: int


FULL = Size(hours=121, stations=1500, region=(200, 280), country=(500, 700), rounds=7)
SMALL = Size(hours=3, stations=20, region=(12, 16), country=(20, 28), rounds=3)


def rows(small: bool) -> list[Row]:
    """Every line of the table, in its order."""
    size = SMALL if small else FULL
    return [*_fields("a country", size.country, size), *_fields("a region", size.region, size), *_stations(size), *_mass(size)]


def _fields(name: str, shape: tuple[int, int], size: Size) -> list[Row]:
    lattice = _lattice(shape, 0.1)
    source = _source(lattice, 0.25, size.hours, np.dtype(np.float32))
    field = source["x"]
    matrix = peers.bilinear_matrix(field, lattice)
    weights = peers.coo_weights(matrix, (field.shape[1], field.shape[2]), shape)
    goals = {
        "xarray.interp": (50.0, lambda: source.interp(latitude=lattice.latitude, longitude=lattice.longitude)),
        "scipy.sparse, all hours in one product": (2.5, lambda: peers.scipy_at_once(matrix, field.values, shape)),
        "scipy.sparse, hour by hour": (2.5, lambda: peers.scipy_hour_by_hour(matrix, field.values, shape)),
        "the way xESMF applies its weights": (15.0, lambda: peers.as_xesmf(field, weights)),
        "merely writing the result": (0.25, lambda: peers.merely_written((size.hours, *shape), field.dtype)),
    }
    times = in_turn(lambda: to_lattice(source, lattice), {peer: run for peer, (_, run) in goals.items()}, size.rounds)
    what = f"bilinear fields, {name} of {shape[0]} × {shape[1]} cells, {size.hours} h"
    return [_row(what, times, peer, goal, size.hours * shape[0] * shape[1]) for peer, (goal, _) in goals.items()]


def _stations(size: Size) -> list[Row]:
    """From a coarser analysis, and from the lattice of a country, as a forecast is brought to its stations."""
    lattice = _lattice(size.country, 0.1)
    chance = np.random.default_rng(2)
    latitude = chance.uniform(lattice.latitude[0], lattice.latitude[-1], size.stations)
    longitude = chance.uniform(lattice.longitude[0], lattice.longitude[-1], size.stations)
    stations = [Station(str(i), str(i), *place) for i, place in enumerate(zip(latitude, longitude, strict=True))]
    places = {"latitude": xr.DataArray(latitude, dims="station"), "longitude": xr.DataArray(longitude, dims="station")}
    return [_stations_from(spacing, lattice, stations, places, size) for spacing in (0.25, 0.1)]


def _stations_from(spacing: float, lattice: Lattice, stations: Sequence[Station], places: Mapping[str, xr.DataArray], size: Size) -> Row:
    source = _source(lattice, spacing, size.hours, np.dtype(np.float32))
    times = in_turn(lambda: to_stations(source, stations), {"xarray.interp": lambda: source.interp(places)}, size.rounds)
    what = f"bilinear, {size.stations} stations from {spacing:g}°, {size.hours} h"
    return _row(what, times, "xarray.interp", 50.0, size.hours * size.stations)


def _mass(size: Size) -> list[Row]:
    """An inventory of 0.1° by month on a lattice of 0.25° that its cells do not lie along."""
    shape = max(size.country[0] * 2 // 5, 3), max(size.country[1] * 2 // 5, 3)
    lattice = _lattice(shape, 0.25)
    source = _source(lattice, 0.1, MONTHS, np.dtype(np.float64))
    field, onto = source["x"], xr.Dataset(coords={"latitude": lattice.latitude, "longitude": lattice.longitude})
    matrix = peers.conserving_matrix(field, lattice)
    contestants = {
        "xarray-regrid": lambda: source.regrid.conservative(onto, time_dim=None, skipna=False),
        "scipy.sparse, all at once": lambda: peers.scipy_at_once(matrix, field.values, shape),
    }
    times = in_turn(lambda: conserved(source, lattice), contestants, size.rounds)
    what = f"mass-conserving, {field.shape[1]} × {field.shape[2]} to {shape[0]} × {shape[1]} cells, {MONTHS} fields"
    return [_row(what, times, peer, None, field.size) for peer in contestants]


def _lattice(shape: tuple[int, int], spacing: float) -> Lattice:
    return Lattice(SOUTH + spacing * np.arange(shape[0]), WEST + spacing * np.arange(shape[1]))


def _source(lattice: Lattice, spacing: float, hours: int, kind: np.dtype) -> xr.Dataset:
    """Noise on a grid that reaches round the lattice on all sides."""
    latitude, longitude = (
        spacing * np.arange(np.floor(axis[0] / spacing) - 2, np.ceil(axis[-1] / spacing) + 3)
        for axis in (lattice.latitude, lattice.longitude)
    )
    values = np.random.default_rng(1).random((hours, latitude.size, longitude.size)).astype(kind)
    time = np.datetime64("2026-01-01", "ns") + np.arange(hours) * np.timedelta64(1, "h")
    coords = {"time": time, "latitude": latitude, "longitude": longitude}
    return xr.Dataset({"x": (("time", "latitude", "longitude"), values)}, coords=coords)


def _row(name: str, times: Times, peer: str, goal: float | None, values: int) -> Row:
    return Row(name, values / median(times.ours) / 1e6, "million values/s", peer, times.ratio(peer), goal)
