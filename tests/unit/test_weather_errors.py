"""Errors that are put into weather: as large as they are documented to be, in time and in size, and never absurd."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.weather_errors.copies import perturbed_copies
from hazecast.forecast.weather_errors.course import course_of
from hazecast.forecast.weather_errors.gathered import with_weather_errors
from hazecast.forecast.weather_errors.growth import PUBLISHED_GROWTH, ErrorGrowth
from hazecast.forecast.weather_errors.noise import Noise
from hazecast.forecast.weather_errors.putting_in import moved_in_time
from hazecast.records import Cycle, Gathered, MeteorologyKind, Note, NoteCode, Station
from tests.weather_series import LATITUDE, LONGITUDE, MEMORY_HOURS, SPREADS, weather_series

LEADS = (6.0, 48.0, 96.0)
HORIZON = 96
INIT = datetime(2020, 3, 1, tzinfo=UTC)
START = np.datetime64(INIT.replace(tzinfo=None), "ns")
DRIVEN = [*SPREADS, "precipitation", "mixing_height", "solar_radiation", "cloud_cover"]


@pytest.fixture(scope="module")
def came() -> xr.Dataset:
    return weather_series()


@pytest.fixture(scope="module")
def copies(came: xr.Dataset) -> tuple[xr.Dataset, ...]:
    return perturbed_copies(came, LEADS, seed=1)


def error(copy: xr.Dataset, came: xr.Dataset, key: str) -> float:
    return float(np.sqrt(((copy[key] - came[key]) ** 2).mean()))


@pytest.mark.parametrize("number", range(len(LEADS)))
@pytest.mark.parametrize("key", SPREADS)
def test_errors_are_as_large_as_documented(came: xr.Dataset, copies: tuple[xr.Dataset, ...], key: str, number: int) -> None:
    name, part = ("wind", np.sqrt(0.5)) if "wind" in key else (key, 1.0)
    lead = np.array([LEADS[number]])
    documented = PUBLISHED_GROWTH.at(name, lead)[0] * part
    limit = np.sqrt(2.0 * (1.0 - PUBLISHED_GROWTH.at("correlation", lead)[0])) * SPREADS[key]
    assert error(copies[number], came, key) == pytest.approx(min(documented, limit), rel=0.2)


@pytest.mark.parametrize("key", SPREADS)
def test_forecasts_vary_as_the_weather_does_and_have_no_bias(came: xr.Dataset, copies: tuple[xr.Dataset, ...], key: str) -> None:
    for copy in copies:
        assert float(copy[key].std()) == pytest.approx(float(came[key].std()), rel=0.12)
        assert abs(float((copy[key] - came[key]).mean())) < 0.1 * SPREADS[key]


def test_factors_are_log_normal_and_mixing_heights_err_in_their_logarithm(came: xr.Dataset, copies: tuple[xr.Dataset, ...]) -> None:
    ratio = np.log(copies[1]["mixing_height"] / came["mixing_height"])
    assert float(ratio.std()) == pytest.approx(np.sqrt(2.0 * (1.0 - 0.82)) * 0.5, rel=0.15)  # by the correlation: 0.38 would be more
    sunny = came["solar_radiation"] > 1.0
    dimmed = np.log((copies[1]["solar_radiation"] / came["solar_radiation"]).where(sunny)).values
    assert np.nanmax(dimmed) <= 1e-9
    assert np.nanpercentile(dimmed, 10) == pytest.approx(-1.28 * 0.25 - 0.5 * 0.25**2, rel=0.25)


def test_nothing_is_absurd(copies: tuple[xr.Dataset, ...]) -> None:
    for copy in copies:
        assert (copy["dew_point"] <= copy["air_temperature"]).all()
        assert (copy["precipitation"] >= 0.0).all()
        assert (copy["mixing_height"] > 0.0).all()
        assert ((copy["cloud_cover"] >= 0.0) & (copy["cloud_cover"] <= 1.0)).all()
        assert (copy["solar_radiation"].sel(time=copy["time"].dt.hour == 18) == 0.0).all()  # midnight, as the series has it


def test_rain_comes_as_often_but_at_other_times(came: xr.Dataset, copies: tuple[xr.Dataset, ...]) -> None:
    wet, forecast = came["precipitation"] > 0.0, copies[2]["precipitation"] > 0.01
    assert float(forecast.mean()) == pytest.approx(float(wet.mean()), rel=0.3)
    both = float((wet & forecast).sum() / wet.sum())
    assert 0.5 < both < 0.95


def test_the_day_keeps_its_hours(came: xr.Dataset, copies: tuple[xr.Dataset, ...]) -> None:
    """What comes too early or too late is the departure from the day's course, not the sunrise."""
    by_hour = [data["air_temperature"].groupby("time.hour").mean().mean("station") for data in (came, copies[2])]
    np.testing.assert_allclose(by_hour[1], by_hour[0], atol=0.6)


def test_what_has_no_known_errors_stays(came: xr.Dataset, copies: tuple[xr.Dataset, ...]) -> None:
    xr.testing.assert_identical(copies[0]["visibility"], came["visibility"])


