"""Bulletins that wait for a person, as the ledger keeps them: until when, what was drafted and signed, and what was released.

Drafts change, by one version after the other; signatures, releases and decisions are added and never changed.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from hazecast.archive.audit import note
from hazecast.archive.database import reading, writing
from hazecast.archive.review_tables import decisions, drafts, releases, reviews, signatures
from hazecast.errors import HazecastError
from hazecast.records import AreaDecision, require_utc

_decision = TypeAdapter(AreaDecision)


class ReviewState(StrEnum):
    """Where a bulletin stands; OVERTAKEN is one that waited while a later cycle's came, and was never sent."""

    WAITING = "waiting"
    RELEASED = "released"
    OVERTAKEN = "overtaken"


class Conflict(HazecastError):
    """Somebody else was first; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Until when a bulletin waits and may be delivered; one of the past speaks as if it were `speaks_at`."""

    release_at: datetime
    deliver_until: datetime
    speaks_at: datetime | None


@dataclass(frozen=True, slots=True)
class Review:
    """A bulletin that waited or waits for a person."""

    cycle_key: str
    state: ReviewState
    opened_at: datetime
    waits: Waiting


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants of an area, not yet released; `version` counts its changes from 1."""

    version: int
    author: str
    saved_at: datetime
    decision: AreaDecision


@dataclass(frozen=True, slots=True)
class Signature:
    """Somebody signed what the drafts said then."""

    account: str
    at: datetime
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Released:
    """One release of a cycle's bulletin, from number 1 on, and what was decided for it."""

    cycle_key: str
    number: int
    bulletin_id: str
    stored_apart: bool
    by_person: bool
    released_at: datetime
    signed_by: tuple[str, ...]
    remark: str
    decisions: tuple[Draft, ...] = ()


def release_time(now: datetime, release_after: str, longest_wait_minutes: int, time_zone: str) -> datetime:
    """When a bulletin that is ready at `now` goes out by itself: at the next local time of that name, or when its longest wait is over."""
    zone = ZoneInfo(time_zone)
    local = now.astimezone(zone)
    hour, minute = (int(part) for part in release_after.split(":"))
    at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if at < local:
        day = local.date() + timedelta(days=1)
        at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
    return min(at.astimezone(now.tzinfo), now + timedelta(minutes=longest_wait_minutes))


def open_review(connection: Connection, cycle_key: str, waits: Waiting, now: datetime) -> None:
    """Let a cycle's bulletin wait, in place of earlier cycles' that still do. It goes out no later than they would have: a bulletin
    is not put off for ever by one new cycle after another.
    """
    require_utc("now", now)
    waiting = (reviews.c.state == ReviewState.WAITING) & (reviews.c.cycle_key < cycle_key)
    earlier = connection.execute(select(reviews).where(waiting)).all()
    for row in earlier:
        connection.execute(update(reviews).where(reviews.c.cycle_key == row.cycle_key).values(state=ReviewState.OVERTAKEN))
        note(connection, now, "hazecast", "overtaken", row.cycle_key, f"by {cycle_key}")
    release_at = min((waits.release_at, *(row.release_at for row in earlier)))
    times = {"opened_at": now, "release_at": release_at, "deliver_until": waits.deliver_until, "speaks_at": waits.speaks_at}
    connection.execute(insert(reviews).values(cycle_key=cycle_key, state=ReviewState.WAITING, **times))
    note(connection, now, "hazecast", "waits", cycle_key, f"until {release_at.isoformat()}")


def review_of(database: Engine, cycle_key: str) -> Review | None:
    """Whether and how a cycle's bulletin waits; None for one that waited for nobody."""
    with reading(database) as connection:
        return review_in(connection, cycle_key)


def review_in(connection: Connection, cycle_key: str) -> Review | None:
    """The same within a transaction."""
    row = connection.execute(select(reviews).where(reviews.c.cycle_key == cycle_key)).one_or_none()
    return None if row is None else _review(row)


def waiting_reviews(database: Engine) -> tuple[Review, ...]:
    """The bulletins that wait, the oldest first."""
    chosen = select(reviews).where(reviews.c.state == ReviewState.WAITING).order_by(reviews.c.cycle_key)
    with reading(database) as connection:
        return tuple(_review(row) for row in connection.execute(chosen))


def drafts_of(database: Engine, cycle_key: str) -> tuple[Draft, ...]:
    """The drafts on a cycle's areas, by area."""
    with reading(database) as connection:
        return drafts_in(connection, cycle_key)


def drafts_in(connection: Connection, cycle_key: str) -> tuple[Draft, ...]:
    """The same within a transaction."""
    chosen = select(drafts).where(drafts.c.cycle_key == cycle_key).order_by(drafts.c.area_id)
    return tuple(_draft(row) for row in connection.execute(chosen))


