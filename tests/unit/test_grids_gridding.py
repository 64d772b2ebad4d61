from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import xarray as xr

from hazecast.grids.gridding import to_grid
from hazecast.grids.lattice import Lattice
from hazecast.records import Cycle, Gathered, Gridded, MeteorologyKind, Note, NoteCode, PlaceName, SourceRegion, Station

INIT = datetime(2026, 1, 10, tzinfo=UTC)
CYCLE = Cycle(INIT, INIT, timedelta(hours=12))
LATTICE = Lattice(np.arange(39.0, 40.1, 0.25), np.arange(115.0, 116.1, 0.25))
STATIONS = (Station("a", "A", 39.6, 115.4), Station("b", "B", 39.2, 115.8))


def hours(first: int, last: int) -> np.ndarray:
    """Hours from `first` to `last` after init_time, both included."""
    return np.datetime64(INIT.replace(tzinfo=None), "ns") + np.arange(first, last + 1) * np.timedelta64(1, "h")


def weather(first: int, last: int) -> xr.Dataset:
    axes = np.arange(38.0, 41.1, 0.5), np.arange(114.0, 117.1, 0.5)
    shape = (last - first + 1, axes[0].size, axes[1].size)
    chance = np.random.default_rng(2)
    fields = {key: (("time", "latitude", "longitude"), chance.normal(size=shape)) for key in ("eastward_wind", "northward_wind")}
    return xr.Dataset(fields, coords={"time": hours(first, last), "latitude": axes[0], "longitude": axes[1]})


def observations(first: int, last: int) -> xr.Dataset:
    values = np.random.default_rng(3).uniform(10, 90, (last - first + 1, 2))
    return xr.Dataset({"pm25": (("time", "station"), values)}, coords={"time": hours(first, last), "station": ["a", "b"]})


def gridded(meteorology: xr.Dataset, observed: xr.Dataset, lattice: Lattice = LATTICE) -> Gridded:
    return to_grid(Gathered(CYCLE, meteorology, MeteorologyKind.FORECAST, observed, STATIONS, (), ()), lattice)


def assert_runs(result: Gridded, first: int, last: int) -> None:
    for data in (result.lattice_weather, result.station_weather, result.observations):
        np.testing.assert_array_equal(data["time"], hours(first, last))


@pytest.mark.parametrize(("weather_from", "observed_from"), [(-48, -48), (-30, -48), (-48, -30)])
def test_everything_runs_from_the_first_input_to_the_last_valid_hour(weather_from: int, observed_from: int) -> None:
    result = gridded(weather(weather_from, 12), observations(observed_from, 0))
    assert_runs(result, -48, 12)
    assert result.lattice_weather["eastward_wind"].shape == (61, *LATTICE.shape)
    assert result.station_weather["station"].values.tolist() == ["a", "b"]
    assert result.observations["pm25"][-12:].isnull().all()
    assert result.notes == ()


def test_values_are_those_of_the_inputs() -> None:
    delivered, observed = weather(-24, 12), observations(-24, 0)
    result = gridded(delivered, observed)
    on_lattice = delivered.interp(latitude=LATTICE.latitude, longitude=LATTICE.longitude)
    xr.testing.assert_allclose(result.lattice_weather, on_lattice)
    at_a = delivered.interp(latitude=39.6, longitude=115.4)["eastward_wind"]
    np.testing.assert_allclose(result.station_weather["eastward_wind"].sel(station="a"), at_a, rtol=1e-9)
    xr.testing.assert_identical(result.observations.sel(time=slice(None, hours(0, 0)[0])), observed)


def test_source_regions_come_with_their_shares_of_the_cells() -> None:
    plain = gridded(weather(-24, 12), observations(-24, 0))
    assert plain.region_shares is not None
    assert plain.region_shares["region"].values.tolist() == ["elsewhere"]
    west = SourceRegion("west", (PlaceName("en", "West"),), (np.array([(110.0, 30.0), (115.5, 30.0), (115.5, 50.0), (110.0, 50.0)]),))
    shares = to_grid(replace(plain.gathered, regions=(west,)), LATTICE).region_shares
    assert shares is not None
    assert shares.sel(region="west").values[0].tolist() == [1.0, 1.0, 0.5, 0.0, 0.0]


def test_without_observations_the_hours_still_reach_back_to_the_init_time() -> None:
    result = gridded(weather(3, 12), observations(-24, 0).isel(time=slice(0, 0)))
    assert_runs(result, 0, 12)
    assert result.observations["pm25"].isnull().all()