def test_copies_are_the_same_for_a_seed_and_else_not(came: xr.Dataset) -> None:
    short = came.isel(time=slice(0, 400))
    xr.testing.assert_identical(perturbed_copies(short, (24.0,), 3)[0], perturbed_copies(short, (24.0,), 3)[0])
    one, other = perturbed_copies(short, (24.0, 24.0), 3)
    assert not np.allclose(one["air_temperature"], other["air_temperature"])
    with pytest.raises(ValueError, match="latitudes"):
        perturbed_copies(short.drop_vars("latitude"), (24.0,), 3)


def gathered(kind: MeteorologyKind = MeteorologyKind.ANALYSIS, came: xr.Dataset | None = None, on_grid: bool = True) -> Gathered:
    whole = weather_series(70) if came is None else came
    ahead = whole[DRIVEN].sel(time=slice(None, START + np.timedelta64(HORIZON, "h")))
    stations = tuple(Station(i, i, *place) for i, place in zip("abc", zip(LATITUDE, LONGITUDE, strict=True), strict=True))
    observed = xr.Dataset({"pm25": (("time", "station"), np.ones((1, 3)))}, {"time": [START], "station": list("abc")})
    grid, aloft = None, None
    if on_grid:
        field = ahead.drop_vars(["station", "latitude", "longitude"]).rename(station="latitude").expand_dims(longitude=2, axis=-1)
        run = ("time", np.full(ahead.sizes["time"], np.datetime64("NaT", "ns")))
        grid = field.assign_coords(latitude=LATITUDE, longitude=[116.0, 116.5], init_time=run)
        winds = grid[["eastward_wind", "northward_wind"]].isel(time=slice(-150, None))
        aloft = winds.rename({key: f"{key}_aloft" for key in winds}).expand_dims(level=[850.0, 925.0], axis=1).copy()
    cycle = Cycle(INIT, INIT, timedelta(hours=HORIZON))
    fields = {"meteorology_aloft": aloft, "station_weather": None if on_grid else ahead}
    return Gathered(cycle, grid, kind, observed, stations, (), (Note(NoteCode.SHORT_HISTORY, 3),), **fields)


def test_the_past_stays_and_the_hours_ahead_err_ever_more() -> None:
    before = gathered()
    after = with_weather_errors(before, seed=0)
    assert after.meteorology is not None
    assert before.meteorology is not None
    past, ahead = slice(None, START), slice(START + np.timedelta64(1, "h"), None)
    xr.testing.assert_identical(after.meteorology[DRIVEN].sel(time=past), before.meteorology[DRIVEN].sel(time=past))
    many = [with_weather_errors(before, seed) for seed in range(30)]
    errors = [(m.meteorology - before.meteorology)["air_temperature"].sel(time=ahead) for m in many]  # type: ignore[operator]
    by_lead = np.sqrt((xr.concat(errors, "seed") ** 2).mean(("seed", "latitude", "longitude"))).values
    assert by_lead[:12].mean() < 0.7 * by_lead[36:60].mean() < 0.6 * by_lead[-24:].mean() / 0.7
    assert by_lead[-24:].mean() == pytest.approx(PUBLISHED_GROWTH.at("air_temperature", np.array([84.0]))[0], rel=0.25)


def test_the_products_will_say_so() -> None:
    after = with_weather_errors(gathered(), 0)
    assert after.meteorology_kind is MeteorologyKind.FORECAST
    assert after.notes == (Note(NoteCode.WEATHER_ERRORS_ADDED), Note(NoteCode.SHORT_HISTORY, 3))
    assert after.meteorology is not None
    runs = after.meteorology["init_time"].values
    assert np.isnat(runs[after.meteorology["time"].values <= START]).all()
    assert (runs[after.meteorology["time"].values > START] == START).all()


def test_a_rerun_is_the_same_and_another_cycle_another() -> None:
    before = gathered()
    first, again, other = (with_weather_errors(g, 0) for g in (before, before, replace(before, cycle=Cycle(INIT, INIT, timedelta(days=4)))))
    for one, two in ((first, again), (first, other)):
        xr.testing.assert_identical(one.meteorology, two.meteorology)
    earlier = INIT - timedelta(hours=24)
    moved = with_weather_errors(replace(before, cycle=Cycle(earlier, earlier, timedelta(hours=HORIZON))), 0)
    hour = START + np.timedelta64(30, "h")
    assert not np.allclose(*(g.meteorology["air_temperature"].sel(time=hour) for g in (first, moved)))  # type: ignore[index]


def test_winds_aloft_err_with_those_below_and_more() -> None:
    before = gathered()
    after = with_weather_errors(before, 0)
    low, high = (
        (a - b).sel(time=slice(START + np.timedelta64(1, "h"), None))
        for a, b in ((after.meteorology, before.meteorology), (after.meteorology_aloft, before.meteorology_aloft))
    )  # type: ignore[operator]
    near, aloft = low["eastward_wind"].values, high["eastward_wind_aloft"].isel(level=0).values
    assert np.corrcoef(near.ravel(), aloft.ravel())[0, 1] > 0.5
    assert after.meteorology_aloft is not None
    assert after.meteorology_aloft["eastward_wind_aloft"].dims == before.meteorology_aloft["eastward_wind_aloft"].dims  # type: ignore[index]


