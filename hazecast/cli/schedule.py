"""`hazecast schedule`."""

from hazecast.cli.app import ConfigOption, app


@app.command()
def schedule(config: ConfigOption) -> None:
    """Run cycles as they fall due, until stopped; a restart runs none of them twice."""
    import logging

    from hazecast.cli.running import now, require_known_names, surroundings
    from hazecast.config import load_settings
    from hazecast.cycle import Outcome, run_cycle, send
    from hazecast.records import Cycle
    from hazecast.scheduler import run_schedule, tick

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = load_settings(config)
    require_known_names(settings)
    with surroundings(settings) as around:

        def run_one(cycle: Cycle, *, announces: bool) -> Outcome:
            return run_cycle(cycle, settings, around, lambda _stage, _done: None, announces=announces)

        run_schedule(lambda: tick(around.database, settings, run_one, lambda _time: send(around), now), now)
