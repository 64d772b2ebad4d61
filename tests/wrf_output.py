"""A small wrfout file: one wind everywhere on the Earth, so that every cell of it has another wind along the grid's axes."""

from pathlib import Path

import numpy as np
import xarray as xr

from tests.lambert import Array, Lambert

GRID = Lambert()
START = "2019-01-01T00"
EASTWARD, NORTHWARD = 5.0, -3.0
LEVELS = 4
ETA = np.array([0.995, 0.97, 0.9, 0.7])
GROUND_M = 40.0


def wrf_output(first: int = 0, hours: int = 6, start: str = START, grid: Lambert = GRID) -> xr.Dataset:
    """Hours `first` to `first + hours - 1` of the run that began at `start`."""
    latitude, longitude = grid.places()
    steps = first + np.arange(hours)
    near = ("Time", "south_north", "west_east")
    shape = (hours, *latitude.shape)
    along_x, along_y = grid.along_axes(EASTWARD, NORTHWARD, longitude)
    angle = grid.angle(longitude)
    ones = np.ones(shape)
    fields: dict[str, tuple[tuple[str, ...], Array, dict[str, str]]] = {
        "XLAT": (near, latitude * ones, {"units": "degree_north"}),
        "XLONG": (near, longitude * ones, {"units": "degree_east"}),
        "COSALPHA": (near, np.cos(angle) * ones, {"units": ""}),
        "SINALPHA": (near, np.sin(angle) * ones, {"units": ""}),
        "U10": (near, along_x * ones, {"units": "m s-1"}),
        "V10": (near, along_y * ones, {"units": "m s-1"}),
        "T2": (near, 280.0 * ones, {"units": "K"}),
        "Q2": (near, 0.004 * ones, {"units": "kg kg-1"}),
        "PSFC": (near, 101_000.0 * ones, {"units": "Pa"}),
        "RAINC": (near, 0.25 * steps[:, None, None] * ones, {"units": "mm"}),
        "RAINNC": (near, 0.5 * steps[:, None, None] * ones, {"units": "mm"}),
        "PBLH": (near, 700.0 * ones, {"units": "m"}),
        "SWDOWN": (near, 120.0 * ones, {"units": "W m-2"}),
        **_aloft(hours, grid),
    }
    data = xr.Dataset({name: (dims, values.astype("f4"), attrs) for name, (dims, values, attrs) in fields.items()})
    stamps = [str(np.datetime64(start, "s") + np.timedelta64(int(step), "h")).replace("T", "_") for step in steps]
    data["Times"] = ("Time", np.array(stamps, dtype="S19"))
    data["XTIME"] = ("Time", 60.0 * steps, {"units": "minutes since simulation start"})
    return data.assign_attrs(SIMULATION_START_DATE=str(np.datetime64(start, "s")).replace("T", "_"), TITLE=" OUTPUT FROM WRF V4.4 MODEL")


def write_wrf(folder: Path, **options: object) -> Path:
    """A file under the name that WRF gives it."""
    data = wrf_output(**options)  # type: ignore[arg-type]
    file = folder / f"wrfout_d01_{data['Times'].values[0].decode()}"
    data.to_netcdf(file, format="NETCDF4")
    return file


def _aloft(hours: int, grid: Lambert) -> dict[str, tuple[tuple[str, ...], Array, dict[str, str]]]:
    shape = (hours, LEVELS, grid.rows, grid.columns)
    pressure = 100_000.0 * ETA[:, None, None] * np.ones(shape)
    faces = GROUND_M + np.array([0.0, 50.0, 250.0, 1000.0, 3000.0])
    dims = ("Time", "bottom_top", "south_north", "west_east")
    at_faces = ("Time", "bottom_top_stag", "south_north", "west_east")
    x_of_u = grid.along_axes(EASTWARD, NORTHWARD, grid.places(column_shift=-0.5)[1])[0]
    y_of_v = grid.along_axes(EASTWARD, NORTHWARD, grid.places(row_shift=-0.5)[1])[1]
    heights = faces[:, None, None] * np.ones((hours, LEVELS + 1, *shape[2:]))
    return {
        "ZNU": (dims[:2], ETA * np.ones((hours, 1)), {"units": ""}),
        "U": ((*dims[:3], "west_east_stag"), x_of_u * np.ones((hours, LEVELS, 1, 1)), {"units": "m s-1"}),
        "V": ((*dims[:2], "south_north_stag", "west_east"), y_of_v * np.ones((hours, LEVELS, 1, 1)), {"units": "m s-1"}),
        "W": (at_faces, 0.1 * np.ones(heights.shape), {"units": "m s-1"}),
        "T": (dims, -10.0 * np.ones(shape), {"units": "K"}),
        "P": (dims, 0.2 * pressure, {"units": "Pa"}),
        "PB": (dims, 0.8 * pressure, {"units": "Pa"}),
        "PH": (at_faces, 0.1 * 9.81 * heights, {"units": "m2 s-2"}),
        "PHB": (at_faces, 0.9 * 9.81 * heights, {"units": "m2 s-2"}),
    }
