"""A cycle run once more beside the archive, from what it was made from, and held against what it made then."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, insert, select

from hazecast.archive.database import open_database, reading, writing
from hazecast.archive.ledger import CycleStatus, State, is_overtaken, recorded_products
from hazecast.archive.manifest import Product, verify_products
from hazecast.archive.memory import Memory
from hazecast.archive.tables import cycles, replacements, warnings
from hazecast.config import Settings
from hazecast.cycle import Surroundings, run_cycle
from hazecast.intake.gather import gather

Progress = Callable[[str, float], None]
LOOKED_BACK_ON = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Reproduced:
    """The files of both runs: those that are the same byte for byte, and those that differ or are of one run alone."""

    same: tuple[str, ...]
    different: tuple[str, ...]
    same_settings: bool
    same_software: bool

    @property
    def is_exact(self) -> bool:
        """Whether every file is the same."""
        return not self.different


def reproduce(status: CycleStatus, settings: Settings, memory: Memory, software_version: str, progress: Progress) -> Reproduced:
    """Run a done cycle again with its `as_of`, over the warnings and the cycles before it; nothing of it is kept, and nobody is told.

    Raises HazecastError for inputs that cannot be used any more.
    """
    with tempfile.TemporaryDirectory(prefix="hazecast-reproduce-") as temporary:
        folder = Path(temporary)
        made = _run_again(status, settings, memory, folder, progress)
    recorded = recorded_products(memory.ledger, status.cycle.key)
    return Reproduced(
        same=tuple(sorted(p.name for p in {*made} & {*recorded})),
        different=tuple(sorted({p.name for p in {*made} ^ {*recorded}})),
        same_settings=status.settings_sha256 == settings.sha256(),
        same_software=status.software_version == software_version,
    )


def _run_again(status: CycleStatus, settings: Settings, memory: Memory, folder: Path, progress: Progress) -> tuple[Product, ...]:
    ledger = open_database(folder)
    try:
        _copy_what_was_before(status, memory.ledger, ledger, settings.output.archive, folder)
        around = Surroundings(
            gather=partial(gather, memory=memory),
            database=ledger,
            archive=folder,
            channels={},
            recipients=(),
            clock=lambda: status.cycle.as_of,
            owner="reproduce",
            models=settings.output.archive,
        )
        outcome = run_cycle(status.cycle, settings, around, progress, announces=not is_overtaken(ledger, status.cycle))
        return verify_products(outcome.folder)
    finally:
        ledger.dispose()


def _copy_what_was_before(status: CycleStatus, source: Engine, target: Engine, archive: Path, folder: Path) -> None:
    """Enter what was done when the cycle began; one of an earlier hour that was run after it was not known to it."""
    with reading(source) as connection:
        earlier = select(cycles).where(cycles.c.state == State.DONE, cycles.c.finished_at <= status.started_at).order_by(cycles.c.key)
        known = {row.key: dict(row._mapping) for row in connection.execute(earlier)}
        sent = [dict(row._mapping) for row in connection.execute(select(warnings).order_by(warnings.c.issued_at)) if row.cycle_key in known]
        ids = {row["id"] for row in sent}
        linked = [dict(row._mapping) for row in connection.execute(select(replacements)) if row.warning_id in ids]
    with writing(target) as connection:
        for table, rows in ((cycles, [*known.values()]), (warnings, sent), (replacements, linked)):
            if rows:
                connection.execute(insert(table), rows)
    for key, row in known.items():
        if row["init_time"] >= status.cycle.init_time - LOOKED_BACK_ON and (archive / key).is_dir():
            (folder / key).symlink_to((archive / key).absolute())
