"""Place, hour and season."""

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.features.kinds import Array, Feature, Source
from hazecast.forecast.series import Rows, Series
from hazecast.forecast.sun import solar_hour


def lead_time(series: Series, rows: Rows) -> Array:  # noqa: ARG001
    """Lead time in hours."""
    return rows.lead.astype(np.float64)


def hour_angle(series: Series, rows: Rows) -> Array:
    """The sun's clock at the valid hour, in radians from midnight."""
    return solar_hour(valid_times(series, rows), series.longitude[rows.station]) * (np.pi / 12)


def season_angle(series: Series, rows: Rows) -> Array:
    """How far the year has come at the valid hour, in radians."""
    times = valid_times(series, rows)
    return np.asarray((times - times.astype("datetime64[Y]")) / np.timedelta64(1, "D") * (2 * np.pi / 365.25))


def valid_times(series: Series, rows: Rows) -> NDArray[np.datetime64]:
    """The valid hours, also where they lie beyond the series."""
    return np.asarray(series.times[0] + rows.valid * np.timedelta64(1, "h"))


CALENDAR = (
    Feature("lead time", Source.PLACE_AND_HOUR, lead_time),
    Feature("hour cosine", Source.PLACE_AND_HOUR, lambda s, r: np.cos(hour_angle(s, r))),
    Feature("hour sine", Source.PLACE_AND_HOUR, lambda s, r: np.sin(hour_angle(s, r))),
    Feature("season cosine", Source.SEASON, lambda s, r: np.cos(season_angle(s, r))),
    Feature("season sine", Source.SEASON, lambda s, r: np.sin(season_angle(s, r))),
    Feature("latitude", Source.PLACE_AND_HOUR, lambda s, r: s.latitude[r.station]),
    Feature("longitude", Source.PLACE_AND_HOUR, lambda s, r: s.longitude[r.station]),
)
