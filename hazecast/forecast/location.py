"""Where PM2.5 is expected to lie: boosted trees on what is known of a row."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from hazecast.forecast.series import Rows, Series

Array = NDArray[np.float64]
Table = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Location:
    """Fitted trees and the columns of the feature table they were shown."""

    models: tuple[HistGradientBoostingRegressor, ...]
    columns: NDArray[np.int64]

    def predict(self, series: Series, rows: Rows, table: Table) -> Array:  # noqa: ARG002
        """The square root of PM2.5 for the rows of the whole feature table, (row,)."""
        shown = table[:, self.columns]
        return np.asarray(np.mean([model.predict(shown) for model in self.models], axis=0))


def fit_location(series: Series, rows: Rows, table: Table, truth: Array, seed: int) -> Location:  # noqa: ARG001
    """Fit to the square root of what was observed, `truth` (row,); `table` (row, feature) may hold lacking inputs as NaN."""
    columns = np.flatnonzero(varies(table))
    model = HistGradientBoostingRegressor(
        max_iter=220,
        learning_rate=0.07,
        max_leaf_nodes=31,
        min_samples_leaf=80,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )
    return Location((model.fit(table[:, columns], truth),), columns)


def varies(table: Table) -> NDArray[np.bool_]:
    """Columns with at least two different values; the trees' binning cannot take the others."""
    lowest = np.where(np.isnan(table), np.inf, table).min(axis=0)
    highest = np.where(np.isnan(table), -np.inf, table).max(axis=0)
    return np.asarray(lowest < highest)
