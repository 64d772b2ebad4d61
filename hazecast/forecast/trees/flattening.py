"""Arrays of boosted trees, made from what scikit-learn fitted."""

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.utils.validation import check_is_fitted

from hazecast.forecast.trees.flat_trees import CODES, FlatTrees

SUMS_OF_TREES = ("squared_error", "absolute_error", "quantile")  # other losses bend the sum


def flattened(model: HistGradientBoostingRegressor) -> FlatTrees:
    """The trees of a fitted model.

    Raises ValueError where the model has features in categories, where its loss is none of `SUMS_OF_TREES`, and where a tree or a
    feature has more leaves or thresholds than 16 bits can count.
    """
    check_is_fitted(model)
    if model.is_categorical_ is not None:
        raise ValueError("The model has features in categories; expected numbers alone. Fit it with categorical_features=None.")
    if model.loss not in SUMS_OF_TREES:
        raise ValueError(f"The model was fitted with loss={model.loss!r}; expected one of {', '.join(SUMS_OF_TREES)}.")
    trees = [predictor.nodes for (predictor,) in model._predictors]
    nodes = np.concatenate(trees)
    is_fork = nodes["is_leaf"] == 0
    forks = nodes[is_fork]
    thresholds, highest_left = _thresholds(forks["feature_idx"], forks["num_threshold"], model.n_features_in_)
    before, after, begins = _leaves(trees)
    code = _code(max(thresholds.shape[1], int(after.max(initial=0))))
    return FlatTrees(
        baseline=float(model._baseline_prediction.item()),
        thresholds=thresholds,
        column=forks["feature_idx"] + np.where(forks["missing_go_to_left"], 0, model.n_features_in_),
        highest_left=highest_left.astype(code),
        before=before.astype(code),
        after=after.astype(code),
        begins=begins,
        values=nodes["value"][~is_fork],
    )


def _thresholds(feature: NDArray[np.int64], threshold: NDArray[np.float64], features: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """All thresholds of each feature (feature, 2**n - 1), and which of them is that of each fork."""
    found = [np.unique(threshold[feature == f], return_inverse=True) for f in range(features)]
    most = max(unique.size for unique, _ in found)
    out = np.full((features, 2 ** max(most.bit_length(), 1) - 1), np.inf)
    which = np.zeros(feature.size, np.int64)
    for f, (unique, inverse) in enumerate(found):
        out[f, : unique.size] = unique
        which[feature == f] = inverse
    return out, which


def _leaves(trees: list[NDArray[np.void]]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Of each fork the first leaf of its left and of its right side, and where each tree begins; leaves are counted in each tree anew."""
    before, after = [], []
    for nodes in trees:
        fork = np.flatnonzero(nodes["is_leaf"] == 0)
        if (nodes["left"][fork] != fork + 1).any():
            raise ValueError(
                "A tree lists its nodes in an order that is not known; expected each fork before its left side, that before its right."
            )
        passed = np.cumsum(nodes["is_leaf"], dtype=np.int64)
        before.append(passed[fork])
        after.append(passed[nodes["right"][fork] - 1])
    return np.concatenate(before), np.concatenate(after), np.cumsum([0, *(forks.size for forks in before)])


def _code(largest: int) -> np.dtype[np.unsignedinteger]:
    for code in CODES:
        if largest <= np.iinfo(code).max:
            return code
    raise ValueError(f"A tree or a feature has {largest} leaves or thresholds; expected at most {np.iinfo(CODES[-1]).max}.")
