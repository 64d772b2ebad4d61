"""Boosted trees as arrays."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.kernels.trees import Codes, Forest, Index, add_trees

Array = NDArray[np.float64]
Floats = NDArray[np.floating]

CODES = (np.dtype(np.uint8), np.dtype(np.uint16))


@dataclass(frozen=True, slots=True, eq=False)
class FlatTrees:
    """What a sum of regression trees is made of; shapes and meanings as in `kernels.trees.Forest`.

    baseline   the sum of no trees

    Numbers of leaves and of thresholds are of 8 bits where they fit and of 16 where not. The time of a prediction grows with the number
    of leaves, not with the depth: made for trees of up to some hundred leaves.
    """

    baseline: float
    thresholds: Array
    column: Index
    highest_left: Codes
    before: Codes
    after: Codes
    begins: Index
    values: Array

    def __post_init__(self) -> None:
        for field in fields(self)[1:]:
            object.__setattr__(self, field.name, _read_only(getattr(self, field.name)))
        _require_shapes(self)
        _require_sense(self)

    @property
    def features(self) -> int:
        """How many columns a table must have."""
        return len(self.thresholds)

    @property
    def trees(self) -> int:
        """How many there are."""
        return self.begins.size - 1

    def predict(self, table: Floats) -> Array:
        """The sum of all trees (row,) for a table (row, feature) of 32 or 64 bits; NaN is missing, and infinities are numbers.

        The same for any number of threads, and the same as `predict` of the fitted model: values and thresholds are compared in 64 bits.
        """
        if table.ndim != 2 or table.shape[1] != self.features:
            raise ValueError(f"The table has the shape {table.shape}; expected (row, {self.features}), the features of the fitted trees.")
        out = np.full(table.shape[0], self.baseline)
        add_trees(_read_only(table if table.dtype == np.float32 else table.astype(np.float64, copy=False)), self._forest, out)
        return out

    @property
    def _forest(self) -> Forest:
        return Forest(self.thresholds, self.column, self.highest_left, self.before, self.after, self.begins, self.values)


def _read_only(values: NDArray[Any]) -> NDArray[Any]:
    """The same, contiguous: one compiled loop serves what may be written and what may not."""
    held = np.ascontiguousarray(values).view()
    held.flags.writeable = False
    return held


def _require_shapes(held: FlatTrees) -> None:
    forks, code = held.column.size, held.before.dtype
    if held.thresholds.ndim != 2 or held.thresholds.shape[1] & (held.thresholds.shape[1] + 1):
        raise ValueError(f"Thresholds have the shape {held.thresholds.shape}; expected (feature, one less than a power of two).")
    if code not in CODES or held.thresholds.shape[1] > np.iinfo(code).max:
        raise ValueError(f"Codes of {held.thresholds.shape[1]} thresholds are {code}; expected one of {CODES} that holds them.")
    per_fork = held.column, held.highest_left, held.before, held.after
    if any(a.shape != (forks,) for a in per_fork) or any(a.dtype != code for a in per_fork[1:]):
        raise ValueError(f"Of {forks} forks there are {[(a.shape, str(a.dtype)) for a in per_fork]}; expected as many of each, and {code}.")
    kinds = [a.dtype for a in (held.thresholds, held.column, held.begins, held.values)]
    if kinds != [np.float64, np.int64, np.int64, np.float64]:
        raise ValueError(f"Thresholds, columns, beginnings and values are {kinds}; expected float64, int64, int64 and float64.")
    if held.begins.ndim != 1 or held.values.shape != (forks + held.trees,):
        raise ValueError(f"{held.values.shape} values of {forks} forks in {held.trees} trees; expected one more than forks in each tree.")


def _require_sense(held: FlatTrees) -> None:
    sizes = np.diff(held.begins)
    if held.begins[:1].tolist() != [0] or held.begins[-1] != held.column.size or (sizes < 0).any():
        raise ValueError("Trees must begin at fork 0, follow each other and end at the last fork.")
    if not (np.isfinite(held.baseline) and np.isfinite(held.values).all()):
        raise ValueError("The baseline and the values of leaves must be finite.")
    if not (held.thresholds[:, :-1] <= held.thresholds[:, 1:]).all() or np.isnan(held.thresholds).any():
        raise ValueError("Thresholds must be numbers and ascend within each feature.")
    if ((held.column < 0) | (held.column >= 2 * held.features) | (held.highest_left >= held.thresholds.shape[1])).any():
        raise ValueError("A fork asks for a feature or a threshold that is not there.")
    if ((held.before >= held.after) | (held.after > np.repeat(sizes, sizes))).any():
        raise ValueError("A fork leads to a leaf that its tree has not.")
