"""Which statistics are taken of which forecast, and of which slices their scores are given."""

from hazecast.backtest.verification.contingency import Thresholds
from hazecast.backtest.verification.counting import Comparison
from hazecast.backtest.verification.deterministic import Deterministic
from hazecast.backtest.verification.distribution import Distribution, baselines_in
from hazecast.backtest.verification.ordered import Levels, levels_in
from hazecast.backtest.verification.slices import CROSSED
from hazecast.backtest.verification.statistic import Family
from hazecast.backtest.verification.terms import FORECAST, FORECASTS, Terms


def families_for(terms: Terms, comparison: Comparison, quantiles: tuple[float, ...]) -> tuple[Family, ...]:
    """All families; probabilistic ones only where the forecasts have quantiles on both sides of the median."""
    levels, risk = levels_in(terms.edition), 1.0 - terms.raise_probability
    of_forecasts: tuple[Family, ...] = (
        *(Deterministic(f) for f in FORECASTS),
        *(Thresholds(f, terms.thresholds) for f in FORECASTS),
        *(Levels(f, levels, risk) for f in FORECASTS),
    )
    if len(quantiles) < 3 or not quantiles[0] < 0.5 < quantiles[-1]:
        return of_forecasts
    return (*of_forecasts, Distribution(quantiles, terms.thresholds, baselines_in(comparison)))


def scored_at_stations(family: Family) -> bool:
    """Whether a family is scored station by station: of baselines, the errors alone."""
    return isinstance(family, Deterministic) or getattr(family, "forecast", FORECAST) == FORECAST


def scored_of(family: Family, kind: str) -> bool:
    """Whether a family is scored on slices of a kind: tables of counts are too thin for slices of slices."""
    return kind not in CROSSED or isinstance(family, Deterministic | Distribution)
