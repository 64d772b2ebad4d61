"""The cycles before, as far as a bulletin compares itself with them: that of about a day before, and the last one."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from hazecast.archive.decisions import load_decisions
from hazecast.archive.ledger import State, cycle_states
from hazecast.archive.netcdf import read_dataset
from hazecast.errors import HazecastError
from hazecast.records import Cycle, EarlierCycle, PreviousBulletin

DAY = timedelta(days=1)
DRIVERS_FILE = "drivers.nc"
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
    return _decided(archive_folder, previous)


def last_cycle(database: Engine, cycle: Cycle) -> Cycle | None:
    """The last cycle that started before `cycle`, was done by then and reaches into its hours; None where there is none."""
    done = [
        status.cycle
        for status in cycle_states(database, cycle.init_time - cycle.horizon)
        if status.state is State.DONE
        and status.cycle.init_time < cycle.init_time < status.cycle.end_time
        and status.cycle.as_of <= cycle.as_of
    ]
    return max(done, key=lambda other: other.init_time, default=None)


def last_decisions(archive_folder: Path, last: Cycle | None) -> PreviousBulletin | None:
    """What the last cycle expected; None without one, or where it cannot be read."""
    return None if last is None else _decided(archive_folder, last)


def last_drivers(archive_folder: Path, last: Cycle | None) -> EarlierCycle | None:
    """What drove the last cycle; None without one, where it kept nothing of it, or where that cannot be read."""
    if last is None:
        return None
    try:
        return EarlierCycle(last, read_dataset(archive_folder / last.key / DRIVERS_FILE))
    except (HazecastError, ValueError):
        return None


def _decided(archive_folder: Path, cycle: Cycle) -> PreviousBulletin | None:
    try:
        decisions = load_decisions(archive_folder / cycle.key)
    except HazecastError:
        return None
    return PreviousBulletin(cycle.key, cycle.init_time, decisions.windows)
