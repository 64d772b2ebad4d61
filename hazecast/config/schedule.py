"""When cycles run, and what a machine that is always on does beside them."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from hazecast.config.fields import Filled, Section, Whole

SourceName = Literal["gfs", "weather", "cams", "observations"]
_HOURS = re.compile(r"(\d{1,3})h")
_LOCAL_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d) (\S+)")


def _whole_hours(text: str) -> str:
    found = _HOURS.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= 24:
        raise ValueError(f"{text!r} is no interval of cycles; expected 1h to 24h, such as 6h")
    return text


def _deadline(text: str) -> str:
    local = _LOCAL_TIME.fullmatch(text)
    if local is None and _HOURS.fullmatch(text) is None:
        raise ValueError(
            f"{text!r} is no deadline; expected hours after init_time such as 5h, or a time of day such as 08:00 Asia/Shanghai"
        )
    if local is not None:
        try:
            ZoneInfo(local[3])
        except (ZoneInfoNotFoundError, ValueError, OSError) as missing:
            raise ValueError(f"{local[3]!r} is not a time zone; expected a name such as Asia/Shanghai") from missing
    return text


def _database_address(text: str) -> str:
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError(f"{text!r} is no address of a database; expected postgresql://user@host/name")
    if re.match(r"\w+://[^@/]*:[^@/]*@", text):
        raise ValueError(
            "there is a password in the address; expected it without: it belongs into ~/.pgpass, or a file named by PGPASSFILE"
        )
    return text


SourceNames = Annotated[tuple[SourceName, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]


class ScheduleSettings(Section):
    """When a cycle runs; see docs/operations.md."""

    every: Annotated[str, AfterValidator(_whole_hours)] = Field("24h", description="Cycles start at 00 UTC and every so many hours after.")
    wait_for: SourceNames = Field((), description="What must be there of 'gfs', 'cams', 'weather', 'observations'; empty: nothing.")
    deadline: Annotated[str, AfterValidator(_deadline)] = Field(
        "5h", description="When it starts without: so long after init_time, or a time of day such as '08:00 Asia/Shanghai'."
    )
    delay_minutes: Whole = Field(30, ge=0, le=1440, description="A cycle is due this long after its init_time at the earliest.")
    expire_hours: Whole = Field(12, ge=1, le=240, description="A cycle not run this long after it was due is expired, by name.")
    limit_minutes: Whole = Field(60, ge=1, le=1440, description="A cycle or another job that takes longer is stopped, and tried again.")

    @model_validator(mode="before")
    @classmethod
    def _read_every_hours(cls, given: Any) -> Any:
        """Settings written before intervals had a unit go on working."""
        if not isinstance(given, dict) or "every_hours" not in given or "every" in given:
            return given
        hours = given["every_hours"]
        return {**{k: v for k, v in given.items() if k != "every_hours"}, "every": f"{hours}h"}

    @property
    def every_hours(self) -> int:
        """The hours between two cycles."""
        return int(self.every.removesuffix("h"))

    @property
    def delay(self) -> timedelta:
        """How long after its init_time a cycle is due."""
        return timedelta(minutes=self.delay_minutes)

    def deadline_of(self, init_time: datetime) -> datetime:
        """When the cycle starts whatever is lacking, in UTC: never before it is due, and no later than the next one is.

        A time of day is the first of that name after `init_time`; one that clocks skip in spring is taken as if they had not been
        moved, and of one that they show twice the first counts.
        """
        due = init_time + self.delay
        wanted = self._wanted_deadline(init_time)
        return min(max(wanted, due), due + timedelta(hours=self.every_hours))

    def _wanted_deadline(self, init_time: datetime) -> datetime:
        local = _LOCAL_TIME.fullmatch(self.deadline)
        if local is None:
            return init_time + timedelta(hours=int(self.deadline.removesuffix("h")))
        zone = ZoneInfo(local[3])
        day = init_time.astimezone(zone).date()
        days = (day + timedelta(days=n) for n in range(3))
        moments = (datetime(d.year, d.month, d.day, int(local[1]), int(local[2]), tzinfo=zone).astimezone(UTC) for d in days)
        return next(moment for moment in moments if moment > init_time)


class DatabaseSettings(Section):
    """Where the ledger is; left out: in the archive's folder."""

    address: Annotated[str, AfterValidator(_database_address)] | None = Field(
        None, description="postgresql://user@host/name, for several machines; needs the optional part 'postgres'."
    )


class BackupSettings(Section):
    """A copy of the archive, made every day by `hazecast serve`."""

    keep: Whole = Field(7, ge=1, le=365, description="So many copies are kept.")
    folder: Path | None = Field(None, description="Where copies are kept, better on another disk; left out: none are made.")


class RetentionSettings(Section):
    """How long the large files of a cycle are kept. Bulletins, decisions, and what they were made from are kept for ever."""

    gridded_days: Whole = Field(0, ge=0, le=36500, description="Gridded files of older cycles are removed; 0: never.")


class OperatorSettings(Section):
    """When the operator is told that something is wrong; recipients with operator = true are."""

    silent_hours: Whole = Field(12, ge=1, le=240, description="A source from which nothing has come for so long is silent.")
    undelivered_minutes: Whole = Field(30, ge=1, le=1440, description="A bulletin that has not arrived so long after is undelivered.")
    name: Filled = Field("hazecast", description="What the machine is called in messages.")
