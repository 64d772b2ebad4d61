"""What was amiss and is, as the log of operations keeps it: one alarm an episode, and whether each operator was told of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from hazecast.archive.database import reading, writing
from hazecast.archive.operations import alarms, notices
from hazecast.records import require_utc

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is amiss; `subject` is the same for as long as it is the same trouble, `text` says what it is now."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """An episode of a trouble; `text` is as it was when it was raised."""

    id: int
    subject: str
    text: str
    raised_at: datetime
    cleared_at: datetime | None


@dataclass(frozen=True, slots=True)
class Notice:
    """That an operator is to be told of an alarm through a channel."""

    alarm: Alarm
    recipient: str
    channel: str
    attempts: int


def settle_alarms(database: Engine, troubles: Iterable[Trouble], now: datetime) -> tuple[Alarm, ...]:
    """Raise an alarm for each trouble that has none, and clear those whose trouble is over; returns the new ones. Raises ArchiveError."""
    require_utc("now", now)
    present = {trouble.subject: trouble for trouble in troubles}
    with writing(database) as connection:
        there = {row.subject: row.id for row in connection.execute(select(alarms).where(alarms.c.cleared_at.is_(None)))}
        over = [id for subject, id in there.items() if subject not in present]
        connection.execute(update(alarms).where(alarms.c.id.in_(over)).values(cleared_at=now))
        raised = []
        for subject, trouble in present.items():
            if subject not in there:
                values = {"subject": subject, "text": trouble.text, "raised_at": now}
                id = connection.execute(insert(alarms).values(values).returning(alarms.c.id)).scalar_one()
                raised.append(Alarm(id, subject, trouble.text, now, None))
    return tuple(raised)


def open_alarms(database: Engine) -> tuple[Alarm, ...]:
    """The alarms that are not over, the oldest first. Raises ArchiveError."""
    with reading(database) as connection:
        rows = connection.execute(select(alarms).where(alarms.c.cleared_at.is_(None)).order_by(alarms.c.id)).all()
    return tuple(_alarm(row) for row in rows)


def begin_notices(database: Engine, operators: Iterable[tuple[str, str]], now: datetime) -> tuple[Notice, ...]:
    """What operators, by recipient and channel, are to be told now of alarms that are not over: each once, and again where it failed.

    Another process is kept off them for a while. Raises ArchiveError.
    """
    require_utc("now", now)
    begun = []
    with writing(database) as connection:
        rows = connection.execute(select(alarms).where(alarms.c.cleared_at.is_(None)).order_by(alarms.c.id)).all()
        for alarm in map(_alarm, rows):
            for recipient, channel in operators:
                which = _which(alarm.id, recipient, channel)
                row = connection.execute(select(notices).where(*which)).one_or_none()
                if row is not None and (row.sent or _waits(row.next_attempt_at, now)):
                    continue
                made = 1 if row is None else row.attempts + 1
                values = {"attempts": made, "next_attempt_at": now + min(FIRST_WAIT * (1 << min(made - 1, 10)), LONGEST_WAIT)}
                if row is None:
                    keys = {"alarm_id": alarm.id, "recipient": recipient, "channel": channel}
                    connection.execute(insert(notices).values(**keys, **values, sent=False))
                else:
                    connection.execute(update(notices).where(*which).values(values))
                begun.append(Notice(alarm, recipient, channel, made))
    return tuple(begun)


def end_notice(database: Engine, notice: Notice, error: str | None) -> None:
    """Record that an operator was told, or why not. Raises ArchiveError."""
    with writing(database) as connection:
        which = _which(notice.alarm.id, notice.recipient, notice.channel)
        connection.execute(update(notices).where(*which).values(sent=error is None, error=error))


def _which(alarm_id: int, recipient: str, channel: str) -> tuple[Any, ...]:
    return notices.c.alarm_id == alarm_id, notices.c.recipient == recipient, notices.c.channel == channel


def _waits(until: datetime | None, now: datetime) -> bool:
    return until is not None and now < until <= now + LONGEST_WAIT


def _alarm(row: Row[Any]) -> Alarm:
    return Alarm(row.id, row.subject, row.text, row.raised_at, row.cleared_at)