def test_stations_err_too_where_nothing_is_gridded() -> None:
    before = gathered(on_grid=False)
    after = with_weather_errors(before, 0)
    assert after.station_weather is not None
    changed = (after.station_weather["air_temperature"] != before.station_weather["air_temperature"]).any("station")  # type: ignore[index]
    np.testing.assert_array_equal(changed, after.station_weather["time"] > START)


def test_what_lacks_still_lacks_and_spoils_nothing_else() -> None:
    whole = weather_series(70)
    hole = whole["time"].isin(START + np.array([5, 6, 40]) * np.timedelta64(1, "h"))
    after = with_weather_errors(gathered(came=whole.where(~hole), on_grid=False), 0)
    assert after.station_weather is not None
    np.testing.assert_array_equal(after.station_weather["dew_point"].isnull().all("station"), hole.sel(time=after.station_weather["time"]))
    assert (after.station_weather["dew_point"].isnull().any("station") == after.station_weather["dew_point"].isnull().all("station")).all()


@pytest.mark.parametrize("kind", [MeteorologyKind.FORECAST, MeteorologyKind.PAST])
def test_only_a_perfect_prognosis_is_made_to_err(kind: MeteorologyKind) -> None:
    before = gathered(kind)
    assert with_weather_errors(before, 0) is before


def test_weather_every_six_hours_errs_too() -> None:
    before = gathered()
    assert before.meteorology is not None
    coarse = replace(before, meteorology=before.meteorology.isel(time=slice(None, None, 6)), meteorology_aloft=None)
    after = with_weather_errors(coarse, 0)
    assert after.meteorology is not None
    late = slice(START + np.timedelta64(72, "h"), None)
    off = (after.meteorology - coarse.meteorology)["air_temperature"].sel(time=late)  # type: ignore[operator]
    assert float(np.sqrt((off**2).mean())) > 1.0


def test_the_course_of_a_day_and_its_memory_are_found(came: xr.Dataset) -> None:
    course = course_of(came["air_temperature"].values, np.arange(came.sizes["time"], dtype=np.float64))
    assert course.spread.mean() == pytest.approx(5.0, rel=0.1)
    shift = np.array([6.0])
    expected = np.exp(-np.abs(np.random.default_rng(0).normal(0.0, 6.0, 20_000)) / MEMORY_HOURS).mean()
    assert course.left_after(shift)[0] == pytest.approx(expected, abs=0.04)
    assert course.shift_leaving(course.left_after(shift))[0] == pytest.approx(6.0, abs=0.3)


def test_noise_has_its_size_lasts_and_reaches() -> None:
    near_and_far = np.array([40.0, 40.2, 52.0]), np.array([116.0, 116.0, 116.0])
    noise = Noise((4,), 6000, *near_and_far).of("eastward_wind")
    assert noise.std() == pytest.approx(1.0, abs=0.1)
    assert np.corrcoef(noise[:-12, 0], noise[12:, 0])[0, 1] == pytest.approx(np.exp(-1.0), abs=0.1)
    assert np.corrcoef(noise[:, 0], noise[:, 1])[0, 1] > 0.95
    assert abs(np.corrcoef(noise[:, 0], noise[:, 2])[0, 1]) < 0.75
    assert Noise((4,), 6000, *near_and_far).shift().std() == pytest.approx(1.0, abs=0.15)


def test_values_are_moved_between_hours_and_mirrored_at_the_ends() -> None:
    values = np.array([[0.0], [10.0], [20.0], [30.0]])
    hours = np.arange(4.0)
    np.testing.assert_allclose(moved_in_time(values, hours, np.full(4, 0.5))[:, 0], [5.0, 15.0, 25.0, 25.0])
    np.testing.assert_allclose(moved_in_time(values, hours, np.full(4, -1.0))[:, 0], [10.0, 0.0, 10.0, 20.0])
    values[1] = np.nan
    np.testing.assert_allclose(moved_in_time(values, hours, np.full(4, 0.5))[:, 0], [0.0, np.nan, 25.0, 25.0])


@pytest.mark.parametrize("wrong", [{"wind": (1.0,)}, {"lead_hours": (0.0, 24.0, 24.0, 72.0, 96.0, 120.0)}, {"correlation": (0.0,) * 6}])
def test_growth_that_makes_no_sense_is_refused(wrong: dict[str, tuple[float, ...]]) -> None:
    fields = {name: getattr(PUBLISHED_GROWTH, name) for name in ErrorGrowth.__dataclass_fields__}
    with pytest.raises(ValueError, match=r"leads each|must rise|correlation"):
        ErrorGrowth(**{**fields, **wrong})
