"""The ladder at stations: what is predicted from what, down to nothing at all, which is never zero."""

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from hazecast.config import ForecastSettings
from hazecast.forecast.learning import Lesson
from hazecast.forecast.neighbours import mean_of_others
from hazecast.forecast.series import Series, series_of
from hazecast.forecast.stations import StationForecast, predict_stations
from hazecast.forecast.trained import trained_on
from hazecast.forecast.uncertainty import QUANTILES
from hazecast.records import Rung

Array = NDArray[np.float64]
DAYS, STATIONS, ORIGIN = 24, 4, 22 * 24
LEADS = range(1, 25)
SILENT = 2
WEATHER_ENDS = 12
SETTINGS = ForecastSettings(horizon_hours=24, learning_rows=4500)
LATITUDE, LONGITUDE = 39 + 0.2 * np.arange(STATIONS), 116 + 0.2 * np.arange(STATIONS)


def world() -> dict[str, Array]:
    """PM2.5 that follows the wind; observed to the origin, weather to the last lead."""
    chance = np.random.default_rng(0)
    wind = 3 + 2 * np.sin(np.arange(DAYS * 24) / 17)[:, None] + 0.3 * chance.normal(size=(DAYS * 24, STATIONS))
    pm25 = np.exp(4.2 - 0.3 * wind + 0.2 * chance.normal(size=wind.shape)) + 1
    pm25[ORIGIN + 1 :] = np.nan
    return {"pm25": pm25, "eastward_wind": wind, "wind_speed": np.abs(wind), "base": np.full(wind.shape, 30.0)}


def series(fields: dict[str, Array]) -> Series:
    coords = {"time": np.datetime64("2026-01-01", "ns") + np.arange(DAYS * 24) * np.timedelta64(1, "h")}
    places = {"latitude": ("station", LATITUDE), "longitude": ("station", LONGITUDE)}
    more = {"pm25_exact": fields["pm25"], "neighbours": mean_of_others(fields["pm25"], LATITUDE, LONGITUDE)}
    both = {key: (("time", "station"), values) for key, values in (fields | more).items()}
    return series_of(xr.Dataset(both, coords={**coords, **places}))


def predicted(fields: dict[str, Array], lag: int = 0) -> StationForecast:
    return forecast_of(series(fields), lag)


def forecast_of(data: Series, lag: int = 0) -> StationForecast:
    lesson = Lesson(ORIGIN - lag, lag, LEADS[-1], SETTINGS.learning_rows, SETTINGS.random_seed)
    learnt = trained_on(data, None, lesson, lambda _: None)
    return predict_stations(data, learnt.correction, learnt.climatology, ORIGIN, lag, LEADS, SETTINGS.random_seed)


@pytest.fixture(scope="module")
def one_silent() -> StationForecast:
    """A station silent for a day, and weather that ends half-way."""
    fields = world()
    fields["pm25"][ORIGIN - 23 :, SILENT] = np.nan
    for key in ("eastward_wind", "wind_speed", "base"):
        fields[key][ORIGIN + WEATHER_ENDS + 1 :] = np.nan
    return predicted(fields)


@pytest.fixture(scope="module")
def all_silent() -> StationForecast:
    fields = world()
    fields["pm25"][ORIGIN - 23 :] = np.nan
    fields["eastward_wind"][ORIGIN + WEATHER_ENDS + 1 :] = np.nan
    return predicted(fields)


def test_stations_that_speak_are_corrected_while_there_is_weather_and_after_it_without(one_silent: StationForecast) -> None:
    speaking = [s for s in range(STATIONS) if s != SILENT]
    assert (one_silent.rung[speaking, :WEATHER_ENDS] == Rung.CORRECTED).all()
    assert (one_silent.rung[speaking, WEATHER_ENDS:] == Rung.WITHOUT_WEATHER).all()


def test_a_silent_station_leans_on_the_others(one_silent: StationForecast) -> None:
    assert (one_silent.rung[SILENT, :WEATHER_ENDS] == Rung.WITHOUT_OBSERVATIONS).all()
    assert (one_silent.rung[SILENT, WEATHER_ENDS:] == Rung.WITHOUT_WEATHER).all()


def test_without_a_base_forecast_a_step_of_its_own_is_taken() -> None:
    fields = world()
    fields["base"][ORIGIN + 7 :] = np.nan
    forecast = predicted(fields)
    assert (forecast.rung[:, :6] == Rung.CORRECTED).all()
    assert (forecast.rung[:, 6:] == Rung.WITHOUT_BASE).all()


def test_every_value_carries_the_error_that_was_measured_on_its_step(one_silent: StationForecast, all_silent: StationForecast) -> None:
    for forecast in (one_silent, all_silent):
        assert (forecast.expected_error > 0).all()
    speaking = [s for s in range(STATIONS) if s != SILENT]
    assert len(set(one_silent.expected_error[speaking, :6].ravel())) == 1  # one lead group, one step
    assert one_silent.expected_error[SILENT, 0] != one_silent.expected_error[speaking[0], 0]


def test_what_is_expected_lies_within_the_band(one_silent: StationForecast) -> None:
    assert (one_silent.mean > one_silent.pm25[..., 1]).all()
    assert (one_silent.mean < one_silent.pm25[..., -2]).all()


def test_a_silent_network_goes_by_weather_and_then_by_climatology(all_silent: StationForecast) -> None:
    assert (all_silent.rung[:, :WEATHER_ENDS] == Rung.WITHOUT_OBSERVATIONS).all()
    assert (all_silent.rung[:, WEATHER_ENDS:] == Rung.CLIMATOLOGY).all()


def test_on_every_rung_there_is_a_plausible_value_with_bands_in_order(one_silent: StationForecast, all_silent: StationForecast) -> None:
    observed = world()["pm25"][: ORIGIN + 1]
    for forecast in (one_silent, all_silent):
        assert forecast.pm25.shape == (STATIONS, len(LEADS), QUANTILES.size)
        assert (np.diff(forecast.pm25, axis=-1) >= 0).all()
        assert (forecast.median > np.quantile(observed, 0.01)).all()
        assert (forecast.median < np.quantile(observed, 0.99)).all()
        np.testing.assert_array_equal(forecast.median, forecast.pm25[..., QUANTILES.tolist().index(0.5)])


def test_bands_are_wider_where_less_is_known(one_silent: StationForecast) -> None:
    width = np.ptp(np.sqrt(one_silent.pm25), axis=-1)
    assert width[SILENT, :WEATHER_ENDS].mean() > 0
    assert width[SILENT, WEATHER_ENDS:].mean() > width[SILENT, :WEATHER_ENDS].mean()


def test_a_history_too_short_to_correct_gives_climatology() -> None:
    fields = world()
    fields["pm25"][: ORIGIN - 40] = np.nan
    forecast = predicted(fields)
    assert (forecast.rung == Rung.CLIMATOLOGY).all()
    assert not np.isnan(forecast.pm25).any()


@pytest.mark.parametrize("hours", [0, 10])
def test_without_a_history_there_is_nothing_and_nothing_is_not_zero(hours: int) -> None:
    fields = world()
    fields["pm25"][: ORIGIN + 1 - hours] = np.nan
    forecast = predicted(fields)
    assert (forecast.rung == Rung.NOTHING).all()
    assert np.isnan(forecast.pm25).all()
    assert np.isnan(forecast.median).all()


def test_observations_that_always_arrive_late_are_no_silence() -> None:
    fields = world()
    fields["pm25"][ORIGIN - 11 :] = np.nan
    assert (predicted(fields, lag=12).rung == Rung.CORRECTED).all()
