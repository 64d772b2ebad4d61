"""Warning levels, one by one and as an ordered whole."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scores.categorical import firm

from hazecast.backtest.verification.contingency import contingency_scores
from hazecast.backtest.verification.counting import Comparison
from hazecast.backtest.verification.pairs import Pairs
from hazecast.backtest.verification.statistic import Scored, Sums, ratio, rows
from hazecast.records import Level
from hazecast.warnings.edition import Edition

Array = NDArray[np.float64]
TOGETHER = "levels"
FIRM = ("firm", "firm_overforecast", "firm_underforecast")


@dataclass(frozen=True, slots=True)
class Levels:
    """One forecast's levels: how often which was said when which was observed.

    `levels` ascend from NONE; `risk` is the risk parameter of FIRM (Taggart et al. 2022, Q. J. R. Meteorol. Soc. 148, 1389): a
    level is rightly said from the probability 1 - `risk` on.
    """

    forecast: str
    levels: tuple[Level, ...]
    risk: float

    @property
    def names(self) -> tuple[str, ...]:
        """The statistics."""
        return ("n", *self.cells)

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of the table, by the observed level and then by the forecast one."""
        return tuple(f"{seen} {said}" for seen in range(len(self.levels)) for said in range(len(self.levels)))

    def statistics(self, pairs: Pairs, comparison: Comparison) -> Array:
        """Of every pair."""
        counted = pairs.levels_counted(self.forecast, comparison).ravel()
        said = np.searchsorted(self.levels, pairs.levels[pairs.forecasts.index(self.forecast)].ravel())
        seen = np.searchsorted(self.levels, pairs.observed_level.ravel())
        table = np.zeros((counted.size, len(self.names)))
        table[counted, 0] = 1.0
        table[counted, 1 + seen[counted] * len(self.levels) + said[counted]] = 1.0
        return table

    def scores(self, sums: Sums) -> tuple[Scored, ...]:
        """Of each level or a higher one, and of all levels together."""
        table = self.table(sums)
        n, charged = sums.of("n"), _penalties(len(self.levels), self.risk)
        at_or_above = [table[..., i:, i:].sum(axis=(-2, -1)) for i in range(1, len(self.levels))]
        hits = np.stack(at_or_above, axis=-1)
        said = np.stack([table[..., i:].sum(axis=(-2, -1)) for i in range(1, len(self.levels))], axis=-1)
        seen = np.stack([table[..., i:, :].sum(axis=(-2, -1)) for i in range(1, len(self.levels))], axis=-1)
        events = tuple(f"{level.name.lower()} or above" for level in self.levels[1:])
        whole = (
            ("gerrity", gerrity(table)),
            ("fraction_correct", ratio(np.trace(table, axis1=-2, axis2=-1), n)),
            *((name, ratio((table * penalty).sum(axis=(-2, -1)), n)) for name, penalty in zip(FIRM, charged, strict=True)),
        )
        return (
            *contingency_scores(self.forecast, events, hits, said - hits, seen - hits, n[..., None] - said - seen + hits),
            *(Scored(self.forecast, name, TOGETHER, values) for name, values in whole),
        )

    def table(self, sums: Sums) -> Array:
        """Counts, (…, observed level, forecast level)."""
        size = len(self.levels)
        return sums.several(self.cells).reshape(*sums.values.shape[:-1], size, size)


@cache
def _penalties(size: int, risk: float) -> tuple[Array, Array, Array]:
    """What FIRM charges in all, for saying too much and for saying too little, each (observed level, forecast level)."""
    seen, said = (place.ravel().astype(np.float64) for place in np.indices((size, size)))
    bounds = [i - 0.5 for i in range(1, size)]
    found = firm(rows(said), rows(seen), risk, bounds, [1.0] * len(bounds), preserve_dims="all", include_components=True)
    whole, over, under = (found.sel(components=c).values for c in ("firm_score", "overforecast_penalty", "underforecast_penalty"))
    return whole.reshape(size, size), over.reshape(size, size), under.reshape(size, size)


def levels_in(edition: Edition) -> tuple[Level, ...]:
    """NONE and the levels of an edition, ascending."""
    return (Level.NONE, *(row.level for row in edition.levels))


def gerrity(table: Array) -> Array:
    """Gerrity's score of counts (…, observed, forecast) of ordered categories.

    It is the mean, over the divisions into lower and higher categories, of Peirce's skill score (Gerrity 1992, Mon. Wea. Rev.
    120, 2709). Divisions on one side of which nothing was observed say nothing and are left out; NaN without any other.
    """
    of_division = [_peirce(table, i) for i in range(1, table.shape[-1])]
    stacked = np.stack(of_division, axis=-1)
    known = ~np.isnan(stacked)
    return ratio(np.where(known, stacked, 0.0).sum(axis=-1), known.sum(axis=-1).astype(np.float64))


def _peirce(table: Array, division: int) -> Array:
    higher, lower = table[..., division:, :], table[..., :division, :]
    detected = ratio(higher[..., division:].sum(axis=(-2, -1)), higher.sum(axis=(-2, -1)))
    falsely = ratio(lower[..., division:].sum(axis=(-2, -1)), lower.sum(axis=(-2, -1)))
    return np.asarray(detected - falsely)
