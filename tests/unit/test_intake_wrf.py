"""WRF output becomes the vocabulary: winds on the Earth, moisture as dew point, rain by the hour, and what is aloft."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.errors import MissingVariable, NoDataInPeriod, SettingsError, UnreadableInput
from hazecast.grids.gridding import to_grid
from hazecast.grids.lattice import lattice_of_domain
from hazecast.intake.fields.layout import Box
from hazecast.intake.fields.reading import Fields, read_weather
from hazecast.records import Cycle, MeteorologyKind, NoteCode
from hazecast.survey.survey import survey
from tests.gathering import gather
from tests.lambert import Lambert
from tests.small_case import small_settings, write_small_case
from tests.wrf_output import EASTWARD, ETA, GRID, GROUND_M, NORTHWARD, START, wrf_output, write_wrf

Change = Callable[[xr.Dataset], xr.Dataset]
NEAR = {
    "eastward_wind",
    "northward_wind",
    "air_temperature",
    "dew_point",
    "surface_pressure",
    "precipitation",
    "mixing_height",
    "solar_radiation",
}
ALOFT = {"eastward_wind_aloft", "northward_wind_aloft", "air_temperature_aloft", "geopotential_height_aloft", "vertical_velocity_aloft"}


def changed(folder: Path, change: Change = lambda d: d, **options: int) -> Path:
    file = folder / "wrfout_d01.nc"
    change(wrf_output(**options)).to_netcdf(file)
    return file


def aloft_of(fields: Fields) -> xr.Dataset:
    assert fields.aloft is not None
    return fields.aloft


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Fields:
    return read_weather(write_wrf(tmp_path_factory.mktemp("wrf")))


def test_everything_near_the_ground_comes_on_the_cells_of_the_model(whole: Fields) -> None:
    assert set(whole.data.data_vars) == NEAR
    latitude, longitude = GRID.places()
    np.testing.assert_allclose(whole.data["latitude"], latitude, atol=1e-5)
    np.testing.assert_allclose(whole.data["longitude"], longitude, atol=1e-4)
    assert whole.data["eastward_wind"].dims == ("time", "y", "x")
    assert whole.notes == ()
    assert [str(t)[:13] for t in whole.data["time"].values[[0, -1]]] == ["2019-01-01T00", "2019-01-01T05"]


def test_wind_is_turned_from_the_axes_of_the_grid_to_those_of_the_earth(whole: Fields) -> None:
    np.testing.assert_allclose(whole.data["eastward_wind"], EASTWARD, atol=1e-5)
    np.testing.assert_allclose(whole.data["northward_wind"], NORTHWARD, atol=1e-5)


def test_without_the_rotation_in_the_file_it_follows_from_the_places_of_the_cells(tmp_path: Path) -> None:
    got = read_weather(changed(tmp_path, lambda d: d.drop_vars(["COSALPHA", "SINALPHA"])))
    np.testing.assert_allclose(got.data["eastward_wind"], EASTWARD, atol=0.01)
    np.testing.assert_allclose(got.data["northward_wind"], NORTHWARD, atol=0.01)


def test_winds_aloft_are_taken_to_the_middles_of_the_cells_and_turned(whole: Fields) -> None:
    aloft = aloft_of(whole)
    assert set(aloft.data_vars) == ALOFT
    assert aloft["eastward_wind_aloft"].dims == ("time", "level", "y", "x")
    np.testing.assert_allclose(aloft["eastward_wind_aloft"], EASTWARD, atol=1e-3)
    np.testing.assert_allclose(aloft["northward_wind_aloft"], NORTHWARD, atol=1e-3)


def test_levels_are_eta_from_the_ground_up_with_their_heights(whole: Fields) -> None:
    aloft = aloft_of(whole)
    assert aloft["level"].attrs["kind"] == "hybrid"
    np.testing.assert_allclose(aloft["level"], ETA, atol=1e-6)
    np.testing.assert_allclose(aloft["geopotential_height_aloft"][0, :, 0, 0], GROUND_M + np.array([25.0, 150.0, 625.0, 2000.0]), rtol=1e-5)


def test_potential_temperature_becomes_temperature_and_rising_air_falling_pressure(whole: Fields) -> None:
    aloft = aloft_of(whole)
    temperature = 290.0 * (1.0 * ETA) ** (287.0 / 1004.5)
    np.testing.assert_allclose(aloft["air_temperature_aloft"][2, :, 3, 4], temperature, rtol=1e-5)
    omega = -100_000.0 * ETA / (287.0 * temperature) * 9.81 * 0.1
    np.testing.assert_allclose(aloft["vertical_velocity_aloft"][2, :, 3, 4], omega, rtol=1e-4)


def test_the_mixing_ratio_becomes_the_dew_point(whole: Fields) -> None:
    """4 g kg-1 at 1010 hPa is a vapour pressure of 6.454 hPa, which by Tetens' formula saturates at 0.76 degrees."""
    np.testing.assert_allclose(whole.data["dew_point"], 273.15 + 0.76, atol=0.01)


