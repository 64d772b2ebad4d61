"""Accounts as the ledger keeps them, with the hashes of their passwords."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, delete, insert, select, update

from hazecast.archive.account_tables import accounts, sessions, tokens
from hazecast.archive.audit import note
from hazecast.archive.database import reading, writing
from hazecast.errors import ArchiveError
from hazecast.records import Account, Role, require_utc


def add_account(database: Engine, account: Account, password_hash: str, actor: str) -> None:
    """Add an account; raises ArchiveError where the name is taken, by a disabled one too: names in the audit trail stay one person's."""
    with writing(database) as connection:
        if connection.execute(select(accounts.c.name).where(accounts.c.name == account.name)).first() is not None:
            raise ArchiveError(f"There is an account {account.name!r} already.", "Choose another name.")
        connection.execute(
            insert(accounts).values(
                name=account.name,
                role=account.role.value,
                areas=json.dumps(account.areas, ensure_ascii=False),
                password_hash=password_hash,
                created_at=account.created_at,
            )
        )
        note(connection, account.created_at, actor, "account-added", account.name, f"{account.role} {' '.join(account.areas)}".strip())


def disable_account(database: Engine, name: str, now: datetime, actor: str) -> None:
    """Let nobody in by this account any more, at once: its sessions and tokens end. Raises ArchiveError where there is none."""
    require_utc("now", now)
    with writing(database) as connection:
        row = connection.execute(select(accounts).where(accounts.c.name == name)).one_or_none()
        if row is None or row.disabled_at is not None:
            raise ArchiveError(f"There is no account {name!r} that could be disabled.", "See `hazecast user list`.")
        connection.execute(update(accounts).where(accounts.c.name == name).values(disabled_at=now))
        connection.execute(delete(sessions).where(sessions.c.account == name))
        connection.execute(update(tokens).where(tokens.c.account == name, tokens.c.revoked_at.is_(None)).values(revoked_at=now))
        note(connection, now, actor, "account-disabled", name)


def set_password(database: Engine, name: str, password_hash: str, now: datetime, actor: str) -> None:
    """Give an account another password; its sessions end. Raises ArchiveError where there is none."""
    require_utc("now", now)
    with writing(database) as connection:
        changed = update(accounts).where(accounts.c.name == name, accounts.c.disabled_at.is_(None)).values(password_hash=password_hash)
        if not connection.execute(changed).rowcount:
            raise ArchiveError(f"There is no account {name!r} in use.", "See `hazecast user list`.")
        connection.execute(delete(sessions).where(sessions.c.account == name))
        note(connection, now, actor, "password-set", name)


def all_accounts(database: Engine) -> tuple[Account, ...]:
    """Every account by name, disabled ones too."""
    with reading(database) as connection:
        return tuple(account_from(row) for row in connection.execute(select(accounts).order_by(accounts.c.name)))


def account_and_hash(database: Engine, name: str) -> tuple[Account, str] | None:
    """An account in use with the hash of its password; None where there is none."""
    with reading(database) as connection:
        row = connection.execute(select(accounts).where(accounts.c.name == name, accounts.c.disabled_at.is_(None))).one_or_none()
    return None if row is None else (account_from(row), row.password_hash)


def account_from(row: Row[Any]) -> Account:
    """A row of the table as a record."""
    return Account(row.name, Role(row.role), tuple(json.loads(row.areas)), row.created_at, row.disabled_at)
