"""`hazecast user` and `hazecast audit`: who may use the desk, and what they did."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from hazecast.cli.app import ConfigOption, JsonOption, app
from hazecast.cli.output import print_result

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from hazecast.config import Settings
    from hazecast.records import Account

users = typer.Typer(help="Accounts of the desk: add, list, disable; passwords, and tokens for programs.", no_args_is_help=True)
app.add_typer(users, name="user")
trail = typer.Typer(help="What was done at the desk, and whether the record of it is whole.", no_args_is_help=True)
app.add_typer(trail, name="audit")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Up to 32 of a-z, 0-9, '.', '_' and '-'.")]
ACTOR = "command line"


@users.command("add")
def add(
    name: NameArgument,
    config: ConfigOption,
    role: Annotated[str, typer.Option(metavar="ROLE", help="forecaster, supervisor, agency or administrator.")],
    area: Annotated[list[str] | None, typer.Option(metavar="ID", help="An area that an agency sees; once for each.")] = None,
    without_password: Annotated[
        bool, typer.Option("--without-password", help="Let it in by a provider of logins alone; see `hazecast user link`.")
    ] = False,
) -> None:
    """Add an account. Its password is asked for, or read from standard input where that is no terminal."""
    from hazecast.archive.accounts import add_account
    from hazecast.cli.running import now
    from hazecast.config import load_settings

    settings = load_settings(config)
    account = _account(name, role, tuple(dict.fromkeys(area or ())), settings)
    with _ledger(settings) as database:
        add_account(database, account, "" if without_password else _hashed(_asked_for()), ACTOR)
    print(f"Added {name} as {account.role}, at {now():%Y-%m-%d %H:%M} UTC.")


@users.command("list")
def list_(config: ConfigOption, as_json: JsonOption = False) -> None:
    """List the accounts, disabled ones too, and as whom a provider of logins knows them."""
    from hazecast.archive.accounts import all_accounts
    from hazecast.archive.identities import all_identities
    from hazecast.config import load_settings

    with _ledger(load_settings(config)) as database:
        found, linked = all_accounts(database), all_identities(database)
    known = {a.name: [f"{identity.claim} {identity.value}" for name, identity in linked if name == a.name] for a in found}
    facts = [
        {
            "name": a.name,
            "role": a.role.value,
            "areas": list(a.areas),
            "disabled": a.disabled_at is not None,
            "linked": known[a.name],
        }
        for a in found
    ]
    lines = [
        "  ".join((f"{a.name:20}{a.role:14}{'disabled' if a.disabled_at else ' '.join(a.areas) or 'all areas'}", *known[a.name]))
        for a in found
    ]
    print_result(as_json, {"accounts": facts}, lines or ["There are none. Add one with `hazecast user add`."])


@users.command()
def disable(name: NameArgument, config: ConfigOption) -> None:
    """Let nobody in by this account any more; its sessions and tokens end at once."""
    from hazecast.archive.accounts import disable_account
    from hazecast.cli.running import now
    from hazecast.config import load_settings

    with _ledger(load_settings(config)) as database:
        disable_account(database, name, now(), ACTOR)
    print(f"Disabled {name}.")


@users.command()
def password(name: NameArgument, config: ConfigOption) -> None:
    """Give an account another password; its sessions end at once."""
    from hazecast.archive.accounts import set_password
    from hazecast.cli.running import now
    from hazecast.config import load_settings

    with _ledger(load_settings(config)) as database:
        set_password(database, name, _hashed(_asked_for()), now(), ACTOR)
    print(f"{name} has a new password.")


@users.command()
def link(
    name: NameArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What the claim in [desk.openid] says of the person.")],
    config: ConfigOption,
) -> None:
    """Let somebody in by this account whom the provider in [desk.openid] vouches for."""
    from hazecast.archive.identities import link_identity
    from hazecast.cli.running import now
    from hazecast.config import load_settings
    from hazecast.errors import SettingsError

    settings = load_settings(config)
    if settings.desk.openid is None:
        raise SettingsError(f"{config} has no [desk.openid].", "Say there which provider vouches for people; see docs/desk.md.")
    try:
        identity = settings.desk.openid.identity(value)
    except ValueError as nobody:
        raise SettingsError(str(nobody), "Give the claim as the provider has it.") from nobody
    with _ledger(settings) as database:
        link_identity(database, identity, name, now(), ACTOR)
    print(f"Whom {identity.issuer} calls {identity.value!r} by its claim {identity.claim} is let in as {name}.")


@users.command()
def unlink(name: NameArgument, config: ConfigOption) -> None:
    """Let nobody in by this account through a provider any more; its sessions end at once."""
    from hazecast.archive.identities import unlink_identities
    from hazecast.cli.running import now
    from hazecast.config import load_settings

    with _ledger(load_settings(config)) as database:
        unlink_identities(database, name, now(), ACTOR)
    print(f"No provider lets anybody in as {name}.")


@users.command()
def token(
    name: NameArgument,
    config: ConfigOption,
    label: Annotated[str, typer.Option(help="What it is for.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="It opens nothing after so many days.")] = 365,
) -> None:
    """Make a read-only token by which a program sees what the account sees. It is printed once and kept nowhere."""
    from datetime import timedelta

    from hazecast.archive.sessions import make_token
    from hazecast.cli.running import now
    from hazecast.config import load_settings

    with _ledger(load_settings(config)) as database:
        print(make_token(database, name, label, now(), timedelta(days=days), ACTOR))


@users.command()
def tokens(config: ConfigOption, as_json: JsonOption = False) -> None:
    """List the tokens by number."""
    from hazecast.archive.sessions import all_tokens
    from hazecast.config import load_settings

    with _ledger(load_settings(config)) as database:
        found = all_tokens(database)
    facts = [
        {"number": t.id, "account": t.account, "label": t.label, "until": t.expires_at.isoformat(), "revoked": t.revoked_at is not None}
        for t in found
    ]
    lines = [f"{t.id:4}  {t.account:20}{'revoked' if t.revoked_at else f'until {t.expires_at:%Y-%m-%d}'}  {t.label}" for t in found]
    print_result(as_json, {"tokens": facts}, lines or ["There are none."])


@users.command()
def revoke(number: Annotated[int, typer.Argument(help="As `hazecast user tokens` shows it.")], config: ConfigOption) -> None:
    """Let a token open nothing any more."""
    from hazecast.archive.sessions import revoke_token
    from hazecast.cli.running import now
    from hazecast.config import load_settings

    with _ledger(load_settings(config)) as database:
        revoke_token(database, number, now(), ACTOR)
    print(f"Revoked token {number}.")


@trail.command()
def verify(config: ConfigOption, as_json: JsonOption = False) -> None:
    """See whether the audit trail is as it was written; prints its length and its last hash, to be kept elsewhere."""
    from hazecast.archive.audit import verify_audit
    from hazecast.config import load_settings

    with _ledger(load_settings(config)) as database:
        entries, last = verify_audit(database)
    print_result(as_json, {"entries": entries, "sha256": last}, [f"Whole: {entries} entries, the last {last}"])


@trail.command()
def show(config: ConfigOption, last: Annotated[int, typer.Option(min=1, help="So many at most, the newest.")] = 50) -> None:
    """Show what was done, the newest first."""
    from hazecast.archive.audit import audit_trail
    from hazecast.config import load_settings

    with _ledger(load_settings(config)) as database:
        for entry in audit_trail(database, last):
            print(f"{entry.at:%Y-%m-%d %H:%M:%S} UTC  {entry.actor:16}{entry.action:18}{entry.subject}  {entry.detail}".rstrip())


@contextmanager
def _ledger(settings: "Settings") -> "Iterator[Engine]":
    from hazecast.archive.database import open_database

    database = open_database(settings.output.archive, address=settings.database.address)
    try:
        yield database
    finally:
        database.dispose()


def _account(name: str, role: str, areas: tuple[str, ...], settings: "Settings") -> "Account":
    from hazecast.cli.running import now
    from hazecast.errors import SettingsError
    from hazecast.records import Account, Role

    if role not in {*Role}:
        raise SettingsError(f"{role!r} is no role.", f"Choose one of {', '.join(Role)}.")
    if unknown := sorted(set(areas) - {area.id for area in settings.areas}):
        raise SettingsError(f"The settings have no area {', '.join(unknown)}.", f"Choose from {', '.join(a.id for a in settings.areas)}.")
    try:
        return Account(name, Role(role), areas, now())
    except ValueError as wrong:
        raise SettingsError(str(wrong), "See `hazecast user add --help`.") from wrong


def _asked_for() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _hashed(password: str) -> str:
    from hazecast.errors import MissingExtra

    try:
        from hazecast.desk.passwords import hashed
    except ImportError as lacking:
        raise MissingExtra("The desk", "desk") from lacking
    return hashed(password)
