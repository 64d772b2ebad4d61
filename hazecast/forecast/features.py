"""What a correction knows of a row: one small function a feature, in one table.

A feature that is lacking is NaN, never a guess. No feature reads an observation after `rows.known`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.series import Index, Rows, Series
from hazecast.forecast.sun import solar_hour

Array = NDArray[np.float64]
Compute = Callable[[Series, Rows], Array]


class Source(StrEnum):
    """What a feature is made of, so that a kind of input that lacks can be left out as a whole."""

    STATION = "the station's own observations"
    NEIGHBOURS = "observations around it"
    WEATHER = "weather"
    MODEL = "another model's forecast"
    PLACE_AND_HOUR = "place and hour"
    SEASON = "season"


@dataclass(frozen=True, slots=True)
class Feature:
    """A named column of the correction's input."""

    name: str
    source: Source
    compute: Compute


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


def forecast_at(key: str, hours_before: int = 0) -> Compute:
    """Weather or base forecast at the valid hour, or some hours before it."""
    return lambda series, rows: series.at(key, rows.valid - hours_before, rows.station)


def forecast_mean(key: str, hours: int) -> Compute:
    """The mean over the `hours` that end with the valid hour."""
    return lambda series, rows: series.mean(key, rows.valid, hours, rows.station)


def forecast_mean_on_the_way(key: str) -> Compute:
    """The mean from the origin to the valid hour."""
    return lambda series, rows: series.mean(key, rows.valid, rows.lead, rows.station)


def forecast_change(key: str, hours: int) -> Compute:
    """How much the value at the valid hour is above that of `hours` before."""
    return lambda series, rows: series.at(key, rows.valid, rows.station) - series.at(key, rows.valid - hours, rows.station)


def change_since_origin(key: str) -> Compute:
    """How much the value at the valid hour is above that at the origin."""
    return lambda series, rows: series.at(key, rows.valid, rows.station) - series.at(key, rows.origin, rows.station)


def recent_excess(observed: str, base: str, hours: int) -> Compute:
    """How far observations lay above the base forecast lately."""

    def compute(series: Series, rows: Rows) -> Array:
        return series.mean(observed, rows.known, hours, rows.station) - series.mean(base, rows.known, hours, rows.station)

    return compute


def lead_time(series: Series, rows: Rows) -> Array:  # noqa: ARG001
    """Lead time in hours."""
    return rows.lead.astype(np.float64)


def _solar(series: Series, rows: Rows) -> Array:
    return solar_hour(_valid_times(series, rows.valid), series.longitude[rows.station])


def _season(series: Series, rows: Rows) -> Array:
    times = _valid_times(series, rows.valid)
    return np.asarray((times - times.astype("datetime64[Y]")) / np.timedelta64(1, "D") / 365.25)


def _valid_times(series: Series, valid: Index) -> NDArray[np.datetime64]:
    return np.asarray(series.times[0] + valid * np.timedelta64(1, "h"))


