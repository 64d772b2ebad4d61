"""A trial's past errs as its hours ahead do: rows learn from hindcasts of their own lead."""

import numpy as np
import pytest

from hazecast.forecast.derived import with_derived
from hazecast.forecast.features.table import FEATURES, feature_table
from hazecast.forecast.humidity import relative_humidity
from hazecast.forecast.series import Rows, Series, series_of
from hazecast.forecast.weather_errors.hindcasts import LEAD_HOURS, with_hindcasts
from tests.weather_series import weather_series

UNTIL = 600


@pytest.fixture(scope="module")
def came() -> Series:
    weather = weather_series(30)
    observed = np.random.default_rng(3).uniform(10.0, 90.0, (weather.sizes["time"], 3))
    both = weather.assign(pm25=(("time", "station"), observed), pm25_exact=(("time", "station"), observed))
    both = both.assign(base=(("time", "station"), observed + 5.0), relative_humidity=relative_humidity(weather))
    return series_of(with_derived(both))


def rows_of(lead: int, origins: np.ndarray) -> Rows:
    return Rows(origins, np.zeros(origins.size, dtype=np.int64), np.full(origins.size, lead), 0)


def column(name: str) -> int:
    return [feature.name for feature in FEATURES].index(name)


def test_past_rows_see_weather_that_errs_with_their_lead(came: Series) -> None:
    trial, origins = with_hindcasts(came, UNTIL, 0), np.arange(200, 480)
    warmth, off = column("air_temperature now"), []
    for lead in (3, 36, 84):
        rows = rows_of(lead, origins)
        off.append(float(np.std(feature_table(trial, rows)[:, warmth] - feature_table(came, rows)[:, warmth])))
    assert 0.3 < off[0] < off[1] < off[2]


def test_observations_are_no_forecasts(came: Series) -> None:
    trial, rows = with_hindcasts(came, UNTIL, 0), rows_of(24, np.arange(200, 400))
    for name in ("pm25 now", "pm25 24 h"):
        np.testing.assert_array_equal(feature_table(trial, rows)[:, column(name)], feature_table(came, rows)[:, column(name)])


def test_hours_ahead_stand_as_they_are_forecast(came: Series) -> None:
    trial, rows = with_hindcasts(came, UNTIL, 0), rows_of(24, np.array([UNTIL, UNTIL + 1, UNTIL + 10]))
    np.testing.assert_array_equal(feature_table(trial, rows), feature_table(came, rows))


def test_each_row_has_the_copy_of_the_nearest_lead(came: Series) -> None:
    hindcasts = with_hindcasts(came, UNTIL, 0).hindcasts
    assert hindcasts is not None
    rows = Rows(np.array([100, 100, 100, UNTIL]), np.zeros(4, dtype=np.int64), np.array([1, 24, 96, 1]), 0)
    assert [LEAD_HOURS[i] if i >= 0 else None for i in hindcasts.copy_of(rows)] == [3.0, 20.0, 84.0, None]


def test_what_is_derived_goes_with_what_it_is_derived_from(came: Series) -> None:
    hindcasts = with_hindcasts(came, UNTIL, 0).hindcasts
    assert hindcasts is not None
    copy = hindcasts.copy(4)
    np.testing.assert_allclose(copy.values["wind_speed"], np.hypot(copy.values["eastward_wind"], copy.values["northward_wind"]))
    assert not np.allclose(copy.values["relative_humidity"], came.values["relative_humidity"])
    np.testing.assert_array_equal(copy.values["pm25"], came.values["pm25"])
    assert (copy.values["base"] > 0.0).all()
