"""Reasons for a decision: the input that changed a forecast, the skill that a backtest left, and the past that was like the present."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.records import Area, Came, Cycle, Driver, Level, LevelChance, PlaceName, PreviousBulletin, Situation, WindowAssessment
from hazecast.warnings.why.change import change_since
from hazecast.warnings.why.likeness import EPISODES, NEEDED, likeness
from hazecast.warnings.why.situation import situation_of, what_came
from hazecast.warnings.why.skill import backtest_scores

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
START = datetime(2026, 1, 10, tzinfo=UTC)
PEAK = START + 5 * HOUR
TOWN = Area("town", (PlaceName("en", "Town"),), ("a", "b", "c"), "UTC")
WINDOW = WindowAssessment(
    "town", START, START + DAY, Level.ORANGE, "orange-1", (LevelChance(Level.YELLOW, 0.9), LevelChance(Level.ORANGE, 0.7)),
    200.0, 150.0, 260.0, PEAK, 1500.0, "a", Level.ORANGE, 24, 24,
)  # fmt: skip
LAST = PreviousBulletin("20260109T18Z", START - 6 * HOUR, (replace(WINDOW, level=Level.YELLOW, chances=(LevelChance(Level.ORANGE, 0.3),)),))


def exchanged(observations: float, weather: float, base: float, then: float, stations: str = "abc") -> xr.Dataset:
    """The same medians at all stations, for the hour of the peak and one more."""
    values = {Driver.OBSERVATIONS: observations, Driver.WEATHER: weather, Driver.BASE: base, "then": then}
    data = {str(name): (("station", "lead_time"), np.full((len(stations), 2), value)) for name, value in values.items()}
    hours = np.datetime64(PEAK.replace(tzinfo=None), "ns") + np.array([0, 1]) * np.timedelta64(1, "h")
    return xr.Dataset(data, {"station": list(stations), "lead_time": [5, 6], "valid_time": ("lead_time", hours)})


@pytest.mark.parametrize(
    ("medians", "driver"),
    [
        ((160.0, 198.0, 200.0, 155.0), Driver.OBSERVATIONS),
        ((205.0, 250.0, 199.0, 255.0), Driver.WEATHER),
        ((200.0, 200.0, 170.0, 172.0), Driver.BASE),
        ((190.0, 195.0, 200.0, 120.0), None),  # most of the change is left open
        ((190.0, 190.0, 190.0, 170.0), None),  # none explains half of it
        ((240.0, 200.0, 200.0, 160.0), None),  # the largest part goes the other way
        ((199.8, 200.0, 200.0, 199.7), None),  # hardly any change
        ((np.nan, np.nan, np.nan, 150.0), None),
    ],
)
def test_the_input_that_explains_a_change_is_named_and_none_where_none_does(medians: tuple[float, ...], driver: Driver | None) -> None:
    change = change_since(WINDOW, TOWN, LAST, exchanged(*medians))
    assert change.driver is driver
    assert (change.chance, change.chance_then, change.former_level) == (0.7, 0.3, Level.YELLOW)
    assert change.pm25_then == medians[3]
    for part, median in zip(change.parts, medians[:3], strict=True):
        assert part.pm25 == (None if np.isnan(median) else 200.0 - median)


def test_without_what_drove_the_last_cycle_or_with_too_few_stations_of_it_the_driver_is_not_known() -> None:
    for given in (None, exchanged(100.0, 200.0, 200.0, 100.0, stations="a")):
        change = change_since(WINDOW, TOWN, LAST, given)
        assert (change.driver, change.pm25_then) == (None, None)
        assert change.chance_then == 0.3
    other_hours = PreviousBulletin("x", START - 6 * HOUR, (replace(LAST.windows[0], valid_from=START - HOUR),))
    assert change_since(WINDOW, TOWN, other_hours, None).chance_then is None


SCORES = """forecast,kind,slice,score,event,days,pairs,value,low,high,n,missing
hazecast,lead,1-6,hits,orange or above,all,same,30,,,930,0
hazecast,lead,1-6,misses,orange or above,all,same,10,,,930,0
hazecast,lead,1-6,false_alarms,orange or above,all,same,20,,,930,0
hazecast,lead,1-6,correct_negatives,orange or above,all,same,870,,,930,0
hazecast,lead,1-6,hits,orange or above,without control days,same,1,,,930,0
hazecast,lead,7-12,hits,orange or above,all,same,0,,,930,0
hazecast,lead,7-12,misses,orange or above,all,same,0,,,930,0
hazecast,lead,7-12,false_alarms,orange or above,all,same,0,,,930,0
persistence,lead,1-6,hits,orange or above,all,same,3,,,930,0
hazecast,"lead, season",1-6 / DJF,hits,orange or above,all,same,4,,,930,0
"""


def backtest(folder: Path, **changes: str) -> Path:
    record = {"start": "2025-01-01T00:00:00+00:00", "end": "2025-03-01T00:00:00+00:00", "edition": "cma-haze-2013"} | changes
    (folder / "backtest.json").write_text(json.dumps(record), encoding="utf-8")
    (folder / "scores.csv").write_text(SCORES, encoding="utf-8")
    return folder


def test_skill_is_that_of_the_level_at_such_leads_in_the_backtest(tmp_path: Path) -> None:
    scores = backtest_scores(backtest(tmp_path), "cma-haze-2013", START)
    assert scores is not None
    skill = scores.of(Level.ORANGE, 4)
    assert skill is not None
    assert (skill.hits, skill.misses, skill.false_alarms) == (30, 10, 20)
    assert (skill.pod, skill.far, skill.csi) == (0.75, 0.4, 0.5)
    assert skill.came_unforecast == 10 / 880
    assert (skill.first_lead, skill.last_lead, skill.end) == (1, 6, datetime(2025, 3, 1, tzinfo=UTC))
    assert scores.of(Level.ORANGE, 8) is None, "nothing happened at these leads"
    assert scores.of(Level.RED, 4) is None


@pytest.mark.parametrize("changes", [{"edition": "cma-haze-2007"}, {"end": "2026-01-10T01:00:00+00:00"}, {"start": "soon"}])
def test_a_backtest_of_another_edition_or_of_the_future_or_damaged_tells_nothing(tmp_path: Path, changes: dict[str, str]) -> None:
    assert backtest_scores(backtest(tmp_path, **changes), "cma-haze-2013", START) is None
    assert backtest_scores(tmp_path / "absent", "cma-haze-2013", START) is None


def situation(days_before: int, peak: float, wind: float = 2.0, area: str = "town") -> Situation:
    begin = START - days_before * DAY
    trend, humidity = 0.1 * (days_before % 3), 60.0 + days_before % 7
    return Situation(f"{begin:%Y%m%dT%HZ}", area, begin, begin + DAY, Level.ORANGE, Level.YELLOW, peak, trend, wind, humidity, 400.0)


def came(of: Situation) -> Came:
    return Came(of.cycle_key, of.area_id, 100.0, 24)


def test_the_most_similar_episodes_come_first_and_are_of_different_episodes_of_the_past() -> None:
    random = np.random.default_rng(0)
    past = [situation(days, float(random.uniform(30, 500)), float(random.uniform(0.5, 6))) for days in range(1, 61)]
    twin = replace(past[29], peak_pm25=200.0, wind_speed=2.0, trend=0.0, humidity=60.0)
    past[29] = twin
    found = likeness(situation(0, 200.0), past, [came(one) for one in past])
    assert found.past == 60
    assert len(found.episodes) == EPISODES
    assert found.episodes[0].situation is twin
    assert [e.distance for e in found.episodes] == sorted(e.distance for e in found.episodes)
    begins = sorted(e.situation.valid_from for e in found.episodes)
    assert all(b - a >= 2 * DAY for a, b in pairwise(begins))


def test_what_is_not_over_is_of_another_area_or_has_no_outcome_is_no_past() -> None:
    past = [situation(days, 100.0 + days) for days in range(1, NEEDED + 1)]
    now = situation(0, 110.0)
    outcomes = [came(one) for one in past]
    assert len(likeness(now, past, outcomes).episodes) == EPISODES
    future = replace(situation(1, 110.0), valid_until=START + HOUR)
    for kept, told in (
        ([*past[1:], future], [*outcomes, came(future)]),
        ([*past[1:], situation(30, 110.0, area="other")], outcomes),
        (past, outcomes[1:]),
    ):
        found = likeness(now, kept, told)
        assert (found.past, found.episodes) == (NEEDED - 1, ())


def test_a_situation_of_which_too_little_is_known_is_like_none() -> None:
    past = [situation(days, 100.0 + days) for days in range(1, NEEDED + 1)]
    blind = replace(situation(0, 1.0), peak_pm25=None, trend=None, wind_speed=None, humidity=None, mixing_height=None)
    assert likeness(blind, past, [came(one) for one in past]).episodes == ()


def observed(first: datetime, hours: int) -> xr.Dataset:
    """40 µg/m³ and a peak of 90 in the last hour at two of three stations; the third is silent."""
    times = np.datetime64(first.replace(tzinfo=None), "ns") + np.arange(1, hours + 1) * np.timedelta64(1, "h")
    pm25 = np.full((hours, 3), 40.0)
    pm25[-1], pm25[:, 2] = 90.0, np.nan
    return xr.Dataset({"pm25": (("time", "station"), pm25)}, {"time": times, "station": ["a", "b", "c"]})


def test_what_came_is_the_highest_hour_of_windows_that_ended_lately_if_enough_was_measured() -> None:
    lately, unfinished, long_ago = situation(1, 100.0), replace(situation(0, 100.0)), situation(9, 100.0)
    told = what_came([lately, unfinished, long_ago], (TOWN,), observed(START - DAY, 24), START)
    assert told == (Came(lately.cycle_key, "town", 90.0, 24),)
    assert what_came([lately], (TOWN,), observed(START - 12 * HOUR, 12), START) == ()


def every(hours: int, data: xr.Dataset) -> xr.Dataset:
    """Measured in the last of so many hours alone."""
    return data.where(xr.DataArray(np.arange(1, data.sizes["time"] + 1) % hours == 0, dims="time"))


def test_every_third_hour_tells_what_came() -> None:
    lately, each = situation(1, 100.0), observed(START - DAY, 24)
    assert what_came([lately], (TOWN,), every(3, each), START) == (Came(lately.cycle_key, "town", 90.0, 8),)
    assert what_came([lately], (TOWN,), every(6, each), START) == ()


def test_a_situation_has_the_weather_of_its_window_and_its_trend_against_the_last_day() -> None:
    hours = np.datetime64(START.replace(tzinfo=None), "ns") + np.arange(1, 37) * np.timedelta64(1, "h")
    inside = np.arange(1, 37) <= 24
    fields = {"eastward_wind": 3.0, "northward_wind": -4.0, "relative_humidity": 70.0, "mixing_height": 300.0, "pm25_median": 80.0}
    data = {key: (("station", "lead_time"), np.where(inside, value, 999.0) + np.zeros((3, 1))) for key, value in fields.items()}
    drivers = xr.Dataset(data, {"station": ["a", "b", "c"], "valid_time": ("lead_time", hours)})
    found = situation_of(WINDOW, Level.YELLOW, TOWN, Cycle(START, START, 36 * HOUR), drivers, observed(START - DAY, 24))
    assert (found.wind_speed, found.humidity, found.mixing_height) == (5.0, 70.0, 300.0)
    assert (found.peak_pm25, found.warned_level, found.expected_level) == (200.0, Level.YELLOW, Level.ORANGE)
    assert found.trend == pytest.approx(np.log(80.0 / ((23 * 40.0 + 90.0) / 24)))
    bare = situation_of(WINDOW, Level.NONE, TOWN, Cycle(START, START, 36 * HOUR), None, observed(START - DAY, 5))
    assert (bare.wind_speed, bare.trend) == (None, None)


def test_scores_of_an_edition_on_days_are_of_days(tmp_path: Path) -> None:
    on_days = backtest_scores(backtest(tmp_path, edition="heavy-pollution-2024"), "heavy-pollution-2024", START)
    assert on_days is not None
    assert on_days.of_days
    skill = on_days.of(Level.ORANGE, 4)
    assert skill is not None
    assert skill.of_days
