"""`hazecast status`."""

import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hazecast.cli.app import ConfigOption, JsonOption, app
from hazecast.cli.output import print_result

if TYPE_CHECKING:
    from datetime import datetime

    from hazecast.serving.status import Status

AMISS_STATUS = 1


@app.command()
def status(
    config: ConfigOption,
    check: Annotated[bool, typer.Option("--check", help="End with status 1 where something is amiss.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what is due, running, late and why; how old inputs are; deliveries; skill; and alarms."""
    from hazecast.cli.running import ledger_of, now, operations_of
    from hazecast.config import load_settings
    from hazecast.serving.alarms import troubles_of
    from hazecast.serving.status import status_of

    settings = load_settings(config)
    with ledger_of(settings) as ledger, operations_of(settings) as operations:
        found = status_of(ledger, operations, settings, now())
    troubles = tuple(trouble.text for trouble in troubles_of(found))
    print_result(as_json, status_facts(found, troubles), status_lines(found, troubles))
    if check and (troubles or not found.is_led):
        raise typer.Exit(AMISS_STATUS)


def status_lines(found: "Status", troubles: tuple[str, ...]) -> list[str]:
    """The status, for a person."""
    return [
        f"At {_said(found.now)}: {_led(found)}.",
        "",
        *_heading("Amiss", list(troubles) or ["nothing"]),
        *_heading("Cycles", _cycles(found) or ["none yet"]),
        *_heading("Jobs", [_job(found, one) for one in _newest_jobs(found)] or ["none yet"]),
        *_heading(
            "Inputs",
            [f"{one.role:13}newest {_said(one.newest)}, seen {_ago(found.now, one.seen_at)}" for one in found.inputs]
            or ["nothing has come yet"],
        ),
        *_heading("Outbox", [f"{state:13}{count}" for state, count in _deliveries(found).items() if count] or ["nothing in the last day"]),
        *_heading("Skill", [_skill(found)]),
    ]


def status_facts(found: "Status", troubles: tuple[str, ...]) -> dict[str, Any]:
    """The same for a program."""
    skill = found.skill
    return {
        "time": found.now.isoformat(timespec="seconds"),
        "leader": None if found.leader is None else {"owner": found.leader.owner, "until": _iso(found.leader.until), "leads": found.is_led},
        "amiss": troubles,
        "cycles": [
            {
                "cycle": one.cycle.key,
                "state": one.state.value,
                "attempts": one.attempts,
                "owner": one.owner,
                "started_at": _iso(one.started_at),
                "finished_at": _iso(one.finished_at),
                "error": one.error,
            }
            for one in found.cycles
        ],
        "due": [{"cycle": f"{d.init_time:%Y%m%dT%HZ}", "verdict": d.verdict.value, "reason": d.reason} for d in found.decisions],
        "late": [{"cycle": late.key, "reason": late.reason} for late in found.late],
        "jobs": [
            {"job": one.job.key, "kind": one.job.kind.value, "state": one.state.value, "due_at": _iso(one.job.due_at), "error": one.error}
            for one in found.jobs
        ],
        "inputs": [{"source": one.role, "newest": _iso(one.newest), "seen_at": _iso(one.seen_at)} for one in found.inputs],
        "outbox": _deliveries(found),
        "undelivered": [one.delivery.key for one in found.undelivered],
        "skill": {"days": skill.days, **{key: _known(getattr(skill, key)) for key in ("recent", "low", "high")}},
        "alarms": [{"subject": one.subject, "text": one.text, "raised_at": _iso(one.raised_at)} for one in found.alarms],
    }


def _heading(title: str, lines: list[str]) -> list[str]:
    return [f"{title if not i else '':9}{line}" for i, line in enumerate(lines)]


def _led(found: "Status") -> str:
    if found.leader is None:
        return "`hazecast serve` was never started"
    return f"{found.leader.owner} leads" if found.is_led else f"nobody leads since {_said(found.leader.until)}"


def _cycles(found: "Status") -> list[str]:
    told = [f"{one.cycle.key}  {one.state}{_attempts(one.attempts)}{_times(found.now, one)}" for one in found.cycles[-6:]]
    return [*told, *(f"{decision.init_time:%Y%m%dT%HZ}  {decision.verdict}: {decision.reason}" for decision in reversed(found.decisions))]


def _attempts(attempts: int) -> str:
    return f", attempt {attempts}" if attempts > 1 else ""


def _times(now: "datetime", one: Any) -> str:
    if one.finished_at is not None:
        return f" {_ago(now, one.finished_at)}{f': {one.error}' if one.error else ''}"
    return f", begun {_ago(now, one.started_at)} by {one.owner}" if one.started_at is not None else ""


def _newest_jobs(found: "Status") -> list[Any]:
    return list({one.job.kind: one for one in found.jobs}.values())


def _job(found: "Status", one: Any) -> str:
    return f"{one.job.kind:13}{one.state} {_ago(found.now, one.finished_at or one.started_at)}{f': {one.error}' if one.error else ''}"


def _deliveries(found: "Status") -> dict[str, int]:
    from hazecast.archive.deliveries import DeliveryState

    return {state.value: found.deliveries_in(state) for state in DeliveryState}


def _skill(found: "Status") -> str:
    skill = found.skill
    if not math.isfinite(skill.recent):
        return "not known: no day of the last three has been held against what came"
    normal = f"as a rule {skill.low:.2f} to {skill.high:.2f}" if math.isfinite(skill.low) else "what is normal is not known yet"
    return f"{skill.recent:.2f} against persistence over the last {skill.days} days; {normal}"


def _said(moment: "datetime") -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _ago(now: "datetime", then: "datetime") -> str:
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 0:
        return f"at {_said(then)}, which is to come"
    return f"{minutes} min ago" if minutes < 120 else f"{minutes // 60} h ago"


def _iso(moment: "datetime | None") -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
