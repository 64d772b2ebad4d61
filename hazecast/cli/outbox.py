"""`hazecast outbox`: what is to be delivered to whom, and what became of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hazecast.cli.app import ConfigOption, JsonOption, app
from hazecast.cli.output import print_result

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from hazecast.archive.deliveries import DeliveryStatus
    from hazecast.config import Settings
    from hazecast.records import Receipt

commands = typer.Typer(help="Show what was delivered to whom, try it again, or try what is due now.", no_args_is_help=True)
app.add_typer(commands, name="outbox")

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="A delivery's key, as `hazecast outbox list` shows it.")]


@commands.command("list")
def list_(
    config: ConfigOption,
    state: Annotated[str, typer.Option(metavar="STATE", help="Only pending, delivered, expired, refused or superseded ones.")] = "",
    recipient: Annotated[str, typer.Option(metavar="ID", help="Only those of this recipient.")] = "",
    group: Annotated[str, typer.Option(metavar="GROUP", help="Only those of the recipients of this group.")] = "",
    last: Annotated[int, typer.Option(min=1, help="So many at most, the newest.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List deliveries, the newest first."""
    from hazecast.archive.deliveries import DeliveryState
    from hazecast.archive.delivery_log import Wanted, deliveries_found
    from hazecast.config import load_settings
    from hazecast.errors import SettingsError

    if state and state not in {*DeliveryState}:
        raise SettingsError(f"{state!r} is no state of a delivery.", f"Choose one of {', '.join(DeliveryState)}.")
    settings = load_settings(config)
    members = tuple(one.id for one in settings.recipients if one.group == group) if group else None
    if members == ():
        raise SettingsError(f"No recipient is of the group {group!r}.", "See [[recipients]] in the settings.")
    chosen = (recipient,) if recipient else members
    with _ledger(settings) as database:
        found = deliveries_found(database, Wanted(DeliveryState(state) if state else None, chosen, last))
    lines = [_line(status) for status in found] or ["There are none."]
    print_result(as_json, {"deliveries": [_facts(status) for status in found]}, lines)


@commands.command()
def show(key: KeyArgument, config: ConfigOption, as_json: JsonOption = False) -> None:
    """Show one delivery with every attempt at it."""
    from hazecast.archive.delivery_log import delivery_found
    from hazecast.config import load_settings

    with _ledger(load_settings(config)) as database:
        status = delivery_found(database, key)
    print_result(as_json, _facts(status), [_line(status), *_detail(status)])


@commands.command()
def retry(key: KeyArgument, config: ConfigOption, as_json: JsonOption = False) -> None:
    """Try a delivery again at once, refused ones too. What arrived or is past its time is not sent."""
    from hazecast.archive.delivery_log import delivery_found, make_due
    from hazecast.cli.running import now
    from hazecast.config import load_settings

    settings = load_settings(config)
    with _ledger(settings) as database:
        make_due(database, key, now())
        _one_round(settings, database)
        status = delivery_found(database, key)
    print_result(as_json, _facts(status), [_line(status), *_detail(status)])
    _require_delivered(status)


@commands.command("send")
def send_(config: ConfigOption, as_json: JsonOption = False) -> None:
    """Attempt everything that is due now, as each round of `hazecast schedule` does."""
    from hazecast.config import load_settings

    settings = load_settings(config)
    with _ledger(settings) as database:
        receipts = _one_round(settings, database)
    facts = [{"key": r.key, "recipient": r.recipient, "channel": r.channel, "place": r.place} for r in receipts]
    print_result(as_json, {"delivered": facts}, [f"Delivered  {r.key}: {r.place}" for r in receipts] or ["Nothing was delivered."])


@contextmanager
def _ledger(settings: "Settings") -> "Iterator[Engine]":
    from hazecast.archive.database import open_database
    from hazecast.cli.inputs import require_archive

    require_archive(settings)
    database = open_database(settings.output.archive)
    try:
        yield database
    finally:
        database.dispose()


def _one_round(settings: "Settings", database: "Engine") -> "tuple[Receipt, ...]":
    from functools import partial

    from hazecast.archive.bulletin_files import load_bulletin
    from hazecast.cli.running import now
    from hazecast.delivery.outbox import drain
    from hazecast.delivery.wiring import channels_of, refresh_feeds

    receipts = drain(database, channels_of(settings), partial(load_bulletin, settings.output.archive), now())
    refresh_feeds(settings, now())
    return receipts


def _require_delivered(status: "DeliveryStatus") -> None:
    from hazecast.archive.deliveries import DeliveryState

    if status.state is not DeliveryState.DELIVERED:
        raise typer.Exit(1)


def _line(status: "DeliveryStatus") -> str:
    tries = len(status.attempts)
    tried = f", {tries} attempt{'s' * (tries != 1)}" if tries else ""
    waits = status.delivery.not_before
    quiet = f", quiet until {waits:%Y-%m-%d %H:%M} UTC" if waits is not None and not tries else ""
    mark = "  EXERCISE" if status.delivery.exercise else ""
    return f"{status.state:11}{status.delivery.key}{mark}{tried}{quiet}"


def _detail(status: "DeliveryStatus") -> list[str]:
    delivery, again = status.delivery, status.next_attempt_at
    level = "not kept" if delivery.level is None else delivery.level.name.lower()
    return [
        f"  level      {level}",
        f"  documents  {'all' if delivery.documents is None else ', '.join(delivery.documents)}",
        f"  sent as    {delivery.idempotency_key}",
        f"  until      {delivery.expires_at:%Y-%m-%d %H:%M} UTC" + (f", next attempt {again:%Y-%m-%d %H:%M:%S} UTC" if again else ""),
        *(f"  {a.started_at:%Y-%m-%d %H:%M:%S}  {a.outcome}  {a.place or a.error or ''}".rstrip() for a in status.attempts),
    ]


def _facts(status: "DeliveryStatus") -> dict[str, Any]:
    delivery = status.delivery
    return {
        "key": delivery.key,
        "state": status.state.value,
        "bulletin": delivery.bulletin_id,
        "cycle": delivery.cycle_key,
        "recipient": delivery.recipient,
        "channel": delivery.channel,
        "level": None if delivery.level is None else delivery.level.name.lower(),
        "exercise": delivery.exercise,
        "documents": delivery.documents,
        "idempotency_key": delivery.idempotency_key,
        "expires_at": delivery.expires_at.isoformat(),
        "not_before": None if delivery.not_before is None else delivery.not_before.isoformat(),
        "next_attempt_at": None if status.next_attempt_at is None else status.next_attempt_at.isoformat(),
        "attempts": [
            {"started_at": a.started_at.isoformat(), "outcome": a.outcome.value, "place": a.place, "error": a.error}
            for a in status.attempts
        ],
    }
