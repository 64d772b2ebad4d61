"""What people decided on a bulletin, as plain data beside what the forecast alone gives."""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hazecast.records import AreaDecision, Choice, Level, Reviewed

LEVEL_PATTERN = "^(" + "|".join(level.name.lower() for level in Level) + ")$"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ChoiceData(_Data):
    """A level of an area, and from when until when it is to hold."""

    level: str = Field(pattern=LEVEL_PATTERN)
    valid_from: AwareDatetime
    valid_until: AwareDatetime


class DecisionData(_Data):
    """What a person decided on an area, beside what the forecast alone gives for its first window."""

    area: str
    proposed: ChoiceData = Field(description="As the engine assessed it.")
    chosen: ChoiceData = Field(description="The same where only words were added.")
    reason: str
    words: dict[str, str] = Field(description="What the person wrote to the readers, by language.")


class ReviewData(_Data):
    """How a bulletin that waited for a person was released: by one, or by itself when its time came."""

    by_person: bool
    number: int = Field(description="1 for the first bulletin of its cycle.")
    decisions: tuple[DecisionData, ...] = Field(description="Areas without one have what the forecast alone gives.")


def review_data(reviewed: Reviewed) -> ReviewData:
    """What people decided, as data."""
    return ReviewData(by_person=reviewed.by_person, number=reviewed.number, decisions=tuple(map(_decision, reviewed.decisions)))


def _decision(decision: AreaDecision) -> DecisionData:
    return DecisionData(
        area=decision.area_id,
        proposed=_choice(decision.proposed),
        chosen=_choice(decision.chosen),
        reason=decision.reason,
        words={name.language: name.text for name in decision.words},
    )


def _choice(choice: Choice) -> ChoiceData:
    return ChoiceData(level=choice.level.name.lower(), valid_from=choice.valid_from, valid_until=choice.valid_until)
