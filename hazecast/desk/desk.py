"""What every page of the desk stands on: the settings, the ledger, the clock, and how it speaks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import Request
from sqlalchemy import Engine

from hazecast.archive.ledger import CycleStatus, State, cycle_states
from hazecast.config import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """One installation's desk."""

    settings: Settings
    config_path: Path
    database: Engine
    clock: Callable[[], datetime]

    @property
    def archive(self) -> Path:
        """Where cycles are stored."""
        return self.settings.output.archive

    @property
    def zone(self) -> ZoneInfo:
        """The zone that times are shown in."""
        return ZoneInfo(self.settings.site.time_zone)

    def done_cycles(self) -> tuple[CycleStatus, ...]:
        """The cycles that are done, the newest first."""
        return tuple(status for status in reversed(cycle_states(self.database)) if status.state is State.DONE)


def desk_of(request: Request) -> Desk:
    """The desk that a request came to."""
    desk: Desk = request.app.state.desk
    return desk
