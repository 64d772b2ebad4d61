"""Nights of fireworks: the air that they leave is no matter of weather.

Each is told as the hours from its midnight by the sun, missing on all other days, so that what a night does to a place is learnt from the
years that it has seen, and a place that does not keep it learns nothing.
"""

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.features.calendar import valid_times
from hazecast.forecast.features.kinds import Array, Compute, Feature, Source
from hazecast.forecast.series import Rows, Series

NEAR_HOURS = 48.0
LANTERN_DAYS = 15  # from the first day of the year to the midnight after the Lantern Festival

# First days of the Chinese year (as in the Hong Kong Observatory's conversion tables), and days of Diwali's main evening, Lakshmi Puja, on
# the new moon of Kartik; places may keep it a day later.
SPRING_FESTIVALS = """
    2000-02-05 2001-01-24 2002-02-12 2003-02-01 2004-01-22 2005-02-09 2006-01-29 2007-02-18 2008-02-07 2009-01-26 2010-02-14 2011-02-03
    2012-01-23 2013-02-10 2014-01-31 2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22
    2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03 2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08
"""
DIWALIS = """
    2010-11-05 2011-10-26 2012-11-13 2013-11-03 2014-10-23 2015-11-11 2016-10-30 2017-10-19 2018-11-07 2019-10-27 2020-11-14 2021-11-04
    2022-10-24 2023-11-12 2024-10-31 2025-10-20 2026-11-08 2027-10-29 2028-10-17 2029-11-05 2030-10-26
"""
DAY = np.timedelta64(1, "D")


def _dates(text: str) -> NDArray[np.datetime64]:
    return np.array(text.split(), dtype="datetime64[D]")


def _every_year(month_and_day: str) -> NDArray[np.datetime64]:
    return np.array([f"{year}-{month_and_day}" for year in range(1990, 2051)], dtype="datetime64[D]")


def hours_from(midnights: NDArray[np.datetime64]) -> Compute:
    """Hours from the nearest of `midnights` by the sun, negative before it; missing farther away than `NEAR_HOURS`."""

    def compute(series: Series, rows: Rows) -> Array:
        of_sun = series.longitude[rows.station] / 15.0
        hour = (valid_times(series, rows) - np.datetime64(0, "h")) / np.timedelta64(1, "h") + of_sun
        nights = (midnights - np.datetime64(0, "D")) / np.timedelta64(1, "h")
        after = np.clip(np.searchsorted(nights, hour), 1, nights.size - 1)
        before, later = hour - nights[after - 1], hour - nights[after]
        nearest = np.where(before <= -later, before, later)
        return np.where(np.abs(nearest) <= NEAR_HOURS, nearest, np.nan)

    return compute


FESTIVALS = (
    Feature("hours from spring festival", Source.SEASON, hours_from(_dates(SPRING_FESTIVALS))),
    Feature("hours from lantern festival", Source.SEASON, hours_from(_dates(SPRING_FESTIVALS) + LANTERN_DAYS * DAY)),
    Feature("hours from diwali", Source.SEASON, hours_from(_dates(DIWALIS) + DAY)),
    Feature("hours from new year", Source.SEASON, hours_from(_every_year("01-01"))),
    Feature("hours from bonfire night", Source.SEASON, hours_from(_every_year("11-06"))),
)
