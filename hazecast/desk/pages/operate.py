"""Operate: cycles and their inputs, deliveries, models, the settings as read, and the audit trail."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from hazecast.archive.accounts import all_accounts
from hazecast.archive.audit import audit_trail
from hazecast.archive.delivery_log import Wanted, deliveries_found
from hazecast.archive.inputs_log import recorded_inputs
from hazecast.archive.ledger import cycle_states
from hazecast.config.delivery import SecretSettings
from hazecast.desk.desk import desk_of
from hazecast.desk.refusals import Refusal
from hazecast.desk.rendering import page
from hazecast.desk.visits import Operator
from hazecast.records import Role

router = APIRouter(include_in_schema=False)
CYCLES_SHOWN, DELIVERIES_SHOWN, ENTRIES_SHOWN = 40, 100, 200


@router.get("/operate")
def cycles(request: Request, visit: Operator) -> Response:  # noqa: ARG001 - only operators come here
    """The newest cycles, and what the newest of them read."""
    desk = desk_of(request)
    states = cycle_states(desk.database)[::-1][:CYCLES_SHOWN]
    inputs = recorded_inputs(desk.database, states[0].cycle.key) if states else ()
    return page(request, "operate_cycles.html.j2", states=states, inputs=inputs)


@router.get("/operate/outbox")
def outbox(request: Request, visit: Operator) -> Response:  # noqa: ARG001
    """The newest deliveries with their attempts."""
    found = deliveries_found(desk_of(request).database, Wanted(None, None, DELIVERIES_SHOWN))
    return page(request, "operate_outbox.html.j2", deliveries=found)


@router.get("/operate/models")
def models(request: Request, visit: Operator) -> Response:  # noqa: ARG001
    """The stored models with their cards, the newest first."""
    from hazecast.forecast.model_store import stored_models  # here, for it brings much along

    return page(request, "operate_models.html.j2", models=stored_models(desk_of(request).archive)[::-1])


@router.get("/operate/settings")
def settings(request: Request, visit: Operator) -> Response:  # noqa: ARG001
    """The settings as read, without what could open a door."""
    desk = desk_of(request)
    rows = tuple(masked(desk.settings))
    return page(request, "operate_settings.html.j2", rows=rows, file=desk.config_path, sha256=desk.settings.sha256())


@router.get("/operate/audit")
def audit(request: Request, visit: Operator) -> Response:
    """Accounts, and what was done; for administrators and supervisors."""
    if visit.account.role not in (Role.ADMINISTRATOR, Role.SUPERVISOR):
        raise Refusal(403, "Your account sees no audit trail.")
    desk = desk_of(request)
    entries = audit_trail(desk.database, ENTRIES_SHOWN)
    return page(request, "operate_audit.html.j2", entries=entries, accounts=all_accounts(desk.database))


def masked(section: BaseModel, name: str = "") -> Iterator[tuple[str, str]]:
    """Every setting by its full name; where a secret is kept is not told, and of an address only whom it is of."""
    for key, value in section:
        yield from _row(f"{name}.{key}" if name else key, value)


def _row(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, SecretSettings):
        yield name, "••••"
    elif isinstance(value, BaseModel):
        yield from masked(value, name)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _row(f"{name}.{key}", inner)
    elif isinstance(value, tuple) and any(isinstance(inner, BaseModel) for inner in value):
        for number, inner in enumerate(value):
            yield from _row(f"{name}[{number}]", inner)
    elif isinstance(value, str) and "://" in value:
        parts = urlsplit(value)
        yield name, f"{parts.scheme}://{parts.hostname or ''}/…"
    elif value is not None:
        yield (
            name,
            ", ".join(map(str, value)) if isinstance(value, tuple) else str(value),
        )
