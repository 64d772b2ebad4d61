"""Inputs outside of what was learnt from."""

import numpy as np

from hazecast.forecast.correction.guard import LEAST_OUTSIDE, MOST_WIDENING, UNMEASURED_WIDENING, Guard, measured_widening, ranges
from hazecast.forecast.features import FEATURES


def table(rows: int = 50) -> np.ndarray:
    out = np.random.default_rng(0).uniform(10, 20, (rows, len(FEATURES))).astype(np.float32)
    out[:, 3] = np.nan
    return out


def test_what_was_learnt_from_is_inside_and_beyond_it_is_outside_by_name() -> None:
    guard = Guard(*ranges(table()), 2.0)
    assert not guard.outside(table()).any()
    strange = table()
    strange[7, 5], strange[8, 5], strange[9, 6] = 40.0, -5.0, 40.0
    assert np.flatnonzero(guard.outside(strange).any(axis=1)).tolist() == [7, 8, 9]
    assert guard.names(guard.outside(strange)) == (FEATURES[5].name, FEATURES[6].name)


def test_what_lacks_is_not_outside_nor_is_a_feature_that_never_was_there() -> None:
    guard = Guard(*ranges(table()), 2.0)
    strange = table()
    strange[0, 5], strange[0, 3] = np.nan, 1e9
    assert not guard.outside(strange).any()


def test_the_widening_is_what_errors_there_were_larger_by() -> None:
    chance = np.random.default_rng(1)
    beyond = np.arange(20_000) < 5_000
    error = chance.normal(size=20_000) * np.where(beyond, 1.8, 1.0)
    assert abs(measured_widening(beyond, error) - 1.8) < 0.08
    assert measured_widening(beyond, error * np.where(beyond, 9.0, 1.0)) == MOST_WIDENING
    assert measured_widening(beyond, error * np.where(beyond, 0.1, 1.0)) == 1.0


def test_of_few_it_is_assumed() -> None:
    assert measured_widening(np.arange(1000) < LEAST_OUTSIDE - 1, np.ones(1000)) == UNMEASURED_WIDENING
