"""Boosted trees: predictions of what scikit-learn fitted beside its own `predict`, and its fitting beside LightGBM and XGBoost.

The three fit trees of as many leaves, split where the gain is largest, on as many bins, with the same rate, regularization and least rows
in a leaf: first on one thread, then on as many as the benchmarks are given. How well each does on rows that it has not seen is told too.
Inputs have a share of missing values, and the truth bends, jumps and depends on pairs of them.
"""

from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from statistics import median
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from benchmarks.measuring import Row, in_turn
from hazecast.forecast.trees import flattened

Table = NDArray[np.float32]
Array = NDArray[np.float64]

LEAVES, RATE, IN_A_LEAF, L2, BINS = 63, 0.05, 40, 1.0, 255
MISSING = 0.05
TWICE = 2.0
PREDICT = "scikit-learn's predict"
MOST_S = 4.0  # for 1,500 stations and 120 hours
A_TIE = 0.9
AS_GOOD = 0.98


@dataclass(frozen=True, slots=True)
class Size:
    """Features; rows and trees that are fitted in the contest; the same of the model that predicts, and how much it predicts; rounds."""

    features: int
    fitted: int
    trees: int
    model: tuple[int, int]
    predicted: int
    stations: int
    hours: int
    rounds: int


FULL = Size(features=100, fitted=50_000, trees=30, model=(20_000, 800), predicted=20_000, stations=1500, hours=120, rounds=5)
SMALL = Size(features=6, fitted=400, trees=4, model=(400, 4), predicted=300, stations=3, hours=24, rounds=1)


def rows(small: bool) -> list[Row]:
    """Every line of the table, in its order; a peer of the extra `bench` that is not installed is left out."""
    size = SMALL if small else FULL
    return [*_prediction(size, numba.get_num_threads()), *_fitting(size)]


# ---- prediction ----


def _prediction(size: Size, threads: int) -> list[Row]:
    table, truth = _case(size.model[0], size.features, 0)
    model = _scikit_learn(table, truth, size.model[1], threads)
    trees = flattened(model)
    many, cycle = (_case(number, size.features, 1)[0] for number in (size.predicted, size.stations * size.hours))
    np.testing.assert_allclose(trees.predict(many), model.predict(many), rtol=1e-12, atol=1e-12)
    with threadpool_limits(threads, user_api="openmp"):
        beside = in_turn(lambda: trees.predict(many), {PREDICT: lambda: model.predict(many)}, size.rounds)
    seconds = median(in_turn(lambda: trees.predict(cycle), {}, size.rounds).ours)
    what = f"prediction by {trees.trees} trees of {LEAVES} leaves, {size.features} features"
    rate = size.predicted * trees.trees / 1e6 / median(beside.ours)
    return [
        Row(f"{what}, {size.predicted:,} rows", rate, "million rows × trees/s", PREDICT, beside.ratio(PREDICT), TWICE),
        Row(f"{what}, {size.stations:,} stations × {size.hours} h", seconds, "s", f"{MOST_S:g} s", MOST_S / seconds, 1.0),
    ]


# ---- fitting ----


def _fitting(size: Size) -> list[Row]:
    fits = {name: fit for name, (package, fit) in CONTESTANTS.items() if find_spec(package)}
    learnt, unseen = (_case(size.fitted, size.features, seed) for seed in (2, 3))
    what = f"{size.fitted:,} rows to {size.trees} trees of {LEAVES} leaves, {size.features} features"
    found = []
    for threads in sorted({1, numba.get_num_threads()}):
        ours, *peers = (partial(fit, *learnt, size.trees, threads) for fit in fits.values())
        times = in_turn(ours, dict(zip(list(fits)[1:], peers, strict=True)), size.rounds)
        told = f"fitting {what}, threads: {threads}", size.fitted * size.trees / 1e6 / median(times.ours), "million rows × trees/s"
        found += [Row(*told, peer, times.ratio(peer), A_TIE) for peer in times.peers]
    ours, *peers = (_error(fit(*learnt, size.trees, threads), *unseen) for fit in fits.values())
    return [
        *found,
        *(Row(f"error, {what}", ours, "RMSE", peer, error / ours, AS_GOOD) for peer, error in zip(times.peers, peers, strict=True)),
    ]


def _error(model: Any, table: Table, truth: Array) -> float:
    return float(np.sqrt(np.mean((model.predict(table) - truth) ** 2)))


def _scikit_learn(table: Table, truth: Array, trees: int, threads: int) -> Any:
    model = HistGradientBoostingRegressor(
        max_iter=trees, learning_rate=RATE, max_leaf_nodes=LEAVES, min_samples_leaf=IN_A_LEAF, l2_regularization=L2, max_bins=BINS,
        early_stopping=False,
    )  # fmt: skip
    with threadpool_limits(threads, user_api="openmp"):
        return model.fit(table, truth)


def _lightgbm(table: Table, truth: Array, trees: int, threads: int) -> Any:
    import lightgbm

    given = lightgbm.Dataset(table, truth, params={"max_bin": BINS, "num_threads": threads, "verbose": -1})
    settings = {
        "objective": "regression", "learning_rate": RATE, "num_leaves": LEAVES, "min_data_in_leaf": IN_A_LEAF, "lambda_l2": L2,
        "min_sum_hessian_in_leaf": 0.0, "num_threads": threads, "verbose": -1,
    }  # fmt: skip
    return lightgbm.train(settings, given, trees)


def _xgboost(table: Table, truth: Array, trees: int, threads: int) -> Any:
    import xgboost

    return xgboost.XGBRegressor(
        tree_method="hist", grow_policy="lossguide", n_estimators=trees, learning_rate=RATE, max_leaves=LEAVES, max_depth=0,
        min_child_weight=IN_A_LEAF, reg_lambda=L2, max_bin=BINS, n_jobs=threads,
    ).fit(table, truth)  # fmt: skip


CONTESTANTS = {"ours": ("sklearn", _scikit_learn), "LightGBM": ("lightgbm", _lightgbm), "XGBoost": ("xgboost", _xgboost)}


def _case(number: int, features: int, seed: int) -> tuple[Table, Array]:
    chance = np.random.default_rng(seed)
    table = chance.normal(size=(number, features)).astype(np.float32)
    table[chance.random(table.shape) < MISSING] = np.nan
    known = np.nan_to_num(table).astype(np.float64)
    slopes = np.random.default_rng(0).normal(size=features) / np.sqrt(features)
    truth = known[:, 0] * known[:, 1] + np.sin(2.0 * known[:, 2]) + 1.0 * (known[:, 3] > 0.5) + known @ slopes
    return table, truth + 0.3 * chance.normal(size=number)
