"""What to do where less is told than at the worst."""

from dataclasses import dataclass

from hazecast.bulletins.phrases import guidance
from hazecast.bulletins.rows import Badge, badge
from hazecast.bulletins.situation import shown_level, told_levels
from hazecast.bulletins.telling import Telling
from hazecast.records import Level


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do at one level, and the areas that it is told of."""

    level: Badge
    areas: str
    sentences: tuple[str, ...]


def advice_elsewhere(telling: Telling) -> tuple[Advice, ...]:
    """What to do where a level is told that is lower than the highest, the highest of these first; nothing for areas without one."""
    told, worst = told_levels(telling.facts), shown_level(telling.facts)
    lower = sorted({level for level in told.values() if Level.NONE < level < worst}, reverse=True)
    return tuple(_advice(level, [area_id for area_id, own in told.items() if own is level], telling) for level in lower)


def _advice(level: Level, area_ids: list[str], telling: Telling) -> Advice:
    return Advice(badge(level, telling), telling.areas(area_ids), guidance({level}, telling.facts.assessment, telling.wording))
