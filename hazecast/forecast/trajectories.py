"""Where air goes to and comes from: paths of many particles through labelled winds, as a CF dataset of trajectories."""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import InputError, NoDataInPeriod
from hazecast.forecast.kernels.trajectories import follow
from hazecast.forecast.trajectory_winds import Winds, winds_for_kernel

Array = NDArray[np.float64]
HOUR = np.timedelta64(1, "h")
STEP = np.timedelta64(10, "m")
_LEVEL_ATTRS = MappingProxyType(
    {
        "height": {"standard_name": "height", "units": "m", "positive": "up", "axis": "Z"},
        "pressure": {"standard_name": "air_pressure", "units": "Pa", "positive": "down", "axis": "Z"},
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Starts:
    """Where particles start, (particle,): degrees, and the level in the unit of the winds' own: m above the ground, or Pa."""

    latitude: Array
    longitude: Array
    level: Array

    def __post_init__(self) -> None:
        shapes = {name: getattr(self, name).shape for name in ("latitude", "longitude", "level")}
        if len(set(shapes.values())) > 1 or self.latitude.ndim != 1 or not self.latitude.size:
            raise ValueError(f"Starts have the shapes {shapes}; expected the same number of each, at least one.")
        if not np.isfinite([self.latitude, self.longitude, self.level]).all() or np.abs(self.latitude).max() > 90.0:
            raise ValueError("A start is not a number, or lies beyond a pole.")


def trajectories(
    winds: xr.Dataset,
    starts: Starts,
    start_time: np.datetime64,
    duration: np.timedelta64,
    *,
    record: np.timedelta64 = HOUR,
    step: np.timedelta64 = STEP,
) -> xr.Dataset:
    """Follow air from `starts` at `start_time` for `duration`, back in time where that is below zero.

    winds     (time, level, latitude, longitude) as `winds_for_kernel` takes them
    record    how often a position is kept; `duration` is a multiple of it
    step      the longest step of the fourth-order method; the steps that are taken fit into `record`

    Returns (trajectory, time): latitude and longitude in degrees, and height (m) or pressure (Pa) as the winds have levels; `time` runs as
    the particles were followed. NaN from where a particle left the winds or met missing ones. What comes down to the lowest level
    stays there until it is lifted; what starts below it starts on it. Where winds have no vertical component, or one level, air stays on
    its level. Raises what `winds_for_kernel` raises, InputError for times that do not fit, NoDataInPeriod for a start outside the winds.
    """
    fields = winds_for_kernel(winds)
    records, steps = _divided(duration, record, step)
    _require_time_covered(fields, start_time)
    paths = np.full((starts.latitude.size, records + 1, 3), np.nan)
    paths[:, 0] = np.stack([starts.latitude, starts.longitude, fields.upward * starts.level], axis=-1)
    forth = 1.0 if duration > np.timedelta64(0) else -1.0
    first = (start_time - fields.first_time) / np.timedelta64(1, "s")
    follow(paths, fields.values, fields.levels, fields.axes, float(first), forth * float(record / np.timedelta64(1, "s")) / steps, steps)
    times = start_time.astype("datetime64[ns]") + np.arange(records + 1) * (record if forth > 0 else -record)
    return _labelled(paths, times, fields)


def _divided(duration: np.timedelta64, record: np.timedelta64, step: np.timedelta64) -> tuple[int, int]:
    """How many records, and steps in each."""
    nothing = np.timedelta64(0)
    if record <= nothing or step <= nothing or duration == nothing or abs(duration) % record != nothing:
        raise InputError(
            f"Trajectories of {duration}, kept every {record} in steps of {step} at most; expected a length that is a multiple of what is "
            "kept, and both above zero.",
            "Choose a length in whole hours.",
        )
    return int(abs(duration) / record), int(np.ceil(record / step))


def _require_time_covered(fields: Winds, start_time: np.datetime64) -> None:
    if not fields.first_time <= start_time <= fields.last_time:
        raise NoDataInPeriod(
            f"Trajectories from {start_time} have no wind; there is wind from {fields.first_time} to {fields.last_time}.",
            "Choose a time within the winds, or deliver winds of that time.",
        )


def _labelled(paths: Array, times: NDArray[np.datetime64], fields: Winds) -> xr.Dataset:
    """Longitudes in the turn from -180 to 180, or that of the winds where these go beyond."""
    across = ("trajectory", "time")
    longitude = paths[..., 1]
    if fields.axes.around:
        longitude = fields.axes.west + (longitude - fields.axes.west) % 360.0
    variables = {
        "latitude": (across, paths[..., 0], {"standard_name": "latitude", "units": "degrees_north", "axis": "Y"}),
        "longitude": (across, longitude, {"standard_name": "longitude", "units": "degrees_east", "axis": "X"}),
        fields.kind: (across, fields.upward * paths[..., 2], dict(_LEVEL_ATTRS[fields.kind])),
    }
    coords = {
        "trajectory": ("trajectory", np.arange(paths.shape[0]), {"cf_role": "trajectory_id", "long_name": "number of the particle"}),
        "time": ("time", times, {"standard_name": "time", "axis": "T"}),
    }
    return xr.Dataset(variables, coords, {"Conventions": "CF-1.11", "featureType": "trajectory"})
