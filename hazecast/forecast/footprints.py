"""Footprints: over which ground the air of a place has been, and for how long."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import InputError, MissingVariable
from hazecast.forecast.kernels.footprints import residence
from hazecast.forecast.trajectories import Starts
from hazecast.grids.lattice import EARTH_RADIUS_M, Lattice

Array = NDArray[np.float64]
GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))


def starts_around(latitude: float, longitude: float, radius: float, levels: Array, count: int) -> Starts:
    """Particles spread evenly over a disc about a place, `count` on each level; the same ones every time.

    radius   m;  levels   (level,) in the unit of the winds' own

    The n-th lies at the golden angle from the one before and so far out that each has the same area (Vogel 1979, Math. Biosci. 44, 179).
    """
    number = np.arange(count)
    out = radius * np.sqrt((number + 0.5) / count) / EARTH_RADIUS_M
    north = np.rad2deg(out * np.cos(number * GOLDEN_ANGLE))
    east = np.rad2deg(out * np.sin(number * GOLDEN_ANGLE)) / np.cos(np.deg2rad(latitude))
    rows = np.clip(np.tile(latitude + north, levels.size), -90.0, 90.0)
    return Starts(rows, np.tile(longitude + east, levels.size), np.repeat(levels.astype(np.float64), count))


def residence_time(paths: xr.Dataset, lattice: Lattice, highest: float | None = None) -> xr.DataArray:
    """How long the particles of one start spend over each cell, in s, on average over the starts: (latitude, longitude).

    paths     (trajectory, time) as `trajectories` gives them; between times a path is straight in latitude, longitude and level
    highest   count only time not above this level, in its unit: that in which the ground can give anything to the air

    Steps are cut at the edges of the cells, so that the sum over cells is the whole time within the lattice (and not above `highest`).
    Ashbaugh, Malm and Sadeh 1985, Atmos. Environ. 19, 1263. Raises MissingVariable and InputError for what are no such paths.
    """
    level = next((name for name in ("height", "pressure") if name in paths.variables), None)
    if level is None or not {"latitude", "longitude", "time", "trajectory"} <= set(paths.variables):
        raise MissingVariable("The paths lack latitude, longitude, time or a level.", "Give a dataset as `trajectories` makes it.")
    seconds = _even_seconds(paths)
    upward = -1.0 if level == "pressure" else 1.0
    points = np.stack([paths[name].transpose("trajectory", "time").values for name in ("latitude", "longitude", level)], axis=-1)
    points[..., 2] *= upward
    corner = float(lattice.row_edges[0]), lattice.spacing_latitude, float(lattice.column_edges[0]), lattice.spacing_longitude
    limit = np.inf if highest is None else upward * highest
    total = residence(_unbroken(points), *corner, lattice.shape, seconds, float(limit))
    attrs = {
        "long_name": "residence time of air over each cell, of one start on average",
        "units": "s",
        "cell_methods": "time: sum trajectory: mean",
    }
    coords = {"latitude": lattice.latitude, "longitude": lattice.longitude}
    return xr.DataArray(total / max(points.shape[0], 1), coords, ("latitude", "longitude"), "residence_time", attrs)


def _even_seconds(paths: xr.Dataset) -> float:
    steps = np.abs(np.diff(paths["time"].values) / np.timedelta64(1, "s"))
    if not steps.size or not (steps == steps[0]).all() or steps[0] == 0.0:
        raise InputError(f"The paths have {paths.sizes['time']} times; expected two or more, evenly apart.", "Keep positions every hour.")
    return float(steps[0])


def _unbroken(points: Array) -> Array:
    """With longitudes that go on counting where they jumped by a turn."""
    longitude = points[..., 1]
    jumps = np.nan_to_num(np.rint(np.diff(longitude, axis=1) / 360.0))
    points[:, 1:, 1] -= 360.0 * np.cumsum(jumps, axis=1)
    return points
