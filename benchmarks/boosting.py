"""Boosted trees: predictions of what scikit-learn fitted beside its own `predict`, and its fitting beside LightGBM and XGBoost.

The three fit trees of as many leaves, level by gain and not by depth, on as many bins, with the same rate, regularization and least rows
in a leaf, all with the same threads; how well each does on rows that it has not seen is told too. Inputs have a share of missing values,
and the truth bends, jumps and depends on pairs of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
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
MOST_SECONDS = 4.0  # for 1,500 stations and 120 hours
A_TIE = 0.9
AS_GOOD = 0.98


@dataclass(frozen=True, slots=True)
class Size:
    """Features; rows and trees that are fitted in the contest; rows and trees of the model that predicts, rows it predicts; rounds."""

    features: int
    fitted: tuple[int, int]
    model: tuple[int, int]
    predicted: int
    stations_and_hours: tuple[int, int]
    rounds: int


FULL = Size(features=100, fitted=(50_000, 100), model=(20_000, 800), predicted=20_000, stations_and_hours=(1500, 120), rounds=5)
SMALL = Size(features=6, fitted=(400, 4), model=(400, 4), predicted=300, stations_and_hours=(3, 24), rounds=1)


def rows(small: bool) -> list[Row]:
    """Every line of the table, in its order; a peer of the extra `bench` that is not installed is left out."""
    size = SMALL if small else FULL
    with threadpool_limits(numba.get_num_threads(), user_api="openmp"):
        return [*_prediction(size), *_fitting(size)]


# ---- prediction ----


def _prediction(size: Size) -> list[Row]:
    table, truth = _case(size.model[0], size.features, 0)
    model = _scikit_learn(table, truth, size.model[1])
    trees = flattened(model)
    many, _ = _case(size.predicted, size.features, 1)
    stations, hours = size.stations_and_hours
    cycle, _ = _case(stations * hours, size.features, 2)
    np.testing.assert_allclose(trees.predict(many), model.predict(many), rtol=1e-12, atol=1e-12)
    beside = in_turn(lambda: trees.predict(many), {"predict": lambda: model.predict(many)}, size.rounds)
    alone = in_turn(lambda: trees.predict(cycle), {}, size.rounds)
    what = f"prediction by {trees.trees} trees of {LEAVES} leaves, {size.features} features"
    work, seconds = size.predicted * trees.trees / 1e6, median(alone.ours)
    return [
        Row(
            f"{what}, {size.predicted:,} rows",
            work / median(beside.ours),
            "million rows × trees/s",
            "scikit-learn",
            beside.ratio("predict"),
            TWICE,
        ),
        Row(f"{what}, {stations:,} stations × {hours} h", seconds, "s", f"{MOST_SECONDS:g} s", MOST_SECONDS / seconds, 1.0),
    ]


# ---- fitting ----


def _fitting(size: Size) -> list[Row]:
    (number, trees), peers = size.fitted, {n: fit for n, (package, fit) in PEERS.items() if find_spec(package)}
    if not peers:
        return []
    table, truth = _case(number, size.features, 3)
    unseen, right = _case(number, size.features, 4)
    fitted: dict[str, Any] = {}

    def contestant(name: str, fit: Callable[[Table, Array, int], Any]) -> Callable[[], object]:
        return lambda: fitted.update({name: fit(table, truth, trees)})

    times = in_turn(contestant("ours", _scikit_learn), {name: contestant(name, fit) for name, fit in peers.items()}, size.rounds)
    errors = {name: float(np.sqrt(np.mean((model.predict(unseen) - right) ** 2))) for name, model in fitted.items()}
    what = f"{trees} trees of {LEAVES} leaves, {number:,} rows, {size.features} features"
    work = number * trees / 1e6
    speed = [Row(f"fitting {what}", work / median(times.ours), "million rows × trees/s", name, times.ratio(name), A_TIE) for name in peers]
    skill = [Row(f"error on unseen rows, {what}", errors["ours"], "RMSE", name, errors[name] / errors["ours"], AS_GOOD) for name in peers]
    return [*speed, *skill]


def _scikit_learn(table: Table, truth: Array, trees: int) -> Any:
    return HistGradientBoostingRegressor(
        max_iter=trees, learning_rate=RATE, max_leaf_nodes=LEAVES, min_samples_leaf=IN_A_LEAF, l2_regularization=L2, max_bins=BINS,
        early_stopping=False,
    ).fit(table, truth)  # fmt: skip


def _lightgbm(table: Table, truth: Array, trees: int) -> Any:
    import lightgbm

    given = lightgbm.Dataset(table, truth, params={"max_bin": BINS, "verbose": -1})
    settings = {
        "objective": "regression", "learning_rate": RATE, "num_leaves": LEAVES, "min_data_in_leaf": IN_A_LEAF, "lambda_l2": L2,
        "min_sum_hessian_in_leaf": 0.0, "num_threads": numba.get_num_threads(), "verbose": -1,
    }  # fmt: skip
    return lightgbm.train(settings, given, trees)


def _xgboost(table: Table, truth: Array, trees: int) -> Any:
    import xgboost

    return xgboost.XGBRegressor(
        tree_method="hist", grow_policy="lossguide", n_estimators=trees, learning_rate=RATE, max_leaves=LEAVES, max_depth=0,
        min_child_weight=IN_A_LEAF, reg_lambda=L2, max_bin=BINS, n_jobs=numba.get_num_threads(),
    ).fit(table, truth)  # fmt: skip


PEERS = {"LightGBM": ("lightgbm", _lightgbm), "XGBoost": ("xgboost", _xgboost)}


def _case(number: int, features: int, seed: int) -> tuple[Table, Array]:
    chance = np.random.default_rng(seed)
    table = chance.normal(size=(number, features)).astype(np.float32)
    table[chance.random(table.shape) < MISSING] = np.nan
    known = np.nan_to_num(table).astype(np.float64)
    slopes = np.random.default_rng(0).normal(size=features) / np.sqrt(features)
    truth = known[:, 0] * known[:, 1] + np.sin(2.0 * known[:, 2]) + 1.0 * (known[:, 3] > 0.5) + known @ slopes
    return table, truth + 0.3 * chance.normal(size=number)
