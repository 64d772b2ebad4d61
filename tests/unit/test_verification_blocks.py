"""Blocks that are drawn anew, and the intervals that follow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hazecast.backtest.verification import paired, verify
from hazecast.backtest.verification.blocks import block_of, draws, interval
from hazecast.backtest.verification.counting import comparison_of
from hazecast.backtest.verification.terms import CLIMATOLOGY, FORECAST
from tests.verification_case import backtest, observed, random_case, terms


def days(numbers: list[float]) -> np.ndarray:
    return np.datetime64("2015-11-01", "ns") + (np.array(numbers) * 24).astype(int) * np.timedelta64(1, "h")


def test_blocks_are_of_days_from_the_first_cycle_and_none_is_empty() -> None:
    assert block_of(days([0, 0.5, 5.5, 6, 11, 12]), 6).tolist() == [0, 0, 0, 1, 1, 2]
    assert block_of(days([0, 1, 40, 41]), 6).tolist() == [0, 0, 1, 1]


def test_every_resample_draws_as_many_blocks_as_there_are_and_a_seed_gives_the_same() -> None:
    drawn = draws(20, 50, seed=3)
    assert drawn.shape == (50, 20)
    assert (drawn.sum(axis=1) == 20).all()
    assert np.array_equal(drawn, draws(20, 50, seed=3))
    assert not np.array_equal(drawn, draws(20, 50, seed=4))


def test_of_three_blocks_nothing_can_be_said() -> None:
    assert draws(3, 50, seed=1).shape == (0, 3)
    assert draws(4, 50, seed=1).shape == (50, 4)
    assert np.isnan(interval(np.empty((0, 2)), 0.9)).all()


@given(hnp.arrays(np.float64, (40, 3), elements=st.floats(-1e3, 1e3)), st.sampled_from([0.5, 0.9, 0.95]))
def test_an_interval_is_between_percentiles(resampled: np.ndarray, confidence: float) -> None:
    low, high = interval(resampled, confidence)
    tail = (1 - confidence) / 2
    assert low == pytest.approx(np.quantile(resampled, tail, axis=0))
    assert high == pytest.approx(np.quantile(resampled, 1 - tail, axis=0))


def test_resamples_without_a_score_are_left_out_up_to_a_half() -> None:
    resampled = np.arange(100.0)[:, None].repeat(2, axis=1)
    resampled[:50, 0], resampled[:51, 1] = np.nan, np.nan
    low, high = interval(resampled, 0.9)
    assert low[0] == pytest.approx(np.quantile(np.arange(50, 100), 0.05))
    assert high[0] == pytest.approx(np.quantile(np.arange(50, 100), 0.95))
    assert np.isnan([low[1], high[1]]).all()


def test_resampled_sums_are_those_of_the_cycles_drawn() -> None:
    """The statistics of blocks drawn, against the score of the very cycles put together."""
    forecasts, truth = random_case(cycles=12, stations=2)
    chosen = terms(block_days=2, resamples=300, seed=7)
    drawn = draws(6, 300, seed=7)
    pairs = paired(forecasts, truth, chosen)
    counted = pairs.counted(FORECAST, comparison_of(pairs.missing))
    square = np.where(counted, (pairs.values[0] - pairs.observed) ** 2, 0.0)
    squares, n = (part.reshape(6, -1).sum(axis=1).astype(float) for part in (square, counted))
    whole = verify(forecasts, truth, chosen).rows(score="rmse", forecast=FORECAST, kind="all").iloc[0]
    assert whole["value"] == pytest.approx(np.sqrt(squares.sum() / n.sum()))
    low, high = interval(np.sqrt((drawn @ squares) / (drawn @ n))[:, None], 0.95)
    assert (whole["low"], whole["high"]) == pytest.approx((low[0], high[0]))


def test_all_stations_are_drawn_together() -> None:
    """A network that errs as one is no surer than one station: as it were if stations were drawn by themselves."""
    rng = np.random.default_rng(5)
    error = rng.normal(size=(60, 1, 1)) * 30.0
    pm25 = 200.0 + np.broadcast_to(error, (60, 10, 6))
    truth = observed(np.full((62 * 24, 10), 200.0), first_hour=-24)
    one = verify(backtest(pm25[:, :1], spread=None), truth.isel(station=[0]), terms(block_days=1)).rows(score="bias", kind="all").iloc[0]
    ten = verify(backtest(pm25, spread=None), truth, terms(block_days=1)).rows(score="bias", kind="all").iloc[0]
    assert ten[["low", "high"]].tolist() == pytest.approx(one[["low", "high"]].tolist())
    standard_error = 30.0 / np.sqrt(60)
    assert ten["high"] - ten["low"] == pytest.approx(2 * 1.96 * standard_error, rel=0.35)


def test_intervals_widen_with_blocks_when_days_hang_together() -> None:
    rng = np.random.default_rng(6)
    error = np.repeat(rng.normal(size=15), 6)[:, None, None] * 30.0  # six days alike
    case = backtest(200.0 + np.broadcast_to(error, (90, 1, 2)), spread=None), observed(np.full((92 * 24, 1), 200.0), first_hour=-24)
    width = {}
    for block_days in (1, 6):
        row = verify(*case, terms(block_days=block_days, resamples=500)).rows(score="bias", forecast=FORECAST, kind="all").iloc[0]
        width[block_days] = row["high"] - row["low"]
    assert width[6] > 1.8 * width[1]


def test_the_same_seed_gives_the_same_table() -> None:
    forecasts, truth = random_case(cycles=26, stations=1, leads=3)
    first, again, other = (verify(forecasts, truth, terms(seed=seed)).table for seed in (1, 1, 2))
    assert first.equals(again)
    assert first["value"].equals(other["value"])
    assert not first["low"].equals(other["low"])


def test_skill_has_an_interval_of_its_own() -> None:
    """Forecast and baseline are resampled together: skill is surer than the two errors are."""
    forecasts, truth = random_case(cycles=40, stations=2, leads=6)
    found = verify(forecasts, truth, terms(resamples=300))
    (skill,) = found.rows(score="skill_over_climatology", kind="all").itertuples()
    (baseline,) = found.rows(score="rmse", forecast=CLIMATOLOGY, kind="all").itertuples()
    (own,) = found.rows(score="rmse", forecast=FORECAST, kind="all").itertuples()
    assert 1 - (own.high / baseline.low) ** 2 < skill.low < skill.value < skill.high < 1 - (own.low / baseline.high) ** 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"block_days": 0},
        {"observation_lag_hours": -1.0},
        {"confidence": 1.0},
        {"raise_probability": 0.0},
        {"thresholds": ()},
        {"thresholds": (2, 1)},
    ],
)
def test_terms_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        terms(**wrong)
