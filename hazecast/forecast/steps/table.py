"""What a step knows: the air of the last day, and the weather until the hour it leads to."""

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.features.calendar import hour_angle, season_angle
from hazecast.forecast.series import Index, Rows, Series

Array = NDArray[np.float64]
Table = NDArray[np.float32]

STEP_HOURS = 6
STATES = 4  # how many steps back the air is known
WEATHER = (
    "eastward_wind",
    "northward_wind",
    "wind_speed",
    "air_temperature",
    "dew_point",
    "surface_pressure",
    "precipitation",
    "relative_humidity",
    "mixing_height",
    "ventilation",
    "weak_wind",
    "wind_from_north",
    "wind_from_east",
    "wind_from_south",
    "wind_from_west",
    "humid",
    "eastward_wind_around",
    "northward_wind_around",
    "wind_speed_around",
)
SPANS = ((0, 3), (0, 6), (6, 6), (0, 24))  # hours before the valid one at which a mean ends, and that it takes in
LONG_SPAN_HOURS = 72
OF_LONG_SPAN = ("northward_wind", "wind_speed", "ventilation", "relative_humidity")


def step_table(series: Series, valid: Index, station: Index, states: Array) -> Table:
    """(row, column) for steps that lead to `valid` (row,).

    `states` (row, `STATES`) are square roots of PM2.5, one step before `valid` first and then ever further back.
    """
    place = Rows(valid, station, np.zeros_like(valid), 0)
    hour, season = hour_angle(series, place), season_angle(series, place)
    columns = [
        *states.T,
        states.mean(axis=1),
        *(series.mean(key, valid - back, hours, station) for key in WEATHER for back, hours in SPANS),
        *(series.mean(key, valid, LONG_SPAN_HOURS, station) for key in OF_LONG_SPAN),
        np.cos(hour),
        np.sin(hour),
        np.cos(season),
        np.sin(season),
        series.latitude[station],
        series.longitude[station],
    ]
    return np.column_stack(columns).astype(np.float32)
