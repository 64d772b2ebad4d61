"""What every edition of a warning standard has, whatever it decides by: a head, levels with their words, and how warnings of it live."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from hazecast.records import Level

Names = Annotated[Mapping[str, Annotated[str, Field(min_length=1)]], Field(min_length=1)]
Lines = Mapping[str, tuple[str, ...]]
ByLevel = TypeVar("ByLevel", bound="LevelRow")


def _level_named(name: object) -> object:
    return Level.__members__.get(name.upper(), name) if isinstance(name, str) else name


class DataRecord(BaseModel):
    """A part of an edition's file: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=True)


class LevelRow(DataRecord):
    """One level of a standard. `grade` is what it warns of and `guidance` what to do, by language."""

    level: Annotated[Level, BeforeValidator(_level_named)] = Field(ge=Level.BLUE)
    grade: Names
    colour: str = Field(pattern=r"^#[0-9a-f]{6}$")
    cap_severity: Literal["Minor", "Moderate", "Severe", "Extreme"]
    guidance: Lines = Field(default_factory=dict)


class CapCodes(DataRecord):
    """What a CAP message of the edition says: the event by language and by code, its urgency and its certainty."""

    event: Names
    event_code: str = ""
    urgency: Literal["Immediate", "Expected", "Future"] = "Expected"
    certainty: Literal["Observed", "Likely", "Possible"] = "Likely"


class Standard(DataRecord):
    """The head of an edition, and how its warnings live.

    A level is raised at `raise_probability` and kept down to `clear_probability`; a warning stands for `hold_hours` at least; one that
    follows within `merge_hours` of the end of another goes on with it. `source` says where the text was found, `called` by language what a
    warning is called in the middle of a sentence.
    """

    name: str = Field(min_length=1)
    title: Names
    called: Mapping[str, str] = Field(default_factory=dict)
    issuer: str = Field(min_length=1)
    issued: str = Field(pattern=r"^(\d{4}(-\d{2}-\d{2})?)?$")
    source: str = ""
    language: str = Field(pattern="^[a-z]{2}$")
    cap: CapCodes
    raise_probability: float = Field(0.5, gt=0, lt=1)
    clear_probability: float = Field(0.35, gt=0, lt=1)
    hold_hours: int = Field(0, ge=0, le=72)
    merge_hours: int = Field(0, ge=0, le=72)

    @model_validator(mode="after")
    def _clears_below_where_it_raises(self) -> "Standard":
        if self.clear_probability > self.raise_probability:
            raise ValueError(f"cleared at {self.clear_probability}, above the {self.raise_probability} it is raised at")
        return self


def require_ascending(rows: tuple[ByLevel, ...]) -> tuple[ByLevel, ...]:
    """`rows` as they are; raises ValueError unless each level is there once and the lowest comes first."""
    order = [row.level for row in rows]
    if order != sorted(set(order)):
        raise ValueError(f"the levels are {[level.name for level in order]}; expected each once, the lowest first")
    return rows


def require_columns(level: Level, columns: list[int]) -> None:
    """Raise ValueError unless the columns of a level's conditions are each there once, in order."""
    if columns != sorted(set(columns)):
        raise ValueError(f"the columns of {level.name} are {columns}; expected each once, in order")
