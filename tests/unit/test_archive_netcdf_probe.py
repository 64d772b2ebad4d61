"""A file on which the netCDF library crashes or hangs is refused by name, and harms nobody else."""

from collections.abc import Iterator
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr

from hazecast.archive import netcdf, netcdf_probe
from hazecast.archive.netcdf import read_dataset
from hazecast.errors import UnreadableInput


@pytest.fixture
def file(tmp_path: Path) -> Path:
    xr.Dataset({"t": ("x", np.arange(5.0))}).to_netcdf(tmp_path / "a.nc")
    return tmp_path / "a.nc"


@pytest.fixture
def prober(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    of_its_own = netcdf_probe._Prober()
    monkeypatch.setattr(netcdf_probe, "_PROBER", of_its_own)
    yield
    of_its_own.close()


@pytest.mark.usefixtures("prober")
@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import os; input(); os.abort()", r"broke down on it \(status -6\)"),
        ("raise SystemExit(3)", r"broke down on it \(status 3\)"),
        ("import time; time.sleep(60)", "found no end within 0 s"),
    ],
)
def test_a_process_that_dies_or_hangs_is_the_fault_of_the_file(
    program: str, said: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(netcdf_probe, "PROGRAM", program)
    monkeypatch.setattr(netcdf_probe, "START_SECONDS", 0.3)  # none of these says that it is ready
    monkeypatch.setattr(netcdf_probe, "PATIENCE_SECONDS", 0.3 if "sleep" in program else 30.0)
    with pytest.raises(UnreadableInput, match=rf"a\.nc cannot be read as NetCDF: the netCDF library {said}"):
        read_dataset(file)
    monkeypatch.undo()
    assert read_dataset(file)["t"].size == 5


@pytest.mark.usefixtures("prober")
def test_a_file_is_looked_into_once_as_long_as_it_stays(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_dataset(file)
    monkeypatch.setattr(netcdf_probe._Prober, "survives", lambda _self, _path: "was asked again")
    read_dataset(file)
    xr.Dataset({"t": ("x", np.arange(6.0))}).to_netcdf(file)
    with pytest.raises(UnreadableInput, match="was asked again"):
        read_dataset(file)


def test_every_byte_of_checked_values_is_vouched_for(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(4, 25))
    good = tmp_path / "good.nc"
    xr.Dataset({"t": (("x", "y"), values)}).to_netcdf(good, encoding={"t": {"fletcher32": True, "zlib": False, "contiguous": False}})
    content = good.read_bytes()
    begin = content.index(values.tobytes())
    for n, at in enumerate(range(begin, begin + values.nbytes, 13)):
        changed = bytearray(content)
        changed[at] ^= 1 << n % 8
        file = tmp_path / f"{n}.nc"
        file.write_bytes(changed)
        with pytest.raises(UnreadableInput, match=rf"{n}\.nc cannot be read as NetCDF"):
            read_dataset(file)


def test_an_axis_that_claims_millions_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with netCDF4.Dataset(tmp_path / "wide.nc", "w") as data:
        data.createDimension("x", netcdf.MOST_ALONG_AN_AXIS + 1)
        data.createVariable("x", "f8", ("x",), chunksizes=[1024])
    with pytest.raises(UnreadableInput, match=r"wide\.nc: the axis x claims 10,000,001 values"):
        read_dataset(tmp_path / "wide.nc")


def test_values_that_take_hundreds_of_times_what_lies_on_the_disk_are_refused(tmp_path: Path) -> None:
    with netCDF4.Dataset(tmp_path / "bomb.nc", "w") as data:
        data.createDimension("x", 50_000_000)
        data.createVariable("t", "f8", ("x",), chunksizes=[1024])
    with pytest.raises(UnreadableInput, match=r"bomb\.nc: what is wanted of it takes 0\.4 GiB, of 0\.000 GiB on the disk"):
        read_dataset(tmp_path / "bomb.nc")
    assert read_dataset(tmp_path / "bomb.nc", lambda raw: raw.isel(x=slice(0, 100)))["t"].size == 100
