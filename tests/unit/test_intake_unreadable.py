"""A file of gridded input that cannot be read: left out by name where another run can stand in, an error where nothing can."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.errors import NothingReadable, UnreadableInput
from hazecast.intake.fields.reading import read_weather
from hazecast.records import Note, NoteCode


def write_run(file: Path, run: str) -> np.datetime64:
    init = np.datetime64(run, "ns")
    axes = {
        "time": ("time", init + np.arange(13) * np.timedelta64(1, "h"), {"standard_name": "time"}),
        "latitude": ("latitude", [36.0, 36.5, 37.0], {"standard_name": "latitude", "units": "degrees_north"}),
        "longitude": ("longitude", [116.0, 116.5, 117.0], {"standard_name": "longitude", "units": "degrees_east"}),
        "height": ((), 10.0, {"standard_name": "height", "units": "m", "positive": "up"}),
        "forecast_reference_time": ((), init, {"standard_name": "forecast_reference_time"}),
    }
    wind = {
        key: (("time", "latitude", "longitude"), np.full((13, 3, 3), 2.0), {"standard_name": f"{way}_wind", "units": "m s-1"})
        for key, way in (("u", "eastward"), ("v", "northward"))
    }
    data = xr.Dataset(wind, axes, {"Conventions": "CF-1.11"})
    for key in wind:
        data[key].attrs["coordinates"] = "height"
    data.to_netcdf(file, engine="scipy")
    return init


def test_a_truncated_run_is_left_out_and_told_and_the_run_before_stands_in(tmp_path: Path) -> None:
    runs = {tmp_path / name: write_run(tmp_path / name, run) for name, run in (("a.nc", "2024-02-28T12"), ("b.nc", "2024-02-29T00"))}
    (tmp_path / "b.nc").write_bytes((tmp_path / "b.nc").read_bytes()[:-200])
    read = read_weather(tmp_path, runs=runs)
    assert read.notes == (Note(NoteCode.FILES_UNREADABLE, 1, "b.nc"),)
    assert read.files == (tmp_path / "a.nc",)
    assert read.data["time"].values[-1] == np.datetime64("2024-02-29T00", "ns")
    with pytest.raises(UnreadableInput, match=r"b\.nc is truncated"):
        read_weather(tmp_path)
    (tmp_path / "a.nc").write_bytes(b"CDF")
    with pytest.raises(NothingReadable, match=r"a\.nc") as refused:
        read_weather(tmp_path, runs=runs)
    assert refused.value.names == ("a.nc", "b.nc")
