"""How large an error is to be expected of a row, learnt from errors that were made on times left out of the learning."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from hazecast.forecast.location import varies
from hazecast.forecast.trees import FlatTrees, flattened

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Table = NDArray[np.float32]

LEAST_SPREAD = 0.1  # of the square root of PM2.5 in µg m-3
LEAST_SHARE = 0.2  # of the mean error: no row is that certain


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Trees of the expected absolute error of the square root of PM2.5, on columns of the feature table and the forecast itself."""

    model: HistGradientBoostingRegressor
    columns: Index
    least: float
    trees: FlatTrees = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "trees", flattened(self.model))

    def of(self, table: Table, centre: Array) -> Array:
        """The expected error (row,) of forecasts `centre` (row,)."""
        return np.maximum(self.trees.predict(_seen(table, self.columns, centre)), self.least)


def fit_spread(table: Table, centre: Array, error: Array, seed: int) -> Spread:
    """From forecasts of the square root of PM2.5 and their errors, (row,) each."""
    columns = np.flatnonzero(varies(table))
    size = np.abs(error)
    model = HistGradientBoostingRegressor(
        max_iter=100,
        learning_rate=0.06,
        max_leaf_nodes=15,
        min_samples_leaf=max(100, min(400, size.size // 50)),
        l2_regularization=5.0,
        early_stopping=False,
        random_state=seed,
    ).fit(_seen(table, columns, centre), size)
    least = max(LEAST_SPREAD, LEAST_SHARE * float(size.mean()))
    return Spread(model, columns, least)


def _seen(table: Table, columns: Index, centre: Array) -> Table:
    return np.column_stack([table[:, columns], centre.astype(np.float32)])
