"""The index of a concentration, and of a place with several pollutants."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hazecast.aqi.standard import IndexClass, IndexStandard, Pollutant

Array = NDArray[np.float64]
ROUNDING = 1e-9  # an index that arithmetic puts so little above a whole number is that number


@dataclass(frozen=True, slots=True)
class AirQuality:
    """The index of a place, its class, its primary pollutants (those with the greatest index, above the standard's least), and the
    pollutants of the standard that nothing was known of: with them the index could be higher, never lower.
    """

    index: int
    index_class: IndexClass
    primary: tuple[str, ...]
    lacking: tuple[str, ...]


def sub_index(standard: IndexStandard, key: str, hours: int, concentration: ArrayLike) -> Array:
    """The index of one pollutant from its means over so many hours, in the standard's units; NaN where there is no usable value.

    Linear between breakpoints (HJ 633-2012, formula 1; 40 CFR 58 appendix G). Negative and infinite values are not usable. Raises
    SettingsError for a pollutant and hours that the standard has no row of.
    """
    row = standard.pollutant(key, hours)
    given = np.asarray(concentration, dtype=np.float64)
    usable = np.isfinite(given) & (given >= 0.0)
    values = _as_reported(np.where(usable, given, 0.0), row, standard)
    found = _linear(values, row, standard)
    rounded = np.ceil(found - ROUNDING) if standard.rounding == "up" else np.floor(found + 0.5 + ROUNDING)
    beyond = (values > row.breakpoints[-1]) & (row.beyond_last == "none")
    return np.where(usable & ~beyond, rounded, np.nan)


def air_quality(standard: IndexStandard, daily: Mapping[str, float | None]) -> AirQuality | None:
    """The index of a day from daily figures by pollutant: means over 24 h, for ozone the greatest mean over 8 h; None where all lack."""
    rows = _daily_rows(standard)
    index = {key: float(sub_index(standard, key, hours, _number(daily.get(key)))) for key, hours in rows}
    known = {key: value for key, value in index.items() if not math.isnan(value)}
    if not known:
        return None
    greatest = max(known.values())
    primary = tuple(key for key, value in known.items() if value == greatest > standard.primary_above)
    return AirQuality(int(greatest), standard.class_of(greatest), primary, tuple(key for key in index if key not in known))


def concentration_at(standard: IndexStandard, key: str, hours: int, index: float) -> float:
    """The greatest concentration whose index is not above `index`, before any rounding; infinite from the last index on."""
    row = standard.pollutant(key, hours)
    tops = standard.index[: len(row.breakpoints)]
    return math.inf if index >= tops[-1] else float(np.interp(index, tops, row.breakpoints))


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _daily_rows(standard: IndexStandard) -> tuple[tuple[str, int], ...]:
    longest: dict[str, int] = {}
    for row in standard.pollutants:
        longest[row.key] = max(row.hours, longest.get(row.key, 0))
    return tuple(longest.items())


def _as_reported(values: Array, row: Pollutant, standard: IndexStandard) -> Array:
    """Concentrations as the standard has them reported: rounded, or cut where its classes are stepped."""
    if standard.segments == "stepped":
        scale = 10.0**row.decimals
        return np.floor(values * scale + 1e-6) / scale
    return np.round(values, row.decimals)


def _linear(values: Array, row: Pollutant, standard: IndexStandard) -> Array:
    tops = np.array(row.breakpoints)
    index = np.array(standard.index[: tops.size], dtype=np.float64)
    if standard.segments == "joined":
        return np.asarray(np.interp(values, tops, index))
    segment = np.clip(np.searchsorted(tops, values - 1e-9, side="left"), 1, tops.size - 1)
    first = segment == 1
    low = tops[segment - 1] + np.where(first, 0.0, 10.0**-row.decimals)
    low_index = index[segment - 1] + np.where(first, 0.0, 1.0)
    share = np.clip((values - low) / (tops[segment] - low), 0.0, 1.0)
    return np.asarray(low_index + share * (index[segment] - low_index))
