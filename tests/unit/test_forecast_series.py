import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.series import LONGEST_CARRY_HOURS, Rows, Series, carried_forward, series_of

HOURS, STATIONS = 30, 3
START = np.datetime64("2026-01-10T00", "ns")


def holed(seed: int = 0) -> np.ndarray:
    values = np.random.default_rng(seed).uniform(5, 300, (HOURS, STATIONS))
    values[np.random.default_rng(seed + 1).random(values.shape) < 0.4] = np.nan
    return values


def series(values: np.ndarray) -> Series:
    coords = {"time": START + np.arange(HOURS) * np.timedelta64(1, "h"), "station": ["a", "b", "c"]}
    places = {"latitude": ("station", [39.0, 40.0, 41.0]), "longitude": ("station", [115.0, 116.0, 117.0])}
    return series_of(xr.Dataset({"pm25": (("station", "time"), values.T)}, coords=coords | places))


EVERY_HOUR, EVERY_STATION = (a.ravel() for a in np.meshgrid(np.arange(-5, HOURS + 5), np.arange(STATIONS)))


def test_values_are_looked_up_by_hour_and_station_and_unknown_outside() -> None:
    values = holed()
    got = series(values).at("pm25", EVERY_HOUR, EVERY_STATION)
    expected = [values[t, s] if 0 <= t < HOURS else np.nan for t, s in zip(EVERY_HOUR, EVERY_STATION, strict=True)]
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("hours", [1, 3, 6, 24])
def test_means_are_those_of_the_window_where_half_of_it_is_known(hours: int) -> None:
    values = holed()
    got = series(values).mean("pm25", EVERY_HOUR, hours, EVERY_STATION)
    for mean, end, station in zip(got, EVERY_HOUR, EVERY_STATION, strict=True):
        window = values[max(0, end + 1 - hours) : max(0, end + 1), station]
        known = window[~np.isnan(window)]
        if 2 * known.size >= hours:
            assert mean == pytest.approx(known.mean())
        else:
            assert np.isnan(mean)
    assert 0 < np.isnan(got).sum() < got.size


def test_each_row_may_have_its_own_window() -> None:
    full = series(np.arange(HOURS * STATIONS, dtype=float).reshape(HOURS, STATIONS))
    got = full.mean("pm25", np.array([9, 9, 9]), np.array([1, 2, 5]), np.array([0, 0, 0]))
    np.testing.assert_allclose(got, [27, 25.5, 21])


def test_a_key_that_is_not_there_is_unknown_everywhere() -> None:
    full = series(holed())
    assert np.isnan(full.at("co", EVERY_HOUR, EVERY_STATION)).all()
    assert np.isnan(full.mean("co", EVERY_HOUR, 3, EVERY_STATION)).all()


def test_the_places_and_hours_come_along() -> None:
    full = series(holed())
    assert full.latitude.tolist() == [39.0, 40.0, 41.0]
    assert full.longitude.tolist() == [115.0, 116.0, 117.0]
    assert full.times[0] == START


def test_an_observation_stands_for_a_few_missing_hours_after_it_and_never_for_one_before() -> None:
    nan = np.nan
    assert LONGEST_CARRY_HOURS == 3
    column = [nan, nan, 10.0, nan, 30.0, nan, nan, nan, nan, nan, 20.0, nan]
    carried = [nan, nan, 10.0, 10.0, 30.0, 30.0, 30.0, 30.0, nan, nan, 20.0, 20.0]
    np.testing.assert_array_equal(carried_forward(np.array([column, column[::-1]]).T)[:, 0], carried)


def test_each_station_carries_its_own() -> None:
    np.testing.assert_array_equal(carried_forward(np.array([[1.0, np.nan], [np.nan, 5.0]])), [[1.0, np.nan], [1.0, 5.0]])


def test_rows_know_their_valid_hour_and_the_last_hour_they_may_read() -> None:
    rows = Rows(np.array([10, 20]), np.array([0, 2]), np.array([1, 24]), lag=3)
    assert rows.valid.tolist() == [11, 44]
    assert rows.known.tolist() == [7, 17]
    second = rows.take(np.array([False, True]))
    assert (second.origin.tolist(), second.station.tolist(), second.lead.tolist(), second.lag) == ([20], [2], [24], 3)
