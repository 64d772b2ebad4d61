"""Boosted trees yet to be fitted."""

from dataclasses import dataclass

from sklearn.ensemble import HistGradientBoostingRegressor

LEAST_TREES, ROWS_A_TREE = 50, 50  # few rows have little left to tell to later trees


@dataclass(frozen=True, slots=True)
class Growth:
    """How trees are to grow: `most` of them, each with so many leaves and least rows in one, seeing a share of the features at a fork."""

    most: int
    rate: float
    leaves: int
    rows_in_a_leaf: int
    features_at_a_fork: float = 1.0

    def of(self, rows: int, seed: int) -> HistGradientBoostingRegressor:
        """Trees for so many rows."""
        return HistGradientBoostingRegressor(
            max_iter=trees_for(rows, self.most),
            learning_rate=self.rate,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=self.rows_in_a_leaf,
            max_features=self.features_at_a_fork,
            l2_regularization=1.0,
            early_stopping=False,
            random_state=seed,
        )


def trees_for(rows: int, most: int) -> int:
    """How many trees so many rows can teach."""
    return min(most, max(LEAST_TREES, rows // ROWS_A_TREE))
