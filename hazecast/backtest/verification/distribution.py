"""Whether the spread was true: quantiles, bands and probabilities against what came."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scores.continuous import quantile_score
from scores.probability import brier_score

from hazecast.backtest.verification.brier import BINS, bin_names, brier_scores
from hazecast.backtest.verification.counting import Comparison
from hazecast.backtest.verification.pairs import Pairs
from hazecast.backtest.verification.quantile_loss import crps, probability_below
from hazecast.backtest.verification.statistic import Scored, Sums, named, one_of, ratio, rows
from hazecast.backtest.verification.terms import FORECAST, FORECASTS
from hazecast.quantiles import exceedance

Array = NDArray[np.float64]
BANDS = ((50, 0.25, 0.75), (80, 0.10, 0.90), (90, 0.05, 0.95))
PIT_BINS = 20
AT_ONCE = 20_000  # pairs; what is made on the way takes several times their memory


@dataclass(frozen=True, slots=True)
class Distribution:
    """Hazecast's quantile function and the probabilities of passing thresholds (µg m-3) that follow from it.

    `common` are the baselines on the same pairs, whose absolute error is what their CRPS would be.
    """

    quantiles: tuple[float, ...]
    thresholds: tuple[float, ...]
    common: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The statistics."""
        return (
            "n",
            "crps",
            *(f"absolute {f}" for f in self.common),
            *(f"pinball {q:g}" for q in self.quantiles),
            *(f"at_or_below {q:g}" for q in self.quantiles),
            *(f"{what} {band}" for band, _, _ in self.bands for what in ("coverage", "width")),
            *self.ranks,
            *self.pit,
            *(name for t in self.thresholds for name in bin_names(t)),
        )

    @property
    def bands(self) -> tuple[tuple[int, float, float], ...]:
        """Those bands (%, lower and upper probability) whose ends are among the quantiles."""
        return tuple(b for b in BANDS if b[1] in self.quantiles and b[2] in self.quantiles)

    @property
    def ranks(self) -> tuple[str, ...]:
        """The statistics of the rank histogram."""
        return tuple(f"rank {i}" for i in range(len(self.quantiles) + 1))

    @property
    def pit(self) -> tuple[str, ...]:
        """The statistics of the histogram of the probability integral transform."""
        return tuple(f"pit {i}" for i in range(PIT_BINS))

    def statistics(self, pairs: Pairs, comparison: Comparison) -> Array:
        """Of every pair."""
        given = pairs.quantile_values.reshape(-1, len(self.quantiles))
        counted = np.flatnonzero(pairs.counted(FORECAST, comparison).ravel() & ~np.isnan(given).any(axis=1))
        table = np.zeros((given.shape[0], len(self.names)))
        for start in range(0, counted.size, AT_ONCE):
            some = counted[start : start + AT_ONCE]
            baselines = [pairs.values[pairs.forecasts.index(f)].ravel()[some] for f in self.common]
            table[some] = self._of_counted(np.sort(given[some], axis=-1), pairs.observed.ravel()[some], baselines)
        return table

    def _of_counted(self, values: Array, y: Array, baselines: list[Array]) -> Array:
        q = np.array(self.quantiles)
        below = probability_below(values, q, y)
        return np.concatenate(
            [
                np.stack([np.ones_like(y), crps(values, q, y), *(np.abs(b - y) for b in baselines)], axis=1),
                np.stack([quantile_score(rows(values[:, i]), rows(y), p, preserve_dims="all").values for i, p in enumerate(q)], axis=1),
                y[:, None] <= values,
                *(self._of_band(values, y, low, high) for _, low, high in self.bands),
                one_of((values < y[:, None]).sum(axis=1), q.size + 1),
                one_of((below * PIT_BINS).astype(np.int64), PIT_BINS),
                *(_of_event(values, q, y, t) for t in self.thresholds),
            ],
            axis=1,
        )

    def _of_band(self, values: Array, y: Array, low: float, high: float) -> Array:
        lower, upper = values[:, self.quantiles.index(low)], values[:, self.quantiles.index(high)]
        return np.stack([(y >= lower) & (y <= upper), upper - lower], axis=1)

    def scores(self, sums: Sums) -> tuple[Scored, ...]:
        """CRPS, bands, quantiles, and the Brier score of each threshold with its parts."""
        n = sums.of("n")
        ranked = ratio(sums.of("crps"), n)
        share = ratio(sums.several(self.pit), n[..., None])
        found = [
            ("crps", "", ranked),
            *((f"crps_skill_over_{named(f)}", "", 1.0 - ratio(sums.of("crps"), sums.of(f"absolute {f}"))) for f in self.common),
            *((f"{what}_{band}", "", ratio(sums.of(f"{what} {band}"), n)) for band, _, _ in self.bands for what in ("coverage", "width")),
            ("pit_deviation", "", np.abs(share * PIT_BINS - 1.0).mean(axis=-1)),
            *(("pinball", f"quantile {q:g}", ratio(sums.of(f"pinball {q:g}"), n)) for q in self.quantiles),
            *(("share_at_or_below", f"quantile {q:g}", ratio(sums.of(f"at_or_below {q:g}"), n)) for q in self.quantiles),
        ]
        scored = [Scored(FORECAST, name, event, values) for name, event, values in found]
        return (*scored, *(s for t in self.thresholds for s in brier_scores(sums, n, t)))


def _of_event(values: Array, q: Array, y: Array, threshold: float) -> Array:
    chance = np.clip(exceedance(values, q, threshold), 0.0, 1.0)
    came = (y > threshold).astype(np.float64)
    which = one_of((chance * BINS).astype(np.int64), BINS)
    loss = brier_score(rows(chance), rows(came), preserve_dims="all").values
    return np.concatenate([loss[:, None], which, which * chance[:, None], which * came[:, None]], axis=1)


def baselines_in(comparison: Comparison) -> tuple[str, ...]:
    """The baselines on the common pairs, in their order."""
    return tuple(f for f in FORECASTS[1:] if f in comparison.common)
