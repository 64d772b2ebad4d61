"""Gathering without a history: what lies in the folders now is all that was ever there."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hazecast.archive.memory import open_memory
from hazecast.archive.observations.watch import Watching
from hazecast.config import Settings
from hazecast.intake import gather as gathering
from hazecast.intake.ingesting import ingest
from hazecast.records import Cycle, Gathered


def gather(cycle: Cycle, settings: Settings) -> Gathered:
    """What a cycle gets of a memory that is made for it and forgotten; raises what reading its files raises."""
    with tempfile.TemporaryDirectory() as folder, open_memory(Path(folder)) as memory:
        refused = ingest(settings, memory, Watching.BACKFILL, lambda: datetime.now(UTC)).observations.refused
        if refused:
            raise refused[0]
        return gathering.gather(cycle, settings, memory)
