"""All features in one table."""

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.features.base import BASE
from hazecast.forecast.features.calendar import CALENDAR
from hazecast.forecast.features.kinds import Feature, Source
from hazecast.forecast.features.neighbouring import NEIGHBOURING
from hazecast.forecast.features.observed import OBSERVED
from hazecast.forecast.features.weather import WEATHER
from hazecast.forecast.series import Index, Rows, Series, as_forecast

FEATURES: tuple[Feature, ...] = (*OBSERVED, *NEIGHBOURING, *WEATHER, *BASE, *CALENDAR)


def feature_table(series: Series, rows: Rows) -> NDArray[np.float32]:
    """(row, feature) in the order of `FEATURES`, of past hours from hindcasts where there are any."""
    table = np.empty((rows.lead.size, len(FEATURES)), dtype=np.float32)
    for shown, which in as_forecast(series, rows):
        some = rows.take(which)
        for column, feature in enumerate(FEATURES):
            table[which, column] = feature.compute(shown, some)
    return table


def columns_of(source: Source) -> Index:
    """Which columns of the table are made of `source`, be it among others."""
    return np.array([i for i, f in enumerate(FEATURES) if source in (f.source, *f.also)], dtype=np.int64)
