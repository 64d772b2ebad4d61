"""`hazecast run`."""

from typing import Annotated

import typer

from hazecast.cli.app import ConfigOption, JsonOption, app
from hazecast.cli.output import print_result
from hazecast.cli.progress import progress_bars


@app.command()
def run(
    config: ConfigOption,
    cycle: Annotated[str, typer.Option(metavar="TIME", help="The cycle's init_time in UTC, such as 2018-04-27T00.")],
    as_of: Annotated[str, typer.Option(metavar="TIME", help="Use only what had arrived by then (UTC). [default: the init_time]")] = "",
    forecaster: Annotated[
        str, typer.Option(metavar="NAME", envvar="HAZECAST_FORECASTER", help="Who answers for the bulletin. [default: as in the settings]")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Run one cycle: forecast, warnings, bulletins; then score it against observations where they exist."""
    from hazecast.cli.running import require_key, require_known_names, require_what_pdf_needs, run_and_score
    from hazecast.cli.times import cycle_of
    from hazecast.config import load_settings, with_forecaster

    settings = load_settings(config)
    settings = with_forecaster(settings, forecaster) if forecaster else settings
    wanted = cycle_of(cycle, as_of or cycle, settings)
    require_known_names(settings)
    require_key(settings)
    require_what_pdf_needs(settings)
    from hazecast.report import cycle_facts, cycle_lines

    with progress_bars(as_json) as progress:
        outcome, scores, undelivered = run_and_score(wanted, settings, progress)
    print_result(as_json, cycle_facts(outcome, scores, undelivered), cycle_lines(outcome, scores, undelivered, settings))