def test_rain_since_the_run_began_becomes_rain_of_the_hour(whole: Fields) -> None:
    rain = whole.data["precipitation"]
    assert rain[0].isnull().all()
    np.testing.assert_allclose(rain[1:], 0.75, rtol=1e-5)


def test_rain_goes_on_from_one_file_to_the_next_and_before_the_first_hour_that_is_wanted(tmp_path: Path) -> None:
    for hour in range(6):
        write_wrf(tmp_path, first=hour, hours=1)
    got = read_weather(tmp_path, np.datetime64("2019-01-01T03", "ns"))
    assert got.data.sizes["time"] == 3
    np.testing.assert_allclose(got.data["precipitation"], 0.75, rtol=1e-5)
    aloft = aloft_of(got)
    assert aloft.sizes["time"] == 3


def test_buckets_that_were_emptied_count_as_rain(tmp_path: Path) -> None:
    def with_buckets(data: xr.Dataset) -> xr.Dataset:
        data["RAINNC"] = data["RAINNC"] % 1.0
        data["I_RAINNC"] = (data["RAINC"].dims, (np.arange(6) // 2)[:, None, None] * np.ones(data["RAINC"].shape, dtype="i4"))
        data["RAINNC"].attrs["units"] = "mm"
        return data.assign_attrs(BUCKET_MM=1.0)

    got = read_weather(changed(tmp_path, with_buckets))
    np.testing.assert_allclose(got.data["precipitation"][1:], 0.75, rtol=1e-5)


def test_a_run_is_known_by_its_start_and_a_later_one_counts_unless_it_began_too_late(tmp_path: Path) -> None:
    write_wrf(tmp_path, first=0, hours=6)
    later = wrf_output(hours=3, start="2019-01-01T03")
    later["T2"] = later["T2"] + 1.0
    later["T2"].attrs["units"] = "K"
    later.to_netcdf(tmp_path / "wrfout_later.nc")
    got = read_weather(tmp_path).data
    assert [str(t)[11:13] for t in got["init_time"].values] == ["00", "00", "00", "03", "03", "03"]
    np.testing.assert_allclose(got["air_temperature"][:, 0, 0], [280.0] * 3 + [281.0] * 3)
    np.testing.assert_allclose(got["precipitation"][1:], 0.75, rtol=1e-5)
    earlier = read_weather(tmp_path, latest_run=np.datetime64("2019-01-01T02", "ns")).data
    np.testing.assert_allclose(earlier["air_temperature"], 280.0)


def test_chemistry_comes_from_the_lowest_layer_in_the_units_of_the_vocabulary(tmp_path: Path) -> None:
    def with_chemistry(data: xr.Dataset) -> xr.Dataset:
        dims = ("Time", "bottom_top", "south_north", "west_east")
        layers = np.array([1.0, 2.0, 3.0, 4.0])[:, None, None] * np.ones((6, 4, GRID.rows, GRID.columns))
        return data.assign(PM2_5_DRY=(dims, 60.0 * layers, {"units": "ug m^-3"}), o3=(dims, 0.04 * layers, {"units": "ppmv"}))

    got = read_weather(changed(tmp_path, with_chemistry)).data
    np.testing.assert_allclose(got["pm25"], 60.0)
    np.testing.assert_allclose(got["o3"], 78.5, rtol=1e-3)


@pytest.mark.parametrize("box", [Box(36.5, 36.7, 116.8, 117.1), Box(36.6, 36.6, 117.0, 117.0), Box(36.5, 36.7, 476.8, 477.1)])
def test_a_region_is_a_part_of_the_whole_that_encloses_it(box: Box, whole: Fields, tmp_path: Path) -> None:
    part = read_weather(write_wrf(tmp_path), box=box)
    assert part.data.sizes["y"] < 8
    assert part.data.sizes["x"] < 8
    assert aloft_of(part).sizes["x"] == part.data.sizes["x"]
    turn = 360.0 if box.west > 180.0 else 0.0
    for latitude in (box.south, box.north):
        for longitude in (box.west - turn, box.east - turn):
            near = (abs(part.data["latitude"] - latitude) < 0.15) & (abs(part.data["longitude"] - longitude) < 0.15)
            assert int(near.sum()) >= 4
    np.testing.assert_allclose(part.data["eastward_wind"], EASTWARD, atol=1e-5)
    np.testing.assert_allclose(aloft_of(part)["northward_wind_aloft"], NORTHWARD, atol=1e-3)
    assert float(part.data["latitude"].min()) > float(whole.data["latitude"].min())


def test_hours_between_full_ones_are_left_out(tmp_path: Path) -> None:
    def half_hourly(data: xr.Dataset) -> xr.Dataset:
        times = [f"2019-01-01_0{n // 2}:{30 * (n % 2):02}:00" for n in range(6)]
        return data.assign(Times=("Time", np.array(times, dtype="S19")))

    assert read_weather(changed(tmp_path, half_hourly)).data["time"].dt.hour.values.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda d: d.assign(XLAT=d.XLAT + 0.1 * d.XTIME), "the cells move from hour to hour", id="a nest that moves"),
        pytest.param(lambda d: d.drop_attrs(), "does not say when its run began", id="a run without a start"),
        pytest.param(
            lambda d: d.assign_attrs(SIMULATION_START_DATE="yesterday"), "'yesterday' cannot be read as a time", id="a start as words"
        ),
        pytest.param(lambda d: d.assign(Times=("Time", np.array(["?"] * 6, dtype="S19"))), "cannot be read as a time", id="times as marks"),
        pytest.param(
            lambda d: d.assign(Times=("Time", np.array(["2019-01-01_00:30:00"] * 6, dtype="S19"))), "no hour is a full one", id="half hours"
        ),
        pytest.param(lambda d: d.assign(XLAT=d.XLAT * 10), "expected degrees within ±90", id="places off the Earth"),
        pytest.param(lambda d: d.isel(south_north=[0]), "two or more rows", id="a single row"),
        pytest.param(lambda d: d.rename(south_north="y"), "lacks the dimensions south_north", id="a dimension of another name"),
    ],
)
def test_what_wrf_does_not_write_is_refused(change: Change, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=f"wrfout_d01.nc.*{said}"):
        read_weather(changed(tmp_path, change))


