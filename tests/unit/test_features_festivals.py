"""Nights of fireworks: hours from their midnight by the sun, and nothing on other days."""

import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.features import FEATURES
from hazecast.forecast.features.festivals import NEAR_HOURS
from hazecast.forecast.series import Rows, Series, series_of


def told(name: str, moment: str, longitude: float) -> float:
    times = np.datetime64(moment, "ns") + np.arange(3) * np.timedelta64(1, "h")
    data = xr.Dataset({"pm25": (("time", "station"), np.ones((3, 1)))}, coords={"time": times})
    series: Series = series_of(data.assign_coords(latitude=("station", [40.0]), longitude=("station", [longitude])))
    rows = Rows(np.array([0]), np.array([0]), np.array([1]), 0)
    return float(next(f for f in FEATURES if f.name == name).compute(series, rows)[0])


@pytest.mark.parametrize(
    ("name", "hour_before", "longitude", "expected"),
    [
        ("hours from spring festival", "2016-02-07T15", 120.0, 0.0),  # midnight at 120 degrees east is 16 UTC
        ("hours from spring festival", "2016-02-07T11", 120.0, -4.0),
        ("hours from spring festival", "2015-02-18T19", 120.0, 4.0),
        ("hours from lantern festival", "2016-02-22T13", 120.0, -2.0),
        ("hours from diwali", "2016-10-30T17", 75.0, -1.0),
        ("hours from new year", "2019-12-31T23", 0.0, 0.0),
        ("hours from bonfire night", "2020-11-05T20", 0.0, -3.0),
    ],
)
def test_hours_are_counted_from_the_midnight_of_the_night(name: str, hour_before: str, longitude: float, expected: float) -> None:
    assert told(name, hour_before, longitude) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", ["hours from spring festival", "hours from diwali", "hours from new year"])
def test_on_other_days_and_years_beyond_the_table_it_is_missing(name: str) -> None:
    for moment in ("2016-06-01T00", "2016-02-11T00", "1985-02-20T00", "2060-02-02T00"):
        assert np.isnan(told(name, moment, 120.0))


def test_a_night_ends_where_it_is_no_longer_near() -> None:
    begin = np.datetime64("2016-02-07T15") + np.timedelta64(int(NEAR_HOURS), "h")
    assert told("hours from spring festival", str(begin), 120.0) == pytest.approx(NEAR_HOURS)
    assert np.isnan(told("hours from spring festival", str(begin + np.timedelta64(1, "h")), 120.0))
