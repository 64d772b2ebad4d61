"""Each format that hazecast reads, with a small good file of it and the way in which a cycle reads it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.config import ColumnSettings
from hazecast.intake.emissions.population import read_population
from hazecast.intake.emissions.reading import read_inventory
from hazecast.intake.fields.reading import read_weather
from hazecast.intake.monitoring.reading import read_monitoring, read_table
from tests.inventories import (
    LATITUDE,
    LONGITUDE,
    REGION,
    SHAPE,
    plume_source,
    write_edgar,
    write_htap,
    write_meic,
    write_population,
)
from tests.monitoring_samples import (
    aurn,
    cnemc_by_pollutant,
    cnemc_features,
    cnemc_site,
    cnemc_sites,
    open_meteo_place,
    openaq_answer,
    openaq_hour,
)
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


OWN_COLUMNS = ColumnSettings.model_validate(
    {"time": "when", "station": "site", "time_zone": "Asia/Shanghai", "values": {"pm25": {"name": "PM2.5", "units": "mg/m³"}}}
)


def _own_table(file: Path) -> None:
    rows = [f"{site},2020-01-01 {h + 1:02}:00,0.0{10 + h}" for site in ("North", "South") for h in range(24)]
    file.write_text("\n".join(["site,when,PM2.5", *rows]) + "\n", encoding="utf-8")


def _openaq_hours() -> list[dict[str, object]]:
    return [openaq_hour(f"2024-01-01T{h + 1:02}:00:00Z", 20.5 + h, begin=f"2024-01-01T{h:02}:00:00Z") for h in range(12)]


def _cnemc_hour() -> list[dict[str, str]]:
    return [cnemc_site(f"{1001 + n}A", pm2_5=str(30 + n)) for n in range(6)]


def _cnemc_by_site(file: Path) -> None:
    rows = [f"20200402,{h:02},Site {n},21,A,NaN,{14 + h},{30 + n},0.{n + 4},34,31,17,{h}" for h in range(9) for n in range(4)]
    file.write_text(cnemc_sites(rows), encoding="utf-8")


def _aurn(file: Path) -> None:
    rows = [f"01-01-2025,{h + 1:02}:00,{11 + h}.594,R,ugm-3,{15 + h}.0,R,ugm-3,{4 + h}.000,P,ugm-3" for h in range(24)]
    file.write_text(aurn(rows), encoding="utf-8")


def _open_meteo(file: Path) -> None:
    file.write_text(json.dumps([open_meteo_place(20), open_meteo_place(5)]), encoding="utf-8")


def _points(file: Path) -> xr.Dataset:
    table, _ = read_table(file)
    return table.groupby(["key", "station_id", "time"])["value"].last().unstack("key").to_xarray()


def _inventory(file: Path) -> xr.Dataset:
    return read_inventory(file, 2018, REGION).inventory.data


def _people(file: Path) -> xr.Dataset:
    return read_population(file, 2018, REGION)


def _months_of_plume() -> NDArray[np.float64]:
    return np.linspace(0.5, 1.5, 12)[:, None, None] * plume_source()


def _cams(file: Path) -> None:
    months = [f"2018-{month:02d}-01" for month in range(1, 13)]
    carbon = xr.Dataset(
        {name: (("time", "lat", "lon"), _months_of_plume(), {"units": "kg m-2 s-1"}) for name in ("ene", "tro")},
        coords={"time": np.array(months, dtype="datetime64[ns]"), "lat": LATITUDE, "lon": LONGITUDE},
    )
    carbon.to_netcdf(file)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "era5-netcdf4": Format("era5.nc", _era5("NETCDF4"), _weather),
        "era5-classic": Format("era5.nc", _era5("NETCDF3_64BIT"), _weather),
        "openaq-csv": Format("openaq.csv", _openaq, _monitoring),
        "openaq-api": Format("sensor-5.json", lambda file: file.write_text(openaq_answer(_openaq_hours()), encoding="utf-8"), _monitoring),
        "cnemc-csv-by-site": Format("sites.csv", _cnemc_by_site, _monitoring),
        "cnemc-csv-by-pollutant": Format("china.csv", lambda file: file.write_text(cnemc_by_pollutant(9), encoding="utf-8"), _monitoring),
        "cnemc-json": Format("hour.json", lambda file: file.write_text(cnemc_features(_cnemc_hour()), encoding="utf-8"), _monitoring),
        "aurn-csv": Format("cardiff.csv", _aurn, _monitoring),
        "table-csv": Format("my.csv", _own_table, lambda file: read_monitoring(file, columns=OWN_COLUMNS).data),
        "open-meteo": Format("point.json", _open_meteo, _points),
        "edgar": Format(
            "v8.1_FT2022_AP_PM2.5_2018_ENE_emi.nc",
            lambda file: write_edgar(file.parent, "ENE", plume_source() * 1e12, "Tonnes", "emissions"),
            _inventory,
        ),
        "htap": Format("edgar_HTAPv3_2018_PM2.5.nc", lambda file: write_htap(file, {"HTAPv3_3_Energy": _months_of_plume()}), _inventory),
        "cams-glob-ant": Format("CAMS-GLOB-ANT_anthro_pm2_5_v6.2_monthly.nc", _cams, _inventory),
        "meic-netcdf": Format("2018_01_power_PM25.nc", lambda file: write_meic(file, np.arange(80.0).reshape(8, 10)), _inventory),
        "meic-ascii": Format("2018_01_power_PM25.asc", lambda file: write_meic(file, np.arange(80.0).reshape(8, 10)), _inventory),
        "population": Format("people.nc", lambda file: write_population(file, np.full(SHAPE, 100.0)), _people),
    }
)
