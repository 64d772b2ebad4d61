"""Why each area's first window was decided as it was."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import xarray as xr

from hazecast.config import WarningSettings
from hazecast.records import (
    Area,
    Assessment,
    Came,
    Forecast,
    Level,
    PreviousBulletin,
    Situation,
    TerritoryForecast,
    WarningSkill,
    Why,
    WindowAssessment,
)
from hazecast.warnings.assess import held_against
from hazecast.warnings.edition import load_edition
from hazecast.warnings.rule import rule_of
from hazecast.warnings.why.change import change_since
from hazecast.warnings.why.likeness import likeness
from hazecast.warnings.why.margins import margins, members_of, response
from hazecast.warnings.why.situation import situation_of
from hazecast.warnings.why.skill import BacktestScores
from hazecast.warnings.windows import Window

HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of the past: what the last cycle expected, how a backtest fared, and the situations of cycles before with what came."""

    last: PreviousBulletin | None = None
    scores: BacktestScores | None = None
    situations: tuple[Situation, ...] = ()
    came: tuple[Came, ...] = ()


def explained(
    assessment: Assessment,
    forecast: Forecast,
    areas: tuple[Area, ...],
    settings: WarningSettings,
    observed: xr.Dataset,
    past: Past,
    territories: Sequence[TerritoryForecast] = (),
) -> Assessment:
    """The assessment with the reasons for every area's first window; all but `past` are what it was made from by `assess`."""
    edition = load_edition(settings.edition)
    rule, levels = rule_of(settings, edition), tuple(row.level for row in edition.levels)
    in_force = levels_in_force(assessment)
    reasons = []
    for area in areas:
        window = first_window(area.id, assessment)
        hours = Window(window.valid_from, window.valid_until).hours(forecast.cycle)
        against = held_against(edition, forecast.cycle, area.time_zone, settings, observed)
        at = response(against, members_of(area, forecast, territories, against), hours, rule)
        found = margins(window, in_force.get(area.id, Level.NONE), levels, rule, at)
        now = situation_of(window, in_force.get(area.id, Level.NONE), area, forecast.cycle, forecast.drivers, observed)
        reasons.append(
            Why(
                area_id=area.id,
                valid_from=window.valid_from,
                valid_until=window.valid_until,
                above=found.above,
                below=found.below,
                change=None if past.last is None else change_since(window, area, past.last, forecast.exchanged),
                skill=_skill(window, max(window.level, in_force.get(area.id, Level.NONE)), levels, forecast, past.scores),
                situation=now,
                likeness=likeness(now, past.situations, past.came),
            )
        )
    return replace(assessment, reasons=tuple(reasons))


def first_window(area_id: str, assessment: Assessment) -> WindowAssessment:
    """The window that decides on an area's warning."""
    return min((w for w in assessment.windows if w.area_id == area_id), key=lambda w: w.valid_from)


def levels_in_force(assessment: Assessment) -> dict[str, Level]:
    """The level of the warning in force in each area that has one."""
    return {warning.area_id: warning.level for warning in assessment.in_force if warning.edition == assessment.edition}


def _skill(
    window: WindowAssessment, level: Level, levels: tuple[Level, ...], forecast: Forecast, scores: BacktestScores | None
) -> WarningSkill | None:
    """Of what is warned of, or without a warning of the lowest level, at the lead of the peak."""
    if scores is None or window.peak_time is None:
        return None
    lead = (window.peak_time - forecast.cycle.init_time).total_seconds() / HOUR_SECONDS
    return scores.of(max(level, levels[0]), int(lead))
