"""Twelve made-up days over a city of five stations, as the Climate Data Store and the OpenAQ archive would deliver them.

Small enough that a whole cycle takes seconds: 12 x 12 cells of 0.1 degrees, hourly, with `learning_rows = 2000` and a day ahead.
"""

import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.config import (
    DomainSettings,
    ForecastSettings,
    MeteorologySettings,
    ObservationSettings,
    OutputSettings,
    Settings,
    SiteSettings,
)
from hazecast.config.places import AreaSettings, StationSettings
from hazecast.records import MeteorologyKind

FIRST = np.datetime64("2019-01-01T00", "s")
HOURS = 12 * 24
INIT = "2019-01-12T00"  # the last whole day is left to be forecast
STATIONS = (
    ("1001", "Jinan North", 36.75, 117.00),
    ("1002", "Jinan South", 36.55, 117.05),
    ("1003", "Jinan East", 36.65, 117.20),
    ("1004", "Jinan West", 36.65, 116.85),
    ("1005", "Jinan Centre", 36.66, 117.02),
)
HEADER = "location_id,sensors_id,location,datetime,lat,lon,parameter,units,value"
UNITS = {"u10": "m s**-1", "v10": "m s**-1", "t2m": "K", "d2m": "K", "sp": "Pa", "tp": "m", "blh": "m", "ssrd": "J m**-2", "tcc": "(0 - 1)"}
Array = NDArray[np.float64]


@dataclass(frozen=True)
class SmallCase:
    """Where the inputs lie; `settings` is where their settings file belongs."""

    folder: Path

    @property
    def meteorology(self) -> Path:
        return self.folder / "meteorology"

    @property
    def observations(self) -> Path:
        return self.folder / "observations"

    @property
    def settings(self) -> Path:
        return self.folder / "case.toml"


def write_small_case(folder: Path, variables: Iterable[str] = ("u10", "v10", "t2m", "d2m", "tp")) -> SmallCase:
    case = SmallCase(folder)
    case.meteorology.mkdir(parents=True)
    case.observations.mkdir()
    small_weather(variables).to_netcdf(case.meteorology / "era5.nc")
    for number in range(len(STATIONS)):
        (case.observations / f"{STATIONS[number][0]}.csv.gz").write_bytes(gzip.compress(station_csv(number).encode(), mtime=0))
    return case


def small_settings(case: SmallCase) -> Settings:
    """Settings under which a cycle of the case takes seconds."""
    return Settings(
        site=SiteSettings(titles={"en": "Haze forecast for Jinan"}, time_zone="Asia/Shanghai", languages=("en",)),
        domain=DomainSettings(south=36.1, north=37.2, west=116.5, east=117.6, spacing=0.1),
        meteorology=MeteorologySettings(path=case.meteorology, kind=MeteorologyKind.ANALYSIS),
        observations=ObservationSettings(path=case.observations),
        forecast=ForecastSettings(horizon_hours=24, learning_rows=3000),
        output=OutputSettings(archive=case.folder / "archive", outbox=case.folder / "outbox"),
        stations=tuple(StationSettings(id=i, name=name, latitude=lat, longitude=lon) for i, name, lat, lon in STATIONS),
        areas=(AreaSettings(id="jinan", names={"en": "Jinan", "zh": "济南"}, stations=tuple(s[0] for s in STATIONS)),),
    )


def small_weather(variables: Iterable[str] = UNITS, hours: int = HOURS) -> xr.Dataset:
    """The new layout of the Climate Data Store: `valid_time`, latitude from north to south."""
    latitude, longitude = np.round(37.2 - 0.1 * np.arange(12), 1), np.round(116.5 + 0.1 * np.arange(12), 1)
    shape = (hours, latitude.size, longitude.size)
    fields = _fields(hours, np.random.default_rng(1).normal(0.0, 0.3, shape))
    across = ("valid_time", "latitude", "longitude")
    return xr.Dataset(
        {name: (across, fields[name], {"units": UNITS[name]}) for name in variables},
        coords={
            "valid_time": hours_from_first(hours).astype("datetime64[ns]"),
            "latitude": latitude,
            "longitude": longitude,
        },
    )


def hours_from_first(hours: int) -> NDArray[np.datetime64]:
    return FIRST + np.arange(hours) * np.timedelta64(1, "h")


def observed(hours: int = HOURS) -> Array:
    """PM2.5 in ug m-3, (hour, station): it gathers over five days and is blown away, the evenings worse than noon."""
    hour = np.arange(hours)[:, None]
    course = 60.0 + 1.5 * (hour % 120) + 20.0 * np.cos(2 * np.pi * (hour + 4) / 24)
    return np.round(course * np.linspace(0.8, 1.2, len(STATIONS)) + np.random.default_rng(2).normal(0.0, 6.0, (hours, len(STATIONS))), 1)


def station_csv(number: int) -> str:
    id, name, latitude, longitude = STATIONS[number]
    rows = [
        f"{id},{id}1,{name},{time}+00:00,{latitude},{longitude},pm25,µg/m³,{value}"
        for time, value in zip(hours_from_first(HOURS), observed()[:, number], strict=True)
    ]
    return "\n".join([HEADER, *rows]) + "\n"


def _fields(hours: int, noise: Array) -> Mapping[str, Array]:
    hour = np.arange(hours)[:, None, None] + 0.0 * noise
    blown = 1.0 + 5.0 * (hour % 120 > 108)
    day = np.cos(2 * np.pi * (hour - 6) / 24)
    return {
        "u10": 1.5 * blown + noise,
        "v10": -1.0 * blown + noise,
        "t2m": 275.0 + 4.0 * day + noise,
        "d2m": 271.0 - 6.0 * (blown > 1.0) + noise,
        "sp": 101_000.0 + 100.0 * noise,
        "tp": np.where((hour % 50 == 7), 0.001, 0.0),
        "blh": 500.0 + 400.0 * day + 10.0 * noise,
        "ssrd": np.maximum(day, 0.0) * 1.5e6,
        "tcc": np.clip(0.5 + noise, 0.0, 1.0),
    }
