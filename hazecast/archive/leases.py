"""A lease in the database: one process at a time holds it, and nobody when its holder has been silent for its length."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, insert, select, update

from hazecast.archive.database import reading, writing
from hazecast.archive.ledger import lease_holds
from hazecast.archive.operations import leases
from hazecast.records import require_utc

LEADER = "leader"


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds what until when. Its `token` is higher with each new holder, so that who held it before can be told."""

    name: str
    owner: str
    token: int
    until: datetime


def take_lease(database: Engine, name: str, owner: str, now: datetime, length: timedelta) -> Lease | None:
    """Take or renew a lease for `owner` until `now` + `length`; None while somebody else holds it. Raises ArchiveError.

    One that still holds for more than half of `length` is left as it is, so that asking often writes seldom.
    """
    require_utc("now", now)
    held = lease_held(database, name)
    if held is not None and held.owner == owner and now + length / 2 < held.until <= now + length:
        return held
    with writing(database) as connection:
        row = connection.execute(select(leases).where(leases.c.name == name)).one_or_none()
        if row is not None and row.owner != owner and lease_holds(row.until, now, length):
            return None
        token = 1 if row is None else row.token + (row.owner != owner)
        values = {"owner": owner, "token": token, "until": now + length}
        if row is None:
            connection.execute(insert(leases).values(name=name, **values))
        else:
            connection.execute(update(leases).where(leases.c.name == name).values(values))
    return Lease(name, owner, token, now + length)


def lease_held(database: Engine, name: str) -> Lease | None:
    """Who took a lease last, whether it still holds or not; None where nobody ever did. Raises ArchiveError."""
    with reading(database) as connection:
        row = connection.execute(select(leases).where(leases.c.name == name)).one_or_none()
    return None if row is None else Lease(row.name, row.owner, row.token, row.until)


def give_lease_back(database: Engine, held: Lease, now: datetime) -> None:
    """Let the next have it at once; does nothing where somebody else has it already. Raises ArchiveError."""
    with writing(database) as connection:
        same = (leases.c.name == held.name, leases.c.owner == held.owner, leases.c.token == held.token)
        connection.execute(update(leases).where(*same).values(until=now))
