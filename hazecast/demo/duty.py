"""A desk for the demo: a bulletin that waits, two people who may sign it, readers with mailboxes, and a clock of the made-up winter."""

import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from hazecast.archive.accounts import add_account
from hazecast.config import Settings
from hazecast.config.delivery import MailboxChannelSettings, RecipientSettings
from hazecast.records import Account, Role

CHANNEL: Final = "mail"
FORMATS: Final = ("html", "text", "png")
PEOPLE: Final = (Role.FORECASTER, Role.SUPERVISOR)
_SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when copied by hand
_GROUPS, _GROUP = 3, 4


def with_desk(settings: Settings, address: str, mailboxes: Path) -> Settings:
    """The settings with a desk at `address` that bulletins wait for, and a reader of each language with a mailbox inside `mailboxes`."""
    channel = MailboxChannelSettings(kind="mailbox", path=mailboxes, sender="haze@example.org", sender_name="hazecast", bulletins="both")
    readers = tuple(
        RecipientSettings(id=f"reader-{one}", channels=(CHANNEL,), mail=f"reader-{one}@example.org", languages=(one,), formats=FORMATS)
        for one in settings.site.languages
    )
    desk = settings.desk.model_copy(update={"address": address, "review": True})
    return settings.model_copy(update={"desk": desk, "channels": {CHANNEL: channel}, "recipients": readers})


def clock_from(start: datetime, real: Callable[[], datetime]) -> Callable[[], datetime]:
    """A clock that shows `start` now and runs on as the `real` one does."""
    behind = real() - start
    return lambda: real() - behind


def add_people(ledger: Engine, now: datetime) -> dict[str, str]:
    """Add an account for each of PEOPLE, named after its role; their passwords by name, which are kept nowhere else."""
    from hazecast.desk.passwords import hashed  # here, for it needs the optional part, and the demo without a desk does not

    passwords = {role.value: _password() for role in PEOPLE}
    for role in PEOPLE:
        add_account(ledger, Account(role.value, role, (), now), hashed(passwords[role.value]), "demo")
    return passwords


def what_to_do(address: str, passwords: dict[str, str]) -> tuple[str, str, str]:
    """Three lines for who sees the desk for the first time."""
    people = "   ".join(f"{name} {password}" for name, password in passwords.items())
    return (
        f"Open      http://{address}   (Ctrl-C ends it)",
        f"Log in    {people}",
        "Then      change an area and say why, preview and sign; for red the supervisor signs too. What was sent is under Mail.",
    )


def _password() -> str:
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(_GROUP)) for _ in range(_GROUPS))
