"""The base forecast, hazecast's own or another model's."""

from hazecast.forecast.features.kinds import Feature, Source
from hazecast.forecast.features.weather import change_since_origin, forecast_at, forecast_mean

BASE = tuple(
    Feature(name, source, compute)
    for key, source in (("base", Source.BASE), ("model", Source.MODEL))
    for name, compute in (
        (key, forecast_at(key)),
        (f"{key} 12 h", forecast_mean(key, 12)),
        (f"{key} 24 h", forecast_mean(key, 24)),
        (f"{key} 48 h", forecast_mean(key, 48)),
        (f"{key} since origin", change_since_origin(key)),
    )
)
