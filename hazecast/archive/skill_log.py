"""How good each day's forecast was, as the log of operations keeps it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import Engine, delete, insert, select

from hazecast.archive.database import reading, writing
from hazecast.archive.operations import daily_skill

RECENT_DAYS = 3
NORMAL_DAYS = 60
LEAST_NORMAL_DAYS = 14
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class DaySkill:
    """Of one local day: PM2.5 as the newest cycle before it forecast it, and as persistence had it, against what came; µg m-3."""

    day: date
    pairs: int
    rmse: float
    persistence_rmse: float
    bias: float
    cycle_key: str

    def __post_init__(self) -> None:
        if self.pairs <= 0 or not all(map(math.isfinite, (self.rmse, self.persistence_rmse, self.bias))):
            raise ValueError(f"The skill of {self.day} needs pairs and finite scores; got {self}.")


@dataclass(frozen=True, slots=True)
class SkillStanding:
    """The skill against persistence of the last days, 1 - RMSE / RMSE of persistence, beside what is normal: NaN where not known."""

    days: int
    recent: float
    low: float
    high: float

    @property
    def has_fallen(self) -> bool:
        """Whether it is below all but one in twenty of the days before."""
        return self.recent < self.low


def note_skill(database: Engine, skill: DaySkill) -> None:
    """Enter the skill of a day, in the place of what was entered for it. Raises ArchiveError."""
    values = {"pairs": skill.pairs, "rmse": skill.rmse, "persistence_rmse": skill.persistence_rmse, "bias": skill.bias}
    with writing(database) as connection:
        connection.execute(delete(daily_skill).where(daily_skill.c.day == str(skill.day)))
        connection.execute(insert(daily_skill).values(day=str(skill.day), cycle_key=skill.cycle_key, **values))


def skill_since(database: Engine, first: date) -> tuple[DaySkill, ...]:
    """The skill of the days from `first` on, the oldest first. Raises ArchiveError."""
    with reading(database) as connection:
        rows = connection.execute(select(daily_skill).where(daily_skill.c.day >= str(first)).order_by(daily_skill.c.day)).all()
    return tuple(DaySkill(date.fromisoformat(r.day), r.pairs, r.rmse, r.persistence_rmse, r.bias, r.cycle_key) for r in rows)


def standing(days: Sequence[DaySkill], today: date) -> SkillStanding:
    """The last `RECENT_DAYS` days together, beside the range of every so many days in a row of the `NORMAL_DAYS` before them.

    Of fewer than `LEAST_NORMAL_DAYS` nothing is said to be normal.
    """
    recent = [day for day in days if today - timedelta(days=RECENT_DAYS) <= day.day < today]
    before = [day for day in days if day.day < today - timedelta(days=RECENT_DAYS)][-NORMAL_DAYS:]
    runs = [_skill(before[start : start + RECENT_DAYS]) for start in range(len(before) - RECENT_DAYS + 1)]
    known = [skill for skill in runs if math.isfinite(skill)] if len(before) >= LEAST_NORMAL_DAYS else []
    low, high = np.quantile(known, (LOW, HIGH)) if known else (math.nan, math.nan)
    return SkillStanding(len(recent), _skill(recent), float(low), float(high))


def _skill(days: Sequence[DaySkill]) -> float:
    own, persistence = (sum(day.pairs * error**2 for day, error in zip(days, errors, strict=True)) for errors in _errors(days))
    return 1.0 - math.sqrt(own / persistence) if persistence > 0 else math.nan


def _errors(days: Sequence[DaySkill]) -> tuple[list[float], list[float]]:
    return [day.rmse for day in days], [day.persistence_rmse for day in days]
