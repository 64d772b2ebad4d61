"""The whole room on a small made-up case: 6 by 6 cells, five stations, twenty days, a day ahead, observations two hours late."""

from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import pytest
import xarray as xr

from hazecast.config import ForecastSettings, TransportSettings, VisibilitySettings
from hazecast.forecast.predict import predict, train
from hazecast.forecast.trained import Trained
from hazecast.forecast.transport.carrying import SPIN_UP_HOURS
from hazecast.forecast.uncertainty import QUANTILES
from hazecast.grids.gridding import to_grid
from hazecast.grids.lattice import Lattice
from hazecast.records import Cycle, Forecast, Gathered, Gridded, MeteorologyKind, Note, NoteCode, Rung, Station

INIT = datetime(2026, 1, 21, tzinfo=UTC)
CYCLE = Cycle(INIT, INIT, timedelta(hours=24))
LATE = timedelta(hours=2)
ORIGIN, HOURS = 20 * 24, 21 * 24 + 1
TIMES = np.datetime64("2026-01-01", "ns") + np.arange(HOURS) * np.timedelta64(1, "h")
LATTICE = Lattice(39 + 0.25 * np.arange(6), 115 + 0.25 * np.arange(6))
STATIONS = tuple(Station(f"s{i}", f"Station {i}", 39.1 + 0.25 * i, 115.2 + 0.2 * i) for i in range(5))
SETTINGS = ForecastSettings(horizon_hours=24, learning_rows=3000)
TRANSPORT = TransportSettings(members=2)
WEATHER_ENDS = 11
ZONE = "Asia/Shanghai"


def weather() -> xr.Dataset:
    chance = np.random.default_rng(1)
    hour = np.arange(HOURS)
    courses = {
        "eastward_wind": 2 + 2 * np.sin(hour / 17),
        "northward_wind": 1 - 2 * np.sin(hour / 17),
        "air_temperature": 273 - 5 * np.cos(hour * np.pi / 12),
        "dew_point": 266 + 2 * np.sin(hour / 17),
        "mixing_height": 500 - 300 * np.cos(hour * np.pi / 12),
    }
    fields = {key: course[:, None, None] + 0.2 * chance.normal(size=(HOURS, *LATTICE.shape)) for key, course in courses.items()}
    coords = {"time": TIMES, "latitude": LATTICE.latitude, "longitude": LATTICE.longitude}
    return xr.Dataset({key: (("time", "latitude", "longitude"), values) for key, values in fields.items()}, coords=coords)


def observations() -> xr.Dataset:
    """Of every hour, the forecast's own included: what may be read of it is for `predict` to know."""
    course = 60 + 40 * np.sin(np.arange(HOURS) / 17 - 1)
    pm25 = course[:, None] * np.exp(0.2 * np.random.default_rng(2).normal(size=(HOURS, len(STATIONS))))
    pm25[200:210, 3] = np.nan
    fields = {"pm25": (("time", "station"), pm25), "co": (("time", "station"), pm25 / 80)}
    return xr.Dataset(fields, coords={"time": TIMES, "station": [s.id for s in STATIONS]})


def gridded(meteorology: xr.Dataset, observed: xr.Dataset, kind: MeteorologyKind = MeteorologyKind.FORECAST) -> Gridded:
    return to_grid(Gathered(CYCLE, meteorology, kind, observed, STATIONS, (), (Note(NoteCode.VALUES_REJECTED, 7),)), LATTICE)


def predicted(
    meteorology: xr.Dataset, observed: xr.Dataset, kind: MeteorologyKind = MeteorologyKind.FORECAST, stored: Trained | None = None
) -> Forecast:
    return predicted_of(gridded(meteorology, observed, kind), stored)


def predicted_of(given: Gridded, stored: Trained | None = None) -> Forecast:
    told = partial(predict, given, SETTINGS, TRANSPORT, VisibilitySettings(), LATE, lambda _stage, _done: None)
    return told(time_zone=ZONE, stored=stored)


