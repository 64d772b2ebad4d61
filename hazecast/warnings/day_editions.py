"""Editions that decide on days: on how many of them an index lasts, or on what the hours of one of them have brought by a time of day."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from hazecast.records import Level
from hazecast.warnings.standard import DataRecord, LevelRow, Names, Standard, require_ascending, require_columns

HOURS_OF_DAY = 24


class Run(DataRecord):
    """So many days one after the other whose index is `index_from` or more."""

    index_from: int = Field(ge=1, le=500)
    days: int = Field(ge=1, le=10)


class Route(DataRecord):
    """One way to a level: all of its runs, each within the first. `said` has it in words, by language."""

    column: int = Field(ge=1)
    runs: tuple[Run, ...] = Field(min_length=1)
    said: Names

    @model_validator(mode="after")
    def _fit_into_the_first(self) -> "Route":
        first = self.runs[0]
        if any(run.days > first.days or run.index_from <= first.index_from for run in self.runs[1:]):
            raise ValueError("a run does not fit into the first: expected no more days than it has, and a higher index")
        return self


class IndexLevel(LevelRow):
    """One level of an edition by daily index: any of its routes."""

    routes: tuple[Route, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _columns_differ(self) -> "IndexLevel":
        require_columns(self.level, [r.column for r in self.routes])
        return self


class IndexEdition(Standard):
    """An edition by the daily air quality index of PM2.5, over days on end.

    `index` is a family of indices, whose edition follows the date. Two episodes with less than `merge_hours` between them are one. A
    warning is lifted once the index is forecast not to be above `lift_index_up_to` for `lift_hours`. A level may be met without a lower
    one, for one day of the worst index can be enough; the highest is the level.
    """

    kind: Literal["index"]
    index: str = "hj-633"
    least_hours_of_day: int = Field(20, ge=1, le=HOURS_OF_DAY)
    lift_index_up_to: int | None = Field(None, ge=1, le=500)
    lift_hours: int = Field(HOURS_OF_DAY, ge=1, le=96)
    levels: Annotated[tuple[IndexLevel, ...], Field(min_length=1), AfterValidator(require_ascending)]

    @property
    def longest_days(self) -> int:
        """Days of the longest run."""
        return max(run.days for row in self.levels for route in row.routes for run in route.runs)

    @property
    def routes(self) -> tuple[tuple[Level, Route], ...]:
        """Every route with its level, the lowest level and the first column first."""
        return tuple((row.level, route) for row in self.levels for route in row.routes)


class Judgement(DataRecord):
    """A mean over hours of a local day, from the hour that ends at `first_hour` to that which ends at `last_hour`, above a bound.

    At so many `stations` of the area, or all if there are fewer. It holds from `holds_from` on to the end of the day; a mean needs
    `least_hours`.
    """

    column: int = Field(ge=1)
    first_hour: int = Field(ge=1, le=HOURS_OF_DAY)
    last_hour: int = Field(ge=1, le=HOURS_OF_DAY)
    mean_above_ug_m3: float = Field(gt=0, allow_inf_nan=False)
    stations: int = Field(ge=1)
    holds_from: int = Field(ge=1, le=HOURS_OF_DAY)
    least_hours: int = Field(ge=1, le=HOURS_OF_DAY)
    can_be_lifted: bool = True
    said: Names

    @model_validator(mode="after")
    def _has_hours(self) -> "Judgement":
        if self.last_hour < self.first_hour or self.least_hours > self.last_hour - self.first_hour + 1:
            raise ValueError(f"the hours {self.first_hour} to {self.last_hour} cannot give {self.least_hours}")
        return self


class DayLevel(LevelRow):
    """One level of an edition by hours of the day: any of its judgements."""

    judgements: tuple[Judgement, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _columns_differ(self) -> "DayLevel":
        require_columns(self.level, [j.column for j in self.judgements])
        return self


class HoursOfDayEdition(Standard):
    """An edition of one level that is judged at fixed times of the day and holds until the day ends.

    A judgement that can be lifted is so before that, once every station has had `lift_after_hours` in a row, since it holds, at or below
    `lift_up_to_ug_m3`; if that is given.
    """

    kind: Literal["hours-of-day"]
    lift_up_to_ug_m3: float | None = Field(None, gt=0)
    lift_after_hours: int = Field(2, ge=1, le=HOURS_OF_DAY)
    levels: Annotated[tuple[DayLevel, ...], Field(min_length=1, max_length=1)]
