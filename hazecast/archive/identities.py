"""As whom a provider of logins knows accounts, and logins that were begun there and have not come back yet."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, delete, func, insert, select

from hazecast.archive.account_tables import accounts, identities, logins_begun, sessions
from hazecast.archive.accounts import account_from
from hazecast.archive.audit import note
from hazecast.archive.database import reading, writing
from hazecast.archive.sessions import digest
from hazecast.errors import ArchiveError
from hazecast.records import Account, Identity, require_utc

LONGEST_LOGIN = timedelta(minutes=10)
MOST_BEGUN = 5000


def link_identity(database: Engine, identity: Identity, account: str, now: datetime, actor: str) -> None:
    """Let in by an account whom a provider calls so; raises ArchiveError where there is no such account, or it is another's already."""
    require_utc("now", now)
    with writing(database) as connection:
        if connection.execute(select(accounts).where(accounts.c.name == account, accounts.c.disabled_at.is_(None))).first() is None:
            raise ArchiveError(f"There is no account {account!r} in use.", "See `hazecast user list`.")
        taken = connection.execute(select(identities.c.account).where(_is(identity))).scalar_one_or_none()
        if taken is not None:
            raise ArchiveError(
                f"The {identity.claim} {identity.value!r} lets in {taken!r} already.", "Take that away first, with `hazecast user unlink`."
            )
        values = {"issuer": identity.issuer, "claim": identity.claim, "value": identity.value}
        connection.execute(insert(identities).values(account=account, linked_at=now, **values))
        note(connection, now, actor, "identity-linked", account, f"{identity.claim} {identity.value} of {identity.issuer}")


def unlink_identities(database: Engine, account: str, now: datetime, actor: str) -> None:
    """Let nobody in by an account through a provider any more; its sessions end. Raises ArchiveError where nobody was."""
    require_utc("now", now)
    with writing(database) as connection:
        if not connection.execute(delete(identities).where(identities.c.account == account)).rowcount:
            raise ArchiveError(f"No provider lets anybody in by the account {account!r}.", "See `hazecast user list`.")
        connection.execute(delete(sessions).where(sessions.c.account == account))
        note(connection, now, actor, "identities-unlinked", account)


def account_of_identity(database: Engine, identity: Identity) -> Account | None:
    """The account in use that an identity is linked with; None where there is none."""
    chosen = select(accounts).join(identities, identities.c.account == accounts.c.name).where(_is(identity))
    with reading(database) as connection:
        row = connection.execute(chosen.where(accounts.c.disabled_at.is_(None))).one_or_none()
    return None if row is None else account_from(row)


def all_identities(database: Engine) -> tuple[tuple[str, Identity], ...]:
    """Every link, with the name of its account first."""
    with reading(database) as connection:
        rows = connection.execute(select(identities).order_by(identities.c.account, identities.c.value)).all()
    return tuple((row.account, Identity(row.issuer, row.claim, row.value)) for row in rows)


def begin_login(database: Engine, state: str, back: str, now: datetime) -> bool:
    """Remember a login that a provider is asked for, and where it goes on to; False where too many are under way."""
    require_utc("now", now)
    with writing(database) as connection:
        connection.execute(delete(logins_begun).where(logins_begun.c.expires_at <= now))
        if connection.execute(select(func.count()).select_from(logins_begun)).scalar_one() >= MOST_BEGUN:
            return False
        connection.execute(insert(logins_begun).values(state_sha256=digest(state), back=back, expires_at=now + LONGEST_LOGIN))
    return True


def end_login(database: Engine, state: str, now: datetime) -> str | None:
    """Where a login goes on to that comes back with its state, and forget it: None for one unknown, too old, or back before."""
    this = logins_begun.c.state_sha256 == digest(state)
    with writing(database) as connection:
        row = connection.execute(select(logins_begun).where(this, logins_begun.c.expires_at > now)).one_or_none()
        connection.execute(delete(logins_begun).where(this))
    return None if row is None else str(row.back)


def _is(identity: Identity) -> ColumnElement[bool]:
    return (identities.c.issuer == identity.issuer) & (identities.c.claim == identity.claim) & (identities.c.value == identity.value)
