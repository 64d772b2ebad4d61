"""However large a set is, reading a small part of it takes the memory of that part."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from xarray.backends import BackendArray
from xarray.core.indexing import ExplicitIndexer, IndexingSupport, LazilyIndexedArray, explicit_indexing_adapter

from hazecast.intake.fields.layout import Box
from hazecast.intake.fields.picking import picked
from hazecast.intake.fields.reading import read_weather
from tests.wrf_output import LEVELS, START, write_wrf

HOURS, ROWS, COLUMNS = 24, 300, 600
BEGIN = np.datetime64("2024-01-10T12", "ns")
END = BEGIN + np.timedelta64(2, "h")
FIELD_BYTES = HOURS * ROWS * COLUMNS * 4
CHUNKS = (6, 60, 120)
WITHIN = Box(30.0, 31.0, 100.0, 101.0)
ACROSS_THE_SEAM = Box(30.0, 31.0, -0.5, 0.5)


def weather(time: str, names: tuple[str, str], **renamed: str) -> xr.Dataset:
    """A wind over the globe, from Greenwich on."""
    values = np.broadcast_to(np.arange(HOURS, dtype="f4")[:, None, None], (HOURS, ROWS, COLUMNS))
    dims = time, "latitude", "longitude"
    coords = {
        time: np.datetime64("2024-01-10", "ns") + np.arange(HOURS) * np.timedelta64(1, "h"),
        "latitude": ("latitude", np.linspace(89.0, -89.0, ROWS), {"units": "degrees_north", "standard_name": "latitude"}),
        "longitude": ("longitude", 0.6 * np.arange(COLUMNS), {"units": "degrees_east", "standard_name": "longitude"}),
    }
    return xr.Dataset({name: (dims, values, {"units": "m s-1"}) for name in names}, coords=coords).rename(renamed)


def era5(folder: Path) -> Path:
    return as_netcdf(weather("valid_time", ("u10", "v10")), folder)


def cf(folder: Path) -> Path:
    return as_netcdf(weather("time", ("10u", "10v"), latitude="lat", longitude="lon"), folder)


def cams(folder: Path) -> Path:
    data = weather("time", ("u10", "v10"))
    return as_netcdf(data.assign(pm2p5=data["u10"].copy().assign_attrs(units="kg m**-3")), folder)


def cf_zarr(folder: Path) -> Path:
    pytest.importorskip("zarr")
    data = weather("time", ("10u", "10v"), latitude="lat", longitude="lon")
    data.to_zarr(folder / "x.zarr", encoding={name: {"chunks": CHUNKS} for name in data.data_vars}, consolidated=False)
    return folder / "x.zarr"


def as_netcdf(data: xr.Dataset, folder: Path) -> Path:
    encoding = {name: {"zlib": True, "complevel": 1, "chunksizes": CHUNKS} for name in data.data_vars}
    data.to_netcdf(folder / "x.nc", encoding=encoding)
    return folder / "x.nc"


@pytest.mark.parametrize("box", [WITHIN, ACROSS_THE_SEAM], ids=["within", "across the seam"])
@pytest.mark.parametrize("made", [era5, cams, cf, cf_zarr])
def test_a_small_part_takes_little_memory(made: Callable[[Path], Path], box: Box, tmp_path: Path) -> None:
    file = made(tmp_path)
    read_weather(file, BEGIN, BEGIN, box)
    tracemalloc.start()
    try:
        fields = read_weather(file, BEGIN, END, box)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert fields.data["eastward_wind"].mean(("latitude", "longitude")).values.tolist() == [12.0, 13.0, 14.0]
    assert fields.data.sizes["latitude"] < 10
    assert fields.data.sizes["longitude"] < 10
    assert peak < FIELD_BYTES / 8


def test_of_wrf_only_the_hours_that_are_wanted_take_memory(tmp_path: Path) -> None:
    hours = 300
    file = write_wrf(tmp_path, hours=hours)
    begin = np.datetime64(START, "ns") + np.timedelta64(100, "h")
    read_weather(file, begin, begin)
    tracemalloc.start()
    try:
        fields = read_weather(file, begin, begin + np.timedelta64(2, "h"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert fields.data.sizes["time"] == 3
    cells = fields.data.sizes["y"] * fields.data.sizes["x"]
    assert peak < hours * cells * LEVELS * 4


class Watched(BackendArray):
    """An array on a disk that counts the values that are fetched from it."""

    def __init__(self, values: np.ndarray) -> None:
        self.shape, self.dtype, self.fetched = values.shape, values.dtype, 0
        self._values = values

    def __getitem__(self, key: ExplicitIndexer) -> np.ndarray:
        return explicit_indexing_adapter(key, self.shape, IndexingSupport.BASIC, self._fetch)

    def _fetch(self, key: tuple[int | slice, ...]) -> np.ndarray:
        found = self._values[key]
        self.fetched += found.size
        return found


@pytest.mark.parametrize(
    "indices",
    [
        pytest.param({"time": np.arange(3, 6), "x": np.array([0, 1, 8, 9])}, id="a seam along one dimension"),
        pytest.param({"x": np.array([0, 1, 8, 9]), "time": np.arange(3, 6)}, id="the seam named first"),
        pytest.param({"time": np.array([0, 5, 6]), "y": slice(2, 4), "x": np.array([0, 1, 8, 9])}, id="gaps along two"),
    ],
)
def test_what_is_joined_of_pieces_is_fetched_once_and_nothing_else(indices: dict[str, np.ndarray | slice]) -> None:
    values = np.arange(7 * 8 * 10).reshape(7, 8, 10)
    disk = Watched(values)
    got = picked(xr.Dataset({"field": (("time", "y", "x"), LazilyIndexedArray(disk))}), **indices)["field"].values
    np.testing.assert_array_equal(got, xr.DataArray(values, dims=("time", "y", "x")).isel(indices))
    assert disk.fetched == got.size
