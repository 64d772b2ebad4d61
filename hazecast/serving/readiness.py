"""Whether what a cycle waits for is there: a run of the weather that is new enough and reaches to the end, observations up to its start."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from sqlalchemy import Engine

from hazecast.archive.source_log import hours_brought, is_covered, newest_of
from hazecast.config import Settings
from hazecast.records import InputRole


@dataclass(frozen=True, slots=True)
class Source:
    """What a name in `wait_for` stands for: the role of its files, and how often it begins a run; None is as often as cycles run."""

    role: InputRole
    every: timedelta | None


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "gfs": Source(InputRole.METEOROLOGY, timedelta(hours=6)),
        "weather": Source(InputRole.METEOROLOGY, None),
        "cams": Source(InputRole.BASE, timedelta(hours=12)),
    }
)
OBSERVATIONS = "observations"


def lacking_inputs(operations: Engine, settings: Settings, init_time: datetime) -> tuple[str, ...]:
    """The names in `wait_for` of what has not come yet for a cycle, in their order. Raises ArchiveError.

    A source of runs is there when those from the newest that can have begun by `init_time` on reach from there to the end of the
    forecast, whether they came as one file or as many; observations, when there are some of `init_time` or later.
    """
    return tuple(name for name in settings.schedule.wait_for if not _is_there(name, operations, settings, init_time))


def _is_there(name: str, operations: Engine, settings: Settings, init_time: datetime) -> bool:
    if name == OBSERVATIONS:
        return any(one.role == InputRole.OBSERVATIONS and one.newest >= init_time for one in newest_of(operations))
    source = SOURCES[name]
    run = _newest_run(init_time, source.every or timedelta(hours=settings.schedule.every_hours))
    hours = hours_brought(operations, source.role, run)
    return is_covered(hours, init_time, init_time + timedelta(hours=settings.forecast.horizon_hours))


def _newest_run(init_time: datetime, every: timedelta) -> datetime:
    midnight = datetime(init_time.year, init_time.month, init_time.day, tzinfo=UTC)
    return midnight + (init_time - midnight) // every * every
