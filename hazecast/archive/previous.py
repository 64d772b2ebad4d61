"""The cycle of about a day before, as far as a bulletin compares itself with it."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from hazecast.archive.decisions import load_decisions
from hazecast.archive.ledger import State, cycle_states
from hazecast.errors import ArchiveError
from hazecast.records import Cycle, PreviousBulletin

DAY = timedelta(days=1)
NEAREST, FARTHEST = timedelta(hours=12), timedelta(hours=36)


def previous_bulletin(database: Engine, archive_folder: Path, cycle: Cycle) -> PreviousBulletin | None:
    """What was expected by the cycle that started nearest to a day before `cycle`, and was done by then.

    None where there is none between 12 and 36 hours before, or its decisions cannot be read: a bulletin is not lost for want of an
    old one.
    """
    done = [
        status.cycle
        for status in cycle_states(database, cycle.init_time - FARTHEST)
        if status.state is State.DONE and status.cycle.init_time <= cycle.init_time - NEAREST and status.cycle.as_of <= cycle.as_of
    ]
    if not done:
        return None

    def away(other: Cycle) -> tuple[timedelta, datetime]:
        return abs(cycle.init_time - other.init_time - DAY), other.init_time

    previous = min(done, key=away)
    try:
        decisions = load_decisions(archive_folder / previous.key)
    except ArchiveError:
        return None
    return PreviousBulletin(previous.key, previous.init_time, decisions.windows)
