import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hazecast.archive.netcdf import read_dataset, write_dataset
from hazecast.archive.netcdf_classic import bytes_lacking
from hazecast.errors import UnreadableInput

TIMES = pd.date_range("2020-02-28T12:00", periods=24, freq="h")


@pytest.fixture
def dataset() -> xr.Dataset:
    field = np.random.default_rng(0).gamma(2.0, 40.0, (24, 5, 6))
    field[3, 2, 1] = np.nan
    return xr.Dataset(
        {
            "pm25": (("lead_time", "latitude", "longitude"), field, {"units": "µg m-3"}),
            "level": (("lead_time", "latitude"), np.full((24, 5), -1, dtype=np.int8)),
        },
        coords={
            "lead_time": ("lead_time", np.arange(1, 25), {"units": "hours"}),
            "valid_time": ("lead_time", TIMES),
            "init_time": np.datetime64("2020-02-28T11:00", "ns"),
            "station": ("station", ["东四", "万寿西宫"]),
        },
        attrs={"title": "霾"},
    )


@pytest.fixture
def weather() -> xr.Dataset:
    """As models deliver it: values that are never zero, so that a zero is one that was made up."""
    wind = 1.0 + np.random.default_rng(0).random((24, 5, 7)).astype(np.float32)
    packed = np.ones((24, 3), dtype=np.int16)
    return xr.Dataset({"u10": (("time", "latitude", "longitude"), wind), "flag": (("time", "step"), packed)}, coords={"time": TIMES})


def test_a_dataset_comes_back_as_it_was_written(tmp_path: Path, dataset: xr.Dataset) -> None:
    write_dataset(dataset, tmp_path / "forecast.nc")
    read = read_dataset(tmp_path / "forecast.nc")
    xr.testing.assert_identical(read, dataset)
    assert read["lead_time"].dtype == np.int64
    assert read["level"].dtype == np.int8
    assert read["valid_time"].dtype == "datetime64[ns]"


def test_two_writes_of_the_same_data_are_equal_byte_for_byte(tmp_path: Path, dataset: xr.Dataset) -> None:
    write_dataset(dataset, tmp_path / "here.nc")
    again = read_dataset(tmp_path / "here.nc")
    (tmp_path / "elsewhere").mkdir()
    write_dataset(again, tmp_path / "elsewhere" / "there.nc")
    assert (tmp_path / "here.nc").read_bytes() == (tmp_path / "elsewhere" / "there.nc").read_bytes()


def test_files_hold_no_clock(tmp_path: Path, dataset: xr.Dataset) -> None:
    write_dataset(dataset, tmp_path / "first.nc")
    time.sleep(1.1)  # HDF5 can stamp its objects with the second of the machine's own clock, which no test can set
    write_dataset(dataset, tmp_path / "second.nc")
    assert (tmp_path / "first.nc").read_bytes() == (tmp_path / "second.nc").read_bytes()


def test_missing_values_stay_missing(tmp_path: Path, dataset: xr.Dataset) -> None:
    write_dataset(dataset, tmp_path / "forecast.nc")
    assert np.isnan(read_dataset(tmp_path / "forecast.nc")["pm25"].values[3, 2, 1])


def test_coordinates_have_no_fill_value(tmp_path: Path) -> None:
    write_dataset(xr.Dataset({"a": ("latitude", [1.0])}, coords={"latitude": [39.9]}), tmp_path / "a.nc")
    read = read_dataset(tmp_path / "a.nc")
    assert "_FillValue" not in read["latitude"].encoding
    assert "_FillValue" in read["a"].encoding


def test_fields_are_compressed(tmp_path: Path) -> None:
    write_dataset(xr.Dataset({"pm25": (("y", "x"), np.zeros((500, 500)))}), tmp_path / "zeros.nc")
    assert (tmp_path / "zeros.nc").stat().st_size < 100_000


def test_threads_may_read_and_write_at_once(tmp_path: Path, dataset: xr.Dataset) -> None:
    def round_trip(number: int) -> str:
        path = tmp_path / f"{number}.nc"
        write_dataset(dataset, path)
        read_dataset(path)
        return sha256(path.read_bytes()).hexdigest()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(round_trip, range(24)))) == 1


def test_whoever_has_the_old_file_open_goes_on_reading_it(tmp_path: Path, dataset: xr.Dataset) -> None:
    path = tmp_path / "forecast.nc"
    write_dataset(dataset, path)
    before = path.read_bytes()
    with path.open("rb") as reader:
        write_dataset(dataset * 2, path)
        assert reader.read() == before


