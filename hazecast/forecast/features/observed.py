"""What the station itself has observed, up to the last hour that is known."""

import numpy as np

from hazecast.forecast.features.kinds import Array, Compute, Feature, Source
from hazecast.forecast.series import Rows, Series

OFFSET = 5.0  # µg m-3, so that clean air does not make ratios wild
SMOOTHED_HOURS = 6


def observed_now(key: str) -> Compute:
    """The last known value."""
    return lambda series, rows: series.at(key, rows.known, rows.station)


def observed_mean(key: str, hours: int, ago: int = 0) -> Compute:
    """The mean over `hours`, ending `ago` hours before the last known."""
    return lambda series, rows: series.mean(key, rows.known - ago, hours, rows.station)


def observed_change(key: str, hours: int) -> Compute:
    """How much the last known value is above that of `hours` before."""
    return lambda series, rows: series.at(key, rows.known, rows.station) - series.at(key, rows.known - hours, rows.station)


def observed_same_hour(key: str) -> Compute:
    """The latest known value at the valid hour's time of day."""

    def compute(series: Series, rows: Rows) -> Array:
        days_back = -(-(rows.lead + rows.lag) // 24)
        return series.at(key, rows.valid - 24 * days_back, rows.station)

    return compute


def recent_excess(observed: str, base: str, hours: int) -> Compute:
    """How far observations lay above the base forecast lately."""

    def compute(series: Series, rows: Rows) -> Array:
        return series.mean(observed, rows.known, hours, rows.station) - series.mean(base, rows.known, hours, rows.station)

    return compute


def recent_ratio(observed: str, base: str, hours: int) -> Compute:
    """The logarithm of how many times the base forecast the observations were lately."""

    def compute(series: Series, rows: Rows) -> Array:
        lately = [series.mean(key, rows.known, hours, rows.station) for key in (observed, base)]
        return np.asarray(np.log(lately[0] + OFFSET) - np.log(lately[1] + OFFSET))

    return compute


def scaled_to_recent(observed: str, base: str, hours: int) -> Compute:
    """The base forecast of the last hours up to the valid one, times what observations lately were of it."""

    def compute(series: Series, rows: Rows) -> Array:
        ahead = series.mean(base, rows.valid, SMOOTHED_HOURS, rows.station)
        lately = [series.mean(key, rows.known, hours, rows.station) for key in (observed, base)]
        return np.asarray(ahead * (lately[0] + OFFSET) / (lately[1] + OFFSET))

    return compute


OBSERVED = (
    Feature("pm25 now", Source.STATION, observed_now("pm25")),
    Feature("pm25 3 h", Source.STATION, observed_mean("pm25", 3)),
    Feature("pm25 6 h", Source.STATION, observed_mean("pm25", 6)),
    Feature("pm25 24 h", Source.STATION, observed_mean("pm25", 24)),
    Feature("pm25 day before", Source.STATION, observed_mean("pm25", 24, ago=24)),
    Feature("pm25 3 days", Source.STATION, observed_mean("pm25", 72)),
    Feature("pm25 30 days", Source.STATION, observed_mean("pm25", 720)),
    Feature("pm25 change 3 h", Source.STATION, observed_change("pm25", 3)),
    Feature("pm25 change 6 h", Source.STATION, observed_change("pm25", 6)),
    Feature("pm25 same hour", Source.STATION, observed_same_hour("pm25")),
    Feature("co now", Source.STATION, observed_now("co")),
    Feature("no2 3 h", Source.STATION, observed_mean("no2", 3)),
    Feature("so2 24 h", Source.STATION, observed_mean("so2", 24)),
    Feature("fine share 24 h", Source.STATION, observed_mean("fine_share", 24)),
    Feature("apart 24 h", Source.STATION, observed_mean("apart", 24), also=(Source.NEIGHBOURS,)),
    Feature("apart 30 days", Source.STATION, observed_mean("apart", 720), also=(Source.NEIGHBOURS,)),
    Feature("excess over base 6 h", Source.STATION, recent_excess("pm25", "base", 6), also=(Source.BASE,)),
    Feature("excess over base 24 h", Source.STATION, recent_excess("pm25", "base", 24), also=(Source.BASE,)),
    Feature("ratio to base 7 days", Source.STATION, recent_ratio("pm25", "base", 168), also=(Source.BASE,)),
    Feature("base scaled 24 h", Source.STATION, scaled_to_recent("pm25", "base", 24), also=(Source.BASE,)),
    Feature("excess over model 6 h", Source.STATION, recent_excess("pm25", "model", 6), also=(Source.MODEL,)),
    Feature("excess over model 24 h", Source.STATION, recent_excess("pm25", "model", 24), also=(Source.MODEL,)),
)
