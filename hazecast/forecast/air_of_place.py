"""The air of one place: its paths through the winds of a cycle, and its footprint."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import InputError, NoDataInPeriod
from hazecast.forecast.footprints import residence_time, starts_around
from hazecast.forecast.mixing_height import mixing_height
from hazecast.forecast.trajectories import trajectories
from hazecast.forecast.trajectory_winds import winds_of_transport
from hazecast.forecast.transport.layers import Layers
from hazecast.grids.lattice import Lattice, lattice_of_data
from hazecast.records import Gridded

Array = NDArray[np.float64]
SHARES_OF_MIXED_LAYER = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
PARTICLES_A_HEIGHT = 100
RADIUS_M = 10_000.0
HOUR = np.timedelta64(1, "h")


@dataclass(frozen=True, slots=True)
class Place:
    """A point in degrees and what it is called."""

    latitude: float
    longitude: float
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class AirOfPlace:
    """`paths` as `trajectories` gives them, `footprint` as `residence_time` does, and the mixing height at the place then, m."""

    paths: xr.Dataset
    footprint: xr.DataArray
    mixing_height_m: float

    @property
    def hours_inside(self) -> float:
        """How long a particle is followed on average before it leaves the domain."""
        return float(self.footprint.sum()) / 3600.0


def air_of_place(gridded: Gridded, layers: Layers, place: Place, at: np.datetime64, hours: int) -> AirOfPlace:
    """Follow the air of the mixed layer over a place at one time for so many hours, below zero back in time.

    `PARTICLES_A_HEIGHT` start at each of five heights within the mixed layer, over a disc of `RADIUS_M`, in the winds that the transport
    model is driven by. Raises InputError for a place outside the domain, and NoDataInPeriod where the winds begin or end before the air
    has got anywhere.
    """
    weather = gridded.lattice_weather
    lattice = lattice_of_data(weather)
    _require_inside(place, lattice)
    needed = _about(weather, at, hours)
    depth = _depth_at(needed, place, at)
    heights = np.clip(SHARES_OF_MIXED_LAYER * depth, layers.centres[0], layers.centres[-1])
    starts = starts_around(place.latitude, place.longitude, RADIUS_M, heights, PARTICLES_A_HEIGHT)
    winds = winds_of_transport(needed, gridded.lattice_aloft, layers)
    paths = trajectories(winds, starts, at, np.timedelta64(hours, "h"))
    if not paths["latitude"].isel(time=1).notnull().any():
        raise NoDataInPeriod(
            f"No air of {place.name} is followed for an hour from {_minute(at)} UTC: wind lacks then, or the domain's edge is too near.",
            "Choose another time, or a domain that reaches further.",
        )
    return AirOfPlace(paths, residence_time(paths, lattice), depth)


def _require_inside(place: Place, lattice: Lattice) -> None:
    for name, value, axis in (("latitude", place.latitude, lattice.latitude), ("longitude", place.longitude, lattice.longitude)):
        if not axis[0] <= value <= axis[-1]:
            raise InputError(
                f"{place.name} lies at {name} {value:g}; the domain's cells have their middles from {axis[0]:g} to {axis[-1]:g}.",
                "Choose a place within the domain, or make the domain larger.",
            )


def _about(weather: xr.Dataset, at: np.datetime64, hours: int) -> xr.Dataset:
    """The hours that are needed, as far as there are any."""
    first, last = sorted((at, at + np.timedelta64(hours, "h")))
    needed = weather.sel(time=slice(first - HOUR, last + HOUR))
    times = weather["time"].values
    if not times[0] <= at <= times[-1] or needed.sizes["time"] < 2:
        raise NoDataInPeriod(
            f"There is no weather about {_minute(at)} UTC; it reaches from {_minute(times[0])} to {_minute(times[-1])} UTC.",
            "Choose a time within it.",
        )
    return needed


def _depth_at(weather: xr.Dataset, place: Place, at: np.datetime64) -> float:
    depth = mixing_height(weather).sel(latitude=place.latitude, longitude=place.longitude, time=at, method="nearest")
    if not np.isfinite(depth):
        raise NoDataInPeriod(
            f"There is no wind at 10 m over {place.name} at {_minute(at)} UTC, by which to tell how deep its air mixes.",
            "Choose another time, or weather with that wind.",
        )
    return float(depth)


def _minute(moment: np.datetime64) -> str:
    return str(moment.astype("datetime64[m]")).replace("T", " ")
