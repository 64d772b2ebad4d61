"""The events of a whole backtest, areas among them."""

import itertools
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import xarray as xr

from hazecast.backtest.events.areas import area_levels, warned_levels
from hazecast.backtest.events.review import EventReview, EventTerms, review_events
from hazecast.backtest.events.tally import Outcome
from hazecast.backtest.verification import ControlDays, ControlPeriod, Terms
from hazecast.backtest.verification.pairs import Against, against
from hazecast.records import Action, Area, HazeWarning, Level, PlaceName
from tests.backtest_folder import Made, air, forecasts_of

MADE = Made(days=8, stations=2, leads=48)
HOUR = np.timedelta64(1, "h")
MIDNIGHT = datetime(2015, 12, 1, tzinfo=UTC)


def test_an_area_is_at_the_level_of_a_share_of_its_stations() -> None:
    levels = np.array([[2, 0, 0, 4], [2, 3, 0, 4], [-1, 3, 2, 0], [-1, -1, 2, 0], [-1, -1, -1, 4]], dtype=np.int8)
    members = [np.array([0, 1, 2]), np.array([3])]
    assert area_levels(levels, members, 0.5).tolist() == [[0, 4], [2, 4], [3, 0], [-1, 0], [-1, 4]]
    assert area_levels(levels, members, 0.3)[:2, 0].tolist() == [2, 3]
    assert area_levels(levels, members, 1.0)[:2, 0].tolist() == [0, 0]


def test_an_area_without_stations_is_unknown() -> None:
    assert area_levels(np.zeros((2, 1), dtype=np.int8), [np.array([], dtype=np.int64)], 0.5).tolist() == [[-1], [-1]]


def warning(level: Level, first: int, last: int, area: str = "a") -> HazeWarning:
    start, end = (MIDNIGHT + timedelta(hours=h) for h in (first, last))
    return HazeWarning(f"{area}-{first}", area, "cma-haze-2013", Action.ISSUE, level, start, end, MIDNIGHT, "key", "", None, ())


def test_the_last_cycle_before_an_hour_says_what_is_warned() -> None:
    times = np.datetime64("2015-12-01T00", "ns") + np.arange(-1, 9) * HOUR
    cycles = np.datetime64("2015-12-01T00", "ns") + np.array([0, 4]) * HOUR
    in_force = [(warning(Level.YELLOW, 1, 9), warning(Level.ORANGE, 2, 3), warning(Level.RED, 0, 9, "elsewhere")), ()]
    assert warned_levels(cycles, in_force, ["a"], times).ravel().tolist() == [-1, -1, 0, 2, 3, 2, 0, 0, 0, 0]


@pytest.fixture(scope="module")
def case() -> tuple[xr.Dataset, Against]:
    observed = air(MADE)
    forecasts = forecasts_of(observed, MADE)
    return forecasts, against(forecasts, observed["pm25"], Terms(time_zone="Asia/Shanghai"))


@pytest.fixture(scope="module")
def review(case: tuple[xr.Dataset, Against]) -> EventReview:
    areas = (Area("city", (PlaceName("en", "City"),), ("1001", "1002"), "Asia/Shanghai"),)
    control = ControlDays((ControlPeriod(datetime(2015, 11, 22).date(), datetime(2015, 11, 23).date()),))
    return review_events(*case, EventTerms(), control, areas, [()] * MADE.days)


def test_a_day_ahead_is_what_was_forecast_of_it(review: EventReview, case: tuple[xr.Dataset, Against]) -> None:
    forecasts, _ = case
    assert [d.strand.name for d in review.days] == ["day 1", "day 2"]
    assert review.frame.times[0] == forecasts["init_time"].values[0] + HOUR
    assert review.frame.times.size == (MADE.days - 1) * 24 + MADE.leads
    first, second = (d.pm25[0] for d in review.days)
    np.testing.assert_array_equal(first[24:48], forecasts["pm25"].values[1, :, :24].T)
    np.testing.assert_array_equal(second[24:48], forecasts["pm25"].values[0, :, 24:].T)
    assert np.isnan(second[:24]).all()
    np.testing.assert_array_equal(review.days[0].levels[0][:24], forecasts["level"].values[0, :, :24].T)


def test_the_band_and_the_chances_go_with_the_forecast(review: EventReview, case: tuple[xr.Dataset, Against]) -> None:
    forecasts, _ = case
    day = review.days[0]
    np.testing.assert_allclose(day.band[0][:24], forecasts["pm25_quantile"].sel(quantile=0.05).values[0, :, :24].T)
    known = ~np.isnan(day.chances[0])
    assert known[:24].all()
    assert not known[-24:].any()
    assert np.all(np.diff(day.chances[:, known[..., 0], 0], axis=0) <= 1e-12)  # a higher level is never likelier


def test_emission_control_is_marked_by_local_days(review: EventReview) -> None:
    hours = review.frame.times[review.frame.controlled[:, 0]]
    assert (hours[0], hours[-1]) == (np.datetime64("2015-11-21T16"), np.datetime64("2015-11-23T15"))
    assert hours.size == 48


def test_every_level_day_and_forecast_has_its_row(review: EventReview) -> None:
    forecasts = {row.forecast for row in review.rows}
    assert {"hazecast", "persistence", "uncorrected"} <= forecasts
    assert "climatology" not in forecasts
    assert len(review.rows) == 3 * 2 * len(forecasts)
    with pytest.raises(KeyError):
        review.row(Level.BLUE, "day 1", "hazecast")


def test_the_higher_a_level_the_fewer_hours_it_has(review: EventReview) -> None:
    hours = [review.row(level, "day 1", "hazecast").hours for level in (Level.YELLOW, Level.ORANGE, Level.RED)]
    assert all(a.warned + a.unwarned >= b.warned + b.unwarned for a, b in itertools.pairwise(hours))


def test_warnings_that_were_never_sent_miss_everything(review: EventReview) -> None:
    assert review.issued is not None
    (level, tally), *_ = review.issued.tallies
    assert level is Level.YELLOW
    assert tally.observed_events > 0
    assert tally.count(Outcome.MISSED) == tally.observed_events
    assert tally.hours.in_vain == 0


def test_a_perfect_forecast_hits_everything_at_the_hour(case: tuple[xr.Dataset, Against]) -> None:
    forecasts, held = case
    valid = held.observations.hour_of(forecasts["init_time"].values[:, None] + forecasts["lead_time"].values * HOUR)
    right = held.observations.level_at(valid).transpose(0, 2, 1)
    perfect = forecasts.assign(level=(("init_time", "station", "lead_time"), right))
    found = review_events(perfect, held, EventTerms())
    tally = found.row(Level.YELLOW, "day 1", "hazecast")
    assert tally.observed_events > 0
    assert tally.count(Outcome.HIT) == tally.observed_events == tally.forecast_events
    assert set(tally.onset_errors) | set(tally.end_errors) | set(tally.level_errors(tuple(Level)[2:])) == {0}
    assert all(g.held == g.first for g in tally.gains)
    assert dict(found.flips)["hazecast"].raised == dict(found.flips)["hazecast"].lowered == 0
    assert found.issued is None


def test_forecasts_of_less_than_a_day_have_no_day_ahead(case: tuple[xr.Dataset, Against]) -> None:
    forecasts, held = case
    found = review_events(forecasts.isel(lead_time=slice(0, 12)), held, EventTerms())
    assert (found.days, found.rows, found.flips) == ((), (), ())