def test_a_file_without_wind_and_a_period_without_hours_are_told(tmp_path: Path) -> None:
    file = changed(tmp_path, lambda d: d.drop_vars(["U10", "U"]))
    with pytest.raises(MissingVariable, match="lacks Eastward wind at 10 m"):
        read_weather(file)
    with pytest.raises(NoDataInPeriod, match="it has 2019-01-01 00:00 to 2019-01-01 05:00 UTC"):
        read_weather(file, np.datetime64("2020-01-01", "ns"))


def test_the_whole_way_to_the_lattice_of_a_city(tmp_path: Path) -> None:
    """The grid stands askew to latitude and longitude; the wind on the lattice is the same one everywhere."""
    case = write_small_case(tmp_path)
    (case.meteorology / "era5.nc").unlink()
    write_wrf(case.meteorology, first=0, hours=30)
    found = survey(case.meteorology, case.observations, case.settings)
    assert found.settings.meteorology.kind is MeteorologyKind.FORECAST
    assert "Eastward wind aloft" in found.weather_found
    init = datetime(2019, 1, 1, 4, tzinfo=UTC)
    settings = found.settings.model_copy(update={"forecast": found.settings.forecast.model_copy(update={"horizon_hours": 24})})
    gathered = gather(Cycle(init, init, timedelta(hours=24)), settings)
    assert gathered.meteorology_aloft is not None
    gridded = to_grid(gathered, lattice_of_domain(settings.domain))
    np.testing.assert_allclose(gridded.lattice_weather["eastward_wind"], EASTWARD, atol=1e-4)
    np.testing.assert_allclose(gridded.station_weather["northward_wind"], NORTHWARD, atol=1e-4)
    assert NoteCode.WEATHER_HOURS_LACKING not in {note.code for note in gridded.notes}


def test_a_domain_that_the_model_does_not_cover_is_refused(tmp_path: Path) -> None:
    case = write_small_case(tmp_path)
    (case.meteorology / "era5.nc").unlink()
    wrf_output(hours=60, grid=Lambert(rows=8, columns=8)).to_netcdf(case.meteorology / "wrfout_small.nc")
    init = datetime.fromisoformat(f"{START}:00+00:00") + timedelta(hours=4)
    with pytest.raises(SettingsError, match=r"\d+ of the domain's 144 cells lie outside the weather"):
        gather(Cycle(init, init, timedelta(hours=24)), small_settings(case))
