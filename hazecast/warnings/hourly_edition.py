"""Editions that decide hour by hour, on tables of visibility, PM2.5 and humidity."""

import itertools
import math
from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, model_validator

from hazecast.records import Level
from hazecast.warnings.standard import DataRecord, LevelRow, Standard, require_ascending, require_columns

Values = NDArray[np.floating]
Truth = NDArray[np.bool_]


class Condition(DataRecord):
    """One cell of a standard's table: what visibility (m), PM2.5 (µg m-3) and relative humidity (%) must be together.

    Visibility and humidity bounds called `below` are exclusive, `from` and `up_to` inclusive, `above` exclusive.
    """

    column: int = Field(ge=1)
    visibility_below_m: float = Field(gt=0, allow_inf_nan=False)
    visibility_from_m: float = Field(0.0, ge=0, allow_inf_nan=False)
    humidity_from: float = Field(0.0, ge=0, allow_inf_nan=False)
    humidity_below: float = Field(math.inf, gt=0)
    pm25_above_ug_m3: float | None = Field(None, gt=0, allow_inf_nan=False)
    pm25_up_to_ug_m3: float = Field(math.inf, gt=0)

    @model_validator(mode="after")
    def _can_be_met(self) -> "Condition":
        if not self.humidity_from < self.humidity_below:
            raise ValueError(f"humidity from {self.humidity_from} and below {self.humidity_below} leaves nothing")
        if not self.visibility_from_m < self.visibility_below_m:
            raise ValueError(f"visibility from {self.visibility_from_m} and below {self.visibility_below_m} leaves nothing")
        if not (self.pm25_above_ug_m3 or 0.0) < self.pm25_up_to_ug_m3:
            raise ValueError(f"PM2.5 above {self.pm25_above_ug_m3} and up to {self.pm25_up_to_ug_m3} leaves nothing")
        return self

    def applies_at(self, humidity: float) -> bool:
        """Whether the condition speaks of this relative humidity at all."""
        return self.humidity_from <= humidity < self.humidity_below

    def is_reached(self, pm25: Values, visibility: Values, humidity: Values) -> Truth:
        """Whether each value meets the condition or worse air than it: without upper bound of PM2.5 and lower one of visibility.

        NaN meets nothing.
        """
        reached = (visibility < self.visibility_below_m) & (humidity >= self.humidity_from) & (humidity < self.humidity_below)
        return np.asarray(reached if self.pm25_above_ug_m3 is None else reached & (pm25 > self.pm25_above_ug_m3))

    def is_met(self, pm25: Values, visibility: Values, humidity: Values) -> Truth:
        """Whether each value meets the condition as it is written, with all its bounds."""
        within = (pm25 <= self.pm25_up_to_ug_m3) & (visibility >= self.visibility_from_m)
        return np.asarray(self.is_reached(pm25, visibility, humidity) & within)


class HourlyLevel(LevelRow):
    """One row of a standard's table; the level looks `horizon_hours` into a window and must last `least_hours`."""

    horizon_hours: int = Field(ge=1, le=24)
    least_hours: int = Field(1, ge=1, le=24)
    conditions: tuple[Condition, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _columns_differ(self) -> "HourlyLevel":
        require_columns(self.level, [c.column for c in self.conditions])
        return self


class HourlyEdition(Standard):
    """An edition whose levels are conditions on the hour. They ascend, each can occur, and worse air never lowers the level."""

    kind: Literal["hourly"] = "hourly"
    levels: Annotated[tuple[HourlyLevel, ...], Field(min_length=1), AfterValidator(require_ascending)]

    @model_validator(mode="after")
    def _is_nested(self) -> "HourlyEdition":
        for lower, higher in itertools.pairwise(self.levels):
            if higher.horizon_hours > lower.horizon_hours:
                raise ValueError("a higher level looks further ahead than a lower one; expected the same or less")
            if higher.least_hours < lower.least_hours:
                raise ValueError("a higher level need not last as long as a lower one; expected the same or longer")
        return self

    @model_validator(mode="after")
    def _is_monotone(self) -> "HourlyEdition":
        samples = self._one_of_every_kind()
        as_written, closed = self.highest_met(*samples), self.highest_reached(*samples)
        if not np.array_equal(as_written, closed):
            pm25, visibility, humidity = (float(s[as_written != closed][0]) for s in samples)
            raise ValueError(f"not monotone: {pm25} µg m-3, {visibility} m and {humidity} % give a lower level than some better air")
        never = {row.level for row in self.levels} - {Level(int(v)) for v in closed.flat}
        if never:
            raise ValueError(f"no air can reach {sorted(level.name for level in never)}")
        return self

    @property
    def conditions(self) -> tuple[tuple[Level, Condition], ...]:
        """Every condition with its level, the lowest level and the first column first."""
        return tuple((row.level, c) for row in self.levels for c in row.conditions)

    @property
    def humidity_classes(self) -> tuple[float, ...]:
        """The least humidity (%) of each class within which all humidities are treated alike, ascending from 0."""
        bounds = {b for _, c in self.conditions for b in (c.humidity_from, c.humidity_below)}
        return tuple(sorted({0.0} | {b for b in bounds if math.isfinite(b)}))

    @property
    def names_pm25(self) -> bool:
        """Whether any condition speaks of PM2.5."""
        return any(c.pm25_above_ug_m3 is not None or math.isfinite(c.pm25_up_to_ug_m3) for _, c in self.conditions)

    def highest_reached(self, pm25: Values, visibility: Values, humidity: Values) -> NDArray[np.int8]:
        """The highest level with a condition that each value reaches, NONE without one; the bounds against worse air are left out."""
        return self._highest(Condition.is_reached, pm25, visibility, humidity)

    def highest_met(self, pm25: Values, visibility: Values, humidity: Values) -> NDArray[np.int8]:
        """The highest level with a condition that each value meets as it is written, NONE without one."""
        return self._highest(Condition.is_met, pm25, visibility, humidity)

    def _highest(
        self, holds: Callable[[Condition, Values, Values, Values], Truth], pm25: Values, visibility: Values, humidity: Values
    ) -> NDArray[np.int8]:
        highest = np.full(np.broadcast(pm25, visibility, humidity).shape, Level.NONE, dtype=np.int8)
        for level, condition in self.conditions:
            highest[holds(condition, pm25, visibility, humidity)] = level
        return highest

    def _one_of_every_kind(self) -> tuple[Values, Values, Values]:
        """PM2.5, visibility and humidity with one point in each box that the bounds cut space into."""
        pm25 = {b for _, c in self.conditions for b in (c.pm25_above_ug_m3 or 0.0, c.pm25_up_to_ug_m3) if math.isfinite(b)}
        visibility = {0.0} | {b for _, c in self.conditions for b in (c.visibility_below_m, c.visibility_from_m)}
        axes = (sorted(pm25 | {0.0, 2 * max(pm25, default=0.0) + 1.0}), sorted(visibility), self.humidity_classes)
        pm25_box, visibility_box, humidity_box = np.meshgrid(*(np.array(a) for a in axes), indexing="ij")
        return pm25_box, visibility_box, humidity_box
