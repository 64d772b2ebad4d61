"""The test of Diebold and Mariano, worked out by hand and against scores."""

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student
from scores.stats.statistical_tests import diebold_mariano as of_scores

from hazecast.backtest.comparison.significance import FEWEST_DAYS, diebold_mariano, holm, lags_for, long_run_variance

DAYS = np.array([1.0, 3.0, 2.0, 4.0, 0.0, 2.0, 3.0, 1.0])  # mean 2, deviations -1 1 0 2 -2 0 1 -1


def test_the_variance_of_a_mean_by_hand() -> None:
    assert long_run_variance(DAYS, 0) == pytest.approx(12 / 8)
    first = (-1 + 0 + 0 - 4 + 0 + 0 - 1) / 8
    assert long_run_variance(DAYS, 1) == pytest.approx(12 / 8 + 2 * 0.5 * first)
    second = (0 + 2 + 0 + 0 - 2 + 0) / 8
    assert long_run_variance(DAYS, 2) == pytest.approx(12 / 8 + 2 * (2 / 3 * first + 1 / 3 * second))


def test_the_statistic_by_hand() -> None:
    found = diebold_mariano(DAYS, 1)
    variance = (12 / 8 - 6 / 8) / 8
    correction = math.sqrt((8 + 1 - 4 + 2 / 8) / 8)
    assert found.mean == 2.0
    assert found.statistic == pytest.approx(correction * 2.0 / math.sqrt(variance))
    assert found.p_value == pytest.approx(2 * student.sf(found.statistic, 7))
    assert (found.days, found.lags) == (8, 1)


@given(st.lists(st.floats(-5.0, 5.0), min_size=FEWEST_DAYS, max_size=40).filter(lambda x: np.std(x) > 1e-3))
def test_for_one_step_ahead_it_is_that_of_scores(values: list[float]) -> None:
    series = xr.DataArray(np.array([values]), dims=("lead", "day"), coords={"h": ("lead", [1]), "lead": [0]})
    theirs = of_scores(series, "lead", "h", method="HLN", statistic_distribution="t")
    ours = diebold_mariano(np.array(values), 0)
    assert ours.statistic == pytest.approx(float(theirs["dm_test_stat"].item()), abs=1e-9)
    confidence = float(theirs["confidence_gt_0"].item())
    assert ours.p_value == pytest.approx(2 * min(confidence, 1 - confidence), abs=1e-9)


def test_it_changes_sign_with_the_order_of_the_two() -> None:
    one, other = diebold_mariano(DAYS, 2), diebold_mariano(-DAYS, 2)
    assert one.statistic == pytest.approx(-other.statistic)
    assert one.p_value == pytest.approx(other.p_value)


def test_days_without_a_difference_are_left_out() -> None:
    assert diebold_mariano(np.concatenate([DAYS, [np.nan]]), 1) == diebold_mariano(DAYS, 1)


def test_too_few_days_and_no_spread_tell_nothing() -> None:
    few = diebold_mariano(DAYS[: FEWEST_DAYS - 1], 1)
    assert few.days == FEWEST_DAYS - 1
    assert math.isnan(few.p_value)
    assert math.isnan(diebold_mariano(np.full(20, 0.5), 1).p_value)
    assert math.isnan(diebold_mariano(np.full(20, np.nan), 1).mean)


def test_more_lags_than_days_are_cut() -> None:
    assert diebold_mariano(DAYS, 100).lags == 6
    with pytest.raises(ValueError, match="0 or more"):
        diebold_mariano(DAYS, -1)


def test_days_that_hang_together_are_less_certain() -> None:
    episodes = np.repeat(np.tile([1.5, -0.5], 12), 5)
    together, apart = (diebold_mariano(episodes, lags) for lags in (4, 0))
    assert together.mean == apart.mean == 0.5
    assert together.p_value > 10 * apart.p_value


def test_chance_is_called_a_difference_as_often_as_promised() -> None:
    random = np.random.default_rng(11)
    noise = random.normal(size=(600, 91))
    hanging_together = noise[:, 1:] + 0.5 * noise[:, :-1]
    found = [diebold_mariano(series, lags_for(90, 1)).p_value < 0.05 for series in hanging_together]
    assert 0.02 < np.mean(found) < 0.09


@pytest.mark.parametrize(("days", "horizon", "lags"), [(27, 1, 3), (26, 1, 2), (120, 3, 4), (120, 10, 9), (8, 1, 2)])
def test_how_many_days_hang_together(days: int, horizon: int, lags: int) -> None:
    assert lags_for(days, horizon) == lags


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.6, 0.7]) == (1.0, 1.0)
    adjusted = holm([0.02, math.nan])
    assert adjusted[0] == 0.02
    assert math.isnan(adjusted[1])
    assert holm([]) == ()
