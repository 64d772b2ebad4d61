"""A Zarr store that follows CF is read as the same dataset in one file is; chunks that were lost are missing, and not zero."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.errors import MissingExtra, MissingVariable, UnreadableInput
from hazecast.intake.fields import cf_zarr
from hazecast.intake.fields.formats import format_of
from hazecast.intake.fields.layout import Box, Wanted
from hazecast.intake.fields.reading import read_weather
from hazecast.intake.files import identified
from tests.cf_files import HOURS, cf_weather, with_heights

pytest.importorskip("zarr")
NAMES = ("u10", "v10", "t2m", "tp")


def stored(folder: Path, data: xr.Dataset, zarr_format: int = 3, chunk_hours: int = 10, **encoding: dict[str, object]) -> Path:
    store = folder / "weather.zarr"
    chunks = {name: {"chunks": (chunk_hours, 6, 6), **encoding.get(str(name), {})} for name in data.data_vars if data[name].ndim == 3}
    data.to_zarr(store, zarr_format=zarr_format, encoding=chunks, consolidated=False)  # type: ignore[call-overload]
    return store


def weather() -> xr.Dataset:
    return with_heights(cf_weather(*NAMES))


def chunks_of(store: Path, name: str) -> list[Path]:
    return sorted(f for f in (store / name).rglob("*") if f.is_file() and not f.name.startswith((".z", "zarr.json")))


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_store_reads_as_the_same_weather_in_netcdf(zarr_format: int, tmp_path: Path) -> None:
    weather().to_netcdf(tmp_path / "same.nc")
    store = stored(tmp_path, weather(), zarr_format)
    assert format_of(store) is cf_zarr.FORMAT
    got = read_weather(store)
    xr.testing.assert_allclose(got.data, read_weather(tmp_path / "same.nc").data)
    assert got.files == (store,)
    assert got.notes == ()


def test_stores_and_files_of_one_folder_are_put_together(tmp_path: Path) -> None:
    first, last = weather().isel(time=slice(0, 20)), weather().isel(time=slice(20, None))
    stored(tmp_path, first)
    last.to_netcdf(tmp_path / "weather.nc")
    got = read_weather(tmp_path)
    assert got.data.sizes["time"] == HOURS
    assert got.data["eastward_wind"].notnull().all()
    assert {file.name for file in got.files} == {"weather.nc", "weather.zarr"}


def test_only_the_hours_and_the_region_that_are_wanted_are_loaded(tmp_path: Path) -> None:
    times = weather()["time"].values
    part = cf_zarr.read(stored(tmp_path, weather()), Wanted(times[3], times[7], Box(36.55, 36.75, 117.05, 117.15)))
    assert part.surface.sizes["time"] == 5
    assert part.surface["latitude"].values[[0, -1]] == pytest.approx([36.4, 36.9])
    assert part.offered.size == HOURS


def test_a_chunk_of_wind_that_was_lost_is_missing_and_not_a_calm(tmp_path: Path) -> None:
    store = stored(tmp_path, weather(), field_u10={"fill_value": 0.0})
    chunks_of(store, "field_u10")[0].unlink()
    got = read_weather(store).data
    assert got["eastward_wind"].isel(time=slice(0, 10)).isnull().any()
    assert got["eastward_wind"].isel(time=slice(10, None)).notnull().all()
    assert got["northward_wind"].notnull().all()


def test_rain_of_which_nothing_was_written_was_none(tmp_path: Path) -> None:
    store = stored(tmp_path, weather(), field_tp={"fill_value": 0.0})
    for file in chunks_of(store, "field_tp"):
        file.unlink()
    np.testing.assert_array_equal(read_weather(store).data["precipitation"], 0.0)


def test_an_axis_that_lost_a_chunk_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "weather.zarr"
    weather().to_zarr(store, encoding={"time": {"chunks": (10,)}}, consolidated=False)
    chunks_of(store, "time")[1].unlink()
    with pytest.raises(UnreadableInput, match=r"weather\.zarr lacks 1 chunks of time"):
        read_weather(store)


def broken_chunk(store: Path) -> None:
    file = chunks_of(store, "field_u10")[0]
    file.write_bytes(b"nonsense" + file.read_bytes()[8:20])


def broken_metadata(store: Path) -> None:
    (store / "field_u10" / "zarr.json").write_text('{"shape": [')


def another_shape(store: Path) -> None:
    file = store / "field_u10" / "zarr.json"
    file.write_text(file.read_text().replace("30", "3000000", 1))


def no_fields(store: Path) -> None:
    for name in ("field_u10", "field_v10", "field_t2m", "field_tp"):
        shutil.rmtree(store / name)


@pytest.mark.parametrize(
    ("harm", "error", "said"),
    [
        (broken_chunk, UnreadableInput, "cannot be read as Zarr"),
        (broken_metadata, UnreadableInput, "cannot be read as Zarr"),
        (another_shape, UnreadableInput, r"weather\.zarr"),
        (no_fields, MissingVariable, "holds no variable that hazecast knows"),
    ],
)
def test_a_damaged_store_is_refused_by_name(harm, error: type[Exception], said: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    store = stored(tmp_path, weather())
    harm(store)
    with pytest.raises(error, match=said):
        read_weather(store)


def test_its_hash_is_of_all_that_lies_in_it(tmp_path: Path) -> None:
    store = stored(tmp_path, weather())
    [before], [again] = identified([store], "meteorology"), identified([store], "meteorology")
    assert before == again
    assert before.size_bytes == sum(f.stat().st_size for f in store.rglob("*") if f.is_file())
    chunk = chunks_of(store, "field_v10")[1]
    chunk.write_bytes(chunk.read_bytes()[:-1] + b"x")
    assert identified([store], "meteorology")[0].sha256 != before.sha256


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = stored(tmp_path, weather())
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(MissingExtra, match=r"hazecast\[zarr\]"):
        cf_zarr.read(store, Wanted())


def test_the_library_is_loaded_for_stores_alone() -> None:
    code = "import sys, hazecast.intake.fields.reading; assert 'zarr' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
