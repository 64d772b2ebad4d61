"""Why each area's first window was decided as it was."""

from dataclasses import replace

import xarray as xr

from hazecast.config import WarningSettings
from hazecast.records import Area, Assessment, Forecast, Level, Why, WindowAssessment
from hazecast.warnings.assess import held_against
from hazecast.warnings.edition import load_edition
from hazecast.warnings.rule import rule_of
from hazecast.warnings.why.margins import margins, response
from hazecast.warnings.windows import Window


def explained(
    assessment: Assessment, forecast: Forecast, areas: tuple[Area, ...], settings: WarningSettings, observed: xr.Dataset | None = None
) -> Assessment:
    """The assessment with the margins of every area's first window; the arguments are those that it was made from by `assess`."""
    edition = load_edition(settings.edition)
    rule, levels = rule_of(settings, edition), tuple(row.level for row in edition.levels)
    in_force = {status.area_id: status.level for status in assessment.statuses}
    reasons = []
    for area in areas:
        window = first_window(area.id, assessment)
        hours = Window(window.valid_from, window.valid_until).hours(forecast.cycle)
        against = held_against(edition, forecast.cycle, area.time_zone, settings, observed)
        at = response(against, list(dict.fromkeys(area.station_ids)), forecast, hours, rule)
        found = margins(window, in_force.get(area.id, Level.NONE), levels, rule, at)
        reasons.append(Why(area.id, window.valid_from, window.valid_until, found.above, found.below))
    return replace(assessment, reasons=tuple(reasons))


def first_window(area_id: str, assessment: Assessment) -> WindowAssessment:
    """The window that decides on an area's warning."""
    return min((w for w in assessment.windows if w.area_id == area_id), key=lambda w: w.valid_from)
