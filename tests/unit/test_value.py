"""Relative economic value, by arithmetic and against scores."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scores.categorical import relative_economic_value_from_rates

from hazecast.backtest.value import RATIOS, relative_value, value_curve

RATE = st.floats(0.0, 1.0)
SHARE = st.floats(0.01, 0.99)


def test_a_worked_example() -> None:
    """Finley's tornadoes 1884 (28 hits, 72 in vain, 23 missed, 2680 quiet; Wilks 2019, table 8.2), for a user at a cost of a hundredth.

    Expenses in losses per occasion: never acting 51/2803, always acting .01, perfect .01 × 51/2803, with Finley (.01 × 100 + 23)/2803.
    """
    n = 2803
    by_hand = (0.01 - (0.01 * 100 + 23) / n) / (0.01 - 0.01 * 51 / n)
    assert by_hand == pytest.approx(0.1464, abs=5e-5)
    assert relative_value(28 / 51, 72 / 2752, 51 / n, 0.01) == pytest.approx(by_hand)


def test_the_most_that_a_forecast_is_worth() -> None:
    """At a cost-loss ratio of the base rate the value is H - F, the most there is (Richardson 2000)."""
    h, f, s = 0.7, 0.2, 0.3
    assert relative_value(h, f, s, s) == pytest.approx(h - f)
    assert np.nanmax(relative_value(h, f, s, RATIOS)) == pytest.approx(h - f)


@given(RATE, RATE, SHARE, SHARE)
def test_it_is_that_of_scores(hit_rate: float, false_alarm_rate: float, base_rate: float, ratio: float) -> None:
    rates = (xr.DataArray(rate) for rate in (hit_rate, false_alarm_rate, base_rate))
    theirs = relative_economic_value_from_rates(*rates, cost_loss_ratios=[ratio])
    assert relative_value(hit_rate, false_alarm_rate, base_rate, ratio) == pytest.approx(float(theirs.item()), rel=1e-6, abs=1e-9)


@given(SHARE, SHARE)
def test_a_perfect_forecast_is_worth_one_and_no_forecast_nothing(base_rate: float, ratio: float) -> None:
    assert relative_value(1.0, 0.0, base_rate, ratio) == pytest.approx(1.0)
    always, never = (float(relative_value(r, r, base_rate, ratio)) for r in (1.0, 0.0))
    assert max(always, never) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("base_rate", "ratio"), [(0.0, 0.5), (1.0, 0.5), (0.3, 0.0), (0.3, 1.0)])
def test_where_nothing_can_be_saved_there_is_no_value(base_rate: float, ratio: float) -> None:
    assert np.isnan(relative_value(0.5, 0.5, base_rate, ratio))


OBSERVED = np.array([True, True, False, False, False, False, False, False])
WARNED = np.array([True, False, True, False, False, False, False, False])
KNOWN = np.ones(8, dtype=bool)


def test_the_curve_of_warnings() -> None:
    curve = value_curve(OBSERVED, WARNED, KNOWN, None, np.array([0.25, 0.5]))
    assert curve.base_rate == 0.25
    assert curve.warnings[0] == pytest.approx(1 / 2 - 1 / 6)
    assert curve.warnings[1] == pytest.approx((0.25 - 0.5 * 2 / 8 - 1 / 8) / (0.25 - 0.25 * 0.5))
    assert np.isnan(curve.at_ratio).all()
    assert np.isnan(curve.best).all()


def test_users_of_probabilities_act_at_their_own_ratio() -> None:
    probability = np.array([0.9, 0.3, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1])
    curve = value_curve(OBSERVED, WARNED, KNOWN, probability, np.array([0.2, 0.3, 0.7]))
    assert curve.at_ratio[0] == pytest.approx(relative_value(1.0, 1 / 6, 0.25, 0.2))
    assert curve.at_ratio[1] == pytest.approx(relative_value(1.0, 1 / 6, 0.25, 0.3))  # a probability of the ratio itself is enough
    assert curve.at_ratio[2] == pytest.approx(relative_value(0.5, 0.0, 0.25, 0.7))
    assert np.all(curve.best >= np.maximum(curve.at_ratio, 0.0))


def test_nobody_need_lose_by_a_bad_forecast() -> None:
    curve = value_curve(OBSERVED, WARNED, KNOWN, np.where(OBSERVED, 0.1, 0.9), np.array([0.5]))
    assert curve.at_ratio[0] < 0.0
    assert curve.best[0] == 0.0


def test_hours_without_a_probability_count_for_no_line() -> None:
    probability = np.where(np.arange(8) == 0, np.nan, 0.5)
    curve = value_curve(OBSERVED, WARNED, KNOWN, probability, np.array([0.3]))
    assert curve.base_rate == pytest.approx(1 / 7)
    assert curve.warnings[0] == pytest.approx(relative_value(0.0, 1 / 6, 1 / 7, 0.3))


@pytest.mark.parametrize("happens", [False, True])
def test_what_always_or_never_happens_has_no_value(happens: bool) -> None:
    curve = value_curve(np.full(8, happens), WARNED, KNOWN, np.full(8, 0.5))
    assert np.isnan(np.concatenate([curve.warnings, curve.at_ratio, curve.best])).all()