def without_last(data: xr.Dataset, count: int) -> xr.Dataset:
    return data.isel(time=slice(0, data.sizes["time"] - count))


def codes(forecast: Forecast) -> dict[NoteCode, int | None]:
    """Without what the guard says of values that only just lie outside of so short a past."""
    return {note.code: note.count for note in forecast.notes if note.code is not NoteCode.OUTSIDE_OF_LEARNT}


def assert_same_bytes(one: xr.Dataset, other: xr.Dataset) -> None:
    xr.testing.assert_identical(one, other)
    for name in one.variables:
        assert one[name].values.tobytes() == other[name].values.tobytes(), name


@pytest.fixture(scope="module")
def whole() -> Forecast:
    return predicted(weather(), observations())


@pytest.fixture(scope="module")
def learnt() -> Trained:
    return train(gridded(weather(), observations()), SETTINGS, TRANSPORT, LATE, lambda _stage, _done: None, time_zone=ZONE)


@pytest.fixture(scope="module")
def weather_ends(learnt: Trained) -> Forecast:
    return predicted(without_last(weather(), 24 - WEATHER_ENDS), observations(), MeteorologyKind.ANALYSIS, learnt)


def test_everything_is_known_where_everything_came(whole: Forecast) -> None:
    assert whole.grid.sizes == {"lead_time": 24, "latitude": 6, "longitude": 6}
    assert whole.stations.sizes == {"station": 5, "lead_time": 24, "quantile": QUANTILES.size}
    for data in (whole.grid, whole.stations):
        assert not any(values.isnull().any() for values in data.data_vars.values())
    assert (whole.stations["rung"] == Rung.CORRECTED).all()
    assert codes(whole) == {NoteCode.VALUES_REJECTED: 7, NoteCode.EMISSIONS_ARE_PROXY: None, NoteCode.SHORT_HISTORY: 19}


def test_values_are_of_this_world(whole: Forecast) -> None:
    for data in (whole.grid, whole.stations):
        assert 5 < float(data["pm25"].min()) < float(data["pm25"].max()) < 250
        assert 20 < float(data["relative_humidity"].min()) < float(data["relative_humidity"].max()) <= 100
        assert 1_000 < float(data["visibility"].min()) < float(data["visibility"].max()) < 60_000
    came = observations()["pm25"].values[ORIGIN + 1 :].T
    error = np.abs(whole.stations["pm25"].values - came).mean()
    stays = np.abs(observations()["pm25"].values[ORIGIN - 2][:, None] - came).mean()
    assert error < stays


def test_draws_have_the_distribution_of_every_hour(whole: Forecast) -> None:
    assert whole.draws is not None
    assert whole.draws.sizes == {"draw": 100, "station": 5, "lead_time": 24, "threshold": 4, "run_hours": 4}
    for q in (0.1, 0.5, 0.9):
        forecast = whole.stations["pm25_quantile"].sel(quantile=q)
        np.testing.assert_allclose(np.quantile(whole.draws["pm25"], q, axis=0), forecast.transpose("station", "lead_time"), rtol=0.05)
    assert (whole.draws["visibility"].quantile(0.5, dim="draw") / whole.stations["visibility"] - 1.0).std() < 0.1


def test_the_grid_is_drawn_towards_the_stations(whole: Forecast) -> None:
    grid = whole.grid.interp(latitude=("station", [s.latitude for s in STATIONS]), longitude=("station", [s.longitude for s in STATIONS]))
    apart = np.abs(np.log(grid["pm25"] / whole.stations["pm25"].transpose("lead_time", "station"))).mean()
    uncorrected = np.abs(np.log(grid["pm25_uncorrected"] / whole.stations["pm25"].transpose("lead_time", "station"))).mean()
    assert apart < 0.5 * uncorrected


