"""Small good files of each format that hazecast reads, and what a cycle gets of them."""

import gzip
import json
import sqlite3
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from hazecast.archive.fetched import Entry, digests_in, write_manifest
from hazecast.archive.observations.appending import append
from hazecast.archive.observations.batches import Batch
from hazecast.archive.observations.reading import read_observations
from hazecast.archive.observations.store import close_observations, open_observations
from hazecast.config import ColumnSettings, load_settings
from hazecast.intake.emissions.population import read_population
from hazecast.intake.emissions.reading import read_inventory
from hazecast.intake.fields.layout import Wanted
from hazecast.intake.fields.reading import read_fields, read_weather
from hazecast.intake.monitoring.reading import list_beside, read_monitoring, read_table
from hazecast.records import Arrivals
from hazecast.survey.settings_file import settings_text
from tests.cf_files import cf_weather, with_heights
from tests.grib_samples import T2M, U10, V10, regular, written
from tests.inventories import (
    LATITUDE,
    LONGITUDE,
    REGION,
    plume_source,
)
from tests.lambert import Lambert
from tests.monitoring_samples import (
    aurn,
    cnemc_site,
    cnemc_sites,
    open_meteo_place,
    openaq_hour,
)
from tests.small_case import SmallCase, small_settings, small_weather, station_csv
from tests.wrf_output import wrf_output


def read_weather_of(file: Path) -> xr.Dataset:
    return read_weather(file).data.drop_vars("init_time")


def read_monitored(file: Path, columns: ColumnSettings | None = None) -> xr.Dataset:
    """With the places, which are silently wrong too if they are wrong."""
    read = read_monitoring(file, columns=columns)
    placed = xr.DataArray([s.id for s in read.stations], dims="placed")
    latitude, longitude = ([getattr(s, axis) for s in read.stations] for axis in ("latitude", "longitude"))
    return read.data.assign(latitude=("placed", latitude), longitude=("placed", longitude)).assign_coords(placed=placed)


def sample_era5(format: str) -> Callable[[Path], object]:
    few = small_weather(("u10", "v10", "t2m"), 6)
    return lambda file: few.to_netcdf(file, format=format)  # type: ignore[call-overload]


def sample_openaq(file: Path) -> None:
    text = "\n".join(station_csv(0).splitlines()[:60]).encode() + b"\n"
    file.write_bytes(gzip.compress(text, mtime=0) if file.suffix == ".gz" else text)


OWN_COLUMNS = ColumnSettings.model_validate(
    {"time": "when", "station": "site", "time_zone": "Asia/Shanghai", "values": {"pm25": {"name": "PM2.5", "units": "mg/m³"}}}
)


def sample_own_table(file: Path) -> None:
    rows = [f"{site},2020-01-01 {h + 1:02}:00,0.0{10 + h}" for site in ("North", "South") for h in range(24)]
    file.write_text("\n".join(["site,when,PM2.5", *rows]) + "\n", encoding="utf-8")


def sample_openaq_hours() -> list[dict[str, object]]:
    return [openaq_hour(f"2024-01-01T{h + 1:02}:00:00Z", 20.5 + h, begin=f"2024-01-01T{h:02}:00:00Z") for h in range(12)]


def sample_cnemc_hour() -> list[dict[str, str]]:
    return [cnemc_site(f"{1001 + n}A", pm2_5=str(30 + n)) for n in range(6)]


def sample_cnemc_by_site(file: Path) -> None:
    rows = [f"20200402,{h:02},Site {n},21,A,NaN,{14 + h},{30 + n},0.{n + 4},34,31,17,{h}" for h in range(9) for n in range(4)]
    file.write_text(cnemc_sites(rows), encoding="utf-8")


def sample_aurn(file: Path) -> None:
    rows = [f"01-01-2025,{h + 1:02}:00,{11 + h}.594,R,ugm-3,{15 + h}.0,R,ugm-3,{4 + h}.000,P,ugm-3" for h in range(24)]
    file.write_text(aurn(rows), encoding="utf-8")


def sample_open_meteo(file: Path) -> None:
    file.write_text(json.dumps([open_meteo_place(20), open_meteo_place(5)]), encoding="utf-8")


def read_points(file: Path) -> xr.Dataset:
    table, _ = read_table(file)
    return table.groupby(["key", "station_id", "time"])["value"].last().unstack("key").to_xarray()


def read_emissions(file: Path) -> xr.Dataset:
    return read_inventory(file, 2018, REGION).inventory.data


def read_people(file: Path) -> xr.Dataset:
    return read_population(file, 2018, REGION)


def sample_months_of_plume() -> NDArray[np.float64]:
    return np.linspace(0.5, 1.5, 12)[:, None, None] * plume_source()


def sample_cams(file: Path) -> None:
    months = [f"2018-{month:02d}-01" for month in range(1, 13)]
    carbon = xr.Dataset(
        {name: (("time", "lat", "lon"), sample_months_of_plume(), {"units": "kg m-2 s-1"}) for name in ("ene", "tro")},
        coords={"time": np.array(months, dtype="datetime64[ns]"), "lat": LATITUDE, "lon": LONGITUDE},
    )
    carbon.to_netcdf(file)


def sample_weather_of_cf() -> xr.Dataset:
    return with_heights(cf_weather("u10", "v10", "t2m", hours=6))


def sample_cf(format: str) -> Callable[[Path], object]:
    return lambda file: sample_weather_of_cf().to_netcdf(file, format=format)  # type: ignore[call-overload]


