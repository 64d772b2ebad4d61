"""ERA5 as the Climate Data Store has delivered it over the years, and what is made of files that are not so."""

from collections.abc import Callable
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from hazecast.errors import MissingVariable, NoDataInPeriod, UnknownUnits, UnreadableInput
from hazecast.intake.fields.layout import unrolled
from hazecast.intake.fields.reading import read_weather
from hazecast.records import Note, NoteCode
from tests.small_case import hours_from_first, small_weather

Change = Callable[[xr.Dataset], xr.Dataset]
HOURS = 4


def weather(*variables: str) -> xr.Dataset:
    return small_weather(("u10", "v10", *variables), HOURS).isel(latitude=slice(3), longitude=slice(4))


def read(folder: Path, *files: xr.Dataset, first: str | None = None, last: str | None = None) -> xr.Dataset:
    for number, file in enumerate(files):
        file.to_netcdf(folder / f"{number}.nc")
    return read_weather(folder, first and np.datetime64(first, "ns"), last and np.datetime64(last, "ns")).data  # type: ignore[arg-type]


def test_the_new_layout_becomes_the_vocabulary_with_both_axes_ascending(tmp_path: Path) -> None:
    delivered = weather("t2m")
    got = read(tmp_path, delivered.assign_coords(number=0, expver=("valid_time", np.full(HOURS, "0001"))))
    assert set(got.data_vars) == {"eastward_wind", "northward_wind", "air_temperature"}
    assert set(got.coords) == {"time", "init_time", "latitude", "longitude"}
    assert np.isnat(got["init_time"].values).all()
    assert (np.diff(got["latitude"]) > 0).all()
    assert (np.diff(got["longitude"]) > 0).all()
    np.testing.assert_array_equal(got["eastward_wind"].values, delivered["u10"].values[:, ::-1])
    assert got["eastward_wind"].attrs == {"units": "m s-1"}
    assert got["time"].dtype == np.dtype("datetime64[ns]")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda d: d.rename(valid_time="time"), id="the old name of time"),
        pytest.param(lambda d: d.isel(latitude=slice(None, None, -1)), id="latitude from south to north"),
        pytest.param(lambda d: d.isel(longitude=slice(None, None, -1)), id="longitude from east to west"),
        pytest.param(lambda d: d.isel(valid_time=slice(None, None, -1)), id="hours backwards"),
        pytest.param(lambda d: d.transpose("longitude", "latitude", "valid_time"), id="dimensions in another order"),
        pytest.param(lambda d: d.expand_dims(number=[0]), id="a dimension of one member"),
        pytest.param(lambda d: d.assign_coords(longitude=d.longitude.astype("f4"), latitude=d.latitude.astype("f4")), id="float32 axes"),
        pytest.param(lambda d: d.assign(z=d.u10.assign_attrs(units="furlong")), id="a variable that is not known"),
        pytest.param(lambda d: d.map(lambda v: v.assign_attrs(units="m s-1")), id="units without asterisks"),
    ],
)
def test_the_layout_does_not_matter(change: Change, tmp_path: Path) -> None:
    (tmp_path / "as_new").mkdir()
    (tmp_path / "as_other").mkdir()
    xr.testing.assert_allclose(read(tmp_path / "as_other", change(weather())), read(tmp_path / "as_new", weather()), rtol=0, atol=1e-5)


