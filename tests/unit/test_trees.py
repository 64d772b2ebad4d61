"""Flattened trees against the model that they were made from."""

from dataclasses import replace
from functools import cache
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.exceptions import NotFittedError

from hazecast.forecast.trees import FlatTrees, flattened

Array = NDArray[np.float64]

TO_ROUNDING = {"rtol": 1e-12, "atol": 1e-12}
LOSSES: tuple[dict[str, Any], ...] = ({"loss": "squared_error"}, {"loss": "absolute_error"}, {"loss": "quantile", "quantile": 0.9})


def table_of(seed: int, rows: int = 300, features: int = 5) -> Array:
    """Values of which some are missing: of the first feature all are the same, and of the last one in three lacks."""
    chance = np.random.default_rng(seed)
    table = chance.normal(size=(rows, features))
    table[:, 0] = 1.0
    table[chance.random(table.shape) < 0.05] = np.nan
    table[chance.random(rows) < 0.3, -1] = np.nan
    return table


def truth_of(table: Array) -> Array:
    known = np.nan_to_num(table)
    return np.asarray(known[:, 1] * known[:, 2] + np.where(np.isnan(table[:, -1]), 2.0, known[:, -1]))


@cache
def fitted(seed: int = 0, **settings: Any) -> HistGradientBoostingRegressor:
    table = table_of(seed)
    model = HistGradientBoostingRegressor(
        **{"max_iter": 8, "min_samples_leaf": 3, "early_stopping": False, "random_state": seed} | settings
    )
    return model.fit(table, truth_of(table))


def beside(table: Array) -> Array:
    """Those values and their neighbours in 64 bits, and what is no number or no finite one."""
    odd = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e300, -1e300])[:, None] * np.ones(table.shape[1])
    return np.concatenate([table, np.nextafter(table, np.inf), np.nextafter(table, -np.inf), odd])


@pytest.mark.parametrize("settings", LOSSES)
@pytest.mark.parametrize("leaves", [2, 7, 63])
def test_predictions_are_those_of_the_model(settings: dict[str, Any], leaves: int) -> None:
    model = fitted(**settings, max_leaf_nodes=leaves)
    table = table_of(1, rows=700)
    np.testing.assert_allclose(flattened(model).predict(table), model.predict(table), **TO_ROUNDING)
    assert np.ptp(model.predict(table)) > 0.5


@given(
    st.integers(0, 3),
    arrays(
        np.float64, st.tuples(st.integers(1, 40), st.just(5)), elements=st.floats(-4.0, 4.0) | st.sampled_from([np.nan, np.inf, -np.inf])
    ),
)
@settings(max_examples=40)
def test_any_table(seed: int, table: Array) -> None:
    model = fitted(seed)
    np.testing.assert_allclose(flattened(model).predict(table), model.predict(table), **TO_ROUNDING)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 4), st.integers(2, 20), st.sampled_from(LOSSES))
def test_any_model(seed: int, rows: int, features: int, leaves: int, loss: dict[str, Any]) -> None:
    table = table_of(seed, rows, features)
    table[0] = 0.5  # scikit-learn fits no feature that is always missing
    truth = np.random.default_rng(seed).normal(size=rows)
    model = HistGradientBoostingRegressor(**loss, max_iter=4, min_samples_leaf=1, max_leaf_nodes=leaves, max_bins=2 + leaves).fit(
        table, truth
    )
    many = beside(table)
    np.testing.assert_allclose(flattened(model).predict(many), model.predict(many), **TO_ROUNDING)


def test_values_on_thresholds_and_beside_them_go_the_same_way() -> None:
    model = fitted()
    flat = flattened(model)
    on = np.where(np.isfinite(flat.thresholds.T), flat.thresholds.T, 0.0)
    for table in (beside(on), on.astype(np.float32), np.nextafter(on.astype(np.float32), np.float32(9.0))):
        np.testing.assert_allclose(flat.predict(table), model.predict(table), **TO_ROUNDING)


def test_missing_values_go_where_the_model_sends_them() -> None:
    model = fitted()
    flat = flattened(model)
    assert {True, False} == set((flat.column < flat.features).tolist())  # to the left at some forks and to the right at others
    table = np.where(np.eye(5, dtype=bool), np.nan, 0.5)
    np.testing.assert_allclose(flat.predict(table), model.predict(table), **TO_ROUNDING)
    assert abs(flat.predict(table[-1:]) - flat.predict(np.full((1, 5), 0.5))) > 0.5


def test_a_tree_of_one_leaf_adds_its_value() -> None:
    model = HistGradientBoostingRegressor(max_iter=3).fit(np.ones((30, 2)), np.arange(30.0))
    flat = flattened(model)
    assert (flat.trees, flat.column.size) == (3, 0)
    np.testing.assert_allclose(flat.predict(np.ones((3, 2))), 14.5)


