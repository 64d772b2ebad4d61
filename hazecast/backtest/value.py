"""Relative economic value: what a user saves who acts on a forecast, by the ratio of the cost of acting to the loss it prevents."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hazecast.backtest.events.hours import WarnedHours, warned_hours

Array = NDArray[np.float64]
RATIOS: Array = np.round(np.arange(0.01, 1.0, 0.01), 2)
PROBABILITIES: Array = np.round(np.arange(0.02, 1.0, 0.02), 2)  # at which a user of probabilities may act


@dataclass(frozen=True, slots=True, eq=False)
class ValueCurve:
    """Value by cost-loss ratio: 1 is a perfect forecast, 0 no better than always or never acting. NaN where it is not defined.

    `warnings` acts on the forecast level. `at_ratio` acts where the probability is at least the cost-loss ratio, as one should if
    probabilities are true; `best` acts at whichever of `PROBABILITIES` would have been best,
    or always, or never. Both are NaN without probabilities.
    """

    ratios: Array
    base_rate: float
    warnings: Array
    at_ratio: Array
    best: Array


@dataclass(frozen=True, slots=True)
class Expense:
    """What all places spent, in costs of one hour of acting; a loss is as many costs as the ratio says.

    `best` acts in just the hours at the level, `plain` always or never, whichever is cheaper.
    """

    spent: float
    best: float
    plain: float

    @property
    def value(self) -> float:
        """The relative economic value, NaN where nothing could be saved."""
        return (self.plain - self.spent) / (self.plain - self.best) if self.plain > self.best else float("nan")


def expense_of(hours: WarnedHours, ratio: float) -> Expense:
    """Expenses for `hours` of acting and of losses, in costs, at a cost-loss ratio."""
    loss = 1.0 / ratio
    happened, all_hours = hours.warned + hours.unwarned, hours.warned + hours.unwarned + hours.in_vain + hours.quiet
    return Expense(
        spent=hours.warned + hours.in_vain + loss * hours.unwarned, best=float(happened), plain=min(float(all_hours), loss * happened)
    )


def relative_value(hit_rate: ArrayLike, false_alarm_rate: ArrayLike, base_rate: ArrayLike, cost_ratio: ArrayLike) -> Array:
    """Relative economic value of warnings with these rates (0 to 1) for users with the cost-loss ratio α; all broadcast.

    V = (min(α, s) - Fα(1 - s) + Hs(1 - α) - s) / (min(α, s) - sα), Richardson 2000, Q. J. R. Meteorol. Soc. 126, 649-667. NaN where the
    event always or never happens, and at α of 0 and 1, where no forecast can save anything.
    """
    h, f, s, a = (np.asarray(x, dtype=np.float64) for x in (hit_rate, false_alarm_rate, base_rate, cost_ratio))
    climate = np.minimum(a, s)
    saved = climate - f * a * (1.0 - s) + h * s * (1.0 - a) - s
    possible = climate - s * a
    return np.asarray(np.where(possible > 0.0, saved / np.where(possible > 0.0, possible, 1.0), np.nan))


def value_curve(
    observed: NDArray[np.bool_], warned: NDArray[np.bool_], known: NDArray[np.bool_], probability: Array | None, ratios: Array = RATIOS
) -> ValueCurve:
    """The value of warnings, and of the `probability` that the event happens, over arrays of one shape where `known`.

    Hours without a probability are left out of the whole curve, so that all its lines rest on the same hours.
    """
    both = known if probability is None else known & ~np.isnan(probability)
    hours = warned_hours(observed, warned, both)
    plain = relative_value(hours.hit_rate, hours.false_alarm_rate, hours.base_rate, ratios)
    at_ratio, best = _of_probabilities(observed[both], probability[both], ratios) if probability is not None else (_nothing(ratios),) * 2
    return ValueCurve(ratios, hours.base_rate, plain, at_ratio, best)


def _of_probabilities(observed: NDArray[np.bool_], probability: Array, ratios: Array) -> tuple[Array, Array]:
    if not observed.any() or observed.all():
        return _nothing(ratios), _nothing(ratios)
    base_rate = float(observed.mean())
    own = relative_value(*_rates_at(observed, probability, ratios), base_rate, ratios)
    hit_rates, false_alarm_rates = _rates_at(observed, probability, PROBABILITIES)
    every = relative_value(hit_rates[:, None], false_alarm_rates[:, None], base_rate, ratios[None, :])
    return own, np.maximum(np.max(every, axis=0), 0.0)  # always or never acting is open to everybody


def _rates_at(observed: NDArray[np.bool_], probability: Array, thresholds: Array) -> tuple[Array, Array]:
    """Hit and false alarm rates of acting where the probability is at least each of the thresholds."""
    happened, not_happened = (np.sort(probability[which]) for which in (observed, ~observed))
    shares = [1.0 - np.searchsorted(of, thresholds, side="left") / of.size for of in (happened, not_happened)]
    return shares[0], shares[1]


def _nothing(ratios: Array) -> Array:
    return np.full(ratios.shape, np.nan)