def test_bridged_hours_and_filled_cells_become_notes() -> None:
    delivered = weather(-24, 12).drop_isel(time=[5, 6])
    delivered["eastward_wind"][10, 2, 3] = np.nan
    assert gridded(delivered, observations(-24, 0)).notes == (
        Note(NoteCode.WEATHER_HOURS_FILLED, 2),
        Note(NoteCode.WEATHER_CELLS_FILLED, 1),
    )


@pytest.mark.parametrize(("last", "lacking"), [(12, 0), (11, 1), (4, 8), (0, 12), (-6, 12)])
def test_hours_of_the_forecast_without_weather_are_counted_and_stay_unknown(last: int, lacking: int) -> None:
    result = gridded(weather(-24, last), observations(-24, 0))
    assert result.notes == ((Note(NoteCode.WEATHER_HOURS_LACKING, lacking),) if lacking else ())
    assert int(result.lattice_weather["eastward_wind"].isnull().all(("latitude", "longitude")).sum()) == 12 - last


@pytest.mark.parametrize("key", ["eastward_wind", "northward_wind"])
def test_either_component_of_the_wind_that_lacks_makes_an_hour_lack(key: str) -> None:
    delivered = weather(-24, 12)
    delivered[key][-3:] = np.nan
    assert gridded(delivered, observations(-24, 0)).notes == (Note(NoteCode.WEATHER_HOURS_LACKING, 3),)


def test_a_gap_in_the_past_is_no_hour_of_the_forecast() -> None:
    result = gridded(weather(-24, 12).drop_isel(time=range(4, 16)), observations(-24, 0))
    assert result.notes == ()
    assert result.lattice_weather["eastward_wind"].isnull().all(("latitude", "longitude")).sum() == 12


def test_a_lattice_that_the_weather_does_not_cover_lacks_every_hour() -> None:
    wide = Lattice(np.arange(39.0, 43.1, 0.25), LATTICE.longitude)
    assert gridded(weather(-24, 12), observations(-24, 0), wide).notes == (Note(NoteCode.WEATHER_HOURS_LACKING, 12),)


def aloft(times: np.ndarray) -> xr.Dataset:
    """Wind, height and temperature on two levels, linear in time and space."""
    near = weather(0, 0).isel(time=0, drop=True)
    plane = (near["latitude"] + 0.5 * near["longitude"]).expand_dims(time=times, level=2, axis=(0, 1))
    since = xr.DataArray((times - hours(0, 0)[0]) / np.timedelta64(1, "h"), dims="time")
    field = (plane + since + xr.DataArray([0.0, 10.0], dims="level")).transpose("time", "level", "latitude", "longitude")
    keys = ("eastward_wind_aloft", "northward_wind_aloft", "geopotential_height_aloft", "air_temperature_aloft")
    return xr.Dataset({key: field.copy() for key in keys}).assign_coords(level=("level", [95_000.0, 90_000.0], {"kind": "pressure"}))


def gridded_aloft(high: xr.Dataset | None) -> xr.Dataset | None:
    gathered = Gathered(CYCLE, weather(-24, 12), MeteorologyKind.FORECAST, observations(-24, 0), STATIONS, (), (), meteorology_aloft=high)
    return to_grid(gathered, LATTICE).lattice_aloft


def test_what_is_aloft_is_bridged_to_hours_and_brought_to_the_lattice() -> None:
    high = gridded_aloft(aloft(hours(-6, 12)[::3]))
    assert high is not None
    np.testing.assert_array_equal(high["time"], hours(-6, 12))
    assert set(high.data_vars) == {"eastward_wind_aloft", "northward_wind_aloft", "geopotential_height_aloft"}
    assert high["level"].attrs["kind"] == "pressure"
    wind = high["eastward_wind_aloft"]
    assert wind.dims == ("time", "level", "latitude", "longitude")
    expected = LATTICE.latitude[:, None] + 0.5 * LATTICE.longitude[None, :] + 10.0 - 5.0
    np.testing.assert_allclose(wind.sel(time=hours(-5, -5)[0])[1], expected)


def test_what_lacks_aloft_stays_unknown_and_is_told_of_by_no_note() -> None:
    source = aloft(hours(-6, 12))
    source["eastward_wind_aloft"][:, 0] = np.nan  # a level below the ground
    source = source.drop_isel(time=range(5, 15))
    high = gridded_aloft(source)
    assert high is not None
    wind = high["eastward_wind_aloft"]
    assert wind[:, 0].isnull().all()
    assert wind[:5, 1].notnull().all()
    assert wind[5:15, 1].isnull().all()


def test_without_anything_useful_aloft_there_is_nothing_aloft() -> None:
    assert gridded_aloft(None) is None
    assert gridded_aloft(aloft(hours(-6, 12))[["air_temperature_aloft"]]) is None
