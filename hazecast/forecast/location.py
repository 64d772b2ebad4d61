"""Where PM2.5 is expected to lie: boosted trees and small neural networks on what is known of a row.

Over the first hours trees learn what the last observations alone do not tell, and far from them what weather makes of the air; there the
networks speak as much as the trees. In between all do. Two kinds of trees need fewer rows for it than one that has to learn persistence
and weather at once.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from hazecast.forecast.anchor import Anchor, fit_anchor
from hazecast.forecast.series import Index, Rows
from hazecast.forecast.smooth import SmoothFit, fit_smooth
from hazecast.forecast.trees import FlatTrees, Growth, flattened

Array = NDArray[np.float64]
Table = NDArray[np.float32]

NEAR_ALONE, NEAR_ENDS = 6, 18  # hours of lead time: up to the first near trees speak alone, from the second on they are silent
FAR_BEGINS = 5  # hours of lead time that the far trees need not learn
FAR_TREES = 2  # fits, each drawing other features
FAR_NETWORKS = 2  # from other beginnings
LEAST_ROWS = 500  # of a kind of trees; with fewer, it learns from all
NEAR_GROWTH = Growth(most=150, rate=0.1, leaves=31, rows_in_a_leaf=80)
FAR_GROWTH = Growth(most=350, rate=0.1, leaves=15, rows_in_a_leaf=200, features_at_a_fork=0.5)


@dataclass(frozen=True, slots=True, eq=False)
class Location:
    """The fitted trees, the near ones first, the networks, and the columns of the feature table they were shown."""

    models: tuple[HistGradientBoostingRegressor, ...]
    columns: Index
    anchor: Anchor
    smooth: tuple[SmoothFit, ...]
    trees: tuple[FlatTrees, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "trees", tuple(flattened(model) for model in self.models))

    def predict(self, rows: Rows, table: Table) -> Array:
        """The square root of PM2.5 for the rows of the whole feature table, (row,)."""
        share = share_of_near(rows.lead)
        near, far = np.flatnonzero(share > 0.0), np.flatnonzero(share < 1.0)
        out = np.zeros(rows.lead.size)
        out[near] = share[near] * self._near(table[near])
        out[far] += (1.0 - share[far]) * self._far(table[far])
        return out

    def _near(self, table: Table) -> Array:
        return self.anchor.predict(table) + self.trees[0].predict(table[:, self.columns])

    def _far(self, table: Table) -> Array:
        shown = table[:, self.columns]
        by_trees = np.mean([trees.predict(shown) for trees in self.trees[1:]], axis=0)
        return np.asarray((by_trees + np.mean([smooth.predict(table) for smooth in self.smooth], axis=0)) / 2.0)


def fit_location(rows: Rows, table: Table, truth: Array, seed: int) -> Location:
    """Fit to the square root of what was observed, `truth` (row,); `table` (row, feature) may hold lacking inputs as NaN."""
    near, far = _learnt_from(rows.lead < NEAR_ENDS), _learnt_from(rows.lead > FAR_BEGINS)
    columns = np.flatnonzero(varies(table[near]) & varies(table[far]))
    anchor = fit_anchor(table[near], truth[near])
    beyond = truth[near] - anchor.predict(table[near])
    models = [NEAR_GROWTH.of(int(near.sum()), seed).fit(table[near][:, columns], beyond)]
    models += [FAR_GROWTH.of(int(far.sum()), seed + 1 + i).fit(table[far][:, columns], truth[far]) for i in range(FAR_TREES)]
    smooth = tuple(fit_smooth(table[far], truth[far], columns, seed + 1 + i) for i in range(FAR_NETWORKS))
    return Location(tuple(models), columns, anchor, smooth)


def share_of_near(lead: Index) -> Array:
    """How much the near trees count at lead times in hours, the shape of `lead`."""
    return np.asarray(np.clip((NEAR_ENDS - lead) / (NEAR_ENDS - NEAR_ALONE), 0.0, 1.0))


def varies(table: Table) -> NDArray[np.bool_]:
    """Columns with at least two different values; the trees' binning cannot take the others."""
    lowest = np.where(np.isnan(table), np.inf, table).min(axis=0)
    highest = np.where(np.isnan(table), -np.inf, table).max(axis=0)
    return np.asarray(lowest < highest)


def _learnt_from(chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return chosen if chosen.sum() >= LEAST_ROWS else np.ones_like(chosen)
