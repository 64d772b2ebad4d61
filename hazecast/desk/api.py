"""The desk for programs: read-only JSON, by a token or a session, with a description that needs no other host."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from hazecast.archive.delivery_log import Wanted, deliveries_found
from hazecast.archive.ledger import cycle_states
from hazecast.archive.warning_log import warnings_in_force
from hazecast.desk.cases import AreaCase, cycle_case, cycle_seen, visible_cycles
from hazecast.desk.desk import desk_of
from hazecast.desk.refusals import Refusal
from hazecast.desk.rendering import page
from hazecast.desk.visits import Program, Visitor
from hazecast.records import Choice, HazeWarning, Level

router = APIRouter()
BASE = "/api/v1"
CycleKey = Annotated[str, Path(pattern=r"^\d{8}T\d\dZ$", description="As `/api/v1/cycles` lists it, such as 20300113T22Z.")]


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)


class Fault(_Told):
    """Why there is no answer."""

    error: str


class CycleOut(_Told):
    """A cycle that is done, and whether its bulletin waits for a person."""

    key: str
    init_time: datetime
    as_of: datetime


class ChoiceOut(_Told):
    """A level and when it holds."""

    level: str
    valid_from: datetime
    valid_until: datetime


class AreaOut(_Told):
    """An area: what the engine proposes, what was decided instead, and what is in force."""

    id: str
    names: dict[str, str]
    proposed: ChoiceOut | None
    chances: dict[str, float | None]
    condition: str
    peak_pm25: float | None
    decided: ChoiceOut | None
    reason: str
    in_force: str


class CycleDetail(CycleOut):
    """A cycle with its areas."""

    edition: str
    state: str
    release_at: datetime | None
    areas: tuple[AreaOut, ...]


class WarningOut(_Told):
    """A warning in force."""

    id: str
    area: str
    edition: str
    action: str
    level: str
    valid_from: datetime
    valid_until: datetime
    issued_at: datetime
    condition: str
    probability: float | None


class DeliveryOut(_Told):
    """A delivery and where it stands."""

    key: str
    bulletin: str
    recipient: str
    channel: str
    state: str
    attempts: int


class RunOut(_Told):
    """A cycle as the ledger has it, whatever became of it."""

    key: str
    state: str
    attempts: int
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None


FAULTS: dict[int | str, dict[str, Any]] = {401: {"model": Fault}, 403: {"model": Fault}, 404: {"model": Fault}, 422: {"model": Fault}}


@router.get(f"{BASE}/warnings", responses=FAULTS, tags=["warnings"])
def warnings(request: Request, program: Program) -> list[WarningOut]:
    """The warnings in force, of the areas that you see."""
    desk = desk_of(request)
    return [_warning(w) for w in warnings_in_force(desk.database, desk.clock()) if program.account.sees(w.area_id)]


@router.get(f"{BASE}/cycles", responses=FAULTS, tags=["cycles"])
def cycles(request: Request, program: Program, most: Annotated[int, Query(ge=1, le=100)] = 12) -> list[CycleOut]:
    """The newest cycles, the newest first; an agency sees those whose bulletin went out."""
    seen = visible_cycles(desk_of(request), program.account, most)
    return [CycleOut(key=s.cycle.key, init_time=s.cycle.init_time, as_of=s.cycle.as_of) for s in seen]


@router.get(f"{BASE}/cycles/{{cycle_key}}", responses=FAULTS, tags=["cycles"])
def cycle(request: Request, program: Program, cycle_key: CycleKey) -> CycleDetail:
    """One cycle: what the engine proposes for each area and what people decided; an agency sees no drafts."""
    desk = desk_of(request)
    case = cycle_case(desk, program.account, cycle_seen(desk, program.account, cycle_key))
    return CycleDetail(
        key=case.key,
        init_time=case.facts.cycle.init_time,
        as_of=case.facts.cycle.as_of,
        edition=case.facts.edition,
        state="released" if case.review is None else case.review.state.value,
        release_at=None if case.review is None else case.review.waits.release_at,
        areas=tuple(_area(one) for one in case.areas),
    )


@router.get(f"{BASE}/deliveries", responses=FAULTS, tags=["operation"])
def deliveries(request: Request, program: Program, most: Annotated[int, Query(ge=1, le=500)] = 100) -> list[DeliveryOut]:
    """The newest deliveries; not for agencies."""
    require_operator(program)
    return [
        DeliveryOut(
            key=s.delivery.key,
            bulletin=s.delivery.bulletin_id,
            recipient=s.delivery.recipient,
            channel=s.delivery.channel,
            state=s.state.value,
            attempts=len(s.attempts),
        )
        for s in deliveries_found(desk_of(request).database, Wanted(None, None, most))
    ]


@router.get(f"{BASE}/runs", responses=FAULTS, tags=["operation"])
def runs(request: Request, program: Program, most: Annotated[int, Query(ge=1, le=500)] = 100) -> list[RunOut]:
    """The newest cycles with those that run, failed or expired; not for agencies."""
    require_operator(program)
    return [
        RunOut(key=s.cycle.key, state=s.state.value, attempts=s.attempts, started_at=s.started_at, finished_at=s.finished_at, error=s.error)
        for s in cycle_states(desk_of(request).database)[::-1][:most]
    ]


@router.get(f"{BASE}/openapi.json", include_in_schema=False)
def openapi(request: Request, program: Program) -> dict[str, Any]:  # noqa: ARG001 - only those who are let in
    """The description of all this by OpenAPI."""
    return description(request)


@router.get("/api", include_in_schema=False)
def description_page(request: Request, visit: Visitor) -> Response:  # noqa: ARG001
    """The same for people."""
    told = description(request)
    methods = [(path, operation) for path, item in told["paths"].items() for operation in item.values()]
    return page(request, "api.html.j2", methods=methods, schemas=told["components"]["schemas"])


def description(request: Request) -> dict[str, Any]:
    """The OpenAPI description of the routes for programs."""
    app = request.app
    told: dict[str, Any] = get_openapi(title="hazecast", version=app.version, routes=app.routes, description="Read-only.")
    told["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    told["security"] = [{"token": []}]
    return told


def require_operator(program: Program) -> None:
    """Raise Refusal for an account that does not see how the machine fares."""
    if not program.account.role.operates:
        raise Refusal(403, "Your account sees what concerns its own areas alone.")


def _area(one: AreaCase) -> AreaOut:
    window, decided = one.window, one.decided.decision if one.decided else None
    return AreaOut(
        id=one.area.id,
        names={name.language: name.text for name in one.area.names},
        proposed=None if window is None else _choice(Choice(window.level, window.valid_from, window.valid_until)),
        chances={} if window is None else {chance.level.name.lower(): chance.probability for chance in window.chances},
        condition="" if window is None else window.condition,
        peak_pm25=None if window is None else window.peak_pm25,
        decided=None if decided is None else _choice(decided.chosen),
        reason="" if decided is None else decided.reason,
        in_force=(Level.NONE if one.in_force is None else one.in_force.level).name.lower(),
    )


def _choice(choice: Choice) -> ChoiceOut:
    return ChoiceOut(level=choice.level.name.lower(), valid_from=choice.valid_from, valid_until=choice.valid_until)


def _warning(warning: HazeWarning) -> WarningOut:
    return WarningOut(
        id=warning.id,
        area=warning.area_id,
        edition=warning.edition,
        action=warning.action.value,
        level=warning.level.name.lower(),
        valid_from=warning.valid_from,
        valid_until=warning.valid_until,
        issued_at=warning.issued_at,
        condition=warning.condition,
        probability=warning.probability,
    )