def test_final_and_preliminary_reanalysis_are_merged_the_final_first(tmp_path: Path) -> None:
    final = weather().where(weather().valid_time < hours_from_first(HOURS)[2])
    preliminary = weather() + 1.0
    both = xr.concat([final, preliminary], "expver").assign_coords(expver=[1, 5]).rename(valid_time="time")
    both = both.map(lambda values: values.assign_attrs(units="m s**-1"))
    got = read(tmp_path, both)["eastward_wind"].values[:, ::-1]
    np.testing.assert_array_equal(got[:2], weather()["u10"].values[:2])
    np.testing.assert_array_equal(got[2:], weather()["u10"].values[2:] + 1.0)


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [
        ([0.0, 90.0, 179.5], [0.0, 90.0, 179.5]),
        ([358.5, 359.0, 359.5, 0.0], [-1.5, -1.0, -0.5, 0.0]),
        ([0.0, 0.5, 359.0, 359.5], [-1.0, -0.5, 0.0, 0.5]),
        ([179.0, 179.5, -180.0, -179.5], [179.0, 179.5, 180.0, 180.5]),
        ([179.0, 179.5, 180.0, 180.5], [179.0, 179.5, 180.0, 180.5]),
        (list(np.arange(0.0, 360.0, 30.0)), list(np.arange(-180.0, 180.0, 30.0))),
        ([0.0, 120.0, 240.0, 360.0], [-120.0, 0.0, 120.0]),
    ],
)
def test_longitudes_are_counted_so_that_neighbours_stay_side_by_side(degrees: list[float], expected: list[float], tmp_path: Path) -> None:
    one = weather().isel(longitude=0, drop=True).expand_dims(longitude=degrees).map(lambda v: v + 0.001 * (v.longitude % 360.0))
    got = read(tmp_path, one.map(lambda values: values.assign_attrs(units="m s**-1")))
    np.testing.assert_allclose(got["longitude"], expected)
    first = got["eastward_wind"].isel(time=0, latitude=0)
    np.testing.assert_allclose(first - first[0], 0.001 * (first.longitude % 360.0 - first.longitude[0] % 360.0), atol=1e-12)


def test_packed_integers_are_unpacked_and_their_gaps_are_missing(tmp_path: Path) -> None:
    delivered = weather("t2m", "tp")
    delivered["t2m"][1, 1, 1] = np.nan
    packing = {name: {"dtype": "int16", "scale_factor": 0.01, "_FillValue": -32767} for name in ("u10", "v10")}
    packing["t2m"] = {"dtype": "int16", "scale_factor": 0.002, "add_offset": 275.0, "_FillValue": -32767}
    delivered.to_netcdf(tmp_path / "packed.nc", encoding=packing)
    got = read_weather(tmp_path).data
    np.testing.assert_allclose(got["air_temperature"].values[:, ::-1], delivered["t2m"].values, atol=0.0011)
    assert int(got["air_temperature"].isnull().sum()) == 1
    assert got["air_temperature"].dtype == np.float64


def test_rain_comes_in_metres_and_leaves_in_millimetres_sunshine_in_joules_and_leaves_in_watts(tmp_path: Path) -> None:
    delivered = weather("tp", "ssrd").assign(
        tp=lambda d: (d.u10 * 0 + 0.0025).assign_attrs(units="m"), ssrd=lambda d: (d.u10 * 0 + 1.8e6).assign_attrs(units="J m**-2")
    )
    got = read(tmp_path, delivered)
    np.testing.assert_allclose(got["precipitation"], 2.5)
    np.testing.assert_allclose(got["solar_radiation"], 500.0)


def test_the_hair_below_zero_that_packing_leaves_is_no_rain_and_no_fault(tmp_path: Path) -> None:
    delivered = weather("tp").assign(tp=lambda d: (d.u10 * 0 - 2e-10).assign_attrs(units="m"))
    delivered.to_netcdf(tmp_path / "x.nc")
    got = read_weather(tmp_path)
    assert (got.data["precipitation"] == 0.0).all()
    assert got.notes == ()


def test_values_out_of_range_are_missing_and_counted_by_variable(tmp_path: Path) -> None:
    delivered = weather("t2m", "tp")
    delivered["u10"][0, :2, 0] = -999.0
    delivered["t2m"][0, 0, 0] = 20.0  # degrees Celsius among kelvins
    delivered["tp"][0, 0, 0] = -0.001
    delivered["v10"][0, 0, 0] = np.nan  # missing is not rejected
    delivered.to_netcdf(tmp_path / "x.nc")
    got = read_weather(tmp_path)
    assert got.notes == (
        Note(NoteCode.VALUES_REJECTED, 2, "Eastward wind at 10 m"),
        Note(NoteCode.VALUES_REJECTED, 1, "Air temperature at 2 m"),
        Note(NoteCode.VALUES_REJECTED, 1, "Precipitation of the past hour"),
    )
    assert int(got.data["eastward_wind"].isnull().sum()) == 2


def test_only_the_hours_asked_for_are_read_both_ends_included(tmp_path: Path) -> None:
    got = read(tmp_path, weather(), first="2019-01-01T01", last="2019-01-01T02")
    assert [str(t)[:13] for t in got["time"].values] == ["2019-01-01T01", "2019-01-01T02"]


