"""A look at data without gridded weather: what the stations measure of it, and a domain round them."""

import math
from collections.abc import Sequence

import numpy as np
import xarray as xr

from hazecast.config import DomainSettings
from hazecast.intake.fields.reading import Fields
from hazecast.intake.monitoring.reading import Monitoring
from hazecast.intake.station_weather import station_weather
from hazecast.records import Station
from hazecast.survey.extent import Extent, beside

MARGIN_DEGREES = 0.5  # round the stations; there is a forecast at these alone, and a map to show them on
MOST_CELLS_EACH_WAY = 24
SPACINGS = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0)


def measured_weather(monitoring: Monitoring) -> Fields:
    """What is plausible of the weather (time, station), without hours and variables of which there is nothing."""
    found = station_weather(monitoring.data, None)
    known = found.data.drop_vars([str(key) for key, values in found.data.data_vars.items() if not values.notnull().any()])
    hours = known.dropna("time", how="all") if known.data_vars else xr.Dataset(coords={"time": np.empty(0, "datetime64[ns]")})
    return Fields(hours.assign_coords(init_time=("time", np.full(hours.sizes["time"], "NaT", "datetime64[ns]"))), None, (), ())


def placed_together(stations: Sequence[Station]) -> tuple[Station, ...]:
    """With longitudes counted from the first on, so that stations across the date line stand side by side."""
    return tuple(beside(s, Extent(np.array([s.latitude]), np.array([stations[0].longitude]))) for s in stations)


def domain_round(stations: Sequence[Station]) -> DomainSettings:
    """The stations and a margin, in as few cells as show where they are."""
    latitude, longitude = ([getattr(s, axis) for s in stations] for axis in ("latitude", "longitude"))
    across = max(max(axis) - min(axis) for axis in (latitude, longitude)) + 2 * MARGIN_DEGREES
    spacing = next((step for step in SPACINGS if across / step <= MOST_CELLS_EACH_WAY), SPACINGS[-1])
    (south, north), (west, east) = _edges(latitude, spacing), _edges(longitude, spacing)
    farthest = spacing * math.floor((90.0 - spacing / 2) / spacing)  # from the equator: no cell reaches beyond a pole
    south, north = max(south, -farthest), min(north, farthest)
    return DomainSettings(south=round(south, 5), north=round(north, 5), west=round(west, 5), east=round(east, 5), spacing=spacing)


def _edges(places: Sequence[float], spacing: float) -> tuple[float, float]:
    """Multiples of the spacing, at least one of it and the margin away from every place."""
    margin = max(MARGIN_DEGREES, spacing)
    return spacing * math.floor((min(places) - margin) / spacing), spacing * math.ceil((max(places) + margin) / spacing)
