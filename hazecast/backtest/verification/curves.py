"""What diagrams are drawn from: reliability, histograms, tables of levels."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.backtest.verification.accumulate import Accumulated, FamilySums
from hazecast.backtest.verification.blocks import draws, interval
from hazecast.backtest.verification.brier import in_bins
from hazecast.backtest.verification.distribution import Distribution
from hazecast.backtest.verification.ordered import Levels
from hazecast.backtest.verification.statistic import Sums, ratio
from hazecast.backtest.verification.terms import Terms

Array = NDArray[np.float64]
AT = ("days", "slice")


def curves_of(sums: Accumulated, terms: Terms) -> xr.Dataset:
    """All curves along `days` and `slice`; those of probabilities only where there are any."""
    distributions = [part for part in sums.families if isinstance(part.family, Distribution)]
    parts = [
        _level_counts(sums),
        *(_of_distribution(part, part.family, sums, terms) for part in distributions if isinstance(part.family, Distribution)),
    ]
    coords = {"days": list(sums.days), "kind": ("slice", list(sums.slices.kind)), "slice": list(sums.slices.names)}
    return xr.merge(parts, join="exact").assign_coords(coords)


def _level_counts(sums: Accumulated) -> xr.Dataset:
    of_levels = [(part, part.family) for part in sums.families if isinstance(part.family, Levels)]
    tables = [family.table(_totals(part)) for part, family in of_levels]
    names = [level.name.lower() for level in sums.slices.levels]
    return xr.Dataset(
        {"level_count": ((*AT, "forecast", "observed_level", "forecast_level"), np.stack(tables, axis=2).astype(np.int64))},
        coords={"forecast": [family.forecast for _, family in of_levels], "observed_level": names, "forecast_level": names},
    )


def _of_distribution(part: FamilySums, family: Distribution, sums: Accumulated, terms: Terms) -> xr.Dataset:
    totals = _totals(part)
    drawn = draws(sums.possible.shape[1], terms.resamples, terms.seed)
    reliability = [_reliability(part, totals, threshold, drawn, terms.confidence) for threshold in family.thresholds]
    expected = np.diff([0.0, *family.quantiles, 1.0])
    return xr.Dataset(
        {
            **{
                name: ((*AT, "threshold", "bin"), np.stack([r[name].values for r in reliability], axis=2))
                for name in reliability[0].data_vars
            },
            "pit_count": ((*AT, "pit_bin"), totals.several(family.pit).astype(np.int64)),
            "rank_count": ((*AT, "rank"), totals.several(family.ranks).astype(np.int64)),
            "rank_expected": ("rank", expected),
        },
        coords={"threshold": list(family.thresholds)},
    )


def _reliability(part: FamilySums, totals: Sums, threshold: float, drawn: Array, confidence: float) -> xr.Dataset:
    pairs, chances, events = in_bins(totals, threshold)
    bounds = [_frequency_bounds(Sums(totals.names, of_days), threshold, drawn, confidence) for of_days in part.by_block]
    low, high = (np.stack(b) for b in zip(*bounds, strict=True))
    at = (*AT, "bin")
    return xr.Dataset(
        {
            "reliability_count": (at, pairs.astype(np.int64)),
            "forecast_probability": (at, ratio(chances, pairs)),
            "observed_frequency": (at, ratio(events, pairs)),
            "observed_frequency_low": (at, low),
            "observed_frequency_high": (at, high),
        }
    )


def _frequency_bounds(of_blocks: Sums, threshold: float, drawn: Array, confidence: float) -> tuple[Array, Array]:
    """Interval (slice, bin) of how often it came, from sums (block, slice, statistic)."""
    pairs, _, events = (np.tensordot(drawn, part, axes=(1, 0)) for part in in_bins(of_blocks, threshold))
    return interval(ratio(events, pairs), confidence)


def _totals(part: FamilySums) -> Sums:
    return Sums(part.family.names, part.by_block.sum(axis=1))
