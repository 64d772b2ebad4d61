"""The files that a drill's machine is given: the weather of each run, and what three stations measured; whole, or with a fault."""

import os
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.archive.netcdf import write_classic
from hazecast.archive.products import FileWriter
from hazecast.drills.faults import FaultKind

STATIONS = (("1001", "North", 36.75, 117.00), ("1002", "South", 36.55, 117.05), ("1003", "East", 36.65, 117.20))
HEADER = "location_id,sensors_id,location,datetime,lat,lon,parameter,units,value"
LATITUDE, LONGITUDE = np.arange(36.0, 37.6, 0.25), np.arange(116.25, 118.0, 0.25)
KEPT = timedelta(days=2)
HOUR = timedelta(hours=1)
Array = NDArray[np.float64]


def write_weather(folder: Path, run: datetime, hours: int, fault: FaultKind | None, now: datetime) -> None:
    """The run's wind from its first hour to `hours` after it, as CF in the classic format of NetCDF."""
    time = np.datetime64(run.replace(tzinfo=None), "ns") + np.arange(hours + 1) * np.timedelta64(1, "h")
    shape = (time.size, LATITUDE.size, LONGITUDE.size)
    speed = np.nan if fault is FaultKind.NAN_FIELD else 2.0
    dims = ("time", "latitude", "longitude")
    data = xr.Dataset(
        {
            key: (dims, np.full(shape, value), {"standard_name": f"{way}_wind", "units": "m s-1", "coordinates": "height"})
            for key, way, value in (("u", "eastward", speed), ("v", "northward", speed / 2))
        },
        coords={
            "time": ("time", time, {"standard_name": "time"}),
            "latitude": ("latitude", LATITUDE, {"standard_name": "latitude", "units": "degrees_north"}),
            "longitude": ("longitude", LONGITUDE, {"standard_name": "longitude", "units": "degrees_east"}),
            "height": ((), 10.0, {"standard_name": "height", "units": "m", "positive": "up"}),
            "forecast_reference_time": ((), time[0], {"standard_name": "forecast_reference_time"}),
        },
        attrs={"Conventions": "CF-1.11"},
    )
    _put(folder / f"wind-{run:%Y%m%dT%H}.nc", partial(write_classic, data), fault, now)


def write_observations(folder: Path, until: datetime, hours: int, fault: FaultKind | None, now: datetime) -> None:
    """What the stations measured in the `hours` up to `until`, in the layout of OpenAQ's archive; twice gives a second, corrected file."""
    rows = [HEADER]
    for number, (id, name, latitude, longitude) in enumerate(STATIONS):
        for hour in range(hours):
            time = until - (hours - 1 - hour) * HOUR
            value = observed(time, number)
            if number == 0 and fault is FaultKind.FROZEN_STATION:
                value = 77.7
            if fault is FaultKind.NAN_FIELD:
                value = float("nan")
            if fault is FaultKind.TWICE_DELIVERED:
                value += 1.0
            rows.append(f"{id},{id}1,{name},{time:%Y-%m-%dT%H:%M:%S}+00:00,{latitude},{longitude},pm25,µg/m³,{value:.1f}")
    text = ("\n".join(rows) + "\n").encode()
    suffix = "-corrected" if fault is FaultKind.TWICE_DELIVERED else ""
    _put(folder / f"stations-{until:%Y%m%dT%H}{suffix}.csv", lambda path: path.write_bytes(text), fault, now)


def observed(time: datetime, number: int) -> float:
    """PM2.5 in µg m-3: it gathers and is blown away in five days, the nights worse than noon."""
    hours = time.timestamp() / 3600
    course = 130.0 + 110.0 * np.sin(2 * np.pi * hours / 120) + 15.0 * np.cos(2 * np.pi * hours / 24)
    return float(np.round(course * (0.9 + 0.1 * number) + 7.0 * np.sin(hours * (1.7 + number)), 1))


def clear_away(folder: Path, now: datetime) -> None:
    """Remove files that came more than KEPT before `now`."""
    for file in folder.iterdir():
        if file.stat().st_mtime < (now - KEPT).timestamp():
            file.unlink()


def _put(file: Path, write: FileWriter, fault: FaultKind | None, now: datetime) -> None:
    write(file)
    if fault is FaultKind.TRUNCATED_FILE:
        os.truncate(file, file.stat().st_size // 2)
    os.utime(file, (now.timestamp(), now.timestamp()))
