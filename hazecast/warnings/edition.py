"""Editions of the warning standards: data in TOML files beside this module, checked when they are read."""

import itertools
import math
import tomllib
from collections.abc import Callable
from importlib import resources
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from hazecast.errors import SettingsError
from hazecast.records import Level

Values = NDArray[np.floating]
Truth = NDArray[np.bool_]


def _level_named(name: object) -> object:
    return Level.__members__.get(name.upper(), name) if isinstance(name, str) else name


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=True)


class Condition(_Record):
    """One cell of a standard's table: what visibility (m), PM2.5 (µg m-3) and relative humidity (%) must be together.

    Visibility and humidity bounds called `below` are exclusive, `from` and `up_to` inclusive, `above` exclusive.
    """

    column: int = Field(ge=1)
    visibility_below_m: float = Field(gt=0, allow_inf_nan=False)
    humidity_from: float = Field(0.0, ge=0, allow_inf_nan=False)
    humidity_below: float = Field(math.inf, gt=0)
    pm25_above_ug_m3: float | None = Field(None, gt=0, allow_inf_nan=False)
    pm25_up_to_ug_m3: float = Field(math.inf, gt=0)

    @model_validator(mode="after")
    def _can_be_met(self) -> "Condition":
        if not self.humidity_from < self.humidity_below:
            raise ValueError(f"humidity from {self.humidity_from} and below {self.humidity_below} leaves nothing")
        if not (self.pm25_above_ug_m3 or 0.0) < self.pm25_up_to_ug_m3:
            raise ValueError(f"PM2.5 above {self.pm25_above_ug_m3} and up to {self.pm25_up_to_ug_m3} leaves nothing")
        return self

    def applies_at(self, humidity: float) -> bool:
        """Whether the condition speaks of this relative humidity at all."""
        return self.humidity_from <= humidity < self.humidity_below

    def is_reached(self, pm25: Values, visibility: Values, humidity: Values) -> Truth:
        """Whether each value meets the condition or lies beyond it: the upper bound of PM2.5 is left out. NaN meets nothing."""
        reached = (visibility < self.visibility_below_m) & (humidity >= self.humidity_from) & (humidity < self.humidity_below)
        return np.asarray(reached if self.pm25_above_ug_m3 is None else reached & (pm25 > self.pm25_above_ug_m3))

    def is_met(self, pm25: Values, visibility: Values, humidity: Values) -> Truth:
        """Whether each value meets the condition as it is written, the upper bound of PM2.5 included."""
        return np.asarray(self.is_reached(pm25, visibility, humidity) & (pm25 <= self.pm25_up_to_ug_m3))


class EditionLevel(_Record):
    """One row of a standard's table. `grade` is the haze it warns of, in the edition's own language."""

    level: Annotated[Level, BeforeValidator(_level_named)] = Field(ge=Level.BLUE)
    grade: str = Field(min_length=1)
    colour: str = Field(pattern=r"^#[0-9a-f]{6}$")
    cap_severity: Literal["Minor", "Moderate", "Severe", "Extreme"]
    horizon_hours: int = Field(ge=1, le=24)
    conditions: tuple[Condition, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _columns_differ(self) -> "EditionLevel":
        columns = [c.column for c in self.conditions]
        if columns != sorted(set(columns)):
            raise ValueError(f"the columns of {self.level.name} are {columns}; expected each once, in order")
        return self


class Edition(_Record):
    """One edition of a warning standard. Its levels ascend, each can occur, and worse air never lowers the level."""

    name: str = Field(min_length=1)
    title: str = Field(min_length=1)
    issuer: str = Field(min_length=1)
    issued: str = Field(pattern=r"^\d{4}(-\d{2}-\d{2})?$")
    language: str = Field(pattern="^[a-z]{2}$")
    cap_event_code: str
    levels: tuple[EditionLevel, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_ordered(self) -> "Edition":
        order = [row.level for row in self.levels]
        if order != sorted(set(order)):
            raise ValueError(f"the levels are {[level.name for level in order]}; expected each once, the lowest first")
        if any(later.horizon_hours > earlier.horizon_hours for earlier, later in itertools.pairwise(self.levels)):
            raise ValueError("a higher level looks further ahead than a lower one; expected the same or less")
        return self

    @model_validator(mode="after")
    def _is_monotone(self) -> "Edition":
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
        """The highest level with a condition that each value reaches, NONE without one; the upper bounds of PM2.5 are left out."""
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
        visibility = {0.0} | {c.visibility_below_m for _, c in self.conditions}
        axes = (sorted(pm25 | {0.0, 2 * max(pm25, default=0.0) + 1.0}), sorted(visibility), self.humidity_classes)
        pm25_box, visibility_box, humidity_box = np.meshgrid(*(np.array(a) for a in axes), indexing="ij")
        return pm25_box, visibility_box, humidity_box


def known_editions() -> tuple[str, ...]:
    """Names of the editions that come with hazecast."""
    files = (resources.files("hazecast.warnings") / "editions").iterdir()
    return tuple(sorted(f.name.removesuffix(".toml") for f in files if f.name.endswith(".toml")))


def load_edition(name: str) -> Edition:
    """The edition of that name; raises SettingsError for a name that is not known or an edition that is not right."""
    if name not in known_editions():
        raise SettingsError(f"There is no edition {name!r} of the warning standards.", f"Choose one of: {', '.join(known_editions())}.")
    return read_edition(name, (resources.files("hazecast.warnings") / "editions" / f"{name}.toml").read_text(encoding="utf-8"))


def read_edition(name: str, text: str) -> Edition:
    """An edition from its TOML text; raises SettingsError unless it is whole, monotone and called `name`."""
    try:
        edition = Edition.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as wrong:
        reason = wrong.errors()[0]["msg"] if isinstance(wrong, ValidationError) else str(wrong)
        raise SettingsError(f"The edition {name!r} of the warning standards is not right: {reason}.", "Mend its file.") from wrong
    if edition.name != name:
        raise SettingsError(f"The edition in the file {name}.toml calls itself {edition.name!r}.", "Give both one name.")
    return edition
