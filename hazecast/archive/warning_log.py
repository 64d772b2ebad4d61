"""Every warning message ever sent, in the order of time. Messages are added and never changed; what holds follows from them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, insert, select

from hazecast.archive.database import reading
from hazecast.archive.tables import replacements, warnings
from hazecast.errors import ArchiveError
from hazecast.records import Action, HazeWarning, Level, require_utc


def append_warnings(connection: Connection, messages: tuple[HazeWarning, ...]) -> None:
    """Add `messages` in their order; one that is already there with equal content is left alone.

    Raises ArchiveError for an id that is there with other content, or a message that replaces one which is not there.
    """
    for message in messages:
        stored = _fetch(connection, warnings.c.id == message.id)
        if not stored:
            _insert(connection, message)
        elif stored[0] != message:
            raise ArchiveError(
                f"Warning {message.id} was sent as {stored[0]}; it cannot become {message}.", "Give the new message an id of its own."
            )


def warnings_in_force(database: Engine, at: datetime) -> tuple[HazeWarning, ...]:
    """The warnings that hold `at` that time: issued by then, not ended, and not replaced by a message issued by then.

    Ordered by area, then by start. One that is not yet valid but is already issued is among them.
    """
    require_utc("at", at)
    later = warnings.alias("later")
    replaced = select(replacements.c.replaced_id).join(later, later.c.id == replacements.c.warning_id).where(later.c.issued_at <= at)
    holds = (
        (warnings.c.issued_at <= at) & (warnings.c.valid_until > at) & (warnings.c.action != Action.LIFT) & warnings.c.id.not_in(replaced)
    )
    with reading(database) as connection:
        found = _fetch(connection, holds)
    return tuple(sorted(found, key=lambda w: (w.area_id, w.valid_from, w.id)))


def warnings_known(database: Engine, at: datetime, since: datetime) -> tuple[HazeWarning, ...]:
    """Every message issued by `at` that was issued or still held after `since`, in the order in which they were issued."""
    require_utc("at", at)
    require_utc("since", since)
    with reading(database) as connection:
        return _fetch(connection, (warnings.c.issued_at <= at) & ((warnings.c.issued_at > since) | (warnings.c.valid_until > since)))


def warning_history(database: Engine, area_id: str) -> tuple[HazeWarning, ...]:
    """Every message for one area, in the order in which they were issued."""
    with reading(database) as connection:
        return _fetch(connection, warnings.c.area_id == area_id)


def cycle_warnings(database: Engine, cycle_key: str) -> tuple[HazeWarning, ...]:
    """The messages of one cycle, in the order in which they were issued."""
    with reading(database) as connection:
        return _fetch(connection, warnings.c.cycle_key == cycle_key)


def _insert(connection: Connection, message: HazeWarning) -> None:
    known = set(connection.execute(select(warnings.c.id).where(warnings.c.id.in_(message.replaces))).scalars())
    unknown = [i for i in message.replaces if i not in known]
    if unknown:
        raise ArchiveError(
            f"Warning {message.id} replaces {', '.join(unknown)}, which the ledger does not hold.",
            "Replace only warnings that were in force in this ledger.",
        )
    row = {column.name: getattr(message, column.name) for column in warnings.columns}
    connection.execute(insert(warnings).values(row | {"level": int(message.level), "action": message.action.value}))
    for position, replaced_id in enumerate(message.replaces):
        connection.execute(insert(replacements).values(warning_id=message.id, position=position, replaced_id=replaced_id))


def _fetch(connection: Connection, condition: ColumnElement[bool]) -> tuple[HazeWarning, ...]:
    rows = connection.execute(select(warnings).where(condition).order_by(warnings.c.issued_at, warnings.c.id)).all()
    found = {row.id: _warning_from(row) for row in rows}
    chosen = select(replacements).where(replacements.c.warning_id.in_(found)).order_by(replacements.c.warning_id, replacements.c.position)
    for row in connection.execute(chosen):
        message = found[row.warning_id]
        found[row.warning_id] = replace(message, replaces=(*message.replaces, row.replaced_id))
    return tuple(found.values())


def _warning_from(row: Row[Any]) -> HazeWarning:
    fields = row._asdict()
    return HazeWarning(**fields | {"level": Level(row.level), "action": Action(row.action)}, replaces=())
