"""Yes or no: whether a threshold was passed, and whether that was said."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scores.categorical import BasicContingencyManager

from hazecast.backtest.verification.counting import Comparison
from hazecast.backtest.verification.pairs import Pairs
from hazecast.backtest.verification.statistic import Scored, Sums, only

Array = NDArray[np.float64]
COUNTS = ("hits", "false_alarms", "misses", "correct_negatives")
MEASURES = (
    ("base_rate", "base_rate"),
    ("pod", "probability_of_detection"),
    ("far", "false_alarm_ratio"),
    ("success_ratio", "success_ratio"),
    ("pofd", "probability_of_false_detection"),
    ("csi", "critical_success_index"),
    ("ets", "equitable_threat_score"),
    ("hss", "heidke_skill_score"),
    ("pss", "peirce_skill_score"),
    ("sedi", "symmetric_extremal_dependence_index"),
    ("frequency_bias", "frequency_bias"),
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """One forecast's hits and misses of PM2.5 above each threshold in µg m-3."""

    forecast: str
    thresholds: tuple[float, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The statistics."""
        return ("n", *(f"{count} {t:g}" for t in self.thresholds for count in COUNTS[:3]))

    def statistics(self, pairs: Pairs, comparison: Comparison) -> Array:
        """Of every pair."""
        f, y = pairs.values[pairs.forecasts.index(self.forecast)].ravel(), pairs.observed.ravel()
        columns = [np.ones_like(y)]
        for t in self.thresholds:
            columns += [(f > t) & (y > t), (f > t) & (y <= t), (f <= t) & (y > t)]
        return only(pairs.counted(self.forecast, comparison), columns)

    def scores(self, sums: Sums) -> tuple[Scored, ...]:
        """Of every threshold."""
        hits, false_alarms, misses = (sums.several([f"{count} {t:g}" for t in self.thresholds]) for count in COUNTS[:3])
        correct_negatives = sums.of("n")[..., None] - hits - false_alarms - misses
        events = tuple(above(t) for t in self.thresholds)
        return contingency_scores(self.forecast, events, hits, false_alarms, misses, correct_negatives)


def above(threshold: float) -> str:
    """How the event of PM2.5 above a threshold is called."""
    return f"pm25 > {threshold:g}"


def contingency_scores(
    forecast: str, events: tuple[str, ...], hits: Array, false_alarms: Array, misses: Array, correct_negatives: Array
) -> tuple[Scored, ...]:
    """Counts and measures of each of `events` from counts (…, event); a measure is NaN wherever it is not defined."""
    counts = dict(zip(COUNTS, (hits, false_alarms, misses, correct_negatives), strict=True))
    table = _table(counts)
    scored = []
    with np.errstate(divide="ignore", invalid="ignore"):
        measures = [(name, getattr(table, method)().values.reshape(hits.shape)) for name, method in MEASURES]
    for i, event in enumerate(events):
        scored += [Scored(forecast, name, event, values[..., i], is_count=True) for name, values in counts.items()]
        scored += [Scored(forecast, name, event, _finite(values[..., i])) for name, values in measures]
    return tuple(scored)


def _table(counts: dict[str, Array]) -> BasicContingencyManager:
    short = dict(zip(COUNTS, ("tp", "fp", "fn", "tn"), strict=True))
    given = {f"{short[name]}_count": xr.DataArray(values.ravel(), dims="case") for name, values in counts.items()}
    return BasicContingencyManager(given | {"total_count": xr.DataArray(np.sum(list(counts.values()), axis=0).ravel(), dims="case")})


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, np.nan)
