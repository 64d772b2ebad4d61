"""What goes out when a bulletin's time has come and it cannot be composed anew: the stored one, with the engine's own messages."""

from datetime import datetime, timedelta
from pathlib import Path

import xarray as xr

from hazecast.archive.decisions import load_decisions
from hazecast.records import Assessment, Cycle, HazeWarning
from hazecast.warnings.decided import Release, decided


def as_computed(folder: Path, in_force: tuple[HazeWarning, ...], at: datetime) -> Assessment:
    """What the engine decided, its messages sent `at`; without fields. Raises ArchiveError where even that cannot be read."""
    stored = load_decisions(folder)
    edition = next((message.edition for message in stored.messages), "")
    init_time = datetime.strptime(f"{folder.name}+0000", "%Y%m%dT%HZ%z")
    nothing = xr.DataArray()
    cycle = Cycle(init_time, at, timedelta(hours=1))
    computed = Assessment(cycle, edition, nothing, nothing, stored.windows, stored.messages, in_force, statuses=stored.statuses)
    return decided(computed, (), Release(1, at, in_force, frozenset()))
