"""What a bulletin says of the one of the day before."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import xarray as xr

from hazecast.bulletins.day_before import changes, hindsight
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import wording
from hazecast.records import BulletinFacts, Level, PreviousBulletin, WindowAssessment
from tests.bulletin_facts import calm_facts

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def calm() -> BulletinFacts:
    return calm_facts()


def first_windows(facts: BulletinFacts) -> tuple[WindowAssessment, ...]:
    start = min(window.valid_from for window in facts.assessment.windows)
    return tuple(window for window in facts.assessment.windows if window.valid_from == start)


def told(facts: BulletinFacts, *windows: WindowAssessment) -> Telling:
    return Telling(replace(facts, previous=PreviousBulletin("before", facts.cycle.init_time - DAY, windows)), wording("en"))


def a_day_earlier(window: WindowAssessment, peak: float, low: float, high: float) -> WindowAssessment:
    times = {"valid_from": window.valid_from - DAY, "valid_until": window.valid_until - DAY}
    return replace(window, **times, peak_pm25=peak, peak_pm25_low=low, peak_pm25_high=high)


def measured(facts: BulletinFacts, value: float, lacking_hours: int = 0) -> BulletinFacts:
    """The same value at every station, but for the last hours."""
    observations = facts.observations.copy(deep=True)
    observations["pm25"][:] = value
    if lacking_hours:
        observations["pm25"][-lacking_hours:] = np.nan
    return replace(facts, observations=observations)


def test_without_a_bulletin_of_the_day_before_nothing_is_said(calm: BulletinFacts) -> None:
    assert (changes(Telling(calm, wording("en"))), hindsight(Telling(calm, wording("en")))) == ((), ())
    assert (changes(told(calm)), hindsight(told(calm))) == ((), ())


def test_a_change_names_the_areas_the_level_now_and_the_level_then(calm: BulletinFacts) -> None:
    inner, *others = first_windows(calm)
    assert inner.area_id == "inner"
    assert changes(told(calm, inner, *others)) == ("The levels expected of all areas are those of the bulletin of the day before.",)
    assert changes(told(calm, replace(inner, level=Level.RED), *others)) == (
        "Inner London: no warning level now, extremely severe haze (red) in the bulletin of the day before.",
    )
    assert changes(told(calm, *(replace(window, level=Level.UNKNOWN) for window in (inner, *others)))) == (
        "Inner London, West London and South London: no warning level now, level unknown in the bulletin of the day before.",
    )


def test_a_window_that_the_day_before_did_not_speak_of_is_not_compared(calm: BulletinFacts) -> None:
    inner = first_windows(calm)[0]
    assert changes(told(calm, replace(inner, level=Level.RED, valid_until=inner.valid_until + timedelta(hours=1)))) == ()


@pytest.mark.parametrize(("value", "hit"), [(79.9, False), (80.0, True), (120.0, True), (120.1, False)])
def test_a_bulletin_was_right_where_the_measured_peak_lies_in_its_band(calm: BulletinFacts, value: float, hit: bool) -> None:
    before = a_day_earlier(first_windows(calm)[0], 100.0, 80.0, 120.0)
    first, *misses = hindsight(told(measured(calm, value), before))
    assert f"in {int(hit)} of 1 areas" in first
    assert misses == ([] if hit else [f"Inner London: {value:.0f} µg/m³ measured; 100 (80–120) had been expected."])


def test_where_too_little_was_measured_nothing_is_claimed(calm: BulletinFacts) -> None:
    before = a_day_earlier(first_windows(calm)[0], 100.0, 80.0, 120.0)
    assert hindsight(told(measured(calm, 100.0, lacking_hours=12), before)) == ("Too little was measured to tell for Inner London.",)


def test_a_network_that_measures_every_third_hour_measures_enough(calm: BulletinFacts) -> None:
    before = a_day_earlier(first_windows(calm)[0], 100.0, 80.0, 120.0)
    facts = measured(calm, 100.0)
    third = np.arange(facts.observations.sizes["time"]) % 3 == 0
    seen = facts.observations.where(xr.DataArray(third, dims="time"))
    assert "in 1 of 1 areas" in hindsight(told(replace(facts, observations=seen), before))[0]
    scarce = facts.observations.where(xr.DataArray(third & (np.arange(third.size) % 2 == 0), dims="time"))
    assert "Too little was measured" in hindsight(told(replace(facts, observations=scarce), before))[0]
