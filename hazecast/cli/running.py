"""One cycle as a command runs it: with the real clock, sources, archive and channels."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from hazecast.cli.progress import Progress

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from hazecast.archive.memory import Memory
    from hazecast.config import Settings
    from hazecast.cycle import Outcome, Surroundings
    from hazecast.records import Cycle, Gathered

    Gather = Callable[[Cycle, Settings], Gathered]

Clock = Callable[[], datetime]

LAST_KNOWN = timedelta(hours=24)  # before a cycle, of which persistence takes the latest values
REPLAY_KEPT = timedelta(days=1)  # how long the delivery of a cycle of the past is tried when somebody asked for it


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def run_and_score(cycle: Any, settings: "Settings", progress: Progress, clock: Clock = now) -> "tuple[Outcome, Any, tuple[str, ...]]":
    """Run the cycle; what came of it, its scores, and what is not delivered yet.

    A cycle that a later one has overtaken is kept and announced to nobody: what is sent never goes back in time.
    """
    from hazecast.cli.compiling import compile_ahead

    compile_ahead(progress)
    from hazecast.archive.cycle_files import STATIONS_FILE
    from hazecast.archive.ledger import Standing, is_overtaken
    from hazecast.archive.manifest import verify_products
    from hazecast.archive.netcdf import read_dataset
    from hazecast.backtest.scores import score_cycle
    from hazecast.cycle import run_cycle
    from hazecast.observed import observed

    with surroundings(settings, REPLAY_KEPT, clock) as around:
        overtaken = is_overtaken(around.database, cycle)
        outcome = run_cycle(cycle, settings, around, progress, announces=not overtaken)
        unsent = (
            ("anybody: a later cycle is done",) if overtaken and outcome.standing is Standing.CLAIMED else _undelivered(around, outcome)
        )
    if outcome.standing is Standing.BUSY:
        return outcome, (), ()
    verify_products(outcome.folder)
    came = observed(settings, cycle.init_time - LAST_KNOWN, cycle.end_time).vetted.usable()["pm25"]
    return outcome, score_cycle(read_dataset(outcome.folder / STATIONS_FILE), came), unsent


def _undelivered(around: "Surroundings", outcome: "Outcome") -> tuple[str, ...]:
    from hazecast.archive.deliveries import DeliveryState, delivery_states

    return tuple(
        f"{status.delivery.recipient} ({status.state}): {status.attempts[-1].error if status.attempts else 'not tried yet'}"
        for status in delivery_states(around.database, outcome.cycle.key)
        if status.state is not DeliveryState.DELIVERED
    )


def require_known_names(settings: "Settings") -> None:
    """Before the long work, not after it: raises SettingsError for an edition or a language that there is none of."""
    from hazecast.bulletins.wording import wording
    from hazecast.warnings.edition import load_edition

    load_edition(settings.warnings.edition)
    for language in settings.site.languages:
        wording(language)


def require_key(settings: "Settings") -> None:
    """Before the long work, not after it: raises SettingsError for a key that cannot sign, and MissingExtra."""
    if settings.signing.key_file is not None:
        from hazecast.signing import signer_of

        signer_of(settings)


def require_what_pdf_needs(settings: "Settings") -> None:
    """Before the long work too: raises MissingExtra where PDFs are wanted that cannot be made on this machine."""
    from hazecast.bulletins.compose import require_pdf

    if settings.pdf_languages:
        require_pdf()


@contextmanager
def surroundings(settings: "Settings", late_delivery: timedelta = timedelta(0), clock: Clock = now) -> "Iterator[Surroundings]":
    """What a cycle meets in earnest, with all that has come taken in before it; the archive is closed at the end."""
    import hazecast.cycle
    import hazecast.intake.gather
    import hazecast.intake.ingesting  # noqa: F401

    with memory_of(settings) as memory:
        yield surroundings_of(settings, memory, partial(gather_what_came, memory=memory), late_delivery, clock)


def surroundings_of(
    settings: "Settings", memory: "Memory", gather: "Gather", late_delivery: timedelta = timedelta(0), clock: Clock = now
) -> "Surroundings":
    """The same, with a memory that is open and a way to gather of it."""
    import os
    import socket

    from hazecast.cycle import Surroundings
    from hazecast.delivery.wiring import channels_of, recipients_of

    return Surroundings(
        gather=gather,
        database=memory.ledger,
        archive=settings.output.archive,
        channels=channels_of(settings, clock),
        recipients=recipients_of(settings),
        clock=clock,
        owner=f"{socket.gethostname()}:{os.getpid()}",
        late_delivery=late_delivery,
        models=settings.output.archive,
    )


def gather_what_came(cycle: "Cycle", settings: "Settings", memory: "Memory") -> "Gathered":
    """Take in what has come, then gather; raises the first error of a file that cannot be read, when all others are taken in."""
    from hazecast.archive.observations.watch import Watching
    from hazecast.intake.gather import gather
    from hazecast.intake.ingesting import ingest

    refused = ingest(settings, memory, Watching.AS_BEFORE, now).observations.refused
    if refused:
        raise refused[0]
    return gather(cycle, settings, memory)


@contextmanager
def memory_of(settings: "Settings") -> "Iterator[Memory]":
    """The memory of the archive of the settings, open; raises ArchiveError."""
    from hazecast.archive.memory import open_memory

    with open_memory(settings.output.archive, settings.database.address) as memory:
        yield memory


@contextmanager
def operations_of(settings: "Settings") -> "Iterator[Engine]":
    """The log of operations of the archive of the settings, open; raises ArchiveError."""
    from hazecast.archive.database import open_database
    from hazecast.archive.operations import OPERATIONS

    database = open_database(settings.output.archive, OPERATIONS, settings.database.address)
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def ledger_of(settings: "Settings") -> "Iterator[Engine]":
    """The ledger of an archive that is there, open; raises ArchiveError where no cycle has ever been run: looking makes no archive."""
    from hazecast.archive.database import open_database
    from hazecast.cli.inputs import require_archive

    require_archive(settings)
    database = open_database(settings.output.archive, address=settings.database.address)
    try:
        yield database
    finally:
        database.dispose()