def save_draft(database: Engine, cycle_key: str, decision: AreaDecision, version: int, author: str, now: datetime) -> Draft:
    """Keep what somebody wants of an area, who saw `version` of its draft (0: none) before.

    Raises Conflict where another version is there by now; what was wanted stands in the audit trail all the same.
    """
    require_utc("now", now)
    content = _decision.dump_json(decision).decode()
    values = {"version": version + 1, "author": author, "saved_at": now, "decision": content}
    with writing(database) as connection:
        one = (drafts.c.cycle_key == cycle_key) & (drafts.c.area_id == decision.area_id)
        row = connection.execute(select(drafts).where(one)).one_or_none()
        found = 0 if row is None else row.version
        if found != version:
            note(connection, now, author, "draft-refused", f"{cycle_key}/{decision.area_id}", content)
        else:
            key = {"cycle_key": cycle_key, "area_id": decision.area_id}
            connection.execute(insert(drafts).values(key | values) if row is None else update(drafts).where(one).values(values))
            note(connection, now, author, "draft-saved", f"{cycle_key}/{decision.area_id}", content)
    if found != version:
        raise Conflict(
            f"{decision.area_id} was changed by {'somebody' if row is None else row.author} meanwhile.", "Look at both, and save again."
        )
    return Draft(version + 1, author, now, decision)


def sign(connection: Connection, cycle_key: str, account: str, now: datetime, content_sha256: str) -> None:
    """Put a name under what the drafts say."""
    connection.execute(insert(signatures).values(cycle_key=cycle_key, account=account, at=now, content_sha256=content_sha256))
    note(connection, now, account, "signed", cycle_key, content_sha256)


def signatures_in(connection: Connection, cycle_key: str, content_sha256: str) -> tuple[Signature, ...]:
    """The signatures under just this content, in their order."""
    chosen = select(signatures).where(signatures.c.cycle_key == cycle_key, signatures.c.content_sha256 == content_sha256)
    return tuple(Signature(row.account, row.at, row.content_sha256) for row in connection.execute(chosen.order_by(signatures.c.id)))


def signatures_of(database: Engine, cycle_key: str, content_sha256: str) -> tuple[Signature, ...]:
    """The same outside of a transaction."""
    with reading(database) as connection:
        return signatures_in(connection, cycle_key, content_sha256)


def content_of(drafted: tuple[Draft, ...], number: int) -> str:
    """A hash of what the drafts say for release `number`: a signature is under that and nothing else."""
    said = [[draft.version, _decision.dump_json(draft.decision).decode()] for draft in drafted]
    return hashlib.sha256(json.dumps([number, said], ensure_ascii=False).encode()).hexdigest()


def record_release(connection: Connection, released: Released) -> None:
    """Add a release with what was decided for it, and let the bulletin wait no more; its drafts are drafts no longer."""
    connection.execute(delete(drafts).where(drafts.c.cycle_key == released.cycle_key))
    connection.execute(update(reviews).where(reviews.c.cycle_key == released.cycle_key).values(state=ReviewState.RELEASED))
    row = {name: getattr(released, name) for name in releases.columns.keys() if name != "signed_by"}  # noqa: SIM118 - no mapping
    connection.execute(insert(releases).values(row | {"signed_by": json.dumps(released.signed_by, ensure_ascii=False)}))
    for draft in released.decisions:
        values = {"author": draft.author, "decided_at": draft.saved_at, "decision": _decision.dump_json(draft.decision).decode()}
        key = {"cycle_key": released.cycle_key, "number": released.number, "area_id": draft.decision.area_id}
        connection.execute(insert(decisions).values(key | values))
    who = ", ".join(released.signed_by) or "hazecast"
    note(connection, released.released_at, who, "released", released.bulletin_id, released.remark)


def releases_of(database: Engine, cycle_key: str) -> tuple[Released, ...]:
    """The releases of a cycle's bulletin in their order."""
    with reading(database) as connection:
        return releases_in(connection, cycle_key)


def releases_in(connection: Connection, cycle_key: str) -> tuple[Released, ...]:
    """The same within a transaction."""
    chosen = select(releases).where(releases.c.cycle_key == cycle_key).order_by(releases.c.number)
    return tuple(_released(connection, row) for row in connection.execute(chosen).all())


def _released(connection: Connection, row: Row[Any]) -> Released:
    own = select(decisions).where(decisions.c.cycle_key == row.cycle_key, decisions.c.number == row.number).order_by(decisions.c.area_id)
    decided = tuple(Draft(1, d.author, d.decided_at, _decision.validate_json(d.decision)) for d in connection.execute(own))
    fields = row._asdict()
    return Released(**fields | {"signed_by": tuple(json.loads(row.signed_by))}, decisions=decided)


def _review(row: Row[Any]) -> Review:
    return Review(row.cycle_key, ReviewState(row.state), row.opened_at, Waiting(row.release_at, row.deliver_until, row.speaks_at))


def _draft(row: Row[Any]) -> Draft:
    return Draft(row.version, row.author, row.saved_at, _decision.validate_json(row.decision))
