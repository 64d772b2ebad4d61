"""`hazecast schedule`."""

from typing import TYPE_CHECKING

from hazecast.cli.app import ConfigOption, app

if TYPE_CHECKING:
    from datetime import datetime

    from hazecast.archive.memory import Memory
    from hazecast.config import Settings
    from hazecast.cycle import Surroundings


@app.command()
def schedule(config: ConfigOption) -> None:
    """Run cycles as they fall due, until stopped; a restart runs none of them twice. Notes when each input arrives."""
    import logging
    from functools import partial

    from hazecast.archive.memory import open_memory
    from hazecast.cli.compiling import compile_ahead
    from hazecast.cli.running import now, require_key, require_known_names, require_what_pdf_needs, surroundings_of
    from hazecast.config import load_settings
    from hazecast.cycle import Outcome, run_cycle
    from hazecast.delivery.wiring import refresh_feeds
    from hazecast.intake.gather import gather
    from hazecast.records import Cycle
    from hazecast.scheduler import run_schedule, tick

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = load_settings(config)
    require_known_names(settings)
    require_key(settings)
    require_what_pdf_needs(settings)
    if compile_ahead(lambda _stage, _done: None):
        logging.getLogger(__name__).info("Kernels compiled.")
    with open_memory(settings.output.archive) as memory:
        around = surroundings_of(settings, memory, partial(gather, memory=memory))

        def run_one(cycle: Cycle, *, announces: bool) -> Outcome:
            return run_cycle(cycle, settings, around, lambda _stage, _done: None, announces=announces)

        def one_round(time: "datetime") -> None:
            _released_and_sent(settings, around)
            refresh_feeds(settings, time)

        def one_tick() -> None:
            _take_in(settings, memory)
            if not tick(around.database, settings, run_one, one_round, now):
                _train_if_due(settings, around)

        run_schedule(one_tick, now)


def _released_and_sent(settings: "Settings", around: "Surroundings") -> None:
    """Release what has waited for a person long enough, then make the deliveries that are due."""
    from hazecast.cycle import send
    from hazecast.release.releasing import release_due

    release_due(settings, around.database, around.clock)
    send(around)


def _train_if_due(settings: "Settings", around: "Surroundings") -> None:
    """Where there is nothing else to do; what hinders it is logged, and cycles go on with the model that there is."""
    import logging
    from datetime import timedelta

    from hazecast.cli.running import now
    from hazecast.errors import HazecastError
    from hazecast.records import Cycle
    from hazecast.training import train_model, training_due

    logger, known = logging.getLogger(__name__), now()
    try:
        if training_due(settings.output.archive, known, settings):
            hour = known.replace(minute=0, second=0, microsecond=0)
            cycle = Cycle(hour, known, timedelta(hours=settings.forecast.horizon_hours))
            card = train_model(cycle, settings, settings.output.archive, around.gather, lambda _stage, _done: None).card
            logger.info("Model %s trained; it is %s.", card.id, "the champion" if card.champion else "kept and does not forecast")
    except HazecastError as error:
        logger.error("While training: %s", error)


def _take_in(settings: "Settings", memory: "Memory") -> None:
    """Take in what has come; what cannot be is logged, and stops no cycle."""
    import logging

    from hazecast.archive.observations.watch import Watching
    from hazecast.cli.ingest import ingested_line
    from hazecast.cli.running import now
    from hazecast.errors import HazecastError
    from hazecast.intake.ingesting import ingest

    logger = logging.getLogger(__name__)
    try:
        came = ingest(settings, memory, Watching.LIVE, now)
    except HazecastError as error:
        logger.error("While taking in what has come: %s", error)
        return
    for refused in came.observations.refused:
        logger.error("Not taken in: %s", refused)
    if came.observations.read:
        logger.info("Taken in: %s", ingested_line(came))
