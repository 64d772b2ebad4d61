"""What editions that decide on days make of an area, of each station, and of fields."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.records import Cycle, Forecast, Level
from hazecast.warnings.courses import AreaLevels, Array, Course, course_at, fields_course
from hazecast.warnings.day_editions import HOURS_OF_DAY, HoursOfDayEdition, IndexEdition
from hazecast.warnings.drawn import hourly_chances
from hazecast.warnings.hours_of_day import day_levels
from hazecast.warnings.index_days import index_levels
from hazecast.warnings.values import GRID_DIMS, STATION_DIMS, values_of

DayEdition = IndexEdition | HoursOfDayEdition


@dataclass(frozen=True, slots=True)
class OnDays:
    """An edition on days for one cycle: where days begin, in which zone, and what was observed of them so far."""

    edition: DayEdition
    cycle: Cycle
    first_window: datetime
    zone: ZoneInfo
    observed: xr.Dataset | None

    @property
    def past_hours(self) -> int:
        """How many hours before the forecast's first may count."""
        if isinstance(self.edition, IndexEdition):
            return (self.edition.longest_days + 1) * HOURS_OF_DAY
        return 2 * HOURS_OF_DAY

    def of_area(self, ids: list[str], forecast: Forecast) -> AreaLevels:
        """The levels of the area that these stations make up."""
        return self.of_course(self.course(ids, forecast))

    def course(self, ids: list[str], forecast: Forecast) -> Course:
        """PM2.5 of these stations in the days so far and ahead."""
        return course_at(ids, forecast, self.observed, self.past_hours)

    def at_stations(self, forecast: Forecast) -> NDArray[np.int8]:
        """The level (station, hour) that each station has by its own expected PM2.5, UNKNOWN where what lacks could change it."""
        ids = [str(id) for id in forecast.stations["station"].values]
        past = self.course(ids, forecast).pm25[0, :, : self.past_hours]
        return self.of_field(values_of(forecast.stations, "pm25", STATION_DIMS), past)

    def of_grid(self, forecast: Forecast) -> NDArray[np.int8]:
        """The level of each cell, (hour, latitude, longitude); nothing was observed there, so that days begun before are not known."""
        return np.moveaxis(self.of_field(np.moveaxis(values_of(forecast.grid, "pm25", GRID_DIMS), 0, -1)), -1, 0)

    def chances_at_stations(self, forecast: Forecast) -> Array:
        """The chance (level, station, hour) of each level or a higher one at each station, NaN where what lacks could change it."""
        ids = [str(id) for id in forecast.stations["station"].values]
        levels = [row.level for row in self.edition.levels]
        out = np.full((len(levels), len(ids), len(self.cycle.lead_hours)), np.nan)
        for i, id in enumerate(ids):
            found = self.of_area([id], forecast)
            least, greatest = (hourly_chances(part, levels) for part in (found.lowest, found.highest))
            out[:, i] = np.where(np.isclose(least, greatest, atol=1e-9), least, np.nan)
        return out

    def of_field(self, pm25: Array, past: Array | None = None) -> NDArray[np.int8]:
        """The level of each of a field's values (…, hour); `past` (…, hour) are those before them."""
        found = self.of_course(fields_course(pm25, self.cycle, past))
        return np.where(found.lowest == found.highest, found.lowest, np.int8(Level.UNKNOWN)).astype(np.int8).reshape(pm25.shape)

    def of_course(self, course: Course) -> AreaLevels:
        """The levels of the area whose stations' course it is."""
        if isinstance(self.edition, IndexEdition):
            return index_levels(self.edition, course, self.first_window)
        return day_levels(self.edition, course, self.zone)
