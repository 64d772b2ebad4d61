"""Editions that decide on days, scored: days that a reader can count."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from hazecast.backtest.events.review import EventTerms, review_events
from hazecast.backtest.events.tally import Outcome
from hazecast.backtest.verification import Terms, verify
from hazecast.backtest.verification.pairs import against
from hazecast.records import Action, Area, HazeWarning, Level, PlaceName
from hazecast.warnings.edition import load_edition

Array = NDArray[np.float64]
HOUR = np.timedelta64(1, "h")
START = np.datetime64("2016-01-01T00", "ns")  # 8 h in Shanghai, when days begin
DAYS, CYCLES, LEADS = 20, 10, 72
CLEAN, HEAVY = 40.0, 180.0  # µg m-3: an index of 56 and of 230
TERMS = Terms(load_edition("heavy-pollution-2024"), time_zone="Asia/Shanghai", resamples=0)
CITY = Area("city", (PlaceName("en", "City"),), ("a", "b"), "Asia/Shanghai")


def hourly(*heavy_days: int) -> Array:
    """PM2.5 of each hour of the days."""
    daily = np.full(DAYS, CLEAN)
    daily[list(heavy_days)] = HEAVY
    return np.repeat(daily, 24)


def observed(pm25: Array) -> xr.DataArray:
    times = START + np.arange(1, pm25.size + 1) * HOUR
    return xr.DataArray(np.stack([pm25, pm25], axis=1), {"time": times, "station": ["a", "b"]}, ("time", "station"))


def forecasts(pm25: Array) -> xr.Dataset:
    """Cycles at the beginnings of days 6 to 15, each of which forecasts these hours."""
    starts = 24 * np.arange(6, 6 + CYCLES)
    values = np.stack([pm25[start : start + LEADS] for start in starts])
    fields = {"pm25": (("init_time", "station", "lead_time"), np.stack([values, values], axis=1))}
    return xr.Dataset(fields, {"init_time": START + starts * HOUR, "station": ["a", "b"], "lead_time": np.arange(1, LEADS + 1)})


def test_a_day_is_counted_once_by_the_level_that_it_had() -> None:
    """Two days of an index of 230 are orange, one is yellow. Three were said to come a day later each, and the one in time."""
    came, said = hourly(9, 10, 14), hourly(10, 11, 14)
    found = verify(forecasts(said), observed(came), TERMS)

    def count(what: str, level: str, name: str = "25-48") -> float:
        return found.value(what, event=f"{level} or above", kind="lead", name=name)

    assert [count(what, "yellow") for what in ("hits", "misses", "false_alarms")] == [2 * 2, 2 * 1, 2 * 1]
    assert [count(what, "orange") for what in ("hits", "misses", "false_alarms")] == [2 * 1, 2 * 1, 2 * 1]
    assert count("hits", "yellow", "1-6") == 0  # no day ends within them


def test_a_perfect_forecast_hits_every_day() -> None:
    came = hourly(9, 10, 14)
    held = against(forecasts(came), observed(came), TERMS)
    found = review_events(forecasts(came), held, EventTerms(least_hours=1))
    tally = found.row(Level.YELLOW, "day 1", "hazecast")
    assert [tally.count(outcome) for outcome in Outcome] == [4, 0, 0, 0]
    assert (tally.onset_errors, tally.hours.warned) == ((0,) * 4, 2 * 72)
    assert tally.gains[0].first == 49  # from the cycle two days before to the end of the first hour


@pytest.mark.parametrize(("first_day", "onset_error"), [(9, 0), (10, 24)])
def test_warnings_of_an_area_are_held_against_its_days(first_day: int, onset_error: int) -> None:
    came = hourly(9, 10)
    made = forecasts(came)
    warning = _warning(first_day, 11)
    in_force = [(warning,) if moment < START + 11 * 24 * HOUR else () for moment in made["init_time"].values]
    held = against(made, observed(came), TERMS)
    issued = review_events(made, held, EventTerms(least_hours=1), None, (CITY,), in_force).issued
    assert issued is not None
    (level, tally), *_ = issued.tallies
    assert (level, tally.onset_errors, tally.end_errors) == (Level.YELLOW, (onset_error,), (0,))


def test_cycles_whose_days_begin_at_another_hour_are_scored_by_pm25_alone() -> None:
    came = hourly(9, 10, 14)
    late = forecasts(np.roll(came, -12)).assign_coords(init_time=forecasts(came)["init_time"] + 12 * HOUR)
    both = xr.concat([forecasts(came), late.isel(init_time=[3])], "init_time").sortby("init_time")
    found = verify(both, observed(came), TERMS)
    alone = verify(forecasts(came), observed(came), TERMS)
    assert found.value("hits", event="yellow or above") == alone.value("hits", event="yellow or above")
    assert found.counts.possible > alone.counts.possible


def test_the_advisory_of_japan_is_that_of_the_local_day() -> None:
    terms = replace(TERMS, edition=load_edition("japan-pm25-advisory"), time_zone="Asia/Tokyo")
    came = hourly(9, 10)
    found = verify(forecasts(came), observed(came), terms)
    assert found.value("misses", event="yellow or above") == found.value("false_alarms", event="yellow or above") == 0
    assert (
        found.value("hits", event="yellow or above", kind="lead", name="25-48") == 2 * 3
    )  # the 10th to the 12th: hours from 9 h to 9 h have it


def _warning(first_day: int, last_day: int) -> HazeWarning:
    start, end = (datetime(2016, 1, 1 + day, tzinfo=UTC) for day in (first_day, last_day))
    return HazeWarning(
        "1", "city", "heavy-pollution-2024", Action.ISSUE, Level.YELLOW, start, end, start - timedelta(1), "key", "", None, ()
    )
