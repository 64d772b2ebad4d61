"""What editions that decide hour by hour make of an area, of each station, and of fields."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.records import Forecast
from hazecast.warnings.chances import Array, Chances, level_chances
from hazecast.warnings.deciding import levels
from hazecast.warnings.drawn import DrawnLevels, drawn_levels
from hazecast.warnings.hourly_edition import HourlyEdition
from hazecast.warnings.stations import StationHours
from hazecast.warnings.values import DRAW_DIMS, GRID_DIMS, QUANTILE_DIMS, STATION_DIMS, values_of


@dataclass(frozen=True, slots=True)
class OnHours:
    """An edition on hours."""

    edition: HourlyEdition

    def of_area(self, ids: list[str], forecast: Forecast, ground: Array | None = None) -> StationHours:
        """The chances of the area's stations; one that the forecast does not have is unknown throughout.

        With `ground` (station,) in m2 they are cells, and count by it.
        """
        own = forecast.stations.reindex(station=ids)
        drawn = None if forecast.draws is None else self._drawn(forecast.draws.reindex(station=ids), own)
        return StationHours(self.edition, self._chances(own), drawn, ground)

    def at_stations(self, forecast: Forecast) -> NDArray[np.int8]:
        """The level (station, hour) that each station has by its own values."""
        return self._levels(forecast.stations, STATION_DIMS)

    def of_grid(self, forecast: Forecast) -> NDArray[np.int8]:
        """The level of each cell, (hour, latitude, longitude)."""
        return self._levels(forecast.grid, GRID_DIMS)

    def chances_at_stations(self, forecast: Forecast) -> Array:
        """The chance (level, station, hour) of each level or a higher one at each station, NaN where it is not known."""
        chances = self._chances(forecast.stations)
        return np.where(np.isclose(chances.least, chances.greatest, atol=1e-9), chances.least, np.nan)

    def _levels(self, data: xr.Dataset, dims: Sequence[str]) -> NDArray[np.int8]:
        return levels(self.edition, *(values_of(data, name, dims) for name in ("pm25", "visibility", "relative_humidity")))

    def _chances(self, stations: xr.Dataset) -> Chances:
        pm25, visibility = (values_of(stations, name, QUANTILE_DIMS) for name in ("pm25_quantile", "visibility_quantile"))
        humidity = values_of(stations, "relative_humidity", STATION_DIMS)
        log_error = float(stations["visibility_log_error"]) if "visibility_log_error" in stations else 0.0
        return level_chances(self.edition, pm25, visibility, humidity, stations["quantile"].values.astype(np.float64), log_error)

    def _drawn(self, draws: xr.Dataset, stations: xr.Dataset) -> DrawnLevels:
        pm25, visibility = (values_of(draws, name, DRAW_DIMS) for name in ("pm25", "visibility"))
        return drawn_levels(self.edition, pm25, visibility, values_of(stations, "relative_humidity", STATION_DIMS))
