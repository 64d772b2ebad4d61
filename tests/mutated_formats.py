"""Each format that hazecast reads: a small good file of it, how a cycle reads it, and the ways in which it can be wrong."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr

from tests.inventories import (
    SHAPE,
    plume_source,
    write_edgar,
    write_htap,
    write_meic,
    write_population,
)
from tests.monitoring_samples import (
    cnemc_by_pollutant,
    cnemc_features,
    openaq_answer,
)
from tests.mutated_grib import mutations_of_grib
from tests.mutated_netcdf import as_netcdf, as_zarr, bombs, mutations_of_dataset, mutations_of_size
from tests.mutated_samples import (
    OWN_COLUMNS,
    read_emissions,
    read_fetched,
    read_fields_of,
    read_listed,
    read_monitored,
    read_people,
    read_points,
    read_set,
    read_stored,
    read_weather_of,
    sample_aurn,
    sample_cams,
    sample_cams_forecast,
    sample_cf,
    sample_checked,
    sample_cnemc_by_site,
    sample_cnemc_hour,
    sample_era5,
    sample_grib,
    sample_list,
    sample_manifest,
    sample_months_of_plume,
    sample_open_meteo,
    sample_openaq,
    sample_openaq_hours,
    sample_own_table,
    sample_people_in_text,
    sample_settings,
    sample_store,
    sample_wrf,
    sample_zarr,
)
from tests.mutated_stores import mutations_of_store
from tests.mutated_text import mutations_of_ascii_grid, mutations_of_json, mutations_of_table, mutations_of_toml
from tests.mutations import Mutation, mutations_of_bytes, mutations_of_names


@dataclass(frozen=True)
class Format:
    """`write` makes a good file (or store) of this name; `read` gives what a cycle would get of it; `mutations` are those of its form.

    `fetched` is whether `hazecast fetch` may have brought such a file, so that a manifest can lie beside it.
    """

    file_name: str
    write: Callable[[Path], object]
    read: Callable[[Path], Any]
    mutations: Callable[[Path], Iterator[Mutation]]
    fetched: bool = True

    def all_mutations(self, good: Path) -> Iterator[Mutation]:
        """Those of any file, and those of its form."""
        general = iter(()) if good.is_dir() else chain(mutations_of_bytes(good.read_bytes()), mutations_of_names())
        return chain(general, self.mutations(good))


def _of_netcdf(format: str, file: Path, sizes: tuple[tuple[str, ...], str] | None = None) -> Iterator[Mutation]:
    with xr.open_dataset(file, decode_cf=False) as raw:
        loaded = raw.load()
    yield from mutations_of_dataset(loaded, as_netcdf(format))
    if sizes is not None:
        yield from mutations_of_size(*sizes)
    if file.name in BOMBED and sizes is not None:
        yield from bombs(sizes[0][0], sizes[1])


def _netcdf(dim: str, *fields: str, format: str = "NETCDF4") -> Callable[[Path], Iterator[Mutation]]:
    return partial(_of_netcdf, format, sizes=(fields, dim) if format == "NETCDF4" and fields else None)  # type: ignore[arg-type]


def _of_zarr(folder: Path) -> Iterator[Mutation]:
    with xr.open_zarr(folder, consolidated=False, decode_cf=False) as raw:
        loaded = raw.load().drop_encoding()
    return chain(mutations_of_store(folder), islice(mutations_of_dataset(loaded, as_zarr), 0, None, 2))  # to write one takes long


def _table(file: Path) -> Iterator[Mutation]:
    return mutations_of_table(file.read_bytes())


def _json(file: Path) -> Iterator[Mutation]:
    return mutations_of_json(file.read_bytes())


def _text_grid(file: Path) -> Iterator[Mutation]:
    return mutations_of_ascii_grid(file.read_bytes())


def _messages(file: Path) -> Iterator[Mutation]:
    return mutations_of_grib(file.read_bytes())


BOMBED = ("any.nc", "v8.1_FT2022_AP_PM2.5_2018_ENE_emi.nc")  # to write a bomb takes a second; in one of each room it is enough
ERA5 = ("valid_time", "u10")
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "era5-netcdf4": Format("era5.nc", sample_era5("NETCDF4"), read_weather_of, _netcdf(*ERA5)),
        "era5-checked": Format("era5.nc", sample_checked, read_weather_of, _netcdf(*ERA5)),
        "era5-classic": Format("era5.nc", sample_era5("NETCDF3_CLASSIC"), read_weather_of, _netcdf(*ERA5, format="NETCDF3_CLASSIC")),
        "era5-64-bit": Format("era5.nc", sample_era5("NETCDF3_64BIT"), read_weather_of, _netcdf(*ERA5, format="NETCDF3_64BIT")),
        "grib-1": Format("era5.grib", sample_grib(1), read_weather_of, _messages),
        "grib-2": Format("gfs.grib2", sample_grib(2), read_weather_of, _messages),
        "wrf": Format("wrfout_d01", sample_wrf, read_weather_of, _netcdf("Time")),
        "cams": Format("cams.nc", sample_cams_forecast, read_fields_of, _netcdf("time", "pm2p5_conc")),
        "cf-netcdf4": Format("any.nc", sample_cf("NETCDF4"), read_weather_of, _netcdf("time", "field_u10")),
        "cf-classic": Format("any.nc", sample_cf("NETCDF3_CLASSIC"), read_weather_of, _netcdf("time", format="NETCDF3_CLASSIC")),
        "cf-64-bit": Format("any.nc", sample_cf("NETCDF3_64BIT"), read_weather_of, _netcdf("time", format="NETCDF3_64BIT")),
        "zarr-2": Format("any.zarr", sample_zarr(2), read_weather_of, _of_zarr, fetched=False),
        "zarr-3": Format("any.zarr", sample_zarr(3), read_weather_of, _of_zarr, fetched=False),
        "openaq-csv": Format("openaq.csv", sample_openaq, read_monitored, _table),
        "openaq-csv-gz": Format("openaq.csv.gz", sample_openaq, read_monitored, _table),
        "openaq-api": Format(
            "sensor-5.json", lambda file: file.write_text(openaq_answer(sample_openaq_hours()), encoding="utf-8"), read_monitored, _json
        ),
        "cnemc-csv-by-site": Format("sites.csv", sample_cnemc_by_site, read_monitored, _table),
        "cnemc-csv-by-pollutant": Format(
            "china.csv", lambda file: file.write_text(cnemc_by_pollutant(9), encoding="utf-8"), read_monitored, _table
        ),
        "cnemc-json": Format(
            "hour.json", lambda file: file.write_text(cnemc_features(sample_cnemc_hour()), encoding="utf-8"), read_monitored, _json
        ),
        "aurn-csv": Format("cardiff.csv", sample_aurn, read_monitored, _table),
        "table-csv": Format("my.csv", sample_own_table, partial(read_monitored, columns=OWN_COLUMNS), _table),
        "open-meteo": Format("point.json", sample_open_meteo, read_points, _json),
        "list-of-stations": Format("stations.csv", sample_list, read_listed, _table, fetched=False),
        "edgar": Format(
            "v8.1_FT2022_AP_PM2.5_2018_ENE_emi.nc",
            lambda file: write_edgar(file.parent, "ENE", plume_source() * 1e12, "Tonnes", "emissions"),
            read_emissions,
            _netcdf("lat", "emissions"),
        ),
        "htap": Format(
            "edgar_HTAPv3_2018_PM2.5.nc",
            lambda file: write_htap(file, {"HTAPv3_3_Energy": sample_months_of_plume()}),
            read_emissions,
            _netcdf("time", "HTAPv3_3_Energy"),
        ),
        "cams-glob-ant": Format("CAMS-GLOB-ANT_anthro_pm2_5_v6.2_monthly.nc", sample_cams, read_emissions, _netcdf("time", "ene")),
        "meic-netcdf": Format(
            "2018_01_power_PM25.nc",
            lambda file: write_meic(file, np.arange(80.0).reshape(8, 10)),
            read_emissions,
            _netcdf("xysize", format="NETCDF3_CLASSIC"),
        ),
        "meic-ascii": Format(
            "2018_01_power_PM25.asc", lambda file: write_meic(file, np.arange(80.0).reshape(8, 10)), read_emissions, _text_grid
        ),
        "population": Format(
            "people.nc",
            lambda file: write_population(file, np.full(SHAPE, 100.0)),
            read_people,
            _netcdf("latitude", "population_density"),
        ),
        "population-ascii": Format("people_density.asc", sample_people_in_text, read_people, _text_grid),
        "settings": Format("case.toml", sample_settings, read_set, lambda file: mutations_of_toml(file.read_bytes()), fetched=False),
        "fetch-manifest": Format("manifest.json", sample_manifest, read_fetched, _json, fetched=False),
        "observations-store": Format("observations", sample_store, read_stored, partial(mutations_of_store, changes=200), fetched=False),
    }
)
