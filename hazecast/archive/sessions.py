"""Who has been let in: sessions of browsers and tokens of programs. Their secrets are handed out once and kept as hashes alone."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, delete, func, insert, select, update

from hazecast.archive.account_tables import accounts, login_failures, sessions, tokens
from hazecast.archive.accounts import account_from
from hazecast.archive.audit import note
from hazecast.archive.database import reading, writing
from hazecast.errors import ArchiveError
from hazecast.records import Account, Token, Visit, require_utc

FAILURES_REMEMBERED = timedelta(minutes=15)
MOST_FAILURES_OF_A_NAME = 5
MOST_FAILURES_OF_AN_ADDRESS = 20
TOKEN_MARK = "hzc_"


def open_session(database: Engine, account: Account, now: datetime, lifetime: timedelta, address: str, by: str = "") -> str:
    """Let an account in; returns the secret of its new session, which no browser had before. Failed logins are forgotten.

    The audit trail tells from where, and `by` whom if another vouched for it.
    """
    require_utc("now", now)
    secret = secrets.token_urlsafe(32)
    values = {"account": account.name, "form_word": secrets.token_urlsafe(24), "created_at": now, "expires_at": now + lifetime}
    with writing(database) as connection:
        connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
        connection.execute(delete(login_failures).where(login_failures.c.account == account.name))
        connection.execute(insert(sessions).values(token_sha256=digest(secret), **values))
        note(connection, now, account.name, "login", account.name, f"{address} {by}".strip())
    return secret


def visit_by_session(database: Engine, secret: str, now: datetime) -> Visit | None:
    """Whose session it is; None where it is unknown or over, or its account is disabled."""
    joined = select(accounts, sessions.c.form_word, sessions.c.expires_at).join(sessions, sessions.c.account == accounts.c.name)
    chosen = joined.where(sessions.c.token_sha256 == digest(secret), sessions.c.expires_at > now, accounts.c.disabled_at.is_(None))
    with reading(database) as connection:
        row = connection.execute(chosen).one_or_none()
    return None if row is None else Visit(account_from(row), row.form_word, row.expires_at)


def close_session(database: Engine, secret: str, now: datetime, actor: str) -> None:
    """End a session."""
    with writing(database) as connection:
        connection.execute(delete(sessions).where(sessions.c.token_sha256 == digest(secret)))
        note(connection, now, actor, "logout", actor)


def failed_login(database: Engine, account: str, address: str, now: datetime, why: str = "") -> None:
    """Remember a login that failed, and forget those of long ago."""
    with writing(database) as connection:
        connection.execute(delete(login_failures).where(login_failures.c.at <= now - FAILURES_REMEMBERED))
        connection.execute(insert(login_failures).values(account=account, address=address, at=now))
        note(connection, now, "nobody", "login-failed", account, f"{address} {why}".strip())


def must_wait(database: Engine, account: str | None, address: str, now: datetime) -> bool:
    """Whether so many logins failed lately, for this name if one is known, or from this address, that no other is looked at."""
    lately = (login_failures.c.at > now - FAILURES_REMEMBERED) & (login_failures.c.at <= now)
    count = select(func.count()).select_from(login_failures)
    with reading(database) as connection:
        of_name: int = connection.execute(count.where(lately, login_failures.c.account == account)).scalar_one()
        of_address: int = connection.execute(count.where(lately, login_failures.c.address == address)).scalar_one()
    return of_name >= MOST_FAILURES_OF_A_NAME or of_address >= MOST_FAILURES_OF_AN_ADDRESS


def make_token(database: Engine, account: str, label: str, now: datetime, lifetime: timedelta, actor: str) -> str:
    """A key for a program that reads as `account` would; returned once. Raises ArchiveError where there is no such account."""
    require_utc("now", now)
    secret = TOKEN_MARK + secrets.token_urlsafe(32)
    with writing(database) as connection:
        if connection.execute(select(accounts).where(accounts.c.name == account, accounts.c.disabled_at.is_(None))).first() is None:
            raise ArchiveError(f"There is no account {account!r} in use.", "See `hazecast user list`.")
        values = {"account": account, "label": label, "created_at": now, "expires_at": now + lifetime}
        connection.execute(insert(tokens).values(token_sha256=digest(secret), **values))
        note(connection, now, actor, "token-made", account, label)
    return secret


def revoke_token(database: Engine, number: int, now: datetime, actor: str) -> None:
    """Let a token open nothing any more; raises ArchiveError where there is none that does."""
    with writing(database) as connection:
        revoked = update(tokens).where(tokens.c.id == number, tokens.c.revoked_at.is_(None)).values(revoked_at=now)
        if not connection.execute(revoked).rowcount:
            raise ArchiveError(f"There is no token {number} in use.", "See `hazecast user tokens`.")
        note(connection, now, actor, "token-revoked", str(number))


def all_tokens(database: Engine) -> tuple[Token, ...]:
    """Every token that was ever made."""
    with reading(database) as connection:
        return tuple(_token(row) for row in connection.execute(select(tokens).order_by(tokens.c.id)))


def visit_by_token(database: Engine, secret: str, now: datetime) -> Visit | None:
    """Whose token it is; None where it is unknown, over or revoked, or its account is disabled."""
    joined = select(accounts, tokens.c.expires_at).join(tokens, tokens.c.account == accounts.c.name)
    in_use = (tokens.c.expires_at > now) & tokens.c.revoked_at.is_(None) & accounts.c.disabled_at.is_(None)
    with reading(database) as connection:
        row = connection.execute(joined.where(tokens.c.token_sha256 == digest(secret), in_use)).one_or_none()
    return None if row is None else Visit(account_from(row), None, row.expires_at)


def digest(secret: str) -> str:
    """What is kept of a secret: 256 bits of chance need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: Row[Any]) -> Token:
    return Token(row.id, row.account, row.label, row.created_at, row.expires_at, row.revoked_at)
