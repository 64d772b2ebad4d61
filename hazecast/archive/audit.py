"""The audit trail: what somebody did, each entry chained to the one before by a hash, so that none can be changed or taken out unseen."""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select

from hazecast.archive.account_tables import audit
from hazecast.archive.database import reading, writing
from hazecast.errors import ArchiveError
from hazecast.records import AuditEntry, require_utc

BEFORE_THE_FIRST = "0" * 64


def note(connection: Connection, at: datetime, actor: str, action: str, subject: str, detail: str = "") -> None:
    """Add an entry within the transaction of what it tells of: both are kept, or neither."""
    require_utc("at", at)
    last = connection.execute(select(audit).order_by(audit.c.number.desc()).limit(1)).one_or_none()
    number, previous = (1, BEFORE_THE_FIRST) if last is None else (last.number + 1, last.sha256)
    told = {"at": at, "actor": actor, "action": action, "subject": subject, "detail": detail}
    connection.execute(insert(audit).values(number=number, previous_sha256=previous, sha256=_digest(number, previous, told), **told))


def note_alone(database: Engine, at: datetime, actor: str, action: str, subject: str, detail: str = "") -> None:
    """Add an entry on something that changes nothing else, such as a login."""
    with writing(database) as connection:
        note(connection, at, actor, action, subject, detail)


def audit_trail(database: Engine, most: int = 200) -> tuple[AuditEntry, ...]:
    """The newest entries, the newest first."""
    with reading(database) as connection:
        rows = connection.execute(select(audit).order_by(audit.c.number.desc()).limit(most)).all()
    return tuple(_entry(row) for row in rows)


def verify_audit(database: Engine) -> tuple[int, str]:
    """Follow the chain from its beginning; how many entries it has, and the hash of the last.

    Raises ArchiveError naming the first entry that is not as it was written, or does not follow the one before. Entries cut off the
    end leave a chain that holds: whoever wants to see that too keeps the number and the hash elsewhere.
    """
    number, previous = 0, BEFORE_THE_FIRST
    with reading(database) as connection:
        for row in connection.execute(select(audit).order_by(audit.c.number)):
            told = {"at": row.at, "actor": row.actor, "action": row.action, "subject": row.subject, "detail": row.detail}
            if row.number != number + 1 or row.previous_sha256 != previous or row.sha256 != _digest(row.number, previous, told):
                raise ArchiveError(
                    f"The audit trail is broken at entry {row.number}, which should be number {number + 1} and follow {previous[:12]}.",
                    "Hold the ledger against a backup: what stands there from this entry on is not what was written.",
                )
            number, previous = row.number, row.sha256
    return number, previous


def _digest(number: int, previous: str, told: dict[str, Any]) -> str:
    at: datetime = told["at"]
    content = [number, previous, at.isoformat(timespec="microseconds"), *(told[key] for key in ("actor", "action", "subject", "detail"))]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(**row._asdict())
