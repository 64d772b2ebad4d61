"""Bands from errors over their expected size, made on times that were left out of the learning: normalised split-conformal prediction
(Papadopoulos et al. 2002, ECML, 345; Lei et al. 2018, JASA 113, 1094), each lead group and level of the forecast by its own
(Vovk 2012, PMLR 25, 475).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.uncertainty import LEAD_GROUP_ENDS, QUANTILES, lead_group

Array = NDArray[np.float64]
Index = NDArray[np.int64]

LEVEL_EDGES = (0.25, 0.5, 0.75, 0.9)  # quantiles of the forecast that part the levels of a lead group
HIGH_FROM = 0.75
LEAST_ERRORS = 60


@dataclass(frozen=True, slots=True, eq=False)
class StandardBands:
    """Quantiles of standardised errors (lead group, level, quantile) and their first two moments (lead group, level, 2).

    `level_edges` (lead group, levels - 1) part the levels by the forecast of the square root of PM2.5.
    """

    level_edges: Array
    quantiles: Array
    moments: Array

    def around(self, centre: Array, spread: Array, lead: Index) -> Array:
        """PM2.5 in µg m-3 at `QUANTILES` (row, quantile), for forecasts of its square root with an expected error (row,)."""
        return np.asarray(np.maximum(centre[:, None] + spread[:, None] * self.standard(centre, lead), 0.0) ** 2)

    def standard(self, centre: Array, lead: Index) -> Array:
        """The quantiles of errors over their expected size (row, quantile)."""
        return np.asarray(self.quantiles[self._places(centre, lead)])

    def mean(self, centre: Array, spread: Array, lead: Index) -> Array:
        """The expected PM2.5 in µg m-3 (row,): that of the square of centre and error, as errors were (Duan 1983, JASA 78, 605)."""
        first, second = np.moveaxis(self.moments[self._places(centre, lead)], -1, 0)
        return np.asarray(centre**2 + 2.0 * centre * spread * first + spread**2 * second)

    def is_high(self, centre: Array, lead: Index) -> NDArray[np.bool_]:
        """Whether a forecast is among the highest quarter of its lead group (row,)."""
        return np.asarray(centre > self.level_edges[lead_group(lead), LEVEL_EDGES.index(HIGH_FROM)])

    def _places(self, centre: Array, lead: Index) -> tuple[Index, Index]:
        group = lead_group(lead)
        return group, np.asarray((centre[:, None] > self.level_edges[group]).sum(axis=1), dtype=np.int64)


def standard_bands(centre: Array, spread: Array, truth: Array, lead: Index) -> StandardBands:
    """Bands from pairs that were predicted without being learnt from, all (pair,).

    A level with fewer than `LEAST_ERRORS` takes the errors of its lead group, a group with fewer those of all pairs.
    """
    groups, levels = LEAD_GROUP_ENDS.size + 1, len(LEVEL_EDGES) + 1
    edges, bands, moments = np.zeros((groups, levels - 1)), np.empty((groups, levels, QUANTILES.size)), np.empty((groups, levels, 2))
    error, of_pair = (truth - centre) / spread, lead_group(lead)
    for g in range(groups):
        inside = of_pair == g
        of_group = error[inside] if inside.sum() >= LEAST_ERRORS else error
        edges[g] = np.quantile(centre[inside] if inside.any() else centre, LEVEL_EDGES)
        level = (centre[:, None] > edges[g]).sum(axis=1)
        for k in range(levels):
            here = error[inside & (level == k)]
            told = here if here.size >= LEAST_ERRORS else of_group
            bands[g, k] = np.quantile(told, QUANTILES)
            moments[g, k] = told.mean(), (told**2).mean()
    return StandardBands(edges, bands, moments)
