"""Editions of air quality indices: data in TOML files beside this module, checked when they are read."""

import itertools
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hazecast.errors import SettingsError

Names = Mapping[str, str]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Pollutant(_Record):
    """One row of a standard's table: a concentration averaged over `hours`, in `units`, and its breakpoints.

    Beyond the last breakpoint the index stays at the last one's ("last") or there is none ("none").
    """

    key: str = Field(min_length=1)
    hours: int = Field(ge=1, le=24)
    units: str = Field(min_length=1)
    decimals: int = Field(ge=0, le=3)
    breakpoints: tuple[float, ...] = Field(min_length=2)
    beyond_last: Literal["last", "none"] = "last"

    @model_validator(mode="after")
    def _rises_from_nothing(self) -> "Pollutant":
        if self.breakpoints[0] != 0 or any(b <= a for a, b in itertools.pairwise(self.breakpoints)):
            raise ValueError(f"the breakpoints of {self.key} are {self.breakpoints}; expected 0 first, then rising")
        return self


class IndexClass(_Record):
    """The class of every index up to and with `up_to`: its name by language and its colour."""

    up_to: int = Field(ge=1)
    colour: str = Field(pattern=r"^#[0-9a-f]{6}$")
    name: Names = Field(min_length=1)


class IndexStandard(_Record):
    """One edition of an air quality index.

    `segments` says whether a class begins where the one below ends ("joined") or one step above it ("stepped"); `rounding` whether an
    index between two whole numbers becomes the next or the nearest. A day's mean needs `least_hours_of_day`.
    """

    name: str = Field(min_length=1)
    family: str = Field(min_length=1)
    title: Names = Field(min_length=1)
    issuer: str = Field(min_length=1)
    in_force_from: date
    language: str = Field(pattern="^[a-z]{2}$")
    index: tuple[int, ...] = Field(min_length=2)
    rounding: Literal["up", "nearest"]
    segments: Literal["joined", "stepped"]
    primary_above: int = Field(ge=0)
    least_hours_of_day: int = Field(ge=1, le=24)
    pollutants: tuple[Pollutant, ...] = Field(min_length=1)
    classes: tuple[IndexClass, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_whole(self) -> "IndexStandard":
        if self.index[0] != 0 or any(b <= a for a, b in itertools.pairwise(self.index)):
            raise ValueError(f"the index is {self.index}; expected 0 first, then rising")
        if too_long := [p.key for p in self.pollutants if len(p.breakpoints) > len(self.index)]:
            raise ValueError(f"{', '.join(too_long)} has more breakpoints than the index")
        rows = [(p.key, p.hours) for p in self.pollutants]
        if len(set(rows)) < len(rows):
            raise ValueError("a pollutant is there twice with the same hours")
        tops = [c.up_to for c in self.classes]
        if tops != sorted(set(tops)) or tops[-1] != self.index[-1]:
            raise ValueError(f"the classes end at {tops}; expected rising, the last at {self.index[-1]}")
        return self

    def pollutant(self, key: str, hours: int) -> Pollutant:
        """The row of a pollutant averaged over so many hours; raises SettingsError where the standard has none."""
        found = next((p for p in self.pollutants if (p.key, p.hours) == (key, hours)), None)
        if found is None:
            rows = ", ".join(f"{p.key} over {p.hours} h" for p in self.pollutants)
            raise SettingsError(f"{self.name} has no index of {key!r} over {hours} h.", f"It has: {rows}.")
        return found

    def class_of(self, index: float) -> IndexClass:
        """The class of an index of 0 or more; the last for what lies beyond."""
        if not index >= 0:
            raise ValueError(f"The index is {index}; expected 0 or more.")
        return next((c for c in self.classes if index <= c.up_to), self.classes[-1])


def known_standards() -> tuple[str, ...]:
    """Names of the editions that come with hazecast."""
    files = (resources.files("hazecast.aqi") / "editions").iterdir()
    return tuple(sorted(f.name.removesuffix(".toml") for f in files if f.name.endswith(".toml")))


@cache
def load_standard(name: str) -> IndexStandard:
    """The edition of that name; raises SettingsError for a name that is not known."""
    if name not in known_standards():
        raise SettingsError(f"There is no air quality index {name!r}.", f"Choose one of: {', '.join(known_standards())}.")
    return read_standard(name, (resources.files("hazecast.aqi") / "editions" / f"{name}.toml").read_text(encoding="utf-8"))


def standard_on(day: date, family: str = "hj-633") -> IndexStandard:
    """The edition of a family that is in force on a day, the first one before that; raises SettingsError for a family without any."""
    own = sorted((s for s in map(load_standard, known_standards()) if s.family == family), key=lambda s: s.in_force_from)
    if not own:
        families = sorted({load_standard(name).family for name in known_standards()})
        raise SettingsError(f"There is no family {family!r} of air quality indices.", f"Choose one of: {', '.join(families)}.")
    return next((s for s in reversed(own) if s.in_force_from <= day), own[0])


def read_standard(name: str, text: str) -> IndexStandard:
    """An edition from its TOML text; raises SettingsError unless it is whole and called `name`."""
    try:
        standard = IndexStandard.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as wrong:
        reason = wrong.errors()[0]["msg"] if isinstance(wrong, ValidationError) else str(wrong)
        raise SettingsError(f"The air quality index {name!r} is not right: {reason}.", "Mend its file.") from wrong
    if standard.name != name:
        raise SettingsError(f"The index in the file {name}.toml calls itself {standard.name!r}.", "Give both one name.")
    return standard