_OBSERVED = (
    Feature("pm25 now", Source.STATION, observed_now("pm25")),
    Feature("pm25 3 h", Source.STATION, observed_mean("pm25", 3)),
    Feature("pm25 24 h", Source.STATION, observed_mean("pm25", 24)),
    Feature("pm25 day before", Source.STATION, observed_mean("pm25", 24, ago=24)),
    Feature("pm25 change 6 h", Source.STATION, observed_change("pm25", 6)),
    Feature("pm25 same hour", Source.STATION, observed_same_hour("pm25")),
    Feature("neighbours now", Source.NEIGHBOURS, observed_now("neighbours")),
    Feature("neighbours 24 h", Source.NEIGHBOURS, observed_mean("neighbours", 24)),
    Feature("neighbours change 6 h", Source.NEIGHBOURS, observed_change("neighbours", 6)),
    Feature("neighbours same hour", Source.NEIGHBOURS, observed_same_hour("neighbours")),
    Feature("co now", Source.STATION, observed_now("co")),
    Feature("no2 3 h", Source.STATION, observed_mean("no2", 3)),
    Feature("so2 3 h", Source.STATION, observed_mean("so2", 3)),
    Feature("excess over base 6 h", Source.STATION, recent_excess("pm25", "base", 6)),
    Feature("excess over base 24 h", Source.STATION, recent_excess("pm25", "base", 24)),
    Feature("excess over model 6 h", Source.STATION, recent_excess("pm25", "model", 6)),
    Feature("excess over model 24 h", Source.STATION, recent_excess("pm25", "model", 24)),
)
_WEATHER = (
    Feature("base", Source.WEATHER, forecast_at("base")),
    Feature("base 24 h", Source.WEATHER, forecast_mean("base", 24)),
    Feature("base since origin", Source.WEATHER, change_since_origin("base")),
    *(
        Feature(f"{key} {span}", Source.WEATHER, compute)
        for key in ("eastward_wind", "northward_wind", "wind_speed", "relative_humidity", "air_temperature", "mixing_height")
        for span, compute in (
            ("now", forecast_at(key)),
            ("6 h", forecast_mean(key, 6)),
            ("24 h", forecast_mean(key, 24)),
            ("on the way", forecast_mean_on_the_way(key)),
        )
    ),
    Feature("surface_pressure", Source.WEATHER, forecast_at("surface_pressure")),
    Feature("surface_pressure change 24 h", Source.WEATHER, forecast_change("surface_pressure", 24)),
    Feature("air_temperature change 24 h", Source.WEATHER, forecast_change("air_temperature", 24)),
    Feature("dew_point", Source.WEATHER, forecast_at("dew_point")),
    Feature("dew_point since origin", Source.WEATHER, change_since_origin("dew_point")),
    Feature("precipitation 6 h", Source.WEATHER, forecast_mean("precipitation", 6)),
    Feature("precipitation on the way", Source.WEATHER, forecast_mean_on_the_way("precipitation")),
    Feature("solar_radiation 24 h", Source.WEATHER, forecast_mean("solar_radiation", 24)),
)
_MODEL = (
    Feature("model", Source.MODEL, forecast_at("model")),
    Feature("model 24 h", Source.MODEL, forecast_mean("model", 24)),
    Feature("model since origin", Source.MODEL, change_since_origin("model")),
)
_PLACE_AND_TIME = (
    Feature("lead time", Source.PLACE_AND_HOUR, lead_time),
    Feature("hour cosine", Source.PLACE_AND_HOUR, lambda s, r: np.cos(_solar(s, r) * np.pi / 12)),
    Feature("hour sine", Source.PLACE_AND_HOUR, lambda s, r: np.sin(_solar(s, r) * np.pi / 12)),
    Feature("season cosine", Source.SEASON, lambda s, r: np.cos(_season(s, r) * 2 * np.pi)),
    Feature("season sine", Source.SEASON, lambda s, r: np.sin(_season(s, r) * 2 * np.pi)),
    Feature("latitude", Source.PLACE_AND_HOUR, lambda s, r: s.latitude[r.station]),
    Feature("longitude", Source.PLACE_AND_HOUR, lambda s, r: s.longitude[r.station]),
)
FEATURES: tuple[Feature, ...] = (*_OBSERVED, *_WEATHER, *_MODEL, *_PLACE_AND_TIME)


def feature_table(series: Series, rows: Rows) -> NDArray[np.float32]:
    """(row, feature) in the order of `FEATURES`."""
    table = np.empty((rows.lead.size, len(FEATURES)), dtype=np.float32)
    for column, feature in enumerate(FEATURES):
        table[:, column] = feature.compute(series, rows)
    return table


def columns_of(source: Source) -> Index:
    """Which columns of the table are made of `source`."""
    return np.array([i for i, f in enumerate(FEATURES) if f.source is source], dtype=np.int64)
