"""Verify: yesterday's bulletin against what came, the engine against the forecaster, and the season's scorecard."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from hazecast.archive.bulletin_facts import OBSERVED_FILE, load_told_facts
from hazecast.archive.ledger import CycleStatus
from hazecast.archive.netcdf import read_dataset
from hazecast.archive.reviews import Draft, Released, releases_of
from hazecast.backtest.events.flip_flop import FlipFlop
from hazecast.bulletins.day_before import changes, hindsight
from hazecast.bulletins.telling import Telling
from hazecast.config import Settings
from hazecast.desk.came import Terms
from hazecast.desk.cases import chosen_cycle, visible_cycles
from hazecast.desk.desk import Desk, desk_of
from hazecast.desk.guard import SCORECARD_POLICY
from hazecast.desk.refusals import Refusal
from hazecast.desk.rendering import page, speaking_to
from hazecast.desk.versus import LEAST_TOLD, Compared, compared, minds_changed, said_of
from hazecast.desk.visits import Operator
from hazecast.records import Level
from hazecast.warnings.edition import load_edition
from hazecast.warnings.rule import rule_of

router = APIRouter(include_in_schema=False)
RELEASES_SHOWN = 30
CYCLES_SCORED = 60
SCORECARD_PAGE = "scorecard.html"
Ratio = Annotated[float | None, Query(ge=0.01, le=0.99)]


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision of a release."""

    release: Released
    draft: Draft
    area: str


@dataclass(frozen=True, slots=True)
class Versus:
    """Engine against forecaster over the last cycles: on all windows, and on those that a person changed."""

    ratio: float
    cycles: int
    least: int
    levels: tuple[Level, ...]
    every: Compared
    changed: Compared
    minds: FlipFlop


@router.get("/verify")
def verify(request: Request, visit: Operator, cycle: str = "", ratio: Ratio = None) -> Response:
    """One cycle's look back, engine and forecaster at one ratio of cost to loss, and the latest decisions of people."""
    desk, speaking = desk_of(request), speaking_to(request)
    scored = visible_cycles(desk, visit.account, CYCLES_SCORED)
    seen = scored[:RELEASES_SHOWN]
    status = chosen_cycle(desk, visit.account, cycle, seen)
    if status is None:
        return page(request, "empty.html.j2")
    folder = desk.archive / status.cycle.key
    telling = Telling(replace(load_told_facts(folder), observations=read_dataset(folder / OBSERVED_FILE)), speaking.words)
    released = [release for one in seen for release in releases_of(desk.database, one.cycle.key)]
    names = {area.id: telling.area(area) for area in telling.facts.areas}
    return page(
        request,
        "verify.html.j2",
        cycle=status,
        cycles=seen,
        hindsight=hindsight(telling),
        changes=changes(telling),
        decided=[Decided(r, draft, names.get(draft.decision.area_id, draft.decision.area_id)) for r in released for draft in r.decisions],
        released=released,
        versus=versus(desk, scored, ratio),
        has_scorecard=_scorecard(desk.settings) is not None,
    )


@router.get("/verify/scorecard")
def scorecard(request: Request, visit: Operator) -> Response:  # noqa: ARG001 - only those who are let in
    """The scorecard of the backtest that the settings name."""
    file = _scorecard(desk_of(request).settings)
    if file is None:
        raise Refusal(404, "There is no such page.")
    return Response(file.read_bytes(), media_type="text/html", headers={"content-security-policy": SCORECARD_POLICY})


def versus(desk: Desk, cycles: Sequence[CycleStatus], ratio: float | None) -> Versus:
    """Engine and forecaster over `cycles`, the newest first, at a ratio of cost to loss or, without one, that of the settings."""
    edition = load_edition(desk.settings.warnings.edition)
    rule = rule_of(desk.settings.warnings, edition)
    levels, at = tuple(row.level for row in edition.levels), rule.raise_probability if ratio is None else ratio
    said = said_of(desk, cycles, Terms(desk.settings.warnings.edition, rule.area_share, rule.minimum_hours, desk.settings.visibility))
    return Versus(
        ratio=at,
        cycles=len(cycles),
        least=LEAST_TOLD,
        levels=levels,
        every=compared(said, levels, at),
        changed=compared([one for one in said if one.changed], levels, at),
        minds=minds_changed(desk, cycles, edition),
    )


def _scorecard(settings: Settings) -> Path | None:
    folder = settings.warnings.backtest
    file = None if folder is None else folder / SCORECARD_PAGE
    return file if file is not None and file.is_file() else None
