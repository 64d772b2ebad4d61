"""Today: what the engine proposes, until when somebody may change it, and what happens if nobody does."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hazecast.archive.deliveries import DeliveryState
from hazecast.archive.ledger import CycleStatus
from hazecast.desk.cases import CycleCase, cycle_case, cycle_seen, expires_at, grounds, lacking, visible_cycles
from hazecast.desk.desk import desk_of
from hazecast.desk.founding import weak_areas
from hazecast.desk.rendering import page, speaking_to
from hazecast.desk.visits import Visitor
from hazecast.records import Level, Visit

router = APIRouter(include_in_schema=False)


@router.get("/")
def today(request: Request, visit: Visitor) -> Response:
    """The newest cycle."""
    newest = visible_cycles(desk_of(request), visit.account, 1)
    if not newest:
        return page(request, "empty.html.j2")
    return _shown(request, visit, newest[0])


@router.get("/cycles/{cycle_key}")
def one_cycle(request: Request, visit: Visitor, cycle_key: str) -> Response:
    """An earlier cycle, in the same way."""
    return _shown(request, visit, cycle_seen(desk_of(request), visit.account, cycle_key))


def _shown(request: Request, visit: Visit, status: CycleStatus) -> Response:
    desk, speaking = desk_of(request), speaking_to(request)
    case = cycle_case(desk, visit.account, status)
    weak = weak_areas(desk.archive / case.key)
    return page(
        request,
        "today.html.j2",
        case=case,
        cycles=visible_cycles(desk, visit.account),
        grounds={one.area.id: grounds(one, case.facts, speaking, weak=one.area.id in weak) for one in case.areas},
        lacking=lacking(case.facts, speaking),
        weak=weak,
        counted=_counted(case),
        over=expires_at(case.facts) <= case.case.moment(desk.clock()),
        arrived=sum(one.state is DeliveryState.DELIVERED for one in case.deliveries),
        map_name=_map_name(desk.settings.site.languages, speaking.words.language),
    )


def _counted(case: CycleCase) -> tuple[tuple[Level, int], ...]:
    """How many areas have each of the engine's levels, the highest first."""
    levels = [one.proposed for one in case.areas]
    return tuple((level, levels.count(level)) for level in dict.fromkeys(levels))


def _map_name(languages: tuple[str, ...], language: str) -> str:
    return f"map.{language if language in languages else languages[0]}.svg"
