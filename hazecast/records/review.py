"""What a person decides on the engine's proposal, kept beside it."""

from dataclasses import dataclass
from datetime import datetime

from hazecast.records.checks import require_utc
from hazecast.records.codes import Level
from hazecast.records.places import PlaceName

DECIDED_BY_PERSON = "forecaster"
"""The condition of a level that no condition of the edition decided, but a person."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A level of an area, and from when until when it is to hold."""

    level: Level
    valid_from: datetime
    valid_until: datetime

    def __post_init__(self) -> None:
        require_utc("valid_from", self.valid_from)
        require_utc("valid_until", self.valid_until)
        if not self.valid_from < self.valid_until:
            raise ValueError(f"It would hold from {self.valid_from} until {self.valid_until}; expected an end after the beginning.")


@dataclass(frozen=True, slots=True)
class AreaDecision:
    """What the engine proposed for an area, what a person chose instead, why, and in what words, by language.

    `proposed` is the first validity window as the engine assessed it, and `chosen` equals it where only words were added.
    """

    area_id: str
    proposed: Choice
    chosen: Choice
    reason: str
    words: tuple[PlaceName, ...] = ()

    def __post_init__(self) -> None:
        if self.chosen.level is Level.UNKNOWN and self.changes:
            raise ValueError(f"Nobody can choose that the level of {self.area_id} is unknown.")
        if self.changes and not self.reason.strip():
            raise ValueError(f"A change of {self.area_id} needs a reason.")

    @property
    def changes(self) -> bool:
        """Whether more than words differ from the proposal."""
        return self.chosen != self.proposed

    @property
    def touches_red(self) -> bool:
        """Whether red is proposed or chosen."""
        return Level.RED in (self.proposed.level, self.chosen.level)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How a bulletin was released: by a person, or by itself when its time came; with what people decided."""

    by_person: bool
    number: int
    decisions: tuple[AreaDecision, ...]

    def decision_on(self, area_id: str) -> AreaDecision | None:
        """What was decided on an area, if it was not left as proposed."""
        return next((decision for decision in self.decisions if decision.area_id == area_id), None)
