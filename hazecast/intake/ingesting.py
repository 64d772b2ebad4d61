"""What lies in the folders of the settings, taken into memory: observations into the store, arrivals of gridded files into the ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hazecast.archive.memory import Memory
from hazecast.archive.observations.watch import Watching, watched_since
from hazecast.config import Settings
from hazecast.intake.arrived import Noted, note_files
from hazecast.intake.monitoring.taking_in import TakenIn, take_in

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came of it."""

    observations: TakenIn
    gridded: tuple[Noted, ...]

    @property
    def anything(self) -> bool:
        """Whether anything is known that was not known before, or was refused."""
        told = self.observations
        return bool(told.read or told.refused or any(noted.new or noted.changed or noted.gone for noted in self.gridded))


def ingest(
    settings: Settings, memory: Memory, watching: Watching, clock: Clock, report: Callable[[float], None] = lambda _done: None
) -> Ingested:
    """Each file once, and again when it has changed. Files of observations that cannot be read are left out, and told.

    Raises NoDataInPeriod where there are no observations at all, ArchiveError where the archive refuses.
    """
    watched = watching is not Watching.BACKFILL and watched_since(memory.observations) is not None
    gridded = note_files(settings, memory.ledger, watched, clock().replace(microsecond=0))
    taken = take_in(memory.observations, settings.observations.path, settings.observations.columns, watching, clock, report)
    return Ingested(taken, gridded)
