"""Writes the episode as its sources would deliver it: NetCDF of the Climate Data Store, CSV of the OpenAQ archive."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from hazecast.archive.netcdf import write_dataset
from hazecast.demo.monitors import INSTRUMENTS, Readings
from hazecast.demo.region import Field, lattice
from hazecast.demo.storyline import time_of
from hazecast.demo.weather import Weather

_UNITS: Final = "µg/m³"


@dataclass(frozen=True, slots=True)
class _Column:
    """A variable of the NetCDF files: the source's names and unit, the field it is taken from, what turns ours into its unit.

    Values are rounded to `step`, a power of two, which leaves bits that compress well.
    """

    short_name: str
    long_name: str
    units: str
    standard_name: str
    field: str
    factor: float
    step: float

    @property
    def attributes(self) -> dict[str, str]:
        """As the source writes them."""
        return {"units": self.units, "long_name": self.long_name, "standard_name": self.standard_name}

    def rounded(self, weather: Weather, hours: slice) -> Field:
        """The values of some hours (time, latitude, longitude), in the source's unit."""
        values: Field = getattr(weather, self.field)[hours] * (self.factor / self.step)
        return np.round(values) * self.step


_COLUMNS: Final = (
    _Column("u10", "10 metre U wind component", "m s**-1", "eastward_wind", "eastward_wind", 1.0, 2**-9),
    _Column("v10", "10 metre V wind component", "m s**-1", "northward_wind", "northward_wind", 1.0, 2**-9),
    _Column("t2m", "2 metre temperature", "K", "unknown", "temperature", 1.0, 2**-8),
    _Column("d2m", "2 metre dewpoint temperature", "K", "unknown", "dew_point", 1.0, 2**-8),
    _Column("sp", "Surface pressure", "Pa", "surface_air_pressure", "surface_pressure", 1.0, 1.0),
    _Column("blh", "Boundary layer height", "m", "unknown", "mixing_height", 1.0, 2**-3),
    _Column("tp", "Total precipitation", "m", "unknown", "precipitation", 0.001, 2**-24),
)


def write_meteorology(folder: Path, weather: Weather, report: Callable[[float], None]) -> tuple[Path, ...]:
    """Write one file a month of all hours from the start of the data on; `report` hears the share done."""
    folder.mkdir(parents=True, exist_ok=True)
    times = pd.DatetimeIndex([time_of(float(h)).replace(tzinfo=None) for h in weather.hours])
    first = int(np.searchsorted(weather.hours, 0))
    months = times[first:].to_period("M").unique()
    files = []
    for done, month in enumerate(months, start=1):
        inside = np.flatnonzero((times.to_period("M") == month) & (weather.hours >= 0))
        file = folder / f"era5_layout_{month.year}_{month.month:02d}.nc"
        write_dataset(_month(weather, times, slice(int(inside[0]), int(inside[-1]) + 1)), file)
        files.append(file)
        report(done / len(months))
    return tuple(files)


def write_observations(folder: Path, readings: Readings, report: Callable[[float], None]) -> tuple[Path, ...]:
    """Write one file a station, an absent value as an absent row; `report` hears the share done."""
    folder.mkdir(parents=True, exist_ok=True)
    stamps = [_stamp(time_of(float(h))) for h in readings.hours]
    files = []
    for number, station in enumerate(readings.stations):
        file = folder / (station.name.lower().replace(" ", "_").replace("-", "_") + ".csv.gz")
        file.write_bytes(gzip.compress(_csv(readings, number, stamps).encode(), compresslevel=6, mtime=0))
        files.append(file)
        report((number + 1) / len(readings.stations))
    return tuple(files)


def _month(weather: Weather, times: pd.DatetimeIndex, hours: slice) -> xr.Dataset:
    latitude, longitude = lattice()
    across = ("valid_time", "latitude", "longitude")
    count = hours.stop - hours.start
    return xr.Dataset(
        {c.short_name: (across, c.rounded(weather, hours)[:, ::-1], c.attributes) for c in _COLUMNS},
        coords={
            "valid_time": ("valid_time", times[hours], {"long_name": "time", "standard_name": "time"}),
            "latitude": ("latitude", latitude[::-1, 0].astype(np.float64), _degrees("latitude", "degrees_north")),
            "longitude": ("longitude", longitude[0].astype(np.float64), _degrees("longitude", "degrees_east")),
            "number": ((), 0, {"long_name": "ensemble member numerical id", "units": "1", "standard_name": "realization"}),
            "expver": ("valid_time", np.full(count, "0001")),
        },
        attrs={"Conventions": "CF-1.7", "title": "Invented weather of the hazecast demonstration: none of it happened"},
    )


def _degrees(name: str, units: str) -> dict[str, str]:
    return {"units": units, "standard_name": name, "long_name": name}


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _csv(readings: Readings, number: int, stamps: list[str]) -> str:
    """The rows of one station, by hour and within it by parameter."""
    station, values = readings.stations[number], readings.values[:, number]
    heads = [
        (f"{station.id},{station.id}{k},{station.name},", f",{station.latitude},{station.longitude},{i.parameter},{_UNITS},")
        for k, i in enumerate(INSTRUMENTS)
    ]
    rows = ["location_id,sensors_id,location,datetime,lat,lon,parameter,units,value"]
    for when, instrument in np.argwhere(~np.isnan(values)).tolist():
        before, after = heads[instrument]
        rows.append(f"{before}{stamps[when]}{after}{values[when, instrument]:.1f}")
    return "\n".join(rows) + "\n"
