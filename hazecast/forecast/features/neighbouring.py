"""What the stations around it have observed, up to the last hour that is known."""

import numpy as np

from hazecast.forecast.derived import COURSES
from hazecast.forecast.features.kinds import Array, Feature, Source
from hazecast.forecast.features.observed import observed_change, observed_mean, observed_now, observed_same_hour
from hazecast.forecast.series import Rows, Series


def upwind_on_the_way(series: Series, rows: Rows) -> Array:
    """PM2.5 last known at the stations on the side that the mean wind from the origin to the valid hour comes from."""
    east, north = (series.mean(key, rows.valid, rows.lead, rows.station) for key in ("eastward_wind", "northward_wind"))
    speed = np.maximum(np.hypot(east, north), 1e-9)
    upwind = np.zeros(rows.lead.size)
    for side, (x, y) in COURSES.items():
        share = np.maximum(-(east * x + north * y) / speed, 0.0) ** 2
        upwind += share * series.at(f"pm25_in_{side}", rows.known, rows.station)
    return upwind


NEIGHBOURING = (
    Feature("neighbours now", Source.NEIGHBOURS, observed_now("neighbours")),
    Feature("neighbours 3 h", Source.NEIGHBOURS, observed_mean("neighbours", 3)),
    Feature("neighbours 24 h", Source.NEIGHBOURS, observed_mean("neighbours", 24)),
    Feature("neighbours 7 days", Source.NEIGHBOURS, observed_mean("neighbours", 168)),
    Feature("neighbours change 6 h", Source.NEIGHBOURS, observed_change("neighbours", 6)),
    Feature("neighbours same hour", Source.NEIGHBOURS, observed_same_hour("neighbours")),
    Feature("upwind on the way", Source.NEIGHBOURS, upwind_on_the_way, also=(Source.WEATHER,)),
)
