"""Each format that hazecast reads, with a small good file of it and the way in which a cycle reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import xarray as xr

from hazecast.intake.fields.reading import read_weather
from hazecast.intake.monitoring.reading import read_monitoring
from tests.small_case import small_weather, station_csv


@dataclass(frozen=True)
class Format:
    """`write` makes a good file of this name; `read` gives what a cycle would get of it."""

    file_name: str
    write: Callable[[Path], object]
    read: Callable[[Path], xr.Dataset]


def _weather(file: Path) -> xr.Dataset:
    return read_weather(file).data.drop_vars("init_time")


def _monitoring(file: Path) -> xr.Dataset:
    return read_monitoring(file).data


def _era5(format: str) -> Callable[[Path], object]:
    few = small_weather(("u10", "v10", "t2m"), 6)
    return lambda file: few.to_netcdf(file, format=format)  # type: ignore[call-overload]


def _openaq(file: Path) -> None:
    file.write_bytes("\n".join(station_csv(0).splitlines()[:60]).encode() + b"\n")


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "era5-netcdf4": Format("era5.nc", _era5("NETCDF4"), _weather),
        "era5-classic": Format("era5.nc", _era5("NETCDF3_64BIT"), _weather),
        "openaq-csv": Format("openaq.csv", _openaq, _monitoring),
    }
)