def test_the_same_bytes_come_again_whatever_is_observed_after_what_had_arrived(whole: Forecast) -> None:
    poisoned = observations()
    after = np.arange(HOURS) > ORIGIN - LATE / timedelta(hours=1)
    for key in poisoned:
        poisoned[key][after] = 1e9
    again = predicted(weather(), poisoned)
    assert_same_bytes(again.grid, whole.grid)
    assert_same_bytes(again.stations, whole.stations)
    assert whole.draws is not None
    assert again.draws is not None
    assert_same_bytes(again.draws, whole.draws)
    assert again.notes == whole.notes


def test_what_had_arrived_does_matter(whole: Forecast) -> None:
    """Otherwise the poison above would prove nothing; the last hour that had arrived is the one that changes."""
    other = observations()
    other["pm25"][ORIGIN - 2] *= 3
    data = predicted(weather(), other).stations["pm25"]
    assert (data.sel(lead_time=1) > whole.stations["pm25"].sel(lead_time=1)).all()


def test_after_the_weather_has_ended_stations_are_predicted_without_it_and_the_grid_is_unknown(weather_ends: Forecast) -> None:
    stations, grid = weather_ends.stations, weather_ends.grid
    assert (stations["rung"].sel(lead_time=slice(1, WEATHER_ENDS)) == Rung.CORRECTED).all()
    assert (stations["rung"].sel(lead_time=slice(WEATHER_ENDS + 1, None)) == Rung.WITHOUT_WEATHER).all()
    assert not stations["pm25_quantile"].isnull().any()
    for name in ("pm25", "pm25_uncorrected", "relative_humidity", "visibility"):
        known = grid[name].notnull()
        assert known.sel(lead_time=slice(1, WEATHER_ENDS)).all()
        assert not known.sel(lead_time=slice(WEATHER_ENDS + 1, None)).any()
    assert stations["visibility"].sel(lead_time=slice(WEATHER_ENDS + 1, None)).isnull().all()


def test_a_forecast_on_an_analysis_that_ends_too_early_says_both(weather_ends: Forecast) -> None:
    lacking = 24 - WEATHER_ENDS
    assert codes(weather_ends) == {
        NoteCode.VALUES_REJECTED: 7,
        NoteCode.WEATHER_HOURS_LACKING: lacking,
        NoteCode.PERFECT_PROGNOSIS: None,
        NoteCode.EMISSIONS_ARE_PROXY: None,
        NoteCode.SHORT_HISTORY: 19,
        NoteCode.VISIBILITY_UNKNOWN: 5 * lacking,
    }


def test_where_no_weather_can_be_used_at_all_stations_are_predicted_from_observations_alone(learnt: Trained) -> None:
    bare = xr.Dataset(coords={"time": TIMES[: ORIGIN + 1], "station": [station.id for station in STATIONS]})
    lost = Note(NoteCode.FILES_UNREADABLE, 2, "a.nc, b.nc")
    gathered = Gathered(CYCLE, None, MeteorologyKind.FORECAST, observations(), STATIONS, (), (lost,), station_weather=bare)
    forecast = predicted_of(to_grid(gathered, LATTICE), learnt)
    assert (forecast.stations["rung"] == Rung.WITHOUT_WEATHER).all()
    assert not forecast.stations["pm25_quantile"].isnull().any()
    assert forecast.grid["pm25"].isnull().all()
    assert codes(forecast) == {
        NoteCode.FILES_UNREADABLE: 2,
        NoteCode.WEATHER_HOURS_LACKING: 24,
        NoteCode.SHORT_HISTORY: 19,
        NoteCode.VISIBILITY_UNKNOWN: 5 * 24,
    }


