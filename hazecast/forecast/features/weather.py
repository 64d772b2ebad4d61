"""Weather at the valid hour, before it, on the way there, and against that of the origin."""

from itertools import product

from hazecast.forecast.derived import COURSES
from hazecast.forecast.features.kinds import Array, Compute, Feature, Source
from hazecast.forecast.series import Rows, Series

MONTH_HOURS = 720


def forecast_at(key: str, hours_before: int = 0) -> Compute:
    """The value at the valid hour, or some hours before it."""
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


def mean_since_origin(key: str, hours: int) -> Compute:
    """How much the mean over the `hours` up to the valid one is above that up to the origin."""

    def compute(series: Series, rows: Rows) -> Array:
        return series.mean(key, rows.valid, hours, rows.station) - series.mean(key, rows.origin, hours, rows.station)

    return compute


def unusual(key: str, hours: int) -> Compute:
    """How much the mean over the `hours` up to the valid one is above that of the month up to it."""

    def compute(series: Series, rows: Rows) -> Array:
        return series.mean(key, rows.valid, hours, rows.station) - series.mean(key, rows.valid, MONTH_HOURS, rows.station)

    return compute


_SPANS = {6: "6 h", 12: "12 h", 24: "24 h", 36: "36 h", 48: "48 h", 72: "72 h"}
_MEANS = (
    (("eastward_wind", "northward_wind", "wind_speed", "relative_humidity", "air_temperature", "mixing_height"), (6, 24, 48)),
    (("ventilation",), (6, 24, 48)),
    (("eastward_wind_around", "northward_wind_around", "wind_speed_around", "relative_humidity_around"), (6, 24)),
    (tuple(f"wind_from_{side}" for side in COURSES), (12, 36)),
    (("weak_wind",), (12, 24)),
    (("humid",), (24, 48)),
    (("precipitation",), (6, 24, 72)),
    (("dew_point", "solar_radiation"), (24,)),
)
_NOW = (
    "eastward_wind",
    "northward_wind",
    "wind_speed",
    "relative_humidity",
    "air_temperature",
    "mixing_height",
    "surface_pressure",
    "dew_point",
)
_ON_THE_WAY = ("eastward_wind", "northward_wind", "ventilation", "relative_humidity", "weak_wind", "precipitation", "wind_from_north")
_SINCE_ORIGIN = ("wind_speed", "relative_humidity", "air_temperature", "dew_point", "surface_pressure")

WEATHER = tuple(
    Feature(name, Source.WEATHER, compute)
    for name, compute in (
        *((f"{key} now", forecast_at(key)) for key in _NOW),
        *((f"{key} {_SPANS[hours]}", forecast_mean(key, hours)) for keys, spans in _MEANS for key, hours in product(keys, spans)),
        *((f"{key} on the way", forecast_mean_on_the_way(key)) for key in _ON_THE_WAY),
        *((f"{key} {_SPANS[hours]} since origin", mean_since_origin(key, hours)) for key, hours in product(_SINCE_ORIGIN, (6, 24))),
        ("surface_pressure change 12 h", forecast_change("surface_pressure", 12)),
        ("surface_pressure change 24 h", forecast_change("surface_pressure", 24)),
        ("air_temperature change 24 h", forecast_change("air_temperature", 24)),
        ("surface_pressure unusual 12 h", unusual("surface_pressure", 12)),
        ("dew_point unusual 12 h", unusual("dew_point", 12)),
        ("air_temperature unusual 1 h", unusual("air_temperature", 1)),
        ("air_temperature unusual 24 h", unusual("air_temperature", 24)),
    )
)