WRITE_BEYOND_A_LIMIT = """
import resource, sys
import numpy, xarray
from pathlib import Path
from typing import Any
from hazecast.archive.netcdf import write_dataset
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
noise = numpy.random.default_rng(0).random(50_000)
try:
    write_dataset(xarray.Dataset({"a": ("x", noise)}), Path(sys.argv[1]))
except OSError as refused:
    print("refused:", refused)
"""


def test_a_disk_that_refuses_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "forecast.nc"
    write_dataset(xr.Dataset({"a": ("x", [1.0])}), path)
    before = path.read_bytes()
    run = subprocess.run([sys.executable, "-c", WRITE_BEYOND_A_LIMIT, str(path)], check=True, timeout=60, capture_output=True, text=True)
    assert run.stdout.startswith("refused:")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty; a NetCDF file was expected"),
        (b"<!DOCTYPE html><html><body>Please log in</body></html>", "holds a web page or a message"),
        (b'{"error": "no such dataset"}', "holds a web page or a message"),
        (b"GRIB" + bytes(200), "cannot be read as NetCDF"),
        (b"CDF", "cannot be read as NetCDF"),
        (b"CDF\x01", "the header itself is cut short"),
        (b"CDF\x02" + b"\xff" * 80, "cannot be read as NetCDF"),
        (b"\x89HDF\r\n\x1a\n" + bytes(200), "cannot be read as NetCDF"),
    ],
)
def test_what_is_not_netcdf_is_named_with_a_remedy(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "era5.nc"
    path.write_bytes(content)
    with pytest.raises(UnreadableInput) as refused:
        read_dataset(path)
    assert str(path) in refused.value.problem
    assert said in refused.value.problem
    assert "Fetch it again" in refused.value.remedy


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"There is no file .*absent\.nc"):
        read_dataset(tmp_path / "absent.nc")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 0.999])
def test_a_truncated_netcdf4_file_is_refused(tmp_path: Path, weather: xr.Dataset, share: float) -> None:
    path = tmp_path / "era5.nc"
    write_dataset(weather, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(UnreadableInput, match=r"era5\.nc cannot be read"):
        read_dataset(path)


def test_a_compressed_field_with_a_flipped_byte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "era5.nc"
    write_dataset(xr.Dataset({"u10": (("y", "x"), np.random.default_rng(0).random((200, 200)))}), path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(UnreadableInput, match=r"era5\.nc cannot be read"):
        read_dataset(path)


CLASSIC_FORMATS = ["NETCDF3_CLASSIC", "NETCDF3_64BIT", "NETCDF3_64BIT_DATA"]


@pytest.mark.parametrize("unlimited", [[], ["time"]])
@pytest.mark.parametrize("file_format", CLASSIC_FORMATS)
def test_a_truncated_classic_file_is_refused_wherever_it_was_cut(
    tmp_path: Path, weather: xr.Dataset, file_format: Any, unlimited: list[str]
) -> None:
    path = tmp_path / "era5.nc"
    weather.to_netcdf(path, engine="netcdf4", format=file_format, unlimited_dims=unlimited)
    xr.testing.assert_equal(read_dataset(path), weather)
    whole = path.read_bytes()
    for length in (*range(4, len(whole) - 4, 97), len(whole) - 4):
        path.write_bytes(whole[:length])
        with pytest.raises(UnreadableInput):
            read_dataset(path)


@pytest.mark.parametrize("file_format", CLASSIC_FORMATS)
def test_the_bytes_lacking_are_counted(tmp_path: Path, weather: xr.Dataset, file_format: Any) -> None:
    path = tmp_path / "era5.nc"
    weather[["u10"]].to_netcdf(path, engine="netcdf4", format=file_format, unlimited_dims=["time"])
    whole = path.read_bytes()
    assert bytes_lacking(path) == 0
    path.write_bytes(whole[:-1000])
    assert bytes_lacking(path) == 1000


def test_a_classic_file_with_one_record_variable_of_odd_width_needs_no_padding(tmp_path: Path, weather: xr.Dataset) -> None:
    path = tmp_path / "flags.nc"
    weather[["flag"]].drop_vars("time").to_netcdf(path, engine="netcdf4", format="NETCDF3_CLASSIC", unlimited_dims=["time"])
    assert bytes_lacking(path) == 0
    xr.testing.assert_equal(read_dataset(path), weather[["flag"]].drop_vars("time"))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(UnreadableInput, match="truncated: 40 bytes"):
        read_dataset(path)


def test_a_classic_file_without_records_yet_is_whole(tmp_path: Path, weather: xr.Dataset) -> None:
    path = tmp_path / "empty.nc"
    weather.isel(time=slice(0, 0)).to_netcdf(path, engine="netcdf4", format="NETCDF3_CLASSIC", unlimited_dims=["time"])
    assert bytes_lacking(path) == 0
