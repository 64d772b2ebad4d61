"""The probability that each level or a higher one is reached at stations, from the quantiles of PM2.5 and visibility."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hazecast.quantiles import exceedance, require_quantiles
from hazecast.records import Level
from hazecast.warnings.hourly_edition import HourlyEdition, Values
from hazecast.warnings.usable import usable

Array = NDArray[np.float64]
ERROR_SCORES = ndtri((np.arange(11) + 0.5) / 11)  # of equal chance
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
    edition: HourlyEdition,
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
    at_factors = (_condition_chances(edition, pm25, extinction, quantiles, float(factor)) for factor in factors)
    return _at_humidity(edition, usable(relative_humidity), _of_humidities(edition, at_factors))


def ascending(quantile_values: Array) -> Array:
    """Quantile functions (…, quantile) with crossings put in order, all NaN where any value is lacking."""
    values = usable(quantile_values).astype(np.float64)
    values = np.where(np.isnan(values).any(axis=-1, keepdims=True), np.nan, values)
    return np.sort(values, axis=-1)


def _condition_chances(edition: HourlyEdition, pm25: Array, extinction: Array, quantiles: Array, factor: float) -> tuple[Array, Array]:
    """Least and greatest chance of each condition where its humidity holds, (condition, station, hour), at a factor of the extinction.

    Both quantities rise together along the quantiles, so the chance that both pass their bounds is the smaller of the two.
    """
    bounds = [(c.visibility_below_m, c.pm25_above_ug_m3) for _, c in edition.conditions]
    murk = {below: exceedance(extinction, quantiles, 1.0 / (below * factor)) for below in {below for below, _ in bounds}}
    dust = {above: exceedance(pm25, quantiles, above) for above in {above for _, above in bounds if above is not None}}
    lacking_pm25 = np.isnan(pm25[..., 0]) & edition.names_pm25
    least, greatest = (np.ones((len(bounds), *pm25.shape[:-1])) for _ in range(2))
    for i, (below, above) in enumerate(bounds):
        least[i] = np.nan_to_num(murk[below], nan=0.0)
        greatest[i] = np.where(np.isnan(murk[below]) | lacking_pm25, 1.0, murk[below])
        if above is not None:
            least[i] = np.minimum(least[i], np.nan_to_num(dust[above], nan=0.0))
            greatest[i] = np.minimum(greatest[i], np.nan_to_num(dust[above], nan=1.0))
    return least, greatest


def _of_humidities(edition: HourlyEdition, at_factors: Iterable[tuple[Array, Array]]) -> list[tuple[Array, Array, NDArray[np.intp]]]:
    """Least and greatest chance of each level and its leading condition, (level, station, hour), in each class of humidity.

    The mean over the factors of the extinction, at each of which conditions hold from one point of the distribution on.
    """
    applies = np.array([[c.applies_at(humidity) for _, c in edition.conditions] for humidity in edition.humidity_classes])
    reaches = np.array([[level >= row.level for level, _ in edition.conditions] for row in edition.levels])
    counts = applies[:, None] & reaches  # (class, level, condition)
    sums: list[Array] = []
    number = 0
    for least, greatest in at_factors:
        number += 1
        found = [*(_likeliest(counts, chances) for chances in (least, greatest)), least]
        sums = [total + part for total, part in zip(sums, found, strict=True)] if sums else found
    low, high, of_condition = (total / number for total in sums)
    leading = [[np.argmax(np.where(c[:, None, None], of_condition, -1.0), axis=0) for c in of_class] for of_class in counts]
    return [(low[i], high[i], np.stack(leading[i])) for i in range(len(counts))]


def _likeliest(counts: NDArray[np.bool_], chances: Array) -> Array:
    """The greatest of the chances (condition, station, hour) that count, as (class, level, station, hour)."""
    return np.stack([[np.max(np.where(c[:, None, None], chances, 0.0), axis=0) for c in of_class] for of_class in counts])


def _at_humidity(edition: HourlyEdition, humidity: Values, by_class: list[tuple[Array, Array, NDArray[np.intp]]]) -> Chances:
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
