"""What the last observations and the base forecast alone say, line by line of a regression whose weights change with lead time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.features import FEATURES

Array = NDArray[np.float64]
Table = NDArray[np.float32]

CONCENTRATIONS = ("pm25 now", "pm25 3 h", "pm25 24 h", "neighbours now", "neighbours 3 h", "base", "base 24 h", "base scaled 24 h")
FADING_HOURS = (2.0, 6.0)
RIDGE = 1e-3  # of the number of rows, on standardised columns
_COLUMNS = np.array([[f.name for f in FEATURES].index(name) for name in CONCENTRATIONS])
_LEAD = [f.name for f in FEATURES].index("lead time")


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """A ridge regression of the square root of PM2.5 on those of `CONCENTRATIONS` and their products with what fades with lead time.

    `centre` and `scale` (concentration,) standardise; a concentration that lacks stands at its centre. `weights` (column,).
    """

    centre: Array
    scale: Array
    weights: Array

    def predict(self, table: Table) -> Array:
        """The square root of PM2.5 (row,) for rows of the whole feature table."""
        return np.asarray((_design(table, self.centre, self.scale) * self.weights).sum(axis=1))  # unlike @, alike for few rows and many


def fit_anchor(table: Table, truth: Array) -> Anchor:
    """Fit to the square root of what was observed, `truth` (row,), with rows of the whole feature table."""
    roots = _roots(table)
    known = ~np.isnan(roots)
    count = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, roots, 0.0).sum(axis=0) / count
    scale = np.sqrt((np.where(known, roots - centre, 0.0) ** 2).sum(axis=0) / count)
    scale = np.where(scale > 0.0, scale, 1.0)
    design = _design(table, centre, scale)
    normal = design.T @ design + RIDGE * truth.size * np.eye(design.shape[1])
    return Anchor(centre, scale, np.asarray(np.linalg.solve(normal, design.T @ truth), dtype=np.float64))


def _roots(table: Table) -> Array:
    return np.sqrt(np.maximum(table[:, _COLUMNS].astype(np.float64), 0.0))


def _design(table: Table, centre: Array, scale: Array) -> Array:
    said = np.nan_to_num((_roots(table) - centre) / scale)
    said = np.column_stack([np.ones(said.shape[0]), said])
    lead = table[:, _LEAD].astype(np.float64)
    return np.hstack([said, *(said * np.exp(-lead / hours)[:, None] for hours in FADING_HOURS)])
