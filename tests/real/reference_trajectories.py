"""The 4,703 trajectories of another program, the winds it took them from, and what it did with these, as far as its paths tell.

Its hourly positions are met to the last digit by the simplest of methods: steps of half an hour with the wind at their beginning (Euler),
taken from the nearest point of the lattice, on the level nearest to the parcel's pressure, and always of one time, that at which the
parcels start, although winds of four earlier times were there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.archive.netcdf import read_dataset
from hazecast.forecast.trajectories import Starts, trajectories
from hazecast.intake.fields.reading import read_weather

Array = NDArray[np.float64]
START, END = np.datetime64("2015-08-02T00", "ns"), np.datetime64("2015-08-01T00", "ns")
NEAREST_LEVEL_PA = 90_000.0  # the highest level there is; the parcels start at 500 hPa
PEER_RADIUS_M = 6_371_000.0
STEP_S = 1800.0


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Paths (hour, parcel) in degrees and hPa, and the winds as intake reads them."""

    latitude: Array
    longitude: Array
    pressure: Array
    winds: xr.Dataset

    @property
    def path_km(self) -> Array:
        """Length of each path, by its hourly positions."""
        ends = self.latitude[1:], self.longitude[1:]
        return np.asarray(kilometres(self.latitude[:-1], self.longitude[:-1], *ends).sum(axis=0))

    @property
    def starts(self) -> Starts:
        """Its starting points, on the level whose winds it takes."""
        return Starts(self.latitude[0], self.longitude[0], np.full(self.latitude.shape[1], NEAREST_LEVEL_PA))

    def apart_km(self, paths: xr.Dataset) -> Array:
        """Distance from the reference, (hour, parcel)."""
        return kilometres(paths["latitude"].values.T, paths["longitude"].values.T, self.latitude, self.longitude)


def read_reference(folder: Path) -> Reference:
    paths = read_dataset(folder / "reference_trajectories.nc")
    aloft = [read_weather(file).aloft for file in sorted(folder.glob("*.grib"))]
    winds = xr.concat([part for part in aloft if part is not None], "time").drop_vars("init_time")
    winds["level"].attrs.update(kind="pressure", units="Pa")
    return Reference(*(paths[name].values for name in ("xlat", "xlon", "xh")), winds)


def kilometres(latitude: Array, longitude: Array, other_latitude: Array, other_longitude: Array) -> Array:
    y1, x1, y2, x2 = map(np.radians, (latitude, longitude, other_latitude, other_longitude))
    root = np.sin((y1 - y2) / 2) ** 2 + np.cos(y1) * np.cos(y2) * np.sin((x1 - x2) / 2) ** 2
    return np.asarray(2 * PEER_RADIUS_M / 1e3 * np.arcsin(np.sqrt(root)))


def as_the_peer_did(reference: Reference) -> tuple[Array, Array, Array]:
    """Latitude, longitude and pressure, (hour, parcel), by the method above."""
    names = ("eastward_wind_aloft", "northward_wind_aloft", "vertical_velocity_aloft")
    winds = np.stack([reference.winds[name].sel(time=START).values for name in names], axis=-1)
    axes = reference.winds["level"].values / 100.0, reference.winds["latitude"].values[::-1], reference.winds["longitude"].values
    place = reference.pressure[0], reference.latitude[0], reference.longitude[0]
    kept = [place]
    for number in range(48):
        level, row, column = (np.abs(at[:, None] - axis).argmin(axis=1) for at, axis in zip(place, axes, strict=True))
        u, v, w = winds[level, axes[1].size - 1 - row, column].T
        turn = -STEP_S * 180.0 / (PEER_RADIUS_M * np.pi)
        place = place[0] - w * STEP_S / 100.0, place[1] + v * turn, place[2] + u * turn / np.cos(np.radians(place[1]))
        if number % 2:
            kept.append(place)
    pressure, latitude, longitude = (np.array(values) for values in zip(*kept, strict=True))
    return latitude, longitude, pressure


def level_alone(reference: Reference) -> xr.Dataset:
    """The horizontal winds of the level that the peer takes."""
    return reference.winds[["eastward_wind_aloft", "northward_wind_aloft"]].sel(level=[NEAREST_LEVEL_PA])


def held(reference: Reference) -> xr.Dataset:
    """Those of the time of the start alone, for the whole day."""
    winds = level_alone(reference)
    return winds.sel(time=[START, START]).assign_coords(time=[END, START])


def in_stairs(winds: xr.Dataset, to_a_cell: int = 10) -> xr.Dataset:
    """Constant about each point of the lattice, as for who takes the nearest, but for a slope over 1/`to_a_cell` of the way.

    Half-way between two points, where all parcels start, the peer's is the northern and the western of them.
    """
    spacing = 0.25
    latitude, longitude = np.arange(25.0, 46.0, spacing / to_a_cell), np.arange(64.0, 105.0, spacing / to_a_cell)
    row = np.floor((latitude - winds["latitude"].values[0]) / spacing + 0.5 + 1e-6).astype(int)
    column = np.ceil((longitude - winds["longitude"].values[0]) / spacing - 0.5 - 1e-6).astype(int)
    return winds.isel(latitude=row, longitude=column).assign_coords(latitude=latitude, longitude=longitude)


def followed(reference: Reference, winds: xr.Dataset, minutes: int = 10) -> xr.Dataset:
    """Our own trajectories through `winds` from the same starts."""
    return trajectories(winds, reference.starts, START, np.timedelta64(-24, "h"), step=np.timedelta64(minutes, "m"))


WINDS: dict[str, Callable[[Reference], xr.Dataset]] = {
    "held and in stairs": lambda reference: in_stairs(held(reference)),
    "held": held,
    "of all times": level_alone,
}