def test_gaps_in_the_past_and_variables_that_lack_leave_a_forecast_without_a_view() -> None:
    holed = weather().drop_vars(["dew_point", "mixing_height"]).drop_isel(time=range(300, 320))
    silent = observations()
    silent["pm25"][ORIGIN - 40 :, 2] = np.nan
    forecast = predicted(holed, silent)
    assert not forecast.grid["pm25"].isnull().any()
    assert not forecast.stations["pm25_quantile"].isnull().any()
    assert (forecast.stations["rung"].sel(station="s2") == Rung.WITHOUT_OBSERVATIONS).all()
    for data in (forecast.grid, forecast.stations):
        assert data["visibility"].isnull().all()
        assert data["relative_humidity"].isnull().all()
    assert codes(forecast) == {
        NoteCode.VALUES_REJECTED: 7,
        NoteCode.STATIONS_SILENT: 1,
        NoteCode.MIXING_HEIGHT_DIAGNOSED: None,
        NoteCode.EMISSIONS_ARE_PROXY: None,
        NoteCode.SHORT_HISTORY: 19,
        NoteCode.VISIBILITY_UNKNOWN: 5 * 24,
    }
    assert next(n for n in forecast.notes if n.code is NoteCode.STATIONS_SILENT).detail == "Station 2"


def test_nothing_at_all_gives_nothing_at_all_and_says_so() -> None:
    forecast = predicted(weather().isel(time=slice(0, 40)), observations().where(False))
    assert (forecast.stations["rung"] == Rung.NOTHING).all()
    for data in (forecast.grid, forecast.stations.drop_vars(["rung", "visibility_log_error"])):
        assert all(values.isnull().all() for values in data.data_vars.values())
    assert codes(forecast) == {
        NoteCode.VALUES_REJECTED: 7,
        NoteCode.WEATHER_HOURS_LACKING: 24,
        NoteCode.STATIONS_SILENT: 5,
        NoteCode.OBSERVATIONS_STALE: 6,
        NoteCode.EMISSIONS_ARE_PROXY: None,
        NoteCode.SHORT_HISTORY: 0,
        NoteCode.UNCORRECTED: 5,
        NoteCode.VISIBILITY_UNKNOWN: 5 * 24,
    }


def test_weather_that_begins_with_the_forecast_leaves_its_first_day_unknown_on_the_grid() -> None:
    """The air of the lattice must fill first; clean is not what it is until then."""
    forecast = predicted(weather().isel(time=slice(ORIGIN + 1, None)), without_last(observations(), 24).isel(time=slice(ORIGIN - 30, None)))
    assert forecast.grid["pm25"].sel(lead_time=slice(1, SPIN_UP_HOURS)).isnull().all()
    assert (forecast.stations["rung"] == Rung.CLIMATOLOGY).all()
    assert not forecast.stations["pm25"].isnull().any()
    assert codes(forecast)[NoteCode.UNCORRECTED] == 5


def test_progress_is_told_by_stage() -> None:
    told: list[tuple[str, float]] = []
    gathered = gridded(weather().isel(time=slice(-60, None)), observations().isel(time=slice(-60, None)))
    predict(gathered, SETTINGS, TRANSPORT, VisibilitySettings(), LATE, lambda stage, done: told.append((stage, done)), time_zone=ZONE)
    of_transport = [done for stage, done in told if stage == "transport"]
    assert of_transport == sorted(of_transport)
    assert of_transport[-1] == 1.0
    assert len(of_transport) == 60  # each hour once
    assert {stage for stage, _ in told} <= {"transport", "correction"}


def test_what_was_handed_in_is_not_changed() -> None:
    given = gridded(weather().isel(time=slice(-60, None)), observations().isel(time=slice(-60, None)))
    before = [data.copy(deep=True) for data in (given.lattice_weather, given.station_weather, given.observations)]
    predict(given, SETTINGS, TRANSPORT, VisibilitySettings(), LATE, lambda _stage, _done: None, time_zone=ZONE)
    for data, was in zip((given.lattice_weather, given.station_weather, given.observations), before, strict=True):
        xr.testing.assert_identical(data, was)