def test_more_leaves_and_thresholds_than_a_byte_counts() -> None:
    chance = np.random.default_rng(3)
    table = chance.normal(size=(2000, 2))
    model = HistGradientBoostingRegressor(max_iter=2, max_leaf_nodes=400, min_samples_leaf=2).fit(table, table.prod(axis=1))
    flat = flattened(model)
    assert flat.before.dtype == np.uint16
    np.testing.assert_allclose(flat.predict(table), model.predict(table), **TO_ROUNDING)


def test_all_thresholds_of_255_bins_fit_into_a_byte() -> None:
    table = np.arange(1000.0)[:, None]
    table[::9] = np.nan
    truth = np.where(np.isnan(table[:, 0]), 3.0, np.arange(1000) % 8)
    model = HistGradientBoostingRegressor(max_iter=150, max_leaf_nodes=60, min_samples_leaf=1, learning_rate=0.5).fit(table, truth)
    flat = flattened(model)
    assert np.isfinite(flat.thresholds).sum() > 240
    assert flat.before.dtype == np.uint8
    np.testing.assert_allclose(flat.predict(beside(table)), model.predict(beside(table)), **TO_ROUNDING)


@pytest.mark.parametrize("rows", [1, 255, 256, 257, 600])
def test_a_row_is_predicted_alike_alone_and_among_others(rows: int) -> None:
    flat, table = flattened(fitted()), table_of(2, rows)
    whole = flat.predict(table)
    assert whole.shape == (rows,)
    np.testing.assert_array_equal(whole[-1:], flat.predict(table[-1:]))


def test_the_number_of_threads_does_not_matter() -> None:
    flat, table = flattened(fitted()), table_of(2, 2000)
    before = numba.get_num_threads()
    try:
        found = []
        for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
            numba.set_num_threads(threads)
            found.append(flat.predict(table))
    finally:
        numba.set_num_threads(before)
    np.testing.assert_array_equal(*found)


def test_order_and_kind_of_a_table_do_not_matter() -> None:
    flat, table = flattened(fitted()), np.round(table_of(2))
    expected = flat.predict(table)
    frozen = table.copy()
    frozen.flags.writeable = False
    for other in (np.asfortranarray(table), table[::-1][::-1], table.astype(np.float32), table.astype(np.float16), frozen):
        np.testing.assert_array_equal(flat.predict(other), expected)


def test_no_rows_give_no_predictions() -> None:
    assert flattened(fitted()).predict(np.empty((0, 5))).shape == (0,)


@pytest.mark.parametrize("shape", [(3, 4), (3, 6), (5,), (1, 3, 5)])
def test_a_table_of_other_features_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"expected \(row, 5\), the features of the fitted trees"):
        flattened(fitted()).predict(np.zeros(shape))


def test_models_that_are_no_sums_over_numbers_are_refused() -> None:
    table = np.arange(40.0)[:, None] % 4
    with pytest.raises(ValueError, match="features in categories"):
        flattened(HistGradientBoostingRegressor(max_iter=1, categorical_features=[0]).fit(table, table[:, 0]))
    with pytest.raises(ValueError, match="loss='poisson'"):
        flattened(HistGradientBoostingRegressor(max_iter=1, loss="poisson").fit(table, table[:, 0]))
    with pytest.raises(NotFittedError):
        flattened(HistGradientBoostingRegressor())


BROKEN = {
    "a feature or a threshold": lambda flat: {"column": flat.column + 2 * flat.features},
    "a threshold that is not there": lambda flat: {"highest_left": np.full_like(flat.highest_left, flat.thresholds.shape[1])},
    "a leaf that its tree has not": lambda flat: {"after": flat.after + np.uint8(100)},
    "ascend within each feature": lambda flat: {"thresholds": -flat.thresholds},
    "one less than a power of two": lambda flat: {"thresholds": flat.thresholds[:, :-1]},
    "follow each other": lambda flat: {"begins": flat.begins + 1},
    "one more than forks in each tree": lambda flat: {"values": flat.values[1:]},
    "must be finite": lambda flat: {"values": flat.values * np.nan},
    "as many of each": lambda flat: {"column": flat.column[1:]},
    "that holds them": lambda flat: {"before": flat.before.astype(np.int32)},
    "expected float64": lambda flat: {"begins": flat.begins.astype(np.float64)},
}


@pytest.mark.parametrize("told", BROKEN)
def test_arrays_that_are_no_trees_are_refused(told: str) -> None:
    flat: FlatTrees = flattened(fitted())
    with pytest.raises(ValueError, match=told):
        replace(flat, **BROKEN[told](flat))


def test_trees_cannot_be_changed() -> None:
    flat = flattened(fitted())
    with pytest.raises(ValueError, match="read-only"):
        flat.values[0] = 1.0
