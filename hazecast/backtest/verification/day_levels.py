"""Levels by editions that decide on days: what a day brought, and what was said of it before."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.backtest.verification.terms import Terms
from hazecast.records import Cycle, Level
from hazecast.warnings.day_editions import HOURS_OF_DAY, IndexEdition
from hazecast.warnings.observed_days import observed_day_levels
from hazecast.warnings.on_days import DayEdition, OnDays
from hazecast.warnings.windows import validity_windows

Array = NDArray[np.float64]
Levels = NDArray[np.int8]
HOUR = np.timedelta64(1, "h")


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a backtest by one edition: they begin at the hour `begin` of UTC, as those of most of its cycles do."""

    edition: DayEdition
    begin: int
    terms: Terms

    @property
    def zone(self) -> ZoneInfo:
        """That of the site."""
        return ZoneInfo(self.terms.time_zone)

    def observed(self, pm25: Array, first: np.datetime64) -> Levels:
        """The levels (hour, place) of places with PM2.5 (hour, place, station) in µg m-3, whose first hour ends at `first`."""
        start = _utc(first)
        values = np.moveaxis(pm25, 0, -1)
        return observed_day_levels(self.edition, values, start, start.replace(hour=self.begin), self.zone).T

    def said(self, pm25: Array, past: Array, cycle: Cycle) -> Levels:
        """What a cycle's PM2.5 (station, lead), with that before it (station, hour), amounts to; hours of both one after the other."""
        return self._of(cycle).of_field(np.maximum(pm25, 0.0), past)

    def past_hours(self, cycle: Cycle) -> int:
        """How many hours before a cycle count."""
        return self._of(cycle).past_hours

    def are_those_of(self, cycle: Cycle) -> bool:
        """Whether the days of the cycle's windows begin at the same hour; those of an edition by hours of the day are the same for all."""
        return not isinstance(self.edition, IndexEdition) or _first_window(cycle, self.terms).hour == self.begin

    def at_their_ends(self, levels: Levels, times: NDArray[np.datetime64]) -> Levels:
        """The highest level of each whole day in levels (…, hour), at its last hour; UNKNOWN at all others, and where any hour is.

        `times` (hour) are the ends of hours that follow each other.
        """
        out = np.full_like(levels, Level.UNKNOWN)
        hour_of_day = times.astype("datetime64[h]").astype(np.int64) % HOURS_OF_DAY
        for end in np.flatnonzero(hour_of_day == self.begin):
            day = levels[..., max(end - HOURS_OF_DAY + 1, 0) : end + 1]
            if day.shape[-1] == HOURS_OF_DAY:
                out[..., end] = np.where((day == Level.UNKNOWN).any(axis=-1), np.int8(Level.UNKNOWN), day.max(axis=-1))
        return out

    def _of(self, cycle: Cycle) -> OnDays:
        return OnDays(self.edition, cycle, _first_window(cycle, self.terms), self.zone, None)


def days_of(forecasts: xr.Dataset, terms: Terms) -> Days | None:
    """The days of the cycles of `forecasts`; None by an edition on hours."""
    if not isinstance(terms.edition, DayEdition):
        return None
    cycles = cycles_of(forecasts)
    if isinstance(terms.edition, IndexEdition):
        return Days(terms.edition, Counter(_first_window(cycle, terms).hour for cycle in cycles).most_common(1)[0][0], terms)
    midnight = cycles[0].init_time.astimezone(ZoneInfo(terms.time_zone)).replace(hour=0)
    return Days(terms.edition, midnight.astimezone(UTC).hour, terms)


def cycles_of(forecasts: xr.Dataset) -> list[Cycle]:
    """The cycles of `forecasts`, each of which knew what there was by its beginning."""
    horizon = timedelta(hours=int(forecasts["lead_time"].values.max()))
    return [Cycle(moment, moment, horizon) for moment in map(_utc, forecasts["init_time"].values)]


def _first_window(cycle: Cycle, terms: Terms) -> datetime:
    return validity_windows(cycle, terms.time_zone, terms.window_start_hours)[0].valid_from


def _utc(moment: np.datetime64) -> datetime:
    return datetime.fromtimestamp(int(moment.astype("datetime64[s]").astype(np.int64)), UTC)
