"""Bands from errors made on times that were not learnt from (split-conformal, by lead time and forecast value)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

QUANTILES = np.array([0.02, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.98])
MEDIAN = int(np.flatnonzero(QUANTILES == 0.5)[0])
LEAD_GROUP_ENDS = np.array([6, 12, 24, 48])  # hours; the last group is open
VALUE_GROUPS = 4
LEAST_ERRORS = 40


@dataclass(frozen=True, slots=True, eq=False)
class ErrorBands:
    """Error quantiles (lead group, value group, quantile), the value groups parted at `value_edges` (lead group, groups - 1)."""

    value_edges: Array
    quantiles: Array

    def around(self, predicted: Array, lead: NDArray[np.int64]) -> Array:
        """The quantiles `QUANTILES` of the truth, (…, quantile), for predictions at leads in hours."""
        group = lead_group(lead)
        value = (predicted[..., None] > self.value_edges[group]).sum(axis=-1)
        return np.asarray(predicted[..., None] + self.quantiles[group, value])


def lead_group(lead: NDArray[np.int64]) -> NDArray[np.int64]:
    """Index of the group that each lead time in hours belongs to."""
    return np.searchsorted(LEAD_GROUP_ENDS, lead).astype(np.int64)


def error_bands(predicted: Array, truth: Array, lead: NDArray[np.int64]) -> ErrorBands:
    """Bands from pairs that were predicted without being learnt from, all of one shape (pair,).

    A group with fewer than `LEAST_ERRORS` takes the errors of all pairs.
    """
    groups = LEAD_GROUP_ENDS.size + 1
    edges = np.zeros((groups, VALUE_GROUPS - 1))
    bands = np.empty((groups, VALUE_GROUPS, QUANTILES.size))
    error = truth - predicted
    everywhere = np.quantile(error, QUANTILES)
    of_pair = lead_group(lead)
    for g in range(groups):
        inside = of_pair == g
        if inside.sum() >= LEAST_ERRORS:
            edges[g] = np.quantile(predicted[inside], np.arange(1, VALUE_GROUPS) / VALUE_GROUPS)
        value = (predicted[:, None] > edges[g]).sum(axis=1)
        for k in range(VALUE_GROUPS):
            here = error[inside & (value == k)]
            bands[g, k] = np.quantile(here, QUANTILES) if here.size >= LEAST_ERRORS else everywhere
    return ErrorBands(edges, bands)


def expected(quantile_values: Array) -> Array:
    """The mean (…,) of values that are linear between their `QUANTILES` (…, quantile) and constant beyond the outermost."""
    edges = np.concatenate([[0.0], (QUANTILES[1:] + QUANTILES[:-1]) / 2, [1.0]])
    return np.asarray(quantile_values @ np.diff(edges))


def by_lead_group(error: Array, lead: NDArray[np.int64]) -> tuple[Array, NDArray[np.int64]]:
    """Root mean square of errors (pair,) and how many there are, by lead group; NaN where there are none."""
    group, groups = lead_group(lead), LEAD_GROUP_ENDS.size + 1
    pairs = np.bincount(group, minlength=groups)
    total = np.bincount(group, error**2, minlength=groups)
    return np.where(pairs > 0, np.sqrt(total / np.maximum(pairs, 1)), np.nan), pairs
