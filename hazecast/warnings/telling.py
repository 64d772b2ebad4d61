"""What an edition's file tells of itself, for products: no bulletin needs to know an edition by name."""

import math
from collections.abc import Mapping

from hazecast.records import ConditionFacts, Guidance, Level, LevelFacts, PlaceName, StandardFacts
from hazecast.warnings.day_editions import DayLevel, IndexLevel
from hazecast.warnings.edition import Edition
from hazecast.warnings.hourly_edition import Condition, HourlyLevel


def facts_of(edition: Edition) -> StandardFacts:
    """The edition's texts, colours, codes and conditions."""
    return StandardFacts(
        name=edition.name,
        title=_named(edition.title),
        issuer=edition.issuer,
        issued=edition.issued,
        language=edition.language,
        cap_event=_named(edition.cap.event),
        cap_event_code=edition.cap.event_code,
        cap_urgency=edition.cap.urgency,
        cap_certainty=edition.cap.certainty,
        levels=tuple(_level(row) for row in edition.levels),
        called=_named(edition.called),
    )


def _level(row: HourlyLevel | IndexLevel | DayLevel) -> LevelFacts:
    return LevelFacts(
        level=row.level,
        grade=_named(row.grade),
        colour=row.colour,
        cap_severity=row.cap_severity,
        guidance=tuple(Guidance(language, lines) for language, lines in row.guidance.items()),
        conditions=_conditions(row),
    )


def _conditions(row: HourlyLevel | IndexLevel | DayLevel) -> tuple[ConditionFacts, ...]:
    if isinstance(row, HourlyLevel):
        return tuple(_bounds(row.level, condition) for condition in row.conditions)
    worded = row.routes if isinstance(row, IndexLevel) else row.judgements
    return tuple(ConditionFacts(_code(row.level, one.column), _named(one.said)) for one in worded)


def _bounds(level: Level, condition: Condition) -> ConditionFacts:
    return ConditionFacts(
        _code(level, condition.column),
        visibility_below_m=condition.visibility_below_m,
        pm25_above_ug_m3=condition.pm25_above_ug_m3,
        humidity_from=condition.humidity_from or None,
        humidity_below=condition.humidity_below if math.isfinite(condition.humidity_below) else None,
    )


def _code(level: Level, column: int) -> str:
    return f"{level.name.lower()}-{column}"


def _named(names: Mapping[str, str]) -> tuple[PlaceName, ...]:
    return tuple(PlaceName(language, text) for language, text in names.items())