def sample_checked(file: Path) -> None:
    """With the checksums that the library gives."""
    small_weather(("u10", "v10", "t2m"), 6).to_netcdf(file, encoding={n: {"fletcher32": True, "zlib": True} for n in ("u10", "v10", "t2m")})


def sample_zarr(format: int) -> Callable[[Path], object]:
    def write(folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of metadata that only one of the versions consolidates
            sample_weather_of_cf().to_zarr(folder, zarr_format=format, consolidated=False)  # type: ignore[call-overload]

    return write


def sample_grib(edition: int) -> Callable[[Path], object]:
    def write(file: Path) -> None:
        rows, columns = np.meshgrid(np.arange(6.0), np.arange(7.0), indexing="ij")
        if edition == 2:
            codes: tuple[dict[str, Any], ...] = (U10, V10, T2M)
        else:
            level = {"indicatorOfTypeOfLevel": 1, "level": 0, "table2Version": 128}
            codes = tuple({**level, "indicatorOfParameter": number} for number in (165, 166, 167))
        fields = (rows + columns, rows - columns, 280.0 + rows)
        written(file, *(regular(values, edition=edition, dataTime=hour, **code) for hour in (0, 600) for code, values in zip(codes, fields, strict=True)))  # fmt: skip  # noqa: E501

    return write


def sample_wrf(file: Path) -> None:
    wrf_output(hours=2, grid=Lambert(rows=6, columns=7)).to_netcdf(file)


def sample_cams_forecast(file: Path) -> None:
    dims, shape = ("time", "level", "latitude", "longitude"), (3, 1, 3, 4)
    about = {"units": "µg/m3", "standard_name": "mass_concentration_of_x_in_air"}
    data = xr.Dataset({n: (dims, np.arange(36.0).reshape(shape).astype("f4"), about) for n in ("pm2p5_conc", "o3_conc")})
    axes = {
        "longitude": ("longitude", np.array([359.0, 0.0, 1.0, 2.0], "f4"), {"units": "degrees_east"}),
        "latitude": ("latitude", np.array([32.0, 31.0, 30.0], "f4"), {"units": "degrees_north"}),
        "level": ("level", np.zeros(1, "f4"), {"units": "m", "long_name": "level"}),
        "time": ("time", np.arange(3, dtype="f4"), {"units": "hours", "long_name": "FORECAST time from 20240110"}),
    }
    data.assign_coords(axes).assign_attrs({"FORECAST": "Europe, 20240110+[0H_96H]"}).to_netcdf(file)


def read_fields_of(file: Path) -> xr.Dataset:
    return read_fields(file, Wanted()).data.drop_vars("init_time")


def sample_people_in_text(file: Path) -> None:
    rows = "".join(" ".join(["100"] * 25) + "\n" for _ in range(24))
    file.write_text(f"ncols 25\nnrows 24\nxllcorner 115.9\nyllcorner 35.5\ncellsize 0.1\nNODATA_value -9999\n{rows}", encoding="utf-8")


def sample_list(file: Path) -> None:
    rows = [f"100{n}A,Site {n},{39 + n / 10},{116 + n / 10},2020-0{n + 1}-01" for n in range(6)]
    file.write_text("\n".join(["location_id,location,lat,lon,since", *rows]) + "\n", encoding="utf-8")


def read_listed(file: Path) -> Any:
    found = list_beside(file.parent)
    if found is None:
        return xr.Dataset()
    fields = {name: ("station", found[name].to_numpy(np.float64)) for name in ("latitude", "longitude")}
    since = (found["since"] - pd.Timestamp(0)) / pd.Timedelta(days=1)
    return xr.Dataset(
        {**fields, "since": ("station", since.to_numpy(np.float64))}, coords={"station": found["station_id"].to_numpy(object)}
    )


def sample_settings(file: Path) -> None:
    file.write_text(settings_text(small_settings(SmallCase(file.parent)), file.parent), encoding="utf-8")


def read_set(file: Path) -> dict[str, Any]:
    """Without the paths, which are relative to the file."""
    return json.loads(load_settings(file).model_dump_json(exclude={"meteorology": {"path"}, "observations": {"path"}, "output": True}))  # type: ignore[no-any-return]


def sample_manifest(file: Path) -> None:
    entries = {
        name: Entry(name, f"https://a.example/{name}", 5, "0" * 64, datetime(2024, 1, 1, tzinfo=UTC), "openaq", "0" * 16)
        for name in ("a.csv.gz", "b.csv.gz")
    }
    write_manifest(file.parent, entries)


def read_fetched(file: Path) -> dict[str, str]:
    return dict(digests_in(file.parent))


def sample_store(folder: Path) -> None:
    store = open_observations(folder)
    values = np.arange(48.0).reshape(24, 2)
    times = np.datetime64("2024-01-01T00", "ns") + np.arange(24) * np.timedelta64(1, "h")
    data = xr.Dataset({"pm25": (("time", "station"), values)}, coords={"time": times, "station": ["A", "../../B"]})
    append(store, Batch(data, datetime(2024, 1, 3, tzinfo=UTC), Arrivals.RECORDED))
    close_observations(store)
    with sqlite3.connect(folder / "catalogue.sqlite") as catalogue:
        catalogue.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        catalogue.execute("PRAGMA journal_mode = DELETE")
    catalogue.close()


def read_stored(folder: Path) -> xr.Dataset:
    store = open_observations(folder)
    try:
        return read_observations(store, ["A", "../../B"], ["pm25"], datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, 23, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC))  # fmt: skip  # noqa: E501
    finally:
        close_observations(store)
