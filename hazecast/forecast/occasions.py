"""Nights of fireworks: what they add to the air, as far as past ones have shown it at these stations."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.location import share_of_near
from hazecast.forecast.series import Index, Rows, Series

Array = NDArray[np.float64]

# First day of the Chinese year: the day in China of the second new moon after the winter solstice, or of the third where a month is
# leapt (GB/T 33661-2017); 2000 to 2050.
_FIRST_YEAR = 2000
_MONTH_AND_DAY = (
    205, 124, 212, 201, 122, 209, 129, 218, 207, 126, 214, 203, 123,
    210, 131, 219, 208, 128, 216, 205, 125, 212, 201, 122, 210, 129,
    217, 206, 126, 213, 203, 123, 211, 131, 219, 208, 128, 215, 204,
    124, 212, 201, 122, 210, 130, 217, 206, 126, 214, 202, 123,
)  # fmt: skip
SPRING_FESTIVALS = tuple(date(_FIRST_YEAR + i, *divmod(day, 100)) for i, day in enumerate(_MONTH_AND_DAY))
NEW_YEARS = tuple(date(festival.year, 1, 1) for festival in SPRING_FESTIVALS)
# The day after Diwali, the evening of the new moon of Kartika by which India's central government sets its holiday; 2010 to 2030.
_FIRST_DIWALI = 2010
_DAY_AFTER_DIWALI = (
    1106, 1027, 1114, 1104, 1024, 1112, 1031, 1020, 1108, 1028, 1115,
    1105, 1025, 1113, 1101, 1021, 1109, 1030, 1018, 1106, 1027,
)  # fmt: skip
AFTER_DIWALI = tuple(date(_FIRST_DIWALI + i, *divmod(day, 100)) for i, day in enumerate(_DAY_AFTER_DIWALI))
OCCASIONS = (SPRING_FESTIVALS, NEW_YEARS, AFTER_DIWALI)
STRETCH_HOURS = 6
STRETCHES = 3  # the first ends at the midnight that begins the day


@dataclass(frozen=True, slots=True, eq=False)
class Occasions:
    """What each stretch of hours about each of `OCCASIONS` adds to the square root of PM2.5 of a far forecast, (occasion, stretch)."""

    effect: Array

    def predict(self, series: Series, rows: Rows) -> Array:
        """What is to be added (row,): the less, the more near observations have a say."""
        out = np.zeros(rows.lead.size)
        for effect, days in zip(self.effect, OCCASIONS, strict=True):
            stretch, _ = stretches(series, rows, days)
            inside = stretch >= 0
            out[inside] += effect[stretch[inside]]
        return out * (1.0 - share_of_near(rows.lead))


NO_OCCASIONS = Occasions(np.zeros((len(OCCASIONS), STRETCHES)))


def fit_occasions(series: Series, rows: Rows, left: Array) -> Occasions:
    """From `left` (row,), what a forecast lacks to the truth that knows no occasions and has not seen these hours.

    The mean over all past occasions, drawn to nothing as far as stretches of other days lie off as much by chance: positive-part
    shrinkage (James and Stein 1961, Proc. Fourth Berkeley Symp. 1, 361).
    """
    far = share_of_near(rows.lead) == 0.0
    rows, left = rows.take(far), left[far]
    by_chance = float(np.var(_means(left, rows.valid // STRETCH_HOURS))) if left.size else 0.0
    effect = np.zeros((len(OCCASIONS), STRETCHES))
    for i, days in enumerate(OCCASIONS):
        stretch, which = stretches(series, rows, days)
        for k in range(STRETCHES):
            here = stretch == k
            if here.any():
                seen = _means(left[here], which[here])
                effect[i, k] = shrunk(float(seen.mean()), by_chance / seen.size)
    return Occasions(effect)


def shrunk(mean: float, variance: float) -> float:
    """A mean drawn towards nothing, and all the way where its variance by chance is greater than its square."""
    return mean * max(0.0, 1.0 - variance / mean**2) if mean != 0.0 else 0.0


def stretches(series: Series, rows: Rows, days: tuple[date, ...]) -> tuple[Index, Index]:
    """Of each row which stretch about the nearest of `days` its valid hour is in, by the sun's clock, -1 where in none; and which day."""
    midnights = np.array(days, dtype="datetime64[h]").astype(np.int64)
    begin = int(series.times[0].astype("datetime64[h]").astype(np.int64))
    hour = begin + rows.valid + series.longitude[rows.station] / 15.0
    which = np.searchsorted((midnights[1:] + midnights[:-1]) / 2.0, hour).astype(np.int64)
    stretch = np.floor((hour - midnights[which]) / STRETCH_HOURS).astype(np.int64) + 1
    return np.where((stretch >= 0) & (stretch < STRETCHES), stretch, -1), which


def _means(values: Array, group: Index) -> Array:
    _, inverse = np.unique(group, return_inverse=True)
    return np.asarray(np.bincount(inverse, weights=values) / np.bincount(inverse))
