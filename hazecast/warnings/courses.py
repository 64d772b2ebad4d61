"""PM2.5 of an area through days on end: what was observed of the days so far, then what each draw has of the hours ahead."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.quantiles import values_at
from hazecast.records import Cycle, Forecast, Level
from hazecast.warnings.usable import usable

Array = NDArray[np.float64]
Levels = NDArray[np.int8]
ONE_HOUR = timedelta(hours=1)
COURSES_OF_QUANTILES = 99  # where nothing was drawn: so many alike ones, all hours and stations high or low together


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """PM2.5 (µg m-3) as (draw, station, hour), NaN where it lacks. The first hour ends at `first`; the forecast's begin at `ahead`."""

    pm25: Array
    first: datetime
    ahead: int

    def hour_ending(self, at: datetime) -> int:
        """Where the hour stands that ends at that time; below 0 for one before the first."""
        return (at - self.first) // ONE_HOUR

    @property
    def hours(self) -> int:
        """How many hours there are in all."""
        return int(self.pm25.shape[-1])

    def scaled(self, factor: float) -> "Course":
        """With PM2.5 of the hours ahead multiplied by a factor."""
        return Course(
            np.concatenate([self.pm25[..., : self.ahead], self.pm25[..., self.ahead :] * factor], axis=-1), self.first, self.ahead
        )


@dataclass(frozen=True, slots=True, eq=False)
class AreaLevels:
    """Levels of an area in the hours of the forecast, (draw, hour): the lowest and the highest that what is lacking allows.

    `levels` are the edition's, ascending, and `conditions` its conditions as level and column; `met` (condition, draw, hour) says where
    each of them holds for certain. `keeps`, if the edition has a rule to lift by, is the least and the greatest share of draws that do
    not meet it.
    """

    levels: tuple[Level, ...]
    conditions: tuple[tuple[Level, int], ...]
    lowest: Levels
    highest: Levels
    met: NDArray[np.bool_]
    keeps: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.lowest.ndim != 2 or len({self.lowest.shape, self.highest.shape, self.met.shape[1:]}) > 1:
            raise ValueError(
                f"Levels of {self.lowest.shape} and {self.highest.shape}, conditions of {self.met.shape}; expected one (draw, hour)."
            )


def course_at(ids: list[str], forecast: Forecast, observed: xr.Dataset | None, past_hours: int) -> Course:
    """The course at these stations, with so many hours before the forecast's first; what was not observed is NaN."""
    drawn = _drawn(ids, forecast)
    past = np.full((len(ids), past_hours), np.nan)
    if observed is not None and "pm25" in observed:
        past = _observed(ids, forecast.cycle, observed["pm25"], past_hours)
    known = np.broadcast_to(past, (drawn.shape[0], *past.shape))
    return Course(np.concatenate([known, drawn], axis=-1), forecast.cycle.init_time + (1 - past_hours) * ONE_HOUR, past_hours)


def fields_course(pm25: Array, cycle: Cycle, past: Array | None = None) -> Course:
    """The course of values (…, hour) of a forecast, each a draw of its own with one station; `past` (…, hour) is put before them."""
    flat = usable(pm25).reshape(-1, 1, pm25.shape[-1])
    before = np.full((flat.shape[0], 1, 0), np.nan) if past is None else usable(past).reshape(flat.shape[0], 1, -1)
    hours = before.shape[-1]
    return Course(np.concatenate([before, flat], axis=-1).astype(np.float64), cycle.init_time + (1 - hours) * ONE_HOUR, hours)


def _observed(ids: list[str], cycle: Cycle, pm25: xr.DataArray, hours: int) -> Array:
    end = np.datetime64(cycle.init_time.replace(tzinfo=None), "ns")
    times = end - np.arange(hours - 1, -1, -1) * np.timedelta64(1, "h")
    known = pm25.sel(time=pm25["time"] <= np.datetime64(cycle.as_of.replace(tzinfo=None), "ns"))
    return usable(known.reindex(station=ids, time=times).transpose("station", "time").values).astype(np.float64)


def _drawn(ids: list[str], forecast: Forecast) -> Array:
    """(draw, station, hour)."""
    if forecast.draws is not None and "pm25" in forecast.draws:
        drawn = forecast.draws["pm25"].reindex(station=ids).transpose("draw", "station", "lead_time")
        return usable(drawn.values).astype(np.float64)
    stations = forecast.stations.reindex(station=ids)
    if "pm25_quantile" not in stations:
        return np.full((1, len(ids), stations.sizes["lead_time"]), np.nan)
    quantile = usable(stations["pm25_quantile"].transpose("station", "lead_time", "quantile").values).astype(np.float64)
    chances = (np.arange(COURSES_OF_QUANTILES) + 0.5) / COURSES_OF_QUANTILES
    found = values_at(np.sort(quantile, axis=-1), stations["quantile"].values.astype(np.float64), chances)
    return np.moveaxis(np.maximum(found, 0.0), -1, 0)