def test_files_are_joined_in_time_and_those_outside_the_period_are_not_named_as_inputs(tmp_path: Path) -> None:
    late = weather().assign_coords(valid_time=weather().valid_time + np.timedelta64(1, "D"))
    late.to_netcdf(tmp_path / "a_late.nc")
    weather().to_netcdf(tmp_path / "b_early.nc")
    got = read_weather(tmp_path)
    assert got.data.sizes["time"] == 2 * HOURS
    assert (np.diff(got.data["time"].values) > np.timedelta64(0)).all()
    part = read_weather(tmp_path, None, np.datetime64("2019-01-01T12", "ns"))
    assert [f.name for f in part.files] == ["b_early.nc"]


def test_of_an_hour_that_two_files_have_the_later_name_counts_and_its_gaps_are_filled_from_the_other(tmp_path: Path) -> None:
    newer = weather().isel(valid_time=slice(2, None)).map(lambda v: (v + 1.0).assign_attrs(v.attrs))
    newer["u10"][0, 0, 0] = np.nan
    got = read(tmp_path, weather(), newer)["eastward_wind"].values[:, ::-1]
    expected = weather()["u10"].values.copy()
    expected[2:] += 1.0
    expected[2, 0, 0] -= 1.0
    np.testing.assert_allclose(got, expected)


def test_wind_and_rain_in_two_files_of_the_same_hours_are_put_together(tmp_path: Path) -> None:
    """The Climate Data Store splits instantaneous and accumulated variables."""
    whole = weather("tp", "ssrd", "t2m")
    got = read(tmp_path, whole[["tp", "ssrd"]], whole[["u10", "v10", "t2m"]])
    assert set(got.data_vars) == {"eastward_wind", "northward_wind", "air_temperature", "precipitation", "solar_radiation"}
    assert got.sizes["time"] == HOURS
    assert all(int(values.isnull().sum()) == 0 for values in got.data_vars.values())


def test_a_variable_that_one_file_lacks_is_missing_in_its_hours_only(tmp_path: Path) -> None:
    late = weather().assign_coords(valid_time=weather().valid_time + np.timedelta64(1, "D"))
    got = read(tmp_path, weather("t2m"), late)
    assert got["air_temperature"].isnull().all(("latitude", "longitude")).values.tolist() == [False] * HOURS + [True] * HOURS


def test_hours_written_as_fractions_of_days_are_full_hours(tmp_path: Path) -> None:
    days = ("valid_time", 737061 + np.arange(HOURS) / 24.0, {"units": "days since 0001-01-01"})
    got = read(tmp_path, weather().assign_coords(valid_time=days))
    assert [str(t)[11:] for t in got["time"].values] == [f"{h:02}:00:00.000000000" for h in range(HOURS)]


def test_files_that_are_still_being_written_are_not_read(tmp_path: Path) -> None:
    (tmp_path / ".1.nc").write_bytes(b"half")
    (tmp_path / "folder.nc").mkdir()
    assert read(tmp_path, weather()).sizes["time"] == HOURS


def test_files_of_two_grids_in_a_folder_are_named_with_their_grids(tmp_path: Path) -> None:
    other = weather().assign_coords(latitude=weather().latitude + 0.05)
    with pytest.raises(UnreadableInput, match=r"1\.nc and 0\.nc .* not on one grid: latitude is 37\.05 to 37\.25 .* and 37 to 37\.2"):
        read(tmp_path, weather(), other)


def test_a_smaller_grid_in_the_same_folder_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"longitude is 116\.5 to 116\.7 in 3 values and 116\.5 to 116\.8 in 4 values"):
        read(tmp_path, weather(), weather().isel(longitude=slice(3)))


