"""Verify: yesterday's bulletin against what came, and what people decided beside what the engine proposed."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hazecast.archive.bulletin_facts import load_facts
from hazecast.archive.reviews import Draft, Released, releases_of
from hazecast.bulletins.day_before import changes, hindsight
from hazecast.bulletins.telling import Telling
from hazecast.desk.cases import chosen_cycle, visible_cycles
from hazecast.desk.desk import desk_of
from hazecast.desk.rendering import page, speaking_to
from hazecast.desk.visits import Operator

router = APIRouter(include_in_schema=False)
RELEASES_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision of a release."""

    release: Released
    draft: Draft
    area: str


@router.get("/verify")
def verify(request: Request, visit: Operator, cycle: str = "") -> Response:
    """One cycle's look back, and the latest decisions of people."""
    desk, speaking = desk_of(request), speaking_to(request)
    seen = visible_cycles(desk, visit.account, RELEASES_SHOWN)
    status = chosen_cycle(desk, visit.account, cycle, seen)
    if status is None:
        return page(request, "empty.html.j2")
    telling = Telling(load_facts(desk.archive / status.cycle.key), speaking.words)
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
    )
