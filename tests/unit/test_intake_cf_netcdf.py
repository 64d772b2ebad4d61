"""Any CF NetCDF: fields told by standard names, heights and names, on whatever axes; and what is told of files that are not so."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.errors import MissingVariable, UnknownUnits, UnreadableInput
from hazecast.intake.fields.layout import Box
from hazecast.intake.fields.reading import Fields, read_weather
from tests.cf_files import HOURS, cf_weather, on_projection, with_heights
from tests.lambert import Lambert
from tests.small_case import small_weather

Change = Callable[[xr.Dataset], xr.Dataset]


def read(folder: Path, data: xr.Dataset, **options: object) -> Fields:
    data.to_netcdf(folder / "any.nc")
    return read_weather(folder / "any.nc", **options)  # type: ignore[arg-type]


def as_era5(*names: str, hours: int = HOURS) -> xr.Dataset:
    """The same weather by the reader of ERA5."""
    return small_weather(names or ("u10", "v10", "t2m"), hours)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    return read(tmp_path_factory.mktemp("reference"), as_era5()).data


def test_standard_names_give_what_the_names_of_era5_give(tmp_path: Path) -> None:
    names = ("u10", "v10", "t2m", "d2m", "sp", "tp", "blh", "ssrd", "tcc")
    (tmp_path / "era5").mkdir()
    got = read(tmp_path, with_heights(cf_weather(*names)))
    xr.testing.assert_allclose(got.data, read(tmp_path / "era5", as_era5(*names)).data)
    assert len(got.data.data_vars) == len(names)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda d: d, id="standard names alone"),
        pytest.param(with_heights, id="with the coordinate of the height"),
        pytest.param(lambda d: d.transpose("lon", "time", "lat"), id="dimensions in another order"),
        pytest.param(lambda d: d.isel(lat=slice(None, None, -1)), id="from south to north"),
        pytest.param(lambda d: d.isel(lon=slice(None, None, -1)), id="from east to west"),
        pytest.param(lambda d: d.isel(time=slice(None, None, -1)), id="hours backwards"),
        pytest.param(lambda d: d.assign_coords(lon=d.lon.assign_attrs(units="degrees east")), id="units with a blank"),
        pytest.param(lambda d: d.assign_coords(lat=d.lat.drop_attrs().assign_attrs(units="degree_N")), id="units of latitude alone"),
        pytest.param(lambda d: d.assign_coords(lat=d.lat.drop_attrs(), lon=d.lon.drop_attrs()), id="axes by name alone"),
        pytest.param(lambda d: d.rename(time="moment"), id="time by its standard name"),
        pytest.param(lambda d: d.assign_coords(time=d.time.drop_attrs()), id="time by its name"),
        pytest.param(lambda d: d.assign_coords(lon=(d.lon - 360.0).assign_attrs(d.lon.attrs)), id="another turn"),
        pytest.param(lambda d: d.expand_dims(realization=[3]), id="a dimension of one member"),
        pytest.param(lambda d: d.rename(field_u10="10 metre U wind component"), id="a name with blanks"),
        pytest.param(lambda d: d.rename_dims(lat="j", lon="i").reset_index(["lat", "lon"]), id="axes beside their dimensions"),
        pytest.param(lambda d: d.assign(mask=(("lat", "lon"), np.ones((12, 12)))), id="a field that is not known"),
        pytest.param(
            lambda d: d.assign(field_t2m=(d.field_t2m - 273.15).assign_attrs(d.field_t2m.attrs, units="degC")), id="degrees Celsius"
        ),
        pytest.param(
            lambda d: d.assign(u100=(2.0 * d.field_u10).assign_attrs(d.field_u10.attrs, long_name="wind at 100 m")),
            id="wind at 100 m beside",
        ),
        pytest.param(
            lambda d: d.assign(tmax=(d.field_t2m + 5.0).assign_attrs(d.field_t2m.attrs, cell_methods="time: maximum")),
            id="a maximum beside",
        ),
    ],
)
def test_the_layout_does_not_matter(change: Change, reference: xr.Dataset, tmp_path: Path) -> None:
    got = read(tmp_path, change(cf_weather())).data
    turned = got.assign_coords(longitude=(got["longitude"] % 360.0).assign_attrs(got["longitude"].attrs))
    xr.testing.assert_allclose(turned, reference, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("east", "north", "temperature"),
    [
        ("uas", "vas", "tas"),
        ("U_10M", "V_10M", "T_2M"),
        ("10u", "10v", "2t"),
        ("UGRD_10maboveground", "VGRD_10maboveground", "TMP_2maboveground"),
        ("10m_u_component_of_wind", "10m_v_component_of_wind", "2m_temperature"),
    ],
)
def test_without_standard_names_the_names_in_use_are_known(
    east: str, north: str, temperature: str, reference: xr.Dataset, tmp_path: Path
) -> None:
    data = cf_weather().rename(field_u10=east, field_v10=north, field_t2m=temperature)
    bare = data.assign({name: values.drop_attrs(deep=False).assign_attrs(units=values.attrs["units"]) for name, values in data.items()})
    xr.testing.assert_allclose(read(tmp_path, bare).data, reference)


def test_of_several_heights_that_near_the_ground_is_taken(reference: xr.Dataset, tmp_path: Path) -> None:
    heights = xr.Variable("height", [10.0, 80.0, 120.0], {"standard_name": "height", "units": "m", "positive": "up"})
    data = cf_weather()
    for name in ("field_u10", "field_v10"):
        data[name] = (data[name] * xr.DataArray([1.0, 2.0, 3.0], dims="height")).assign_attrs(data[name].attrs)
    got = read(tmp_path, data.assign_coords(height=heights))
    xr.testing.assert_allclose(got.data, reference)
    assert got.aloft is not None
    assert got.aloft["level"].attrs["kind"] == "height"
    assert got.aloft["level"].values.tolist() == [10.0, 80.0, 120.0]
    np.testing.assert_allclose(got.aloft["eastward_wind_aloft"].isel(level=2), 3.0 * reference["eastward_wind"])


@pytest.mark.parametrize("names", [("u", "v", "t", "z"), ("ua", "va", "ta", "zg"), ("a", "b", "c", "d")])
@pytest.mark.parametrize(
    ("dim", "values", "attrs"),
    [
        ("pressure_level", [850.0, 925.0, 1000.0], {"units": "hPa"}),
        ("plev", [100000.0, 92500.0, 85000.0], {"units": "Pa", "standard_name": "air_pressure"}),
        ("level", [1000.0, 850.0, 925.0], {"units": "millibars"}),
        ("isobaricInhPa", [1000.0, 925.0, 850.0], {}),
        ("level", [1000, 925, 850], {}),
    ],
)
def test_pressure_levels_stand_from_the_ground_up_in_pascals(
    names: tuple[str, ...], dim: str, values: list[float], attrs: dict[str, str], tmp_path: Path
) -> None:
    data = cf_weather("u10", "v10", "t2m", hours=4)
    scale = xr.DataArray(np.asarray(values) / (100.0 if attrs.get("units") == "Pa" else 1.0), dims=dim)
    said = ("eastward_wind", "northward_wind", "air_temperature", "geopotential")
    units = ("m s-1", "m s-1", "K", "m2 s-2")
    one = data["field_u10"].drop_attrs() * 0 + 1.0
    fields = {n: (one * scale * f).assign_attrs(units=u) for n, f, u in zip(names, (1e-3, -1e-3, 0.25, 9.80665), units, strict=True)}
    if names[0] == "a":
        fields = {name: values.assign_attrs(standard_name=std) for (name, values), std in zip(fields.items(), said, strict=True)}
    got = read(tmp_path, xr.Dataset(fields).assign_coords({dim: (dim, values, attrs)}))
    assert got.aloft is not None
    assert got.aloft["level"].values.tolist() == [100000.0, 92500.0, 85000.0]
    assert got.aloft["level"].attrs == {"kind": "pressure", "units": "Pa"}
    hpa = np.array([1000.0, 925.0, 850.0])
    np.testing.assert_allclose(got.aloft["eastward_wind_aloft"][1, :, 2, 3], 1e-3 * hpa)
    np.testing.assert_allclose(got.aloft["air_temperature_aloft"][1, :, 2, 3], 0.25 * hpa)
    np.testing.assert_allclose(got.aloft["geopotential_height_aloft"][1, :, 2, 3], hpa)
    assert not got.data.data_vars
    assert got.data.sizes["time"] == 4


def test_a_single_pressure_in_the_coordinates_makes_one_level(tmp_path: Path) -> None:
    data = cf_weather("u10", "v10", hours=3).assign_coords(isobaric=((), 950.0, {"units": "hPa", "standard_name": "air_pressure"}))
    got = read(tmp_path, data)
    assert got.aloft is not None
    assert got.aloft["eastward_wind_aloft"].shape == (3, 1, 12, 12)
    assert got.aloft["level"].values.tolist() == [95000.0]


def test_a_flux_of_rain_becomes_millimetres_of_the_hour(tmp_path: Path) -> None:
    data = cf_weather("u10", "v10").assign(pr=lambda d: (d.field_u10 * 0 + 2.0 / 3600.0).assign_attrs(units="kg m-2 s-1"))
    np.testing.assert_allclose(read(tmp_path, data).data["precipitation"], 2.0)


@pytest.mark.parametrize(("hours", "name", "share"), [(3, "tp", 3), (6, "total_precipitation_6hr", 6), (1, "tp", 1)])
def test_a_sum_over_some_hours_becomes_the_mean_of_one(hours: int, name: str, share: int, tmp_path: Path) -> None:
    data = (
        cf_weather("u10", "v10")
        .assign({name: lambda d: (d.field_u10 * 0 + 6.0).assign_attrs(units="mm")})
        .isel(time=slice(None, None, hours))
    )
    data = data.assign({name: data[name].assign_attrs(standard_name="precipitation_amount")})
    np.testing.assert_allclose(read(tmp_path, data).data["precipitation"], 6.0 / share)


def test_the_bounds_of_time_say_what_a_sum_is_over(tmp_path: Path) -> None:
    data = cf_weather("u10", "v10").isel(time=slice(1, None))
    begin = data.time.values[0] - np.timedelta64(1, "h")
    bounds = np.stack([np.full(data.sizes["time"], begin), data.time.values], axis=1)
    total = xr.DataArray(2.5 * np.arange(1.0, data.sizes["time"] + 1), dims="time")
    data = data.assign(pr=(data.field_u10 * 0 + total).assign_attrs(units="kg m-2"), edges=(("time", "two"), bounds))
    data["time"].attrs["bounds"] = "edges"
    data["time"].encoding["units"] = "minutes since 2019-01-01"
    np.testing.assert_allclose(read(tmp_path, data).data["precipitation"], 2.5)


def test_means_marked_by_the_middle_of_their_interval_count_at_its_end(reference: xr.Dataset, tmp_path: Path) -> None:
    data = cf_weather()
    ends = data.time.values
    middles = data.assign_coords(time=("time", ends - np.timedelta64(30, "m"), {"bounds": "edges"}))
    middles["time"].encoding["units"] = "minutes since 2019-01-01"
    middles["edges"] = (("time", "two"), np.stack([ends - np.timedelta64(1, "h"), ends], axis=1))
    xr.testing.assert_allclose(read(tmp_path, middles).data, reference)


def runs(*starts: int, steps: int = 7) -> xr.Dataset:
    """Forecasts by reference time and step; the wind says 100 × run + step."""
    place = cf_weather("u10", "v10", hours=1).isel(time=0, drop=True)
    when = np.datetime64("2019-01-01T00", "ns") + np.asarray(starts) * np.timedelta64(1, "h")
    run, step = xr.DataArray(np.asarray(starts, dtype=float), dims="run"), xr.DataArray(np.arange(float(steps)), dims="step")
    value = (run / 10.0 + step / 100.0).transpose("step", "run")
    data = place.map(lambda v: (v * 0 + value).assign_attrs(v.attrs))
    return data.assign_coords(
        run=("run", when, {"standard_name": "forecast_reference_time"}),
        step=("step", np.arange(steps), {"standard_name": "forecast_period", "units": "hours"}),
    )


def test_of_many_runs_the_latest_counts_that_had_begun_before_the_hour(tmp_path: Path) -> None:
    got = read(tmp_path, runs(0, 3, 6)).data
    assert [str(t)[11:13] for t in got["time"].values] == [f"{h:02}" for h in range(13)]
    assert [int(str(t)[11:13]) for t in got["init_time"].values] == [0, 0, 0, 0, 3, 3, 3, 6, 6, 6, 6, 6, 6]
    steps = got["time"].values - got["init_time"].values
    expected = got["init_time"].dt.hour / 10.0 + steps / np.timedelta64(100, "h")
    np.testing.assert_allclose(got["eastward_wind"][:, 3, 4], expected)


def test_runs_that_began_too_late_give_way(tmp_path: Path) -> None:
    got = read(tmp_path, runs(0, 3, 6), latest_run=np.datetime64("2019-01-01T04", "ns")).data
    assert [int(str(t)[11:13]) for t in got["init_time"].values] == [0, 0, 0, 0, 3, 3, 3, 3, 3, 3]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda d: d, id="valid time from reference and step"),
        pytest.param(lambda d: d.rename(run="time").assign_coords(time=d.run.values), id="the reference called time, as by cfgrib"),
        pytest.param(
            lambda d: d.assign_coords(step=("step", d.step.values * 3600.0, {"standard_name": "forecast_period", "units": "seconds"})),
            id="seconds",
        ),
    ],
)
def test_one_run_may_be_a_single_number(change: Change, tmp_path: Path) -> None:
    data = change(runs(6)).squeeze()
    got = read(tmp_path, data).data
    assert (got["init_time"].dt.hour == 6).all()
    np.testing.assert_allclose(got["eastward_wind"][:, 0, 0], 0.6 + np.arange(7) / 100.0)


def test_a_file_of_one_hour_needs_no_dimension_of_time(reference: xr.Dataset, tmp_path: Path) -> None:
    got = read(tmp_path, cf_weather().isel(time=4)).data
    xr.testing.assert_allclose(got, reference.isel(time=[4]))
    with pytest.raises(Exception, match="holds no weather"):
        read_weather(tmp_path / "any.nc", np.datetime64("2019-01-02", "ns"))


@pytest.mark.parametrize("variable", ["relative_humidity", "specific_humidity"])
def test_moisture_given_in_another_way_becomes_the_dew_point(variable: str, tmp_path: Path) -> None:
    """At 10 degrees and 50 %, the dew point is 0.06 degrees; the specific humidity at 1013.25 hPa is 3.78 g kg-1."""
    calm = cf_weather("u10", "v10", "t2m", "sp")
    given = {"field_t2m": (10.0, "degC"), "field_sp": (1013.25, "hPa")}
    data = calm.assign({n: (calm[n] * 0 + value).assign_attrs(calm[n].attrs, units=units) for n, (value, units) in given.items()})
    moist = {"relative_humidity": (50.0, "%"), "specific_humidity": (3.78, "g kg-1")}[variable]
    data["moist"] = (calm.field_u10 * 0 + moist[0]).assign_attrs(units=moist[1], standard_name=variable)
    got = read(tmp_path, data).data
    np.testing.assert_allclose(got["dew_point"], 273.15 + 0.06, atol=0.05)
    assert variable not in got


def test_a_pollutant_in_units_that_cannot_be_converted_is_left_out_beside_the_weather(tmp_path: Path) -> None:
    one = cf_weather("u10", "v10")
    data = one.assign(
        pm2p5=(one.field_u10 * 0 + 4e-8).assign_attrs(units="kg m-3"),
        o3=(one.field_u10 * 0 + 1.0).assign_attrs(units="DU", standard_name="mass_concentration_of_ozone_in_air"),
    )
    got = read(tmp_path, data).data
    np.testing.assert_allclose(got["pm25"], 40.0)
    assert "o3" not in got


GRID = Lambert(rows=20, columns=22)


@pytest.mark.parametrize("along_grid", [True, False])
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda d: d, id="as written"),
        pytest.param(lambda d: d.transpose("x", "time", "y"), id="columns first"),
        pytest.param(lambda d: d.isel(x=slice(None, None, -1)), id="x from east to west"),
        pytest.param(lambda d: d.isel(y=slice(None, None, -1)), id="y from north to south"),
    ],
)
def test_wind_along_a_projection_is_turned_to_the_earth(along_grid: bool, change: Change, tmp_path: Path) -> None:
    got = read(tmp_path, change(on_projection(GRID, 3, along_grid=along_grid))).data
    assert got["eastward_wind"].dims == ("time", "y", "x")
    np.testing.assert_allclose(got["eastward_wind"], 5.0, atol=0.01)
    np.testing.assert_allclose(got["northward_wind"], -3.0, atol=0.01)
    assert got["latitude"].dims == ("y", "x")


def test_a_region_of_a_projection_is_a_part_of_it(tmp_path: Path) -> None:
    got = read(tmp_path, on_projection(GRID, 3), box=Box(36.6, 36.7, 116.9, 117.1)).data
    assert got.sizes["x"] < 8
    assert got.sizes["y"] < 8
    np.testing.assert_allclose(got["eastward_wind"], 5.0, atol=0.01)


def test_wind_on_a_projection_that_does_not_say_where_it_points_is_refused(tmp_path: Path) -> None:
    data = on_projection(GRID, 3).rename(u="u10", v="v10")
    for name in ("u10", "v10"):
        del data[name].attrs["standard_name"]
    with pytest.raises(UnreadableInput, match=r"u10 and v10 do not say .* expected a standard name x_wind and y_wind"):
        read(tmp_path, data)


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        pytest.param(
            lambda d: d.assign({n: v.assign_attrs(standard_name="strange") for n, v in d.items()}),
            MissingVariable,
            "no variable .* it has field_u10",
            id="nothing known",
        ),
        pytest.param(lambda d: d.drop_vars(["lat", "lon"]), UnreadableInput, "lacks the axes latitude, longitude", id="no places"),
        pytest.param(lambda d: d.isel(lat=0, drop=True), UnreadableInput, "lacks the axes latitude, longitude", id="no latitude"),
        pytest.param(lambda d: d.isel(lat=[0]), UnreadableInput, r"lat is \[37.2\]; expected two or more", id="a single row"),
        pytest.param(lambda d: d.isel(lat=[0, 0, 0], lon=0), UnreadableInput, "lacks the axes|are along", id="a line"),
        pytest.param(lambda d: d.drop_vars("time"), UnreadableInput, "lacks a time axis; it has", id="no time"),
        pytest.param(
            lambda d: d.assign_coords(time=np.arange(HOURS)), UnreadableInput, "time cannot be read as times", id="numbers for time"
        ),
        pytest.param(
            lambda d: d.assign_coords(time=d.time + np.timedelta64(20, "m")), UnreadableInput, "no hour is a full one", id="minutes past"
        ),
        pytest.param(lambda d: d.expand_dims(realization=[0, 1]), UnreadableInput, "2 entries along 'realization'", id="two members"),
        pytest.param(
            lambda d: d.assign(again=d.field_u10), UnreadableInput, "both field_u10 and again could be Eastward wind at 10 m", id="twice"
        ),
        pytest.param(
            lambda d: d.assign(field_u10=d.field_u10.isel(time=0, drop=True)),
            UnreadableInput,
            "field_u10 is along lat, lon and not",
            id="no time",
        ),
        pytest.param(lambda d: d.drop_vars("field_v10"), MissingVariable, "lacks Northward wind at 10 m", id="half a wind"),
        pytest.param(
            lambda d: d.assign(field_t2m=d.field_t2m.assign_attrs(units="rankine")), UnknownUnits, "field_t2m: .* 'rankine'", id="odd units"
        ),
    ],
)
def test_what_is_lacking_is_said(change: Change, error: type[Exception], said: str, tmp_path: Path) -> None:
    with pytest.raises(error, match=f"any.nc.*{said}"):
        read(tmp_path, change(cf_weather()))


def test_a_projection_without_places_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableInput, match=r"on the projection lambert_conformal_conic.* expected coordinates with the units degrees_north"
    ):
        read(tmp_path, on_projection(GRID, 3).drop_vars(["lat", "lon"]))


def test_a_step_without_units_is_refused(tmp_path: Path) -> None:
    data = runs(0, 3)
    del data["step"].attrs["units"]
    with pytest.raises(UnreadableInput, match="the step step is in ''; expected one of hours"):
        read(tmp_path, data)


def test_netcdf_is_known_by_its_beginning_whatever_its_name(tmp_path: Path, reference: xr.Dataset) -> None:
    cf_weather().to_netcdf(tmp_path / "any.dat")
    xr.testing.assert_allclose(read_weather(tmp_path / "any.dat").data, reference)


def test_ten_cities_bring_one_level_aloft(shared_data: Path) -> None:
    got = read_weather(shared_data / "ten_cities" / "meteorology.nc", np.datetime64("2015-11-28", "ns"), np.datetime64("2015-11-29", "ns"))
    assert got.aloft is not None
    assert dict(got.aloft.sizes) == {"time": 9, "level": 1, "latitude": 12, "longitude": 14}
    assert got.aloft["level"].values.tolist() == [95000.0]
    assert not got.data.data_vars


@pytest.mark.parametrize(
    "case", ["london_2020/meteorology/era5_2020_01.nc", "beijing_spring_2018/meteorology.nc", "formats/era5_new_cds.nc"]
)
def test_real_era5_reads_alike_by_its_own_names_and_by_the_general_ones(case: str, shared_data: Path, tmp_path: Path) -> None:
    """`latitude` under another name makes the reader of ERA5 stand back."""
    with xr.open_dataset(shared_data / case, decode_timedelta=False) as raw:
        raw.isel({d: slice(200) for d in raw.dims}).rename(latitude="rows", longitude="cols").drop_encoding().to_netcdf(
            tmp_path / "renamed.nc"
        )
    last = read_weather(tmp_path / "renamed.nc").data["time"].values[-1]
    expected = read_weather(shared_data / case, last=last).data
    xr.testing.assert_allclose(read_weather(tmp_path / "renamed.nc").data, expected)
