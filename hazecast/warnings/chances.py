"""The probability that each level or a higher one is reached at stations, from the quantiles of PM2.5 and visibility."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hazecast.quantiles import exceedance, require_quantiles
from hazecast.records import Level
from hazecast.warnings.deciding import usable
from hazecast.warnings.edition import Condition, Edition, Values

Array = NDArray[np.float64]
ERROR_SCORES = ndtri((np.arange(15) + 0.5) / 15)  # of equal chance
LEAST_VISIBILITY_M = 1.0  # keeps the extinction finite; no edition draws a line below it


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """Least and greatest probability of each of `levels` or a higher one, (level, station, hour); equal where it is known.

    `leading` has the same shape: which of the edition's conditions is the likeliest to bring the level about.
    """

    levels: tuple[Level, ...]
    least: Array
    greatest: Array
    leading: NDArray[np.intp]

    def __post_init__(self) -> None:
        shapes = {self.least.shape, self.greatest.shape, self.leading.shape}
        if len(shapes) > 1 or self.least.shape[0] != len(self.levels):
            raise ValueError(f"Chances of {len(self.levels)} levels have the shapes {sorted(shapes)}; expected one shape, levels first.")


def level_chances(
    edition: Edition,
    pm25_quantile: Array,
    visibility_quantile: Array,
    relative_humidity: Values,
    quantiles: Array,
    visibility_log_error: float = 0.0,
) -> Chances:
    """Chances of the edition's levels from quantile functions (station, hour, quantile) and humidity (station, hour) in %.

    Visibility (m) belongs to the PM2.5 (µg m-3) of the same quantile: it falls as PM2.5 rises. Between quantiles, PM2.5 and
    the inverse of visibility, which is linear in PM2.5 at one humidity, are linear in probability; beyond the outermost,
    tails are exponential. Round this visibility, the true one errs log-normally by `visibility_log_error`, whatever PM2.5 is.
    Raises ValueError unless `quantiles` ascend within 0 to 1 on both sides of 0.5.
    """
    require_quantiles(quantiles)
    pm25 = ascending(pm25_quantile)
    extinction = ascending(1.0 / np.maximum(usable(visibility_quantile).astype(np.float64), LEAST_VISIBILITY_M))
    factors = np.exp(visibility_log_error * ERROR_SCORES) if visibility_log_error > 0.0 else np.ones(1)
    conditions = [c for _, c in edition.conditions]
    pairs = [_condition_chance(edition, c, pm25, extinction, quantiles, factors) for c in conditions]
    least, greatest = (np.stack(bound) for bound in zip(*pairs, strict=True))
    by_class = [_of_humidity(edition, h, least, greatest) for h in edition.humidity_classes]
    return _at_humidity(edition, usable(relative_humidity), by_class)


def ascending(quantile_values: Array) -> Array:
    """Quantile functions (…, quantile) with crossings put in order, all NaN where any value is lacking."""
    values = usable(quantile_values).astype(np.float64)
    values = np.where(np.isnan(values).any(axis=-1, keepdims=True), np.nan, values)
    return np.sort(values, axis=-1)


def _condition_chance(
    edition: Edition, condition: Condition, pm25: Array, extinction: Array, quantiles: Array, factors: Array
) -> tuple[Array, Array]:
    """Least and greatest chance (station, hour) of a condition where its humidity holds, the mean over `factors` of the extinction.

    Both quantities rise together along the quantiles, so the chance that both pass their bounds is the smaller of the two.
    """
    bound = 1.0 / condition.visibility_below_m
    above = condition.pm25_above_ug_m3
    dust = np.ones(pm25.shape[:-1]) if above is None else exceedance(pm25, quantiles, above)
    lacking_pm25 = np.isnan(pm25[..., 0]) & edition.names_pm25
    least, greatest = np.zeros_like(dust), np.zeros_like(dust)
    for factor in factors:
        murk = exceedance(extinction, quantiles, float(bound / factor))
        greatest_murk = np.where(np.isnan(murk) | lacking_pm25, 1.0, murk)
        least += np.minimum(np.nan_to_num(murk, nan=0.0), np.nan_to_num(dust, nan=0.0))
        greatest += np.minimum(greatest_murk, np.nan_to_num(dust, nan=1.0))
    return least / factors.size, greatest / factors.size


def _of_humidity(edition: Edition, humidity: float, least: Array, greatest: Array) -> tuple[Array, Array, NDArray[np.intp]]:
    """Least and greatest chance of each level and its leading condition, (level, station, hour), at one humidity."""
    applies = np.array([c.applies_at(humidity) for _, c in edition.conditions])
    of_level = np.array([level for level, _ in edition.conditions])
    lows, highs, leads = [], [], []
    for row in edition.levels:
        counts = (applies & (of_level >= row.level))[:, None, None]
        lows.append(np.max(np.where(counts, least, 0.0), axis=0))
        highs.append(np.max(np.where(counts, greatest, 0.0), axis=0))
        leads.append(np.argmax(np.where(counts, least, -1.0), axis=0))
    return np.stack(lows), np.stack(highs), np.stack(leads)


def _at_humidity(edition: Edition, humidity: Values, by_class: list[tuple[Array, Array, NDArray[np.intp]]]) -> Chances:
    """The chances at each value's humidity (station, hour); where it is lacking, what holds at every humidity."""
    least, greatest, leading = (np.stack(part) for part in zip(*by_class, strict=True))
    lacking = np.isnan(humidity)
    own = np.searchsorted(edition.humidity_classes, np.where(lacking, 0.0, humidity), side="right") - 1
    low = np.where(lacking, np.argmin(least, axis=0), own)[None]
    high = np.where(lacking, np.argmax(greatest, axis=0), own)[None]
    return Chances(
        levels=tuple(row.level for row in edition.levels),
        least=np.take_along_axis(least, low, axis=0)[0],
        greatest=np.take_along_axis(greatest, high, axis=0)[0],
        leading=np.take_along_axis(leading, low, axis=0)[0],
    )
