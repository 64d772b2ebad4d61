"""Small emission inventories and population grids of the region round Jinan, in the layouts that their sources write."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.intake.fields.layout import Box

Array = NDArray[np.float64]
REGION = Box(36.05, 37.25, 116.45, 117.65)  # the domain of the small case, its cells whole
LATITUDE = np.round(35.55 + 0.1 * np.arange(24), 2)
LONGITUDE = np.round(115.95 + 0.1 * np.arange(25), 2)
SHAPE = (LATITUDE.size, LONGITUDE.size)
MONTHS = np.arange(12)


def plume_source(row: int = 12, column: int = 6, rate: float = 1e-9) -> Array:
    """One cell that emits, the others a thousandth of it."""
    field = np.full(SHAPE, rate / 1000)
    field[row, column] = rate
    return field


def grid(values: Array, units: str, name: str, months: bool = False, single: bool = False) -> xr.Dataset:
    """`values` as EDGAR has them, along lat and lon, over twelve months with `months`."""
    dims, coords = ("lat", "lon"), {"lat": LATITUDE, "lon": LONGITUDE}
    data = xr.Dataset({name: (("time", *dims) if months else dims, values, {"units": units})}, coords=coords)
    data = data.assign_coords(time=("time", MONTHS, {"units": "months since 2018-01"})) if months else data
    return data.map(lambda v: v.astype(np.float32), keep_attrs=True).assign_coords(
        lat=LATITUDE.astype(np.float32), lon=LONGITUDE.astype(np.float32)
    ) if single else data  # fmt: skip


def write_edgar(folder: Path, sector: str, values: Array, units: str = "kg m-2 s-1", variable: str = "fluxes", name: str = "") -> Path:
    """One sector, of the year, or of the twelve months where `values` has them."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / (name or f"v8.1_FT2022_AP_PM2.5_2018_{sector}_{'emi' if variable == 'emissions' else 'flx'}.nc")
    grid(values, units, variable, months=values.ndim == 3).to_netcdf(file)
    return file


def write_htap(file: Path, by_sector: dict[str, Array], units: str = "kg m-2 s-1") -> Path:
    """Twelve months of every sector; `by_sector` (month, lat, lon)."""
    fields = {name: (("time", "lat", "lon"), values, {"units": units}) for name, values in by_sector.items()}
    xr.Dataset(fields, coords={"time": MONTHS + 1, "lat": LATITUDE, "lon": LONGITUDE}).to_netcdf(file)
    return file


def write_cams(file: Path, by_sector: dict[str, Array], times: Sequence[str]) -> Path:
    """Months of every sector; `by_sector` (time, lat, lon), the latitudes from the north."""
    fields = {name: (("time", "lat", "lon"), values[:, ::-1], {"units": "kg m-2 s-1"}) for name, values in by_sector.items()}
    coords = {"time": np.array(times, dtype="datetime64[ns]"), "lat": LATITUDE[::-1], "lon": LONGITUDE}
    xr.Dataset(fields, coords=coords).to_netcdf(file, encoding={"time": {"units": "days since 2000-01-01", "calendar": "gregorian"}})
    return file


def write_meic(file: Path, tonnes: Array, spacing: float = 0.25, west: float = 115.5, south: float = 35.5) -> Path:
    """The classic layout of GMT, or an ASCII grid if the name says so; `tonnes` (latitude from the south, longitude), NaN missing."""
    rows = np.where(np.isnan(tonnes), -9999.0, tonnes)[::-1]
    height, width = rows.shape
    if file.suffix == ".asc":
        header = f"ncols {width}\nnrows {height}\nxllcorner {west}\nyllcorner {south}\ncellsize {spacing}\nNODATA_value -9999\n"
        file.write_text(header + "".join(" ".join(f"{v:.10g}" for v in row) + "\n" for row in rows))
        return file
    xr.Dataset(
        {
            "x_range": ("side", [west, west + width * spacing]),
            "y_range": ("side", [south, south + height * spacing]),
            "z_range": ("side", [float(rows.min()), float(rows.max())]),
            "spacing": ("side", [spacing, spacing]),
            "dimension": ("side", np.array([width, height], dtype=np.int32)),
            "z": ("xysize", rows.ravel(), {"node_offset": 1, "nodata_value": -9999.0}),
        }
    ).to_netcdf(file, format="NETCDF3_CLASSIC")
    return file


def write_population(file: Path, values: Array, name: str = "population_density", units: str = "persons per square kilometer") -> Path:
    """One year of people, latitude from the north."""
    fields = {name: (("latitude", "longitude"), values[::-1], {"units": units})}
    xr.Dataset(fields, coords={"latitude": LATITUDE[::-1], "longitude": LONGITUDE}).to_netcdf(file)
    return file
