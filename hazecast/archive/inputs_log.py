"""What each cycle was made from, as the ledger keeps it: its input files, and what it asked of the observations with the answer's hash."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select

from hazecast.archive.database import reading
from hazecast.archive.tables import cycle_inputs, cycle_observations
from hazecast.records import AnsweredQuestion, InputFile, ObservationQuestion


def store_inputs(connection: Connection, cycle_key: str, inputs: tuple[InputFile, ...], asked: AnsweredQuestion | None) -> None:
    """Enter what a cycle was made from."""
    rows = [
        {"cycle_key": cycle_key, "path": str(i.path), "role": i.role, "sha256": i.sha256, "size_bytes": i.size_bytes}
        for i in dict.fromkeys(inputs)
    ]
    if rows:
        connection.execute(insert(cycle_inputs), rows)
    if asked is not None:
        connection.execute(insert(cycle_observations).values(cycle_key=cycle_key, **_values(asked)))


def recorded_inputs(database: Engine, cycle_key: str) -> tuple[InputFile, ...]:
    """The files that a cycle was made from, by role and path. Raises ArchiveError."""
    chosen = select(cycle_inputs).where(cycle_inputs.c.cycle_key == cycle_key).order_by(cycle_inputs.c.role, cycle_inputs.c.path)
    with reading(database) as connection:
        return tuple(InputFile(Path(row.path), row.sha256, row.size_bytes, row.role) for row in connection.execute(chosen))


def recorded_question(database: Engine, cycle_key: str) -> AnsweredQuestion | None:
    """What a cycle asked of the observations; None where it is not done, or was run by a hazecast without memory. Raises ArchiveError."""
    with reading(database) as connection:
        row = connection.execute(select(cycle_observations).where(cycle_observations.c.cycle_key == cycle_key)).one_or_none()
    if row is None:
        return None
    question = ObservationQuestion(
        as_of=row.as_of,
        newest_batch=row.newest_batch,
        assumed_delay=timedelta(seconds=row.assumed_delay_seconds),
        first=row.first_hour,
        last=row.last_hour,
        station_ids=tuple(json.loads(row.station_ids)),
        keys=tuple(json.loads(row.keys)),
    )
    return AnsweredQuestion(question, row.sha256)


def fingerprint(inputs: tuple[InputFile, ...], asked: AnsweredQuestion | None = None) -> str:
    """A hash of what was used, whatever the order and the folders in which it lay."""
    lines = sorted({f"{i.role} {i.sha256} {i.size_bytes}" for i in inputs})
    answer = [] if asked is None else [f"answer {asked.sha256}"]
    return hashlib.sha256("\n".join([*lines, *answer]).encode()).hexdigest()


def _values(asked: AnsweredQuestion) -> dict[str, object]:
    question = asked.question
    return {
        "as_of": question.as_of,
        "newest_batch": question.newest_batch,
        "assumed_delay_seconds": question.assumed_delay / timedelta(seconds=1),
        "first_hour": question.first,
        "last_hour": question.last,
        "station_ids": json.dumps(question.station_ids, ensure_ascii=False),
        "keys": json.dumps(question.keys, ensure_ascii=False),
        "sha256": asked.sha256,
    }
