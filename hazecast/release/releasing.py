"""Releases: signed by people, or by the clock. A bulletin is released once, with its warnings and deliveries, or not at all."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial

from sqlalchemy import Connection, Engine, select

from hazecast.archive.account_tables import accounts
from hazecast.archive.bulletin_facts import load_stored_facts
from hazecast.archive.bulletin_files import load_bulletin, store_released
from hazecast.archive.database import writing
from hazecast.archive.deliveries import Delivery, last_level, queue_deliveries
from hazecast.archive.products import bytes_writer
from hazecast.archive.reviews import (
    Conflict,
    Draft,
    Released,
    ReviewState,
    content_of,
    drafts_in,
    record_release,
    releases_in,
    review_in,
    sign,
    signatures_in,
    signatures_of,
    waiting_reviews,
)
from hazecast.archive.warning_log import append_warnings, warnings_in_force
from hazecast.config import Settings
from hazecast.delivery.routing import Occasion, area_levels, deliveries_of
from hazecast.delivery.wiring import recipients_of
from hazecast.errors import HazecastError
from hazecast.records import Account, Assessment, Bulletin, Choice, HazeWarning, Level, Role
from hazecast.release.composing import Case, case_of, composed, needs_second
from hazecast.release.fallback import as_computed
from hazecast.warnings.decided import first_window

Clock = Callable[[], datetime]
REVIEWED_FILE = "reviewed.json"
_LOGGER = logging.getLogger(__name__)


class Signed(StrEnum):
    """What a signature brought about."""

    RELEASED = "released"
    WAITS_FOR_SECOND = "waits-for-second"


@dataclass(frozen=True, slots=True)
class _Ready:
    """A bulletin that is ready to go, and what goes with it."""

    case: Case
    bulletin: Bulletin
    assessment: Assessment
    in_force: tuple[HazeWarning, ...]
    stored_apart: bool
    decisions: tuple[Draft, ...]
    remark: str


def approve(settings: Settings, database: Engine, cycle_key: str, account: Account, content_sha256: str, clock: Clock) -> Signed:
    """Sign what the drafts of a cycle say, and release its bulletin once enough people have.

    Where red is proposed or chosen two must sign, one of them a supervisor. Raises Conflict where the drafts are no longer those of
    `content_sha256`, the bulletin went out meanwhile or was overtaken, or the same person signs twice.
    """
    now, case = clock(), case_of(database, cycle_key)
    _require_open(case, content_sha256)
    with writing(database) as connection:
        if content_of(drafts_in(connection, cycle_key), case.number) != content_sha256:
            raise _changed()
        signers = _signers(connection, case)
        if account.name in signers:
            raise Conflict(f"{account.name} has signed this already.", "Another person must sign now, a supervisor among the two.")
        sign(connection, cycle_key, account.name, now, content_sha256)
        signers |= {account.name: account.role}
    levels = _levels(settings, cycle_key)
    if needs_second(levels, case) and (len(signers) < 2 or Role.SUPERVISOR not in signers.values()):
        return Signed.WAITS_FOR_SECOND
    _release(settings, database, case, case.drafts, tuple(signers), clock())
    return Signed.RELEASED


def release_due(settings: Settings, database: Engine, clock: Clock) -> tuple[str, ...]:
    """Release every bulletin whose time to wait is over, as the engine computed it; returns their cycles' keys.

    Changes that one person signed go with it, but for those that touch red and lack the second signature. One that cannot be composed
    anew goes out as it was stored: nobody is left unwarned. What fails is logged, and tried again with the next call.
    """
    released = []
    for review in waiting_reviews(database):
        if review.waits.release_at > clock():
            continue
        try:
            case = case_of(database, review.cycle_key)
            signed = bool(signatures_of(database, case.cycle_key, case.content_sha256))
            fresh = tuple(draft for draft in case.drafts if signed and not draft.decision.touches_red)
            _release(settings, database, case, fresh, (), clock())
            released.append(review.cycle_key)
        except HazecastError as failure:
            _LOGGER.error("While releasing %s: %s", review.cycle_key, failure)
    return tuple(released)


def _release(settings: Settings, database: Engine, case: Case, fresh: tuple[Draft, ...], signed_by: tuple[str, ...], now: datetime) -> None:
    ready = _made_ready(settings, database, case, fresh, now, signed_by)
    if ready.stored_apart:
        others = {REVIEWED_FILE: bytes_writer(_reviewed_json(ready, signed_by))}
        store_released(settings.output.archive, ready.bulletin, others)
    deliveries = _deliveries(settings, database, ready, now)
    at = case.moment(now)
    with writing(database) as connection:
        _require_as_prepared(connection, ready, signed=bool(signed_by))
        if warnings_in_force(database, at) != ready.in_force:
            raise Conflict("Another warning came into force meanwhile.", "Look at the bulletin again, and release it anew.")
        append_warnings(connection, ready.assessment.messages)
        queue_deliveries(connection, deliveries)
        record_release(connection, _record(ready, signed_by, now))


def _record(ready: _Ready, signed_by: tuple[str, ...], now: datetime) -> Released:
    return Released(
        cycle_key=ready.case.cycle_key,
        number=ready.case.number,
        bulletin_id=ready.bulletin.id,
        stored_apart=ready.stored_apart,
        by_person=bool(signed_by),
        released_at=now,
        signed_by=signed_by,
        remark=ready.remark,
        decisions=ready.decisions,
    )


def _made_ready(
    settings: Settings, database: Engine, case: Case, fresh: tuple[Draft, ...], now: datetime, signed_by: tuple[str, ...]
) -> _Ready:
    in_force = warnings_in_force(database, case.moment(now))
    left = sorted({d.decision.area_id for d in case.drafts} - {d.decision.area_id for d in fresh})
    remark = f"not released for want of signatures: {', '.join(left)}" if left else ""
    try:
        facts, bulletin = composed(settings, database, case, fresh, now, signed_by)
        return _Ready(case, bulletin, facts.assessment, in_force, True, fresh, remark)
    except (HazecastError, OSError, ValueError, KeyError) as failure:
        if signed_by:
            raise
        _LOGGER.error("The bulletin of %s goes out as it was stored; it cannot be composed anew: %s", case.cycle_key, failure)
    assessment = as_computed(settings.output.archive / case.cycle_key, in_force, case.moment(now))
    return _Ready(case, load_bulletin(settings.output.archive, case.cycle_key), assessment, in_force, False, (), "as it was stored")


def _deliveries(settings: Settings, database: Engine, ready: _Ready, now: datetime) -> tuple[Delivery, ...]:
    bulletin, review = ready.bulletin, ready.case.review
    occasion = Occasion(area_levels(ready.assessment), now, partial(last_level, database, exercise=bulletin.exercise))
    until = bulletin.expires_at if review is None else max(bulletin.expires_at, review.waits.deliver_until)
    return tuple(replace(one, expires_at=until) for one in deliveries_of(bulletin, recipients_of(settings), occasion))


def _require_open(case: Case, content_sha256: str) -> None:
    if case.is_overtaken:
        raise Conflict(f"A later cycle has taken the place of {case.cycle_key}.", "Decide on that one.")
    if content_sha256 != case.content_sha256:
        raise _changed()
    if case.number > 1 and not case.drafts:
        raise Conflict(f"The bulletin of {case.cycle_key} is out, and nothing was changed since.", "Change an area first.")


def _changed() -> Conflict:
    return Conflict("Somebody changed a draft, or released the bulletin, since you looked.", "Look at it again, then sign.")


def _require_as_prepared(connection: Connection, ready: _Ready, *, signed: bool) -> None:
    """Raise Conflict where the world is another than the bulletin was composed for."""
    case = ready.case
    review = review_in(connection, case.cycle_key)
    count = len(releases_in(connection, case.cycle_key)) + 1 + (review is None)
    overtaken = review is not None and review.state is ReviewState.OVERTAKEN
    if (
        count != case.number
        or overtaken
        or (signed and content_of(drafts_in(connection, case.cycle_key), case.number) != case.content_sha256)
    ):
        raise _changed()


def _signers(connection: Connection, case: Case) -> dict[str, Role]:
    """Who has signed just this, and may still decide, with their roles."""
    names = [signature.account for signature in signatures_in(connection, case.cycle_key, case.content_sha256)]
    rows = connection.execute(select(accounts).where(accounts.c.name.in_(names), accounts.c.disabled_at.is_(None))).all()
    return {row.name: Role(row.role) for row in rows if Role(row.role).decides}


def _levels(settings: Settings, cycle_key: str) -> tuple[Level, ...]:
    stored = load_stored_facts(settings.output.archive / cycle_key)
    areas = {window.area_id for window in stored.windows}
    first = (first_window(stored.windows, area_id) for area_id in areas)
    return (*(window.level for window in first if window is not None), *(message.level for message in stored.messages))


def _reviewed_json(ready: _Ready, signed_by: tuple[str, ...]) -> bytes:
    decisions = [
        {
            "area": draft.decision.area_id,
            "author": draft.author,
            "reason": draft.decision.reason,
            "words": {name.language: name.text for name in draft.decision.words},
            "proposed": _choice(draft.decision.proposed),
            "chosen": _choice(draft.decision.chosen),
        }
        for draft in ready.decisions
    ]
    content = {"cycle": ready.case.cycle_key, "release": ready.case.number, "signed_by": list(signed_by), "decisions": decisions}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _choice(choice: Choice) -> dict[str, str]:
    return {
        "level": choice.level.name.lower(),
        "valid_from": choice.valid_from.isoformat(),
        "valid_until": choice.valid_until.isoformat(),
    }
