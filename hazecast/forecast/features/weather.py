"""Weather at the valid hour, before it, and on the way there."""

from hazecast.forecast.features.kinds import Compute, Feature, Source


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


WEATHER = (
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