@pytest.mark.parametrize(("lacking", "said"), [("u10", "Eastward"), ("v10", "Northward")])
def test_without_wind_there_is_no_forecast(lacking: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(MissingVariable, match=f"lacks {said} wind.*; it has .*air_temperature"):
        read(tmp_path, weather("t2m").drop_vars(lacking))


@pytest.mark.parametrize(("units", "said"), [("knots", "is in 'knots'"), ("", "has no units")])
def test_units_that_are_not_known_are_said_with_those_that_are(units: str, said: str, tmp_path: Path) -> None:
    strange = weather().assign(u10=lambda d: d.u10.assign_attrs(units=units))
    with pytest.raises(UnknownUnits, match=f"0.nc: u10: Eastward wind at 10 m {said}; expected one of: m s-1"):
        read(tmp_path, strange)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda d: d.rename(latitude="y"), "lacks the axes latitude; it has .*y .3.", id="no latitude"),
        pytest.param(lambda d: d.drop_vars("longitude"), "lacks the axes longitude", id="a dimension without values"),
        pytest.param(lambda d: d.isel(latitude=[0]), r"latitude is \[37.2\]; expected two or more", id="a single row"),
        pytest.param(lambda d: d.assign_coords(latitude=d.latitude * np.nan), "latitude is .nan", id="latitude missing"),
        pytest.param(lambda d: d.assign_coords(latitude=d.latitude * 10), "within ±90", id="latitude off the Earth"),
        pytest.param(lambda d: d.assign_coords(valid_time=np.arange(HOURS)), "time cannot be read as times", id="time without units"),
        pytest.param(lambda d: d.expand_dims(number=[0, 1]), "u10 has 2 entries along 'number'", id="two members"),
        pytest.param(lambda d: d.assign(u10=d.u10.isel(latitude=0)), "u10 is of type float64 along", id="wind along a line"),
        pytest.param(lambda d: d.assign(u10=d.u10.astype(str)), "u10 is of type .*expected numbers", id="wind as text"),
        pytest.param(
            lambda d: d.assign_coords(valid_time=d.valid_time + np.timedelta64(30, "m")), "no hour is a full one", id="half hours only"
        ),
    ],
)
def test_a_file_of_another_layout_is_refused_with_what_it_has(change: Change, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=said):
        read(tmp_path, change(weather()))


def test_a_calendar_without_leap_days_is_refused(tmp_path: Path) -> None:
    weather().to_netcdf(tmp_path / "0.nc", encoding={"valid_time": {"units": "hours since 2019-01-01", "dtype": "f8"}})
    with netCDF4.Dataset(tmp_path / "0.nc", "a") as file:
        file["valid_time"].calendar = "noleap"
    with pytest.raises(UnreadableInput, match="time cannot be read as times"):
        read_weather(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "is empty"), (b"<!DOCTYPE html><p>Log in", "web page"), (b"PK\x03\x04zipped", "cannot be read as NetCDF")]
)
def test_a_file_that_is_no_netcdf_is_named(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "era5.nc").write_bytes(content)
    with pytest.raises(UnreadableInput, match=f"era5.nc.* {said}"):
        read_weather(tmp_path)


@pytest.mark.parametrize("format", ["NETCDF4", "NETCDF3_64BIT"])
def test_a_truncated_file_is_refused_wherever_it_ends(format: str, tmp_path: Path) -> None:
    file = tmp_path / "era5.nc"
    weather().to_netcdf(file, format=format)  # type: ignore[call-overload]
    content = file.read_bytes()
    for share in (0.1, 0.5, 0.9):
        file.write_bytes(content[: int(share * len(content))])
        with pytest.raises(UnreadableInput, match=r"era5\.nc"):
            read_weather(file)


def test_a_period_without_weather_is_told_beside_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(NoDataInPeriod, match=r"no weather from 2020-01-01 00:00; it has 2019-01-01 00:00 to 2019-01-01 03:00 UTC"):
        read(tmp_path, weather(), first="2020-01-01T00")


@pytest.mark.parametrize(("name", "said"), [("absent", "is not there"), (".", "holds none")])
def test_a_path_without_netcdf_files_is_named(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(NoDataInPeriod, match=f"{said}; expected files of gridded fields"):
        read_weather(tmp_path / name)


@given(start=st.floats(-180, 179, allow_nan=False), cells=st.integers(2, 40), spacing=st.sampled_from([0.1, 0.25, 1.0, 2.5]))
def test_any_region_keeps_its_shape_whichever_way_its_longitudes_are_counted(start: float, cells: int, spacing: float) -> None:
    east = start + spacing * np.arange(cells)
    from_greenwich = np.sort(unrolled(east % 360.0))
    from_the_date_line = np.sort(unrolled((east + 180.0) % 360.0 - 180.0))
    np.testing.assert_allclose(np.diff(from_greenwich), spacing, atol=1e-9)
    np.testing.assert_allclose(from_greenwich, from_the_date_line, atol=1e-9)
