"""Why an area's first window was decided as it was, as plain data."""

import math

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hazecast.records import Change, Level, Margin, PastEpisode, WarningSkill, Why

LevelName = str


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class MarginData(_Data):
    """How far it is to where a level would be decided otherwise."""

    level: LevelName
    probability: float = Field(description="What the level is decided on at.")
    chance: float | None = Field(description="The level's chance less that probability; null where it is not known.")
    factor: float | None = Field(description="Of all PM2.5 ahead, with visibility divided by it; null where none within reach decides.")
    pm25: float | None = Field(description="What the factor adds to the window's peak, in µg m-3.")
    visibility_m: float | None = Field(description="What it adds to the lowest visibility.")


class ChangeData(_Data):
    """What changed of the window since the last cycle."""

    cycle: str
    level: LevelName = Field(description="Whose chances are told.")
    former_level: LevelName | None
    chance: float | None
    chance_then: float | None
    hour: AwareDatetime | None = Field(description="End of the hour of the peak, which the PM2.5 (µg m-3) is of.")
    pm25: float | None
    pm25_then: float | None
    parts: dict[str, float | None] = Field(
        description="By how much PM2.5 is higher than with the last cycle's input of that kind, in µg m-3."
    )
    driver: str | None = Field(description="The input that explains the change; null where it cannot be told.")


class SkillData(_Data):
    """How forecasts of the level or a higher one fared in a backtest, at leads like that of the peak.

    In hours at stations or, by an edition that decides on days, in days at stations.
    """

    level: LevelName
    first_lead_hours: int
    last_lead_hours: int
    hits: int
    misses: int
    false_alarms: int
    correct_negatives: int | None = Field(description="Hours without it forecast or come; null where the scores do not tell.")
    pod: float | None
    far: float | None
    csi: float | None
    start: AwareDatetime
    end: AwareDatetime
    sha256: str = Field(description="Of the file with the scores.")


class EpisodeData(_Data):
    """A past situation like the present one, what was warned, and what came (PM2.5 in µg m-3)."""

    cycle: str
    valid_from: AwareDatetime
    valid_until: AwareDatetime
    distance: float = Field(description="Root mean square over the quantities that both have, in standard deviations.")
    expected_level: LevelName
    warned_level: LevelName
    peak_pm25: float | None
    measured_pm25: float
    measured_hours: int


class WhyData(_Data):
    """The reasons for a decision; null is what is not known."""

    above: MarginData | None = Field(description="To the next level up.")
    below: MarginData | None = Field(description="To where what is in force or expected is lost.")
    change: ChangeData | None
    skill: SkillData | None
    past_known: int | None = Field(description="So many past situations of the area have an outcome that is known.")
    past_needed: int | None = Field(description="So many it takes to look for similar ones.")
    episodes: tuple[EpisodeData, ...] = Field(description="The most similar first.")


def why_data(why: Why) -> WhyData:
    """The reasons as data."""
    return WhyData(
        above=None if why.above is None else _margin(why.above),
        below=None if why.below is None else _margin(why.below),
        change=None if why.change is None else _change(why.change),
        skill=None if why.skill is None else _skill(why.skill),
        past_known=None if why.likeness is None else why.likeness.past,
        past_needed=None if why.likeness is None else why.likeness.needed,
        episodes=() if why.likeness is None else tuple(_episode(one) for one in why.likeness.episodes),
    )


def _margin(margin: Margin) -> MarginData:
    return MarginData(
        level=_level(margin.level),
        probability=margin.probability,
        chance=_known(margin.chance),
        factor=_known(margin.factor),
        pm25=_known(margin.pm25),
        visibility_m=_known(margin.visibility),
    )


def _change(change: Change) -> ChangeData:
    return ChangeData(
        cycle=change.cycle_key,
        level=_level(change.level),
        former_level=None if change.former_level is None else _level(change.former_level),
        chance=_known(change.chance),
        chance_then=_known(change.chance_then),
        hour=change.hour,
        pm25=_known(change.pm25),
        pm25_then=_known(change.pm25_then),
        parts={part.driver.value: _known(part.pm25) for part in change.parts},
        driver=None if change.driver is None else change.driver.value,
    )


def _skill(skill: WarningSkill) -> SkillData:
    return SkillData(
        level=_level(skill.level),
        first_lead_hours=skill.first_lead,
        last_lead_hours=skill.last_lead,
        hits=skill.hits,
        misses=skill.misses,
        false_alarms=skill.false_alarms,
        correct_negatives=skill.correct_negatives,
        pod=skill.pod,
        far=skill.far,
        csi=skill.csi,
        start=skill.start,
        end=skill.end,
        sha256=skill.sha256,
    )


def _episode(one: PastEpisode) -> EpisodeData:
    return EpisodeData(
        cycle=one.situation.cycle_key,
        valid_from=one.situation.valid_from,
        valid_until=one.situation.valid_until,
        distance=one.distance,
        expected_level=_level(one.situation.expected_level),
        warned_level=_level(one.situation.warned_level),
        peak_pm25=_known(one.situation.peak_pm25),
        measured_pm25=one.came.pm25,
        measured_hours=one.came.hours,
    )


def _known(value: float | None) -> float | None:
    """JSON has no NaN."""
    return value if value is not None and math.isfinite(value) else None


def _level(level: Level) -> str:
    return level.name.lower()
