"""The door of the room, for editions that decide on days: the same products and messages as for those on hours."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import xarray as xr

from hazecast.config import WarningSettings
from hazecast.records import Action, Area, Level, PlaceName
from hazecast.warnings.assess import assess
from tests.unit.test_warnings_assess import CITY, INIT, STATIONS, forecast

HEAVY = WarningSettings(edition="heavy-pollution-2019")
JAPAN = WarningSettings(edition="japan-pm25-advisory")
KITAKYUSHU = Area("kitakyushu", (PlaceName("ja", "北九州"),), ("a", "b"), "Asia/Tokyo")


def observed(pm25: float, hours: int = 120) -> xr.Dataset:
    times = np.datetime64(INIT.replace(tzinfo=None), "ns") - np.arange(hours)[::-1] * np.timedelta64(1, "h")
    return xr.Dataset({"pm25": (("time", "station"), np.full((hours, len(STATIONS)), pm25))}, {"time": times, "station": list(STATIONS)})


def test_four_days_of_severe_pollution_are_red_from_the_first_window_on() -> None:
    found = assess(forecast(400.0, hours=96), (CITY,), HEAVY, (), observed(40.0))
    assert [(w.level, w.condition) for w in found.windows] == [(Level.RED, "red-1")] * 4
    assert [(m.action, m.level, m.edition) for m in found.messages] == [(Action.ISSUE, Level.RED, "heavy-pollution-2019")]
    assert set(np.unique(found.station_level)) == {Level.RED}
    assert found.station_probability is not None
    assert found.station_probability.dims == ("station", "lead_time", "warning_level")
    assert float(found.station_probability.sel(warning_level=Level.RED).min()) > 0.5
    assert found.grid_level.dims == ("lead_time", "latitude", "longitude")
    assert found.grid_level.dtype == found.station_level.dtype == np.int8


def test_days_that_were_observed_count_towards_an_episode_and_lacking_ones_leave_it_open() -> None:
    severe = assess(forecast(400.0), (CITY,), HEAVY, (), observed(400.0)).windows[0]
    assert severe.level is Level.RED
    open_past = assess(forecast(400.0), (CITY,), HEAVY, ()).windows[0]
    assert (open_past.level, [c.probability for c in open_past.chances][1:]) == (Level.YELLOW, [None, None])
    short = assess(forecast(400.0), (CITY,), HEAVY, (), observed(40.0)).windows[0]
    assert (short.level, short.condition) == (Level.YELLOW, "yellow-1")


def test_what_is_observed_after_the_cycle_is_not_looked_at() -> None:
    made = forecast(400.0)
    after = observed(40.0).assign_coords(time=observed(40.0)["time"] + np.timedelta64(60, "h"))
    seen = xr.concat([observed(400.0), after.sel(time=after["time"] > observed(40.0)["time"][-1])], "time")
    assert assess(made, (CITY,), HEAVY, (), seen).windows == assess(made, (CITY,), HEAVY, (), observed(400.0)).windows


@pytest.mark.parametrize("rule", [HEAVY, JAPAN])
def test_without_pm25_every_window_is_unknown(rule: WarningSettings) -> None:
    found = assess(forecast(np.nan, hours=96), (CITY,), rule, (), observed(40.0))
    assert {w.level for w in found.windows} == {Level.UNKNOWN}
    assert Level.NONE not in found.grid_level
    assert found.messages == ()


def test_a_clean_forecast_after_clean_days_is_none_and_lifts_what_stood() -> None:
    issued = assess(forecast(400.0, hours=96), (CITY,), HEAVY, (), observed(40.0))
    made = forecast(40.0, hour=12, hours=96)
    past = observed(40.0).assign_coords(time=observed(40.0)["time"] + np.timedelta64(12, "h"))
    found = assess(made, (CITY,), HEAVY, issued.messages, past)
    assert {w.level for w in found.windows} == {Level.NONE}
    assert [m.action for m in found.messages] == [Action.LIFT]
    light = forecast(118.0, hour=12, hours=96)  # an index of 155: below what raises, above what lifts
    kept = assess(light, (CITY,), HEAVY, issued.messages, past)
    assert [(m.action, m.level) for m in kept.messages] == [(Action.DOWNGRADE, Level.YELLOW)]


def test_draws_are_counted_day_by_day() -> None:
    made = forecast(100.0, hours=96)
    pm25 = np.full((10, len(STATIONS), 96), 40.0)
    pm25[:4] = 400.0
    draws = xr.Dataset(
        {"pm25": (("draw", "station", "lead_time"), pm25)}, {"station": list(STATIONS), "lead_time": made.stations["lead_time"]}
    )
    found = assess(replace(made, draws=draws), (CITY,), HEAVY, (), observed(40.0)).windows[0]
    assert [c.probability for c in found.chances] == [0.4, 0.4, 0.4]
    assert found.level is Level.RED


def test_japan_is_advised_in_its_own_zone() -> None:
    """The cycle begins at 9 o'clock in Japan; the first window is from 20 to 20 o'clock."""
    found = assess(forecast(75.0, hours=72), (KITAKYUSHU,), JAPAN, (), observed(40.0))
    assert [w.level for w in found.windows] == [Level.YELLOW, Level.YELLOW]
    assert found.windows[0].valid_from == INIT + timedelta(hours=2 + 9)
    assert found.windows[0].condition == "yellow-3"
    clean = assess(forecast(30.0, hours=72), (KITAKYUSHU,), JAPAN, (), observed(40.0))
    assert {w.level for w in clean.windows} == {Level.NONE}
